//! What a run of the linter says.

use super::Finding;
use crate::object::ObjectId;
use crate::source::Span;

/// What a run of the linter says; every list is sorted by source, start and rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is wrong, and somebody said why it shall stay.
    pub suppressed: Vec<Suppressed>,
    /// Rules that could not judge a place. Never a pass: the run failed there.
    pub failures: Vec<RuleFailure>,
}

/// A finding that an ignore covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The reason that the ignore gives; empty where it gives none.
    pub reason: String,
    /// The ignore: a comment, an annotation, or an entry of the configuration.
    pub ignore: Span,
}

/// A rule that could not judge a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule {rule} could not judge this: {reason}")]
pub struct RuleFailure {
    /// The rule's id.
    pub rule: String,
    /// What went wrong.
    pub reason: String,
    /// The place.
    pub span: Span,
    /// The object that holds the place.
    pub object: Option<ObjectId>,
}
