//! What is said about a place: a finding of the linter, or an error of the cluster on its manifest's line.

use crate::lint::{Finding, Label, Severity};
use crate::object::ObjectId;

/// Something to be said about a place in a source.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The rule's id, or the error's code.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// The place, and other places that explain it; the first is where the reader is sent.
    pub labels: Vec<Label>,
    /// The object that it is about.
    pub object: Option<ObjectId>,
    /// The next step.
    pub help: Option<String>,
}

impl From<&Finding> for Notice {
    fn from(finding: &Finding) -> Self {
        let primary = std::iter::once(finding.primary.clone());
        Self {
            code: finding.rule.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
            labels: primary.chain(finding.related.iter().cloned()).collect(),
            object: finding.object.clone(),
            help: finding.help.clone(),
        }
    }
}

/// The word for a severity in every output.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
