//! One line a finding: `path:line:column: severity[rule] message`.

use super::notice::severity_name;
use super::verdict::{Failed, Verdict};
use super::view::View;
use crate::lint::Finding;
use crate::source::Span;

/// The findings, then what could not be judged; each on one line.
pub fn compact(view: &View<'_>, verdict: &Verdict<'_>) -> String {
    let findings = verdict.findings.iter().map(|finding| line(view, finding));
    let failures = verdict.failures.iter();
    let failures = failures.map(|failure| failure_line(view, failure));
    findings.chain(failures).collect()
}

fn line(view: &View<'_>, finding: &Finding) -> String {
    let place = view.place(finding.primary.span);
    let severity = severity_name(finding.severity);
    let message = view.message(&finding.message, &places(finding));
    format!("{place}: {severity}[{}] {message}\n", finding.rule)
}

fn failure_line(view: &View<'_>, failure: &Failed) -> String {
    let places: Vec<Span> = failure.place.into_iter().collect();
    let message = view.message(&failure.message, &places);
    let code = &failure.code;
    match failure.place {
        Some(place) => format!("{}: failure[{code}] {message}\n", view.place(place)),
        None => format!("failure[{code}] {message}\n"),
    }
}

/// All places that a finding names.
pub(super) fn places(finding: &Finding) -> Vec<Span> {
    let related = finding.related.iter().map(|label| label.span);
    std::iter::once(finding.primary.span)
        .chain(related)
        .collect()
}
