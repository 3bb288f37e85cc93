//! GitLab's code quality report.

use serde::Serialize;

use super::compact::places;
use super::fingerprint::Fingerprints;
use super::json::pretty;
use super::run::Run;
use super::verdict::{Trouble, Verdict};
use super::view::View;
use crate::lint::{Finding, Severity};
use crate::source::Span;

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// The findings, then what could not be judged. GitLab has no place for what was left out.
pub fn gitlab(view: &View<'_>, verdict: &Verdict<'_>, run: &Run<'_>) -> String {
    let mut fingerprints = Fingerprints::new(view, run);
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for finding in verdict.findings {
        entries.push(entry(view, finding, fingerprints.next(finding)));
    }
    for failure in verdict.failures {
        entries.push(failed(view, failure, &mut fingerprints));
    }
    pretty(&entries)
}

fn entry<'a>(view: &'a View<'_>, finding: &'a Finding, fingerprint: String) -> Entry<'a> {
    let description = match &finding.help {
        Some(help) => format!("{}. {help}", finding.message),
        None => finding.message.clone(),
    };
    Entry {
        description: view.scrubbed(&description, &places(finding)),
        check_name: &finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: location(view, finding.primary.span),
    }
}

/// GitLab wants a place of everything: what has none is said of the repository's root.
fn failed<'a>(
    view: &'a View<'_>,
    failure: &'a Trouble,
    fingerprints: &mut Fingerprints<'_>,
) -> Entry<'a> {
    let places: Vec<Span> = failure.place.into_iter().collect();
    let description = view.scrubbed(&failure.message, &places);
    Entry {
        fingerprint: fingerprints.of_text(&failure.code, &description),
        description,
        check_name: &failure.code,
        severity: "blocker",
        location: match failure.place {
            Some(span) => location(view, span),
            None => Location {
                path: ".",
                lines: Lines { begin: 1, end: 1 },
            },
        },
    }
}

fn location<'a>(view: &'a View<'_>, span: Span) -> Location<'a> {
    Location {
        path: view.raw_path(span),
        lines: Lines {
            begin: view.start(span).line,
            end: view.end(span).line,
        },
    }
}
