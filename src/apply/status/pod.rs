//! A Pod that nothing controls: what `status` says of one that stands in git itself.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{StatusReport, conditions, text};

/// How long the scheduler has before an unschedulable Pod counts as failed; kstatus's window.
const SCHEDULE_WINDOW: SignedDuration = SignedDuration::from_secs(15);

/// kstatus calls a Pod of phase Failed Current, because its controller replaces it; nothing replaces
/// this one. It also calls the first crash a loop, and does not look at init containers.
pub(super) fn pod(object: &Value, now: Timestamp) -> StatusReport {
    match text(object, "/status/phase") {
        None => StatusReport::in_progress("PodNotObserved", "Pod phase not available"),
        Some("Succeeded") => StatusReport::current("Pod has completed successfully"),
        Some("Failed") => failed(object),
        Some("Running") => running(object),
        Some("Pending") => pending(object, now),
        Some(phase) => StatusReport::new(
            super::Status::Unknown,
            "UnknownPhase",
            format!("Pod phase is {phase}"),
        ),
    }
}

fn failed(object: &Value) -> StatusReport {
    let reason = text(object, "/status/reason").unwrap_or("PodFailed");
    let message = text(object, "/status/message").map_or_else(
        || "Pod has failed".to_owned(),
        |message| format!("Pod has failed: {message}"),
    );
    StatusReport::failed(reason, message)
}

fn running(object: &Value) -> StatusReport {
    let is_ready =
        conditions(object).any(|condition| condition.kind == "Ready" && condition.status == "True");
    if is_ready {
        return StatusReport::current("Pod is Ready");
    }
    looping(object).unwrap_or_else(|| {
        StatusReport::in_progress("PodRunningNotReady", "Pod is running but is not Ready")
    })
}

fn pending(object: &Value, now: Timestamp) -> StatusReport {
    let unschedulable = conditions(object).find(|condition| {
        condition.kind == "PodScheduled"
            && condition.status == "False"
            && condition.reason == "Unschedulable"
    });
    if let Some(condition) = unschedulable {
        let created = text(object, "/metadata/creationTimestamp")
            .and_then(|created| created.parse::<Timestamp>().ok());
        let is_young = created.is_some_and(|created| now.duration_since(created) < SCHEDULE_WINDOW);
        if is_young {
            return StatusReport::in_progress("PodNotScheduled", "Pod has not been scheduled");
        }
        let message = if condition.message.is_empty() {
            "Pod could not be scheduled".to_owned()
        } else {
            format!("Pod could not be scheduled: {}", condition.message)
        };
        return StatusReport::failed("PodUnschedulable", message);
    }
    looping(object)
        .unwrap_or_else(|| StatusReport::in_progress("PodPending", "Pod is in the Pending phase"))
}

/// Containers that crashed again and again; one restart is not a loop.
fn looping(object: &Value) -> Option<StatusReport> {
    let names: Vec<&str> = ["/status/initContainerStatuses", "/status/containerStatuses"]
        .iter()
        .filter_map(|pointer| object.pointer(pointer).and_then(Value::as_array))
        .flatten()
        .filter(|container| {
            text(container, "/state/waiting/reason") == Some("CrashLoopBackOff")
                && super::integer(container, "/restartCount").unwrap_or(0) >= 2
        })
        .filter_map(|container| text(container, "/name"))
        .collect();
    if names.is_empty() {
        return None;
    }
    Some(StatusReport::failed(
        "ContainerCrashLooping",
        format!("Containers in CrashLoop state: {}", names.join(",")),
    ))
}
