//! What is shown of a failure beside its cause: events, and the last lines of logs.

use std::time::Duration;

use super::WaitOptions;
use super::reader::Reader;
use super::track::Track;
use crate::apply::causes::printable;
use crate::apply::causes::{Cause, Problem, events_to_show};

/// The last lines of a container's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogExcerpt {
    /// The Pod, as `Pod/demo/web-1`.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Whether it is the log of the run before the present one.
    pub previous: bool,
    /// The lines, safe to print.
    pub lines: Vec<String>,
}

impl LogExcerpt {
    pub(super) fn is_same_container(&self, other: &Self) -> bool {
        self.pod == other.pod && self.container == other.container
    }
}

/// How many containers of an object are shown with their logs.
const LOGS: usize = 2;

/// How many events of an object are shown, the last ones.
const EVENTS: usize = 10;

/// How far the clocks of the cluster and of this machine may differ.
const CLOCK_DIFFERENCE: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);

/// The longest line of a log that is shown.
const LONGEST_LINE: usize = 500;

/// Reads the events and logs of everything that is not current, before anybody deletes them.
pub(super) async fn collect(reader: &Reader<'_>, tracks: &mut [Track], options: &WaitOptions) {
    let reading = async {
        for track in tracks.iter_mut().filter(|track| !track.is_current()) {
            collect_events(reader, track, options).await;
            collect_logs(reader, track, options).await;
        }
    };
    // A server that is gone must not hold the report back.
    let _ = tokio::time::timeout(Duration::from_secs(20), reading).await;
}

async fn collect_events(reader: &Reader<'_>, track: &mut Track, options: &WaitOptions) {
    let namespace = track.applied.id.namespace.clone();
    let mut events = Vec::new();
    for uid in &track.uids {
        events.extend(reader.events(namespace.as_deref(), uid).await);
    }
    events.sort_by_key(|event| event.last);
    let since = options.since - CLOCK_DIFFERENCE;
    let mut shown = events_to_show(&events, since);
    for event in &mut shown {
        event.message = printable::hide(&event.message, &options.hidden);
    }
    let surplus = shown.len().saturating_sub(EVENTS);
    track.events = shown.split_off(surplus);
}

async fn collect_logs(reader: &Reader<'_>, track: &mut Track, options: &WaitOptions) {
    if options.log_lines == 0 {
        return;
    }
    let mut logs = logs_of_causes(reader, &track.causes, options, LOG_ATTEMPTS).await;
    if let Some((pod, container)) = track.unready.as_ref().filter(|_| track.causes.is_empty()) {
        logs.extend(log(reader, pod, container, false, options).await);
    }
    // Logs that were read before their Pod was deleted stay where there are no better ones.
    for log in logs {
        track.logs.retain(|known| !known.is_same_container(&log));
        track.logs.push(log);
    }
    let surplus = track.logs.len().saturating_sub(LOGS);
    track.logs.drain(..surplus);
}

/// The logs of the containers that these causes name.
pub(super) async fn logs_of_causes(
    reader: &Reader<'_>,
    causes: &[Cause],
    options: &WaitOptions,
    attempts: u32,
) -> Vec<LogExcerpt> {
    let mut logs: Vec<LogExcerpt> = Vec::new();
    for cause in causes.iter().filter(|cause| cause.problem.has_logs()) {
        let Some(container) = &cause.container else {
            continue;
        };
        logs.extend(log_of_cause(reader, cause, container, options, attempts).await);
        if logs.len() >= LOGS {
            break;
        }
    }
    logs
}

/// The log of the run that failed: the last one, where the container runs or waits again. Between two
/// runs the kubelet may know neither for a moment.
async fn log_of_cause(
    reader: &Reader<'_>,
    cause: &Cause,
    container: &str,
    options: &WaitOptions,
    attempts: u32,
) -> Option<LogExcerpt> {
    let has_restarted = matches!(
        cause.problem,
        Problem::Crashing { .. } | Problem::OutOfMemory { .. }
    );
    let runs: &[bool] = if has_restarted {
        &[true, false]
    } else {
        &[false]
    };
    for attempt in 0..attempts {
        for previous in runs {
            let found = log(reader, &cause.object, container, *previous, options).await;
            if found.is_some() {
                return found;
            }
        }
        if attempt + 1 < attempts {
            tokio::time::sleep(LOG_PAUSE).await;
        }
    }
    None
}

/// How often a log is asked for that is not there, when it is the last chance.
const LOG_ATTEMPTS: u32 = 3;

/// The pause between two of these attempts.
const LOG_PAUSE: Duration = Duration::from_millis(300);

async fn log(
    reader: &Reader<'_>,
    pod: &str,
    container: &str,
    previous: bool,
    options: &WaitOptions,
) -> Option<LogExcerpt> {
    let mut parts = pod.split('/').skip(1);
    let (namespace, name) = (parts.next()?, parts.next()?);
    let text = reader
        .log(namespace, name, container, previous, options.log_lines)
        .await;
    // The kubelet's words for a container that is gone come as if they were its log.
    if text.starts_with("unable to retrieve container logs for ") {
        return None;
    }
    let text = printable::hide(&text, &options.hidden);
    let lines: Vec<String> = printable::lines(&text)
        .iter()
        .map(|line| line.chars().take(LONGEST_LINE).collect())
        .collect();
    (!lines.is_empty()).then(|| LogExcerpt {
        pod: pod.to_owned(),
        container: container.to_owned(),
        previous,
        lines,
    })
}
