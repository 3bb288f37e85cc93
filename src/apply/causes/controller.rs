//! Why a controller makes no Pods, and why a claim gets no volume: no Pod exists that could tell it.

use serde_json::Value;

use super::event::Event;
use super::problem::{Problem, Refusal};
use super::{Cause, printable};
use crate::apply::status::{conditions, kind, text};

/// The causes that a controller of Pods shows. `events` are those of the controller, the oldest first.
pub fn of_controller(controller: &Value, events: &[Event]) -> Vec<Cause> {
    let condition = conditions(controller)
        .find(|condition| condition.kind == "ReplicaFailure" && condition.status == "True")
        .map(|condition| condition.message);
    let message = condition.or_else(|| last_refusal(events));
    message
        .map(|message| Cause::of(controller, refused(message)))
        .into_iter()
        .collect()
}

/// The last word of the events, where it is a refusal.
fn last_refusal(events: &[Event]) -> Option<&str> {
    let last = events.iter().rev().find(|event| {
        matches!(
            event.reason.as_str(),
            "FailedCreate" | "SuccessfulCreate" | "ReplicaSetCreateError"
        )
    })?;
    (last.reason != "SuccessfulCreate").then_some(last.message.as_str())
}

fn refused(message: &str) -> Problem {
    let lower = message.to_lowercase();
    let refusal = if lower.contains("exceeded quota") || lower.contains("failed quota") {
        Refusal::Quota
    } else if lower.contains("violates podsecurity") {
        Refusal::PodSecurity
    } else if lower.contains("serviceaccount") && lower.contains("not found") {
        Refusal::ServiceAccount
    } else if lower.contains("failed calling webhook") {
        Refusal::WebhookUnreachable
    } else if lower.contains("admission webhook") || lower.contains("validatingadmissionpolicy") {
        Refusal::Denied
    } else if is_limit(&lower) {
        Refusal::Limits
    } else {
        Refusal::Other
    };
    Problem::NotCreated {
        refusal,
        text: innermost(message),
    }
}

/// The LimitRanger's words: `maximum cpu usage per Container is 1, but limit is 2`.
fn is_limit(lower: &str) -> bool {
    let speaks_of_usage = [
        "usage per container",
        "usage per pod",
        "limit to request ratio per",
    ]
    .iter()
    .any(|words| lower.contains(words));
    speaks_of_usage && lower.contains("forbidden")
}

/// Without who says it and of which Pod: `pods "web-1" is forbidden: exceeded quota: …`.
fn innermost(message: &str) -> String {
    let text = message
        .split_once(" is forbidden: ")
        .or_else(|| message.split_once("Error creating: "))
        .or_else(|| message.split_once(" failed error: "))
        .map_or(message, |(_, text)| text);
    printable::line(text)
}

/// The causes that a claim shows. `events` are those of the claim, the oldest first.
pub fn of_claim(claim: &Value, events: &[Event]) -> Vec<Cause> {
    if text(claim, "/status/phase") == Some("Bound") {
        return Vec::new();
    }
    let last = events.iter().rev().find(|event| {
        matches!(
            event.reason.as_str(),
            "ProvisioningFailed" | "FailedBinding"
        )
    });
    last.map(|event| {
        let text = event.message.clone();
        Cause::of(claim, Problem::ClaimUnbound { text })
    })
    .into_iter()
    .collect()
}

/// The cause that every object shows that is being deleted.
pub fn of_deletion(object: &Value) -> Option<Cause> {
    text(object, "/metadata/deletionTimestamp")?;
    let finalizers = object
        .pointer("/metadata/finalizers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(printable::line)
        .collect();
    Some(Cause::of(object, Problem::Deleting { finalizers }))
}

/// Whether a kind makes Pods, so that its events and conditions can say why there are none.
pub fn makes_pods(object: &Value) -> bool {
    matches!(
        kind(object),
        "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" | "Job" | "Deployment"
    )
}
