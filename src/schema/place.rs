//! Where a check stands, and what stands there, in the words of a message.

use std::fmt;

use crate::yaml::{Kind, NodeRef, Scalar};

/// The path from the object to a node, for messages.
#[derive(Debug, Default)]
pub(super) struct Path {
    text: String,
    /// The length of the text before each step.
    steps: Vec<usize>,
}

impl Path {
    pub(super) fn enter(&mut self, field: &str) {
        self.steps.push(self.text.len());
        if !self.text.is_empty() {
            self.text.push('.');
        }
        self.text.push_str(field);
    }

    pub(super) fn enter_item(&mut self, at: usize) {
        self.steps.push(self.text.len());
        self.text.push('[');
        self.text.push_str(&at.to_string());
        self.text.push(']');
    }

    pub(super) fn leave(&mut self) {
        let length = self.steps.pop().unwrap_or_default();
        self.text.truncate(length);
    }

    pub(super) fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the cluster writes here, so that what is missing or odd does not matter.
    pub(super) fn is_status(&self) -> bool {
        let rest = self.text.strip_prefix("status");
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// `` in `spec` ``, or nothing at the root.
    pub(super) fn inside(&self) -> String {
        if self.is_root() {
            return String::new();
        }
        format!(" in `{}`", self.text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// What a node is.
pub(super) fn shape_of(node: NodeRef<'_>) -> &'static str {
    match node.resolved().kind() {
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        Kind::Scalar | Kind::Alias => match node.scalar() {
            None | Some(Scalar::Null) => "null",
            Some(Scalar::Bool(_)) => "a boolean",
            Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => "a number",
            Some(Scalar::String(_)) => "a string",
        },
    }
}
