//! What an object's own fields say about how far it is: kstatus's rules, with their known defects mended.
//!
//! The rules are those of `sigs.k8s.io/cli-utils/pkg/kstatus/status`; where they differ here, the
//! function that differs says why. Everything is pure: an object, the generation that our own apply
//! made, and the time go in, and a [`StatusReport`] comes out.

mod kind;
mod pod;
mod workload;

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

pub use kind::{load_balancer_is_ready, waits_for_first_consumer};

/// How far an object is, in kstatus's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is as the manifest says.
    Current,
    /// It is on its way.
    InProgress,
    /// It will not arrive without a change.
    Failed,
    /// It is being deleted.
    Terminating,
    /// It does not exist.
    NotFound,
    /// It could not be read, or is not what its type promises.
    Unknown,
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Current => "Current",
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
            Self::Unknown => "Unknown",
        })
    }
}

/// A status with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// How far the object is.
    pub status: Status,
    /// The reason in one word, such as `LessReplicas`.
    pub reason: String,
    /// The reason in a sentence.
    pub message: String,
}

impl StatusReport {
    pub(super) fn new(
        status: Status,
        reason: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            reason: reason.into(),
            message: message.into(),
        }
    }

    fn current(message: impl Into<String>) -> Self {
        Self::new(Status::Current, "", message)
    }

    fn in_progress(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Status::InProgress, reason, message)
    }

    fn failed(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Status::Failed, reason, message)
    }
}

/// Says how far an object is.
///
/// `applied_generation` is the generation that the answer to our own apply carried. kstatus compares
/// `status.observedGeneration` with the generation of the very object that it reads, so that a stale
/// read passes; here both must have reached ours.
pub fn status(object: &Value, applied_generation: Option<i64>, now: Timestamp) -> StatusReport {
    if let Some(field) = wrong_type(object) {
        return StatusReport::new(
            Status::Unknown,
            "Malformed",
            format!("`{field}` is not of the type that Kubernetes gives it"),
        );
    }
    if text(object, "/metadata/deletionTimestamp").is_some() {
        return StatusReport::new(Status::Terminating, "Terminating", terminating(object));
    }
    if let Some(report) = generation_lags(object, applied_generation) {
        return report;
    }
    if let Some(report) = standard_conditions(object) {
        return report;
    }
    if let Some(report) = of_kind(object, now) {
        return report;
    }
    ready_condition(object)
}

/// The rule of a kind that has one; versions do not matter.
fn of_kind(object: &Value, now: Timestamp) -> Option<StatusReport> {
    let report = match (group(object), kind(object)) {
        ("apps" | "extensions", "Deployment") => workload::deployment(object),
        ("apps", "StatefulSet") => workload::stateful_set(object),
        ("apps" | "extensions", "DaemonSet") => workload::daemon_set(object),
        ("apps" | "extensions", "ReplicaSet") | ("", "ReplicationController") => {
            workload::replica_set(object)
        }
        ("", "Pod") => pod::pod(object, now),
        ("", "PersistentVolumeClaim") => kind::persistent_volume_claim(object),
        ("", "Service") => kind::service(object),
        ("", "Namespace") => kind::namespace(object),
        ("batch", "Job") => kind::job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            kind::custom_resource_definition(object)
        }
        ("apiregistration.k8s.io", "APIService") => kind::api_service(object),
        ("", "Secret" | "ConfigMap")
        | ("batch", "CronJob")
        | ("policy", "PodDisruptionBudget")
        | ("autoscaling", "HorizontalPodAutoscaler")
        | ("networking.k8s.io" | "extensions", "Ingress") => {
            StatusReport::current("Resource is always ready")
        }
        _ => return None,
    };
    Some(report)
}

/// The first field of a wrong JSON type; the server holds built-in kinds to their types, not custom ones.
fn wrong_type(object: &Value) -> Option<&'static str> {
    let wrong = |pointer: &str, is_right: fn(&Value) -> bool| {
        object
            .pointer(pointer)
            .is_some_and(|value| !value.is_null() && !is_right(value))
    };
    if wrong("/metadata/deletionTimestamp", Value::is_string) {
        return Some("metadata.deletionTimestamp");
    }
    if wrong("/metadata/generation", Value::is_i64) {
        return Some("metadata.generation");
    }
    if wrong("/status/observedGeneration", Value::is_i64) {
        return Some("status.observedGeneration");
    }
    wrong("/status/conditions", Value::is_array).then_some("status.conditions")
}

fn terminating(object: &Value) -> String {
    let finalizers: Vec<&str> = object
        .pointer("/metadata/finalizers")
        .and_then(Value::as_array)
        .map(|finalizers| finalizers.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    if finalizers.is_empty() {
        return "it is being deleted".to_owned();
    }
    format!(
        "it is being deleted, and waits for its finalizers: {}",
        finalizers.join(", ")
    )
}

fn generation_lags(object: &Value, applied_generation: Option<i64>) -> Option<StatusReport> {
    let read = integer(object, "/metadata/generation");
    let wanted = match (read, applied_generation) {
        (Some(read), Some(applied)) if read < applied => {
            return Some(StatusReport::in_progress(
                "StaleRead",
                format!("generation {read} was read, but {applied} was applied"),
            ));
        }
        (Some(read), _) => read,
        (None, Some(applied)) => applied,
        (None, None) => return None,
    };
    let Some(observed) = integer(object, "/status/observedGeneration") else {
        return never_observed(object);
    };
    if observed == wanted {
        return None;
    }
    Some(StatusReport::in_progress(
        "LatestGenerationNotObserved",
        format!(
            "{} generation is {wanted}, but latest observed generation is {observed}",
            kind(object)
        ),
    ))
}

/// kstatus skips the check where `observedGeneration` is missing; then a workload of zero replicas is
/// Current before its controller has seen it. These controllers always write it.
fn never_observed(object: &Value) -> Option<StatusReport> {
    let writes_it = matches!(
        (group(object), kind(object)),
        (
            "apps",
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"
        ) | ("", "ReplicationController")
    );
    writes_it.then(|| {
        StatusReport::in_progress(
            "NoObservedGeneration",
            "its controller has not looked at it yet",
        )
    })
}

/// `Reconciling` and `Stalled`, which count for every kind.
fn standard_conditions(object: &Value) -> Option<StatusReport> {
    conditions(object).find_map(|condition| {
        if condition.status != "True" {
            return None;
        }
        match condition.kind {
            "Reconciling" => Some(StatusReport::in_progress(
                condition.reason,
                condition.message,
            )),
            "Stalled" => Some(StatusReport::failed(condition.reason, condition.message)),
            _ => None,
        }
    })
}

/// The fallback for every kind without a rule: its `Ready` condition where it has one.
fn ready_condition(object: &Value) -> StatusReport {
    for condition in conditions(object).filter(|condition| condition.kind == "Ready") {
        match condition.status {
            "True" => return StatusReport::current("Resource is Ready"),
            "False" | "Unknown" => {
                return StatusReport::in_progress(condition.reason, condition.message);
            }
            _ => {}
        }
    }
    StatusReport::current("Resource is current")
}

/// One entry of `status.conditions`; what is missing is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition<'a> {
    pub(super) kind: &'a str,
    pub(super) status: &'a str,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

pub(super) fn conditions(object: &Value) -> impl Iterator<Item = Condition<'_>> {
    object
        .pointer("/status/conditions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|condition| {
            let field = |name| condition.get(name).and_then(Value::as_str).unwrap_or("");
            Condition {
                kind: field("type"),
                status: field("status"),
                reason: field("reason"),
                message: field("message"),
            }
        })
}

pub(super) fn integer(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

pub(super) fn kind(object: &Value) -> &str {
    text(object, "/kind").unwrap_or("")
}

pub(super) fn group(object: &Value) -> &str {
    text(object, "/apiVersion")
        .and_then(|version| version.split_once('/'))
        .map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests;
