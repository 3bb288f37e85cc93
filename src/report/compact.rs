//! One line a finding: `path:line:column: severity[rule] message`.

use super::notice::severity_name;
use super::verdict::{Trouble, Verdict};
use super::view::View;
use crate::lint::Finding;
use crate::source::Span;

/// The findings, then what was left out and what could not be judged; each on one line.
pub fn compact(view: &View<'_>, verdict: &Verdict<'_>) -> String {
    let findings = verdict.findings.iter().map(|finding| line(view, finding));
    let warnings = verdict.warnings.iter();
    let warnings = warnings.map(|warning| trouble_line(view, "warning", warning));
    let failures = verdict.failures.iter();
    let failures = failures.map(|failure| trouble_line(view, "failure", failure));
    findings.chain(warnings).chain(failures).collect()
}

fn line(view: &View<'_>, finding: &Finding) -> String {
    let place = view.place(finding.primary.span);
    let severity = severity_name(finding.severity);
    let message = view.message(&finding.message, &places(finding));
    format!("{place}: {severity}[{}] {message}\n", finding.rule)
}

fn trouble_line(view: &View<'_>, word: &str, trouble: &Trouble) -> String {
    let places: Vec<Span> = trouble.place.into_iter().collect();
    let message = view.message(&trouble.message, &places);
    let code = &trouble.code;
    match trouble.place {
        Some(place) => format!("{}: {word}[{code}] {message}\n", view.place(place)),
        None => format!("{word}[{code}] {message}\n"),
    }
}

/// All places that a finding names.
pub(super) fn places(finding: &Finding) -> Vec<Span> {
    let related = finding.related.iter().map(|label| label.span);
    std::iter::once(finding.primary.span)
        .chain(related)
        .collect()
}
