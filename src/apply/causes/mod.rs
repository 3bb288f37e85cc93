//! Why an object does not become current: states of containers, conditions and events → [`Cause`]s.
//!
//! Everything here is pure. What to read, and how long a cause must last, is decided by
//! [`super::wait`]; what it means is decided here.

mod container;
mod controller;
mod event;
mod hint;
mod image;
mod pod;
pub(super) mod printable;
mod problem;

use serde_json::Value;

pub use controller::{makes_pods, of_claim, of_controller, of_deletion};
pub use event::{Event, read as read_events, to_show as events_to_show};
pub use pod::{PodOwner, of_pod};
pub use problem::{Problem, Refusal, Urgency};

use super::status::{kind, text};

/// One cause: what is wrong, where, and when it counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// When the cause fails the object; the first of several is the gravest.
    pub urgency: Urgency,
    /// What is wrong.
    pub problem: Problem,
    /// The object that shows it, as `Pod/demo/web-1`.
    pub object: String,
    /// The container that shows it.
    pub container: Option<String>,
}

impl Cause {
    fn of(object: &Value, problem: Problem) -> Self {
        Self {
            urgency: problem.urgency(),
            problem,
            object: name_of(object),
            container: None,
        }
    }

    /// A cause that no object was read for.
    pub(super) fn reported(object: String, problem: Problem) -> Self {
        Self {
            urgency: problem.urgency(),
            problem,
            object,
            container: None,
        }
    }

    /// The cause in one line, with the container that shows it.
    pub fn line(&self) -> String {
        match &self.container {
            Some(container) => format!("container `{container}`: {}", self.problem),
            None => self.problem.to_string(),
        }
    }
}

/// `Pod/demo/web-1`.
pub(super) fn name_of(object: &Value) -> String {
    let parts = [
        Some(kind(object)),
        text(object, "/metadata/namespace"),
        text(object, "/metadata/name"),
    ];
    printable::line(&parts.into_iter().flatten().collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests;
