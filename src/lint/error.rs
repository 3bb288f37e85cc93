//! What can be wrong with rules and with the choice of them.

use std::sync::Arc;

use miette::{NamedSource, SourceSpan};

/// A mistake in a rule file, at its place.
#[derive(Clone, Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot use the rule {rule}: {message}")]
#[diagnostic(code(lint::rule_file))]
pub struct RuleFileError {
    /// The rule's id.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// The next step.
    #[help]
    pub help: Option<String>,
    /// The rule file.
    #[source_code]
    pub text: Arc<NamedSource<String>>,
    /// The place in it.
    #[label]
    pub place: SourceSpan,
}

/// A rule that is named but does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("there is no rule `{name}`")]
#[diagnostic(code(lint::unknown_rule))]
pub struct UnknownRule {
    /// The name as it was written.
    pub name: String,
    /// The next step.
    #[help]
    pub help: String,
}
