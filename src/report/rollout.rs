//! A rollout as text: a line for each change while it is waited for, and the whole story when it fails.

use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize as _;

use crate::apply::causes::{Cause, Event};
use crate::apply::status::Status;
use crate::apply::wait::{LogExcerpt, ObjectOutcome, Replicas, Verdict, WaitEvent, WaitOutcome};

/// One change while waiting: `Deployment/demo/nginx  1/3 ready, 2 old still serve  Updated: 1/3`.
pub fn progress_line(event: &WaitEvent) -> String {
    let mut line = format!("{:>7}  {}", seconds(event.elapsed), event.object.bold());
    if event.status == Status::Current {
        write!(line, "  {}", "current".green()).expect(STRING);
        return line;
    }
    if let Some(replicas) = event.replicas {
        write!(line, "  {}", counts(replicas)).expect(STRING);
    }
    write!(line, "  {}", event.message).expect(STRING);
    line
}

/// The sum of a wait that is going on: `2/5 current`.
pub fn progress_sum(event: &WaitEvent) -> String {
    let (done, total) = event.done;
    format!("{done}/{total} current")
}

/// What came out: one line for a success, otherwise everything that explains the failure.
pub fn rollout(outcome: &WaitOutcome) -> String {
    let mut text = String::new();
    for object in outcome.unfinished().filter(|object| object.has_failed) {
        write_object(&mut text, object, &"failed".red().bold().to_string());
    }
    for object in outcome.unfinished().filter(|object| !object.has_failed) {
        if outcome.verdict == Verdict::Failed {
            write_bystander(&mut text, object);
        } else {
            write_object(
                &mut text,
                object,
                &"is not current".yellow().bold().to_string(),
            );
        }
    }
    for note in &outcome.notes {
        writeln!(text, "{} {note}; causes may be missing", "note:".cyan()).expect(STRING);
    }
    writeln!(text, "{}", sum(outcome)).expect(STRING);
    text
}

const STRING: &str = "a String takes everything";

fn sum(outcome: &WaitOutcome) -> String {
    let total = outcome.objects.len();
    let open = outcome.unfinished().count();
    let failed = outcome
        .objects
        .iter()
        .filter(|object| object.has_failed)
        .count();
    let time = seconds(outcome.elapsed);
    match outcome.verdict {
        Verdict::AllCurrent => format!("{} in {time}", objects(total, "is current", "are current")),
        Verdict::Failed => format!(
            "{} of {} failed after {time}",
            failed,
            objects(total, "", "")
        ),
        Verdict::TimedOut => format!(
            "{} of {} not current after {time}: the time is over",
            open,
            objects(total, "", "")
        ),
        Verdict::Interrupted => format!(
            "interrupted after {time}: {} of {} not current",
            open,
            objects(total, "", "")
        ),
    }
}

fn objects(number: usize, one: &str, many: &str) -> String {
    let (noun, verb) = if number == 1 {
        ("object", one)
    } else {
        ("objects", many)
    };
    format!("{number} {noun} {verb}").trim_end().to_owned()
}

fn write_bystander(text: &mut String, object: &ObjectOutcome) {
    writeln!(
        text,
        "{} was still in progress: {}",
        object.id.bold(),
        object.report.message
    )
    .expect(STRING);
}

fn write_object(text: &mut String, object: &ObjectOutcome, what: &str) {
    let time = seconds(object.elapsed);
    write!(text, "{} {what} after {time}", object.id.bold()).expect(STRING);
    if let Some(replicas) = object.replicas {
        write!(text, ": {}/{} ready", replicas.ready, replicas.wanted).expect(STRING);
    }
    text.push('\n');
    if object.causes.is_empty() {
        write_field(text, "status:", &object.report.message);
    }
    for cause in &object.causes {
        write_cause(text, cause, &object.id.to_string());
    }
    if let Some(replicas) = object.replicas {
        write_field(text, "serving:", &serving(replicas));
    }
    if !object.events.is_empty() {
        writeln!(text, "  {}", "events:".cyan()).expect(STRING);
        for event in &object.events {
            writeln!(text, "    {}", event_line(event)).expect(STRING);
        }
    }
    for log in &object.logs {
        write_log(text, log);
    }
    text.push('\n');
}

fn write_cause(text: &mut String, cause: &Cause, object: &str) {
    let shown_by = if cause.object == object {
        String::new()
    } else {
        format!(" [{}]", cause.object)
    };
    write_field(
        text,
        "cause:",
        &format!("{}{}", cause.line(), shown_by.dimmed()),
    );
    write_field(text, "help:", cause.problem.hint());
}

fn write_field(text: &mut String, name: &str, value: &str) {
    let name = format!("{name:<8}");
    let line = format!("  {} {value}", name.cyan());
    writeln!(text, "{}", line.trim_end()).expect(STRING);
}

fn write_log(text: &mut String, log: &LogExcerpt) {
    let run = if log.previous { "last run" } else { "log" };
    let title = format!(
        "the {run} of container `{}` in {} ended with:",
        log.container, log.pod
    );
    write_field(text, "log:", &title);
    for line in &log.lines {
        writeln!(text, "    {} {line}", "│".dimmed()).expect(STRING);
    }
}

fn event_line(event: &Event) -> String {
    let count = if event.count > 1 {
        format!(" ({} times)", event.count)
    } else {
        String::new()
    };
    format!(
        "{} {}: {}{count}",
        event.object.dimmed(),
        event.reason,
        event.message
    )
}

/// Whether somebody still answers decides how much a failure hurts.
fn serving(replicas: Replicas) -> String {
    let Replicas {
        ready,
        old_serving: old,
        ..
    } = replicas;
    match (old, ready) {
        (0, 0) => "no replica is ready: nobody serves".to_owned(),
        (0, _) => format!("{} ready", pods(ready, "new")),
        (_, 0) => format!("the old replicas still serve: {} ready", pods(old, "old")),
        _ => format!(
            "the old replicas still serve: {} and {} ready",
            pods(old, "old"),
            pods(ready, "new")
        ),
    }
}

fn counts(replicas: Replicas) -> String {
    let mut text = format!("{}/{} ready", replicas.ready, replicas.wanted);
    if replicas.old_serving > 0 {
        write!(text, ", {} old still serving", replicas.old_serving).expect(STRING);
    }
    text
}

fn pods(number: i64, age: &str) -> String {
    if number == 1 {
        format!("1 {age} Pod")
    } else {
        format!("{number} {age} Pods")
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1}s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::causes::{Problem, Urgency};
    use crate::apply::status::StatusReport;
    use crate::object::ObjectId;

    fn id() -> ObjectId {
        ObjectId {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("demo".to_owned()),
            name: "web".to_owned(),
        }
    }

    fn object(old_serving: i64) -> ObjectOutcome {
        ObjectOutcome {
            id: id(),
            report: StatusReport {
                status: Status::InProgress,
                reason: "LessUpdated".to_owned(),
                message: "Updated: 1/2".to_owned(),
            },
            has_failed: true,
            causes: vec![Cause {
                urgency: Urgency::Fatal,
                problem: Problem::ImageNotFound {
                    image: "nginx:none".to_owned(),
                },
                object: "Pod/demo/web-1".to_owned(),
                container: Some("nginx".to_owned()),
            }],
            replicas: Some(Replicas {
                ready: 0,
                wanted: 2,
                old_serving,
            }),
            elapsed: Duration::from_millis(3210),
            events: vec![Event {
                object: "Pod/demo/web-1".to_owned(),
                container: None,
                reason: "Failed".to_owned(),
                message: "Error: ErrImagePull".to_owned(),
                is_warning: true,
                count: 2,
                last: None,
            }],
            logs: vec![LogExcerpt {
                pod: "Pod/demo/web-1".to_owned(),
                container: "nginx".to_owned(),
                previous: true,
                lines: vec!["no such door".to_owned()],
            }],
        }
    }

    fn shown(object: ObjectOutcome) -> String {
        let outcome = WaitOutcome {
            verdict: Verdict::Failed,
            objects: vec![object],
            notes: Vec::new(),
            elapsed: Duration::from_secs(4),
        };
        anstream::adapter::strip_str(&rollout(&outcome)).to_string()
    }

    #[test]
    fn a_failure_tells_cause_help_service_events_and_logs_in_this_order() {
        let wanted = "\
Deployment/demo/web failed after 3.2s: 0/2 ready
  cause:   container `nginx`: image `nginx:none` was not found: the registry answers, but does not have the tag `none` [Pod/demo/web-1]
  help:    Push that image, or correct `image:` to one that exists
  serving: the old replicas still serve: 2 old Pods ready
  events:
    Pod/demo/web-1 Failed: Error: ErrImagePull (2 times)
  log:     the last run of container `nginx` in Pod/demo/web-1 ended with:
    │ no such door

1 of 1 object failed after 4.0s
";
        assert_eq!(shown(object(2)), wanted);
    }

    #[test]
    fn without_a_ready_replica_nobody_serves() {
        assert!(shown(object(0)).contains("serving: no replica is ready: nobody serves"));
    }

    #[test]
    fn a_change_is_one_line() {
        let event = WaitEvent {
            object: id(),
            status: Status::InProgress,
            replicas: object(2).replicas,
            message: "Updated: 1/2".to_owned(),
            done: (0, 1),
            elapsed: Duration::from_millis(400),
        };
        assert_eq!(
            anstream::adapter::strip_str(&progress_line(&event)).to_string(),
            "   0.4s  Deployment/demo/web  0/2 ready, 2 old still serving  Updated: 1/2"
        );
    }
}
