//! Controllers of Pods that stay: Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController.

use serde_json::Value;

use super::{StatusReport, conditions, integer, text};

/// The API's way to say "no deadline".
const NO_DEADLINE: i64 = 2_147_483_647;

fn count(object: &Value, pointer: &str) -> i64 {
    integer(object, pointer).unwrap_or(0)
}

fn wanted_replicas(object: &Value) -> i64 {
    integer(object, "/spec/replicas").unwrap_or(1)
}

/// kstatus lets a paused Deployment wait for ever; whoever commits `paused: true` wants it to stand still.
pub(super) fn deployment(object: &Value) -> StatusReport {
    if object.pointer("/spec/paused") == Some(&Value::Bool(true)) {
        return StatusReport::current("Deployment is paused: its rollout does not go on");
    }
    let deadline = integer(object, "/spec/progressDeadlineSeconds").unwrap_or(NO_DEADLINE);
    let mut is_progressing = deadline == NO_DEADLINE;
    let mut is_available = false;
    for condition in conditions(object) {
        match condition.kind {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return StatusReport::failed(condition.reason, "Progress deadline exceeded");
            }
            "Progressing"
                if condition.status == "True" && condition.reason == "NewReplicaSetAvailable" =>
            {
                is_progressing = true;
            }
            "Available" if condition.status == "True" => is_available = true,
            _ => {}
        }
    }
    let wanted = wanted_replicas(object);
    let replicas = count(object, "/status/replicas");
    let updated = count(object, "/status/updatedReplicas");
    let ready = count(object, "/status/readyReplicas");
    let available = count(object, "/status/availableReplicas");
    if wanted > replicas {
        return StatusReport::in_progress("LessReplicas", format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > updated {
        return StatusReport::in_progress("LessUpdated", format!("Updated: {updated}/{wanted}"));
    }
    if replicas > wanted {
        let extra = replicas - wanted;
        return StatusReport::in_progress("ExtraPods", format!("Pending termination: {extra}"));
    }
    if updated > available {
        let message = format!("Available: {available}/{updated}");
        return StatusReport::in_progress("LessAvailable", message);
    }
    if wanted > ready {
        return StatusReport::in_progress("LessReady", format!("Ready: {ready}/{wanted}"));
    }
    if !is_progressing {
        return StatusReport::in_progress("ReplicaSetNotAvailable", "ReplicaSet not Available");
    }
    if !is_available {
        return StatusReport::in_progress("DeploymentNotAvailable", "Deployment not Available");
    }
    StatusReport::current(format!("Deployment is available. Replicas: {replicas}"))
}

/// kstatus calls every `OnDelete` set Current; here it is so only where the Pods wait to be deleted,
/// so that a first installation is waited for. It also never looks at `availableReplicas`, which is
/// what `minReadySeconds` counts.
pub(super) fn stateful_set(object: &Value) -> StatusReport {
    let wanted = wanted_replicas(object);
    let replicas = count(object, "/status/replicas");
    let ready = count(object, "/status/readyReplicas");
    let updated = count(object, "/status/updatedReplicas");
    let current = count(object, "/status/currentReplicas");
    let same_revision =
        text(object, "/status/currentRevision") == text(object, "/status/updateRevision");
    let strategy = text(object, "/spec/updateStrategy/type").unwrap_or("RollingUpdate");
    if strategy == "OnDelete" && !same_revision {
        return StatusReport::current(
            "StatefulSet is using the OnDelete update strategy: Pods get the new revision when they are deleted",
        );
    }
    if wanted > replicas {
        return StatusReport::in_progress("LessReplicas", format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > ready {
        return StatusReport::in_progress("LessReady", format!("Ready: {ready}/{wanted}"));
    }
    if replicas > wanted {
        let extra = replicas - wanted;
        return StatusReport::in_progress("ExtraPods", format!("Pending termination: {extra}"));
    }
    if count(object, "/spec/minReadySeconds") > 0 {
        let available = count(object, "/status/availableReplicas");
        if wanted > available {
            let message = format!("Available: {available}/{wanted}");
            return StatusReport::in_progress("LessAvailable", message);
        }
    }
    if strategy == "OnDelete" {
        return StatusReport::current(format!(
            "All replicas scheduled as expected. Replicas: {replicas}"
        ));
    }
    if let Some(partition) = integer(object, "/spec/updateStrategy/rollingUpdate/partition") {
        let to_update = (wanted - partition).max(0);
        if updated < to_update {
            let message = format!("updated: {updated}/{to_update}");
            return StatusReport::in_progress("PartitionRollout", message);
        }
        return StatusReport::current(format!("Partition rollout complete. updated: {updated}"));
    }
    if wanted > current {
        return StatusReport::in_progress("LessCurrent", format!("current: {current}/{wanted}"));
    }
    if !same_revision {
        return StatusReport::in_progress(
            "RevisionMismatch",
            "Waiting for updated revision to match current",
        );
    }
    StatusReport::current(format!(
        "All replicas scheduled as expected. Replicas: {replicas}"
    ))
}

/// kstatus waits for ever for the updated count of an `OnDelete` set; the Pods are deleted by hand there.
pub(super) fn daemon_set(object: &Value) -> StatusReport {
    let Some(desired) = integer(object, "/status/desiredNumberScheduled") else {
        return StatusReport::in_progress(
            "NoDesiredNumber",
            "Desired number of Pods is not known yet",
        );
    };
    let scheduled = count(object, "/status/currentNumberScheduled");
    let updated = count(object, "/status/updatedNumberScheduled");
    let available = count(object, "/status/numberAvailable");
    let ready = count(object, "/status/numberReady");
    if desired > scheduled {
        return StatusReport::in_progress("LessCurrent", format!("Current: {scheduled}/{desired}"));
    }
    if desired > updated {
        if text(object, "/spec/updateStrategy/type") == Some("OnDelete") {
            return StatusReport::current(format!(
                "DaemonSet is using the OnDelete update strategy: {} Pods get the new revision when they are deleted",
                desired - updated
            ));
        }
        return StatusReport::in_progress("LessUpdated", format!("Updated: {updated}/{desired}"));
    }
    if desired > available {
        let message = format!("Available: {available}/{desired}");
        return StatusReport::in_progress("LessAvailable", message);
    }
    if desired > ready {
        return StatusReport::in_progress("LessReady", format!("Ready: {ready}/{desired}"));
    }
    StatusReport::current(format!(
        "All replicas scheduled as expected. Replicas: {desired}"
    ))
}

/// A ReplicationController has the same fields.
pub(super) fn replica_set(object: &Value) -> StatusReport {
    let failure = conditions(object)
        .find(|condition| condition.kind == "ReplicaFailure" && condition.status == "True");
    if let Some(failure) = failure {
        return StatusReport::in_progress("ReplicaFailure", failure.message);
    }
    let wanted = wanted_replicas(object);
    let labelled = count(object, "/status/fullyLabeledReplicas");
    let available = count(object, "/status/availableReplicas");
    let ready = count(object, "/status/readyReplicas");
    let replicas = count(object, "/status/replicas");
    if wanted > labelled {
        return StatusReport::in_progress("LessLabelled", format!("Labelled: {labelled}/{wanted}"));
    }
    if wanted > available {
        let message = format!("Available: {available}/{wanted}");
        return StatusReport::in_progress("LessAvailable", message);
    }
    if wanted > ready {
        return StatusReport::in_progress("LessReady", format!("Ready: {ready}/{wanted}"));
    }
    if replicas > wanted {
        let extra = replicas - wanted;
        return StatusReport::in_progress("ExtraPods", format!("Pending termination: {extra}"));
    }
    StatusReport::current(format!("ReplicaSet is available. Replicas: {replicas}"))
}
