//! Why a Pod is not what it should be.

use serde_json::Value;

use super::container::{self, Container};
use super::event::Event;
use super::problem::{Problem, Urgency};
use super::{Cause, name_of, printable};
use crate::apply::status::{conditions, text};

/// Whose a Pod is, as far as it decides what a failure of it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodOwner {
    /// Nobody replaces it.
    Nobody,
    /// Its controller runs it for ever.
    Controller,
    /// A Job counts its failures, and decides.
    Job,
}

/// The causes that a Pod shows, init containers first. `events` are those of the Pod, the oldest first.
pub fn of_pod(pod: &Value, events: &[Event], owner: PodOwner) -> Vec<Cause> {
    let phase = text(pod, "/status/phase").unwrap_or("");
    if phase == "Succeeded" {
        return Vec::new();
    }
    let mut causes = of_containers(pod, events, owner);
    if phase == "Failed" {
        causes.extend(of_failed_pod(pod, causes.is_empty(), owner));
        return causes;
    }
    causes.extend(of_scheduling(pod));
    if causes.is_empty() && phase != "Running" {
        causes.extend(of_preparation(pod, events));
    }
    if causes.is_empty() && phase == "Running" {
        causes.extend(of_probes(pod, events));
    }
    causes
}

fn of_containers(pod: &Value, events: &[Event], owner: PodOwner) -> Vec<Cause> {
    let places = [
        ("/spec/initContainers", "/status/initContainerStatuses"),
        ("/spec/containers", "/status/containerStatuses"),
    ];
    let mut causes = Vec::new();
    for (specs, statuses) in places {
        for status in list(pod, statuses) {
            let name = text(status, "/name").unwrap_or("");
            let spec = list(pod, specs).find(|spec| text(spec, "/name") == Some(name));
            let container = Container {
                spec: spec.unwrap_or(&Value::Null),
                status,
                events: of_container(events, name),
                counts_every_run: owner == PodOwner::Job,
            };
            if let Some(problem) = container::problem(&container) {
                let urgency = urgency(&problem, status, owner);
                causes.push(Cause {
                    object: name_of(pod),
                    container: Some(printable::line(name)),
                    urgency,
                    problem,
                });
            }
        }
    }
    causes
}

/// The events that name this container, and those that name none.
fn of_container<'a>(events: &'a [Event], name: &str) -> Vec<&'a Event> {
    let is_of = |event: &&Event| event.container.as_deref().is_none_or(|other| other == name);
    events.iter().filter(is_of).collect()
}

/// A container that runs may yet become ready; a Job counts the crashes of its Pods itself; nobody
/// starts a naked Pod again that may not restart.
fn urgency(problem: &Problem, status: &Value, owner: PodOwner) -> Urgency {
    let runs = status.pointer("/state/running").is_some();
    match problem.urgency() {
        Urgency::Crash if runs || owner == PodOwner::Job => Urgency::Note,
        Urgency::Fatal if runs => Urgency::Note,
        urgency => urgency,
    }
}

fn of_failed_pod(pod: &Value, is_unexplained: bool, owner: PodOwner) -> Option<Cause> {
    let reason = text(pod, "/status/reason");
    if reason.is_none() && !is_unexplained {
        return None;
    }
    let problem = Problem::PodFailed {
        reason: printable::line(reason.unwrap_or("phase Failed")),
        text: printable::line(text(pod, "/status/message").unwrap_or("")),
    };
    let mut cause = Cause::of(pod, problem);
    if owner == PodOwner::Nobody {
        cause.urgency = Urgency::Fatal;
    }
    Some(cause)
}

fn of_scheduling(pod: &Value) -> Option<Cause> {
    let condition = conditions(pod)
        .find(|condition| condition.kind == "PodScheduled" && condition.status == "False")?;
    let problem = Problem::Unschedulable {
        text: printable::line(condition.message),
    };
    let mut cause = Cause::of(pod, problem);
    if condition.reason == "SchedulingGated" {
        cause.urgency = Urgency::Note;
    }
    Some(cause)
}

/// What happens between the node's choice and the first container: only events tell it.
fn of_preparation(pod: &Value, events: &[Event]) -> Option<Cause> {
    let last = events.iter().rev().find(|event| {
        matches!(
            event.reason.as_str(),
            "FailedMount"
                | "FailedAttachVolume"
                | "FailedMapVolume"
                | "FailedCreatePodSandBox"
                | "Pulling"
                | "Pulled"
                | "Created"
                | "Started"
        )
    })?;
    let text = last.message.clone();
    let problem = match last.reason.as_str() {
        "FailedCreatePodSandBox" => Problem::SandboxFailed { text },
        "FailedMount" | "FailedAttachVolume" | "FailedMapVolume" => {
            mount_problem(&last.message).unwrap_or(Problem::MountFailed { text })
        }
        _ => return None,
    };
    Some(Cause::of(pod, problem))
}

/// `MountVolume.SetUp failed for volume "x" : configmap "y" not found`, and the like for keys.
fn mount_problem(message: &str) -> Option<Problem> {
    container::missing_config(message)
}

fn of_probes(pod: &Value, events: &[Event]) -> Option<Cause> {
    let is_ready =
        conditions(pod).any(|condition| condition.kind == "Ready" && condition.status == "True");
    if is_ready {
        return None;
    }
    let last = events
        .iter()
        .rev()
        .find(|event| event.reason == "Unhealthy")?;
    let (probe, text) = last.message.split_once(" probe failed: ")?;
    let mut cause = Cause::of(
        pod,
        Problem::ProbeFailing {
            probe: probe.to_owned(),
            text: text.to_owned(),
        },
    );
    cause.container.clone_from(&last.container);
    Some(cause)
}

fn list<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
