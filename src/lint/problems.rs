//! What the readers saw → reports of the rules that document it.

use super::Label;
use super::builtin::Report;
use crate::object::{Skipped, SkippedReason};
use crate::yaml::{Problem, ProblemKind};

/// The rule that a problem of the YAML reader belongs to.
pub(crate) fn rule_of(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Syntax | ProblemKind::Encoding => "yaml-syntax",
        ProblemKind::Template => "unrendered-template",
        ProblemKind::Limit => "yaml-limit",
        ProblemKind::DuplicateKey => "duplicate-key",
        ProblemKind::DroppedText => "dropped-text",
    }
}

/// Whether a problem of this rule hides a document from every other rule.
pub(crate) fn hides_a_document(rule: &str) -> bool {
    matches!(rule, "yaml-syntax" | "yaml-limit" | "malformed-manifest")
}

/// What a problem says.
pub(crate) fn report(problem: &Problem) -> Report {
    let related = problem.related.iter().map(|(span, text)| Label {
        span: *span,
        text: text.clone(),
    });
    Report {
        message: problem.message.clone(),
        primary: Label {
            span: problem.span,
            text: String::new(),
        },
        related: related.collect(),
        severity: None,
        help: problem.help.clone(),
        fix: None,
    }
}

/// What a document without an object says, and the rule that it belongs to.
pub(crate) fn skipped(skipped: &Skipped) -> Option<(&'static str, Report)> {
    let (rule, message) = match &skipped.reason {
        SkippedReason::ClientSide(_) => return None,
        SkippedReason::NotAManifest => (
            "not-a-manifest",
            "this document has no `apiVersion` and `kind`".to_owned(),
        ),
        SkippedReason::Malformed(message) => ("malformed-manifest", message.clone()),
    };
    let report = Report {
        message,
        primary: Label {
            span: skipped.span,
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    };
    Some((rule, report))
}
