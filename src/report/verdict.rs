//! What a run of lint says, in every output.

use miette::Diagnostic;

use crate::lint::{Finding, Severity};
use crate::source::Span;

/// What a run of lint says.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// What is wrong, sorted.
    pub findings: &'a [Finding],
    /// What was left out, and why.
    pub warnings: &'a [Trouble],
    /// What could not be read or judged.
    pub failures: &'a [Trouble],
    /// The numbers.
    pub summary: Summary,
}

/// Something that kept the run from judging a file or a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What names the failure: an error's code, or a rule's id.
    pub code: String,
    /// What was tried, and what stood in the way.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
    /// The place, where there is one.
    pub place: Option<Span>,
}

impl Trouble {
    /// Takes an error apart, with all that caused it.
    pub fn new(error: &dyn Diagnostic) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self {
            code: error
                .code()
                .map_or_else(|| "failure".to_owned(), |code| code.to_string()),
            message,
            help: error.help().map(|help| help.to_string()),
            place: None,
        }
    }
}

/// How much was read, and how much was said about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Findings that an inline ignore covers.
    pub ignored: usize,
    /// Objects that were judged.
    pub objects: usize,
    /// Files that were read.
    pub files: usize,
    /// Documents that are no Kubernetes manifests.
    pub not_manifests: usize,
    /// Documents that are templates of manifests.
    pub templates: usize,
    /// What could not be read or judged.
    pub failures: usize,
}

impl Summary {
    /// Counts findings by severity.
    pub fn count(&mut self, findings: &[Finding]) {
        let of = |severity| {
            let same = findings
                .iter()
                .filter(|finding| finding.severity == severity);
            same.count()
        };
        self.errors = of(Severity::Error);
        self.warnings = of(Severity::Warning);
        self.infos = of(Severity::Info);
    }

    /// The summary as one line of words.
    pub fn line(&self) -> String {
        let counts = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.infos, "info", "infos"),
        ];
        let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        let found = if counts.is_empty() {
            "no findings".to_owned()
        } else {
            counts.join(", ")
        };
        let objects = counted(self.objects, "object", "objects");
        let files = counted(self.files, "file", "files");
        let mut line = format!("{found} in {objects} of {files}");
        let rest = [
            (self.ignored, "finding is ignored", "findings are ignored"),
            (
                self.not_manifests,
                "document is not a manifest",
                "documents are not manifests",
            ),
            (
                self.templates,
                "document is a template",
                "documents are templates",
            ),
            (self.failures, "failure", "failures"),
        ];
        for (count, one, many) in rest {
            if count > 0 {
                line.push_str("; ");
                line.push_str(&counted(count, one, many));
            }
        }
        line
    }
}

/// `1 object`, `2 objects`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_only_what_there_is() {
        let summary = Summary {
            errors: 1,
            infos: 2,
            objects: 12,
            files: 5,
            not_manifests: 1,
            ..Summary::default()
        };
        assert_eq!(
            summary.line(),
            "1 error, 2 infos in 12 objects of 5 files; 1 document is not a manifest"
        );
    }

    #[test]
    fn nothing_found_is_said_too() {
        assert_eq!(
            Summary::default().line(),
            "no findings in 0 objects of 0 files"
        );
    }
}
