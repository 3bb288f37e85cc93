//! What the state of one container says.

use serde_json::Value;

use super::event::Event;
use super::image;
use super::printable;
use super::problem::Problem;
use crate::apply::status::{integer, text};

/// One container of a Pod: its place in the spec, its state, and the events about it.
pub(super) struct Container<'a> {
    pub(super) spec: &'a Value,
    pub(super) status: &'a Value,
    pub(super) events: Vec<&'a Event>,
    /// Whether a failed run counts even when the next one looks well: a Job counts each.
    pub(super) counts_every_run: bool,
}

impl Container<'_> {
    /// The image as the manifest says it; the status repeats it under the runtime's name.
    fn image(&self) -> String {
        let image = text(self.spec, "/image").or_else(|| text(self.status, "/image"));
        printable::line(image.unwrap_or(""))
    }

    fn restarts(&self) -> i64 {
        integer(self.status, "/restartCount").unwrap_or(0)
    }

    fn memory_limit(&self) -> Option<String> {
        text(self.spec, "/resources/limits/memory").map(printable::line)
    }
}

/// The problem of a container, if it has one.
pub(super) fn problem(container: &Container<'_>) -> Option<Problem> {
    if let Some(reason) = text(container.status, "/state/waiting/reason") {
        let message = text(container.status, "/state/waiting/message").unwrap_or("");
        if let Some(problem) = waiting(container, reason, message) {
            return Some(problem);
        }
    }
    terminated(container)
}

fn waiting(container: &Container<'_>, reason: &str, message: &str) -> Option<Problem> {
    let image = container.image();
    let line = || printable::line(message);
    let problem = match reason {
        "ErrImagePull" | "RegistryUnavailable" | "SignatureValidationFailed" => {
            image::pull_problem(&image, message)
        }
        "ImagePullBackOff" => {
            let text = image::backoff_text(message)
                .or_else(|| pull_event(container))
                .unwrap_or("");
            image::pull_problem(&image, text)
        }
        "InvalidImageName" => Problem::InvalidImageName { image },
        "ErrImageNeverPull" => Problem::ImageNeverPulled { image },
        "CreateContainerConfigError" => config_problem(message)?,
        "CreateContainerError" | "PreCreateHookError" | "PreStartHookError" => {
            Problem::CreateFailed { text: line() }
        }
        "RunContainerError" | "PostStartHookError" => Problem::CannotStart {
            text: start_text(message),
        },
        "CrashLoopBackOff" => crash(container),
        _ => return None,
    };
    Some(problem)
}

/// The kubelet's last event about the pull, for kubelets whose back-off message says nothing.
fn pull_event<'a>(container: &'a Container<'_>) -> Option<&'a str> {
    container
        .events
        .iter()
        .rev()
        .find(|event| event.reason == "Failed" && event.message.starts_with("Failed to pull image"))
        .map(|event| event.message.as_str())
}

/// `configmap "x" not found`, `couldn't find key k in ConfigMap ns/x`, and what is none of them.
/// A cache that is not synced yet is no problem.
pub(super) fn config_problem(message: &str) -> Option<Problem> {
    if message.starts_with("failed to sync") {
        return None;
    }
    if let Some(missing) = missing_config(message) {
        return Some(missing);
    }
    Some(Problem::ConfigError {
        text: printable::line(message),
    })
}

/// The ConfigMap, Secret or key that a text of the kubelet says is missing.
pub(super) fn missing_config(message: &str) -> Option<Problem> {
    for (word, kind) in [("configmap", "ConfigMap"), ("secret", "Secret")] {
        let name = message
            .split_once(&format!("{word} \""))
            .and_then(|(_, rest)| rest.split_once("\" not found"));
        if let Some((name, _)) = name {
            return Some(missing(kind, name, None));
        }
        let key = message
            .split_once("couldn't find key ")
            .and_then(|(_, rest)| rest.split_once(&format!(" in {kind} ")));
        if let Some((key, object)) = key {
            let object = object.split_whitespace().next().unwrap_or(object);
            let name = object.rsplit('/').next().unwrap_or(object);
            return Some(missing(kind, name, Some(key)));
        }
    }
    None
}

fn missing(kind: &str, name: &str, key: Option<&str>) -> Problem {
    Problem::MissingConfig {
        kind: kind.to_owned(),
        name: printable::line(name),
        key: key.map(printable::line),
    }
}

/// The innermost part of what runc says.
fn start_text(message: &str) -> String {
    let text = message
        .split_once("unable to start container process: ")
        .map_or(message, |(_, text)| text);
    printable::line(text.trim_end_matches(": unknown"))
}

fn crash(container: &Container<'_>) -> Problem {
    let last = container.status.pointer("/lastState/terminated");
    let last = last.unwrap_or(&Value::Null);
    ended(container, last).unwrap_or(Problem::Crashing {
        exit_code: integer(last, "/exitCode"),
        restarts: container.restarts(),
    })
}

/// What an end says by itself, whatever happens next.
fn ended(container: &Container<'_>, terminated: &Value) -> Option<Problem> {
    match text(terminated, "/reason")? {
        "OOMKilled" => Some(Problem::OutOfMemory {
            limit: container.memory_limit(),
            restarts: container.restarts(),
        }),
        "StartError" | "ContainerCannotRun" => Some(Problem::CannotStart {
            text: start_text(text(terminated, "/message").unwrap_or("")),
        }),
        _ => None,
    }
}

/// A container that ended, or that runs again after it did. An end without error is none here: where
/// it must not be, the container is soon in a crash loop.
fn terminated(container: &Container<'_>) -> Option<Problem> {
    if let Some(now) = container.status.pointer("/state/terminated") {
        return failed_run(container, now);
    }
    let is_ready = container.status.get("ready") == Some(&Value::Bool(true));
    if is_ready && !container.counts_every_run {
        return None;
    }
    failed_run(
        container,
        container.status.pointer("/lastState/terminated")?,
    )
}

fn failed_run(container: &Container<'_>, terminated: &Value) -> Option<Problem> {
    if let Some(problem) = ended(container, terminated) {
        return Some(problem);
    }
    let exit_code = integer(terminated, "/exitCode").filter(|code| *code != 0)?;
    let restarts = container.restarts();
    if restarts == 0 {
        return Some(Problem::ContainerFailed { exit_code });
    }
    Some(Problem::Crashing {
        exit_code: Some(exit_code),
        restarts,
    })
}
