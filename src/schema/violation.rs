//! What a value is that its schema does not allow.

use crate::source::Span;
use crate::yaml::NodeId;

/// The ways to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// A field that the schema does not have.
    UnknownField,
    /// A string where a number is needed, and the like.
    WrongType,
    /// A field that has to be there.
    MissingField,
    /// None of the values that are allowed, or out of their range.
    BadValue,
    /// A text that has not the form that is needed.
    BadFormat,
}

/// A place that its schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What is wrong.
    pub kind: ViolationKind,
    /// The node that is wrong, or lacks something.
    pub node: NodeId,
    /// Where a person looks for it.
    pub span: Span,
    /// One sentence without a full stop; it holds no value of the object but names.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
}
