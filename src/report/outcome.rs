//! The end of an apply → text: what did not become ready, why, and with what evidence.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::text::escape;
use crate::apply::ApplyOutcome;
use crate::apply::wait::{ObjectOutcome, WaitEvent, WaitOutcome};

/// Everything that is to be said about a wait that did not end well.
pub fn unfinished(outcome: &WaitOutcome) -> String {
    let mut text = String::new();
    for object in outcome.unfinished() {
        describe(&mut text, object);
    }
    for note in &outcome.notes {
        line(&mut text, &format!("note: {}", escape(note)));
    }
    text
}

/// One movement of a wait in one line.
pub fn progress(event: &WaitEvent) -> String {
    let (done, total) = event.done;
    let replicas = event.replicas.map_or_else(String::new, |replicas| {
        format!(" {}/{}", replicas.ready, replicas.wanted)
    });
    let message = if event.message.is_empty() {
        String::new()
    } else {
        format!(": {}", event.message)
    };
    let status = &event.status;
    escape(&format!(
        "[{done}/{total}] {status:?}{replicas} {}{message}",
        event.object
    ))
    .into_owned()
}

/// The end of an apply for programs; `problems` is what could not be applied.
pub fn outcome_json(outcome: &ApplyOutcome, problems: Value) -> Value {
    let applied = outcome.applied.iter().map(
        |(object, action)| json!({"object": object.to_string(), "action": action.to_string()}),
    );
    let names = |objects: &[crate::object::ObjectId]| -> Vec<String> {
        objects.iter().map(ToString::to_string).collect()
    };
    let waited = outcome.wait.as_ref().map(|wait| {
        let objects = wait.objects.iter().map(|object| {
            let causes = object.causes.iter().map(|cause| {
                json!({
                    "code": cause.problem.code(),
                    "object": cause.object,
                    "message": cause.line(),
                    "help": cause.problem.hint(),
                })
            });
            json!({
                "object": object.id.to_string(),
                "status": format!("{:?}", object.report.status),
                "message": object.report.message,
                "causes": causes.collect::<Vec<Value>>(),
            })
        });
        json!({
            "verdict": format!("{:?}", wait.verdict),
            "seconds": wait.elapsed.as_secs_f64(),
            "objects": objects.collect::<Vec<Value>>(),
            "notes": wait.notes,
        })
    });
    json!({
        "outcome": outcome.outcome,
        "applied": applied.collect::<Vec<Value>>(),
        "pruned": names(&outcome.pruned),
        "notTried": names(&outcome.not_tried),
        "problems": problems,
        "wait": waited,
        "seconds": outcome.elapsed.as_secs_f64(),
    })
}

fn describe(text: &mut String, object: &ObjectOutcome) {
    let state = if object.has_failed {
        "failed"
    } else {
        "is not ready"
    };
    let id = &object.id;
    line(
        text,
        &escape(&format!("{id} {state}: {}", object.report.message)),
    );
    for cause in &object.causes {
        line(
            text,
            &escape(&format!("  cause: {}: {}", cause.object, cause.line())),
        );
        let hint = cause.problem.hint();
        if !hint.is_empty() {
            line(text, &escape(&format!("   help: {hint}")));
        }
    }
    if let Some(replicas) = object.replicas.filter(|replicas| replicas.old_serving > 0) {
        line(
            text,
            &format!(
                "  {} Pods of the old revision still serve",
                replicas.old_serving
            ),
        );
    }
    for event in &object.events {
        line(
            text,
            &escape(&format!(
                "  event: {} {}: {}",
                event.object, event.reason, event.message
            )),
        );
    }
    for log in &object.logs {
        let run = if log.previous {
            " (the run before)"
        } else {
            ""
        };
        line(
            text,
            &escape(&format!(
                "  log of {} container {}{run}:",
                log.pod, log.container
            )),
        );
        for entry in &log.lines {
            line(text, &escape(&format!("    | {entry}")));
        }
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes every text");
}
