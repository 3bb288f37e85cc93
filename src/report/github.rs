//! Workflow commands of GitHub Actions: each finding becomes an annotation on its line.

use super::compact::places;
use super::text::escape;
use super::verdict::{Trouble, Verdict};
use super::view::View;
use crate::lint::{Finding, Severity};
use crate::source::Span;

/// The findings, then what was left out and what could not be judged, one command each.
pub fn github(view: &View<'_>, verdict: &Verdict<'_>) -> String {
    let findings = verdict
        .findings
        .iter()
        .map(|finding| command(view, finding));
    let warnings = verdict.warnings.iter();
    let warnings = warnings.map(|warning| trouble_command(view, "warning", warning));
    let failures = verdict.failures.iter();
    let failures = failures.map(|failure| trouble_command(view, "error", failure));
    findings.chain(warnings).chain(failures).collect()
}

fn command(view: &View<'_>, finding: &Finding) -> String {
    let places = places(finding);
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let title = match &finding.object {
        Some(object) => format!("{}: {object}", finding.rule),
        None => finding.rule.clone(),
    };
    let message = with_help(&finding.message, finding.help.as_deref());
    let message = view.paragraph(&message, &places);
    let mut properties = place(view, finding.primary.span);
    properties.push(("title", escape(&title).into_owned()));
    written(word, &properties, &message)
}

fn trouble_command(view: &View<'_>, word: &str, trouble: &Trouble) -> String {
    let places: Vec<Span> = trouble.place.into_iter().collect();
    let message = with_help(&trouble.message, trouble.help.as_deref());
    let message = view.paragraph(&message, &places);
    let mut properties = trouble
        .place
        .map_or_else(Vec::new, |span| place(view, span));
    properties.push(("title", escape(&trouble.code).into_owned()));
    written(word, &properties, &message)
}

fn with_help(message: &str, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\n{help}"),
        None => message.to_owned(),
    }
}

/// GitHub takes columns only where both are of one line.
fn place(view: &View<'_>, span: Span) -> Vec<(&'static str, String)> {
    let (start, end) = (view.start(span), view.end(span));
    let mut properties = vec![
        ("file", escape(view.raw_path(span)).into_owned()),
        ("line", start.line.to_string()),
    ];
    if start.line == end.line {
        properties.push(("col", start.column.to_string()));
    }
    properties.push(("endLine", end.line.to_string()));
    if start.line == end.line {
        properties.push(("endColumn", end.column.to_string()));
    }
    properties
}

fn written(word: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    format!("::{word} {}::{}\n", properties.join(","), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_or_a_name_ends_the_command() {
        let properties = [("file", "a,b:c%\n::error::x".to_owned())];
        assert_eq!(
            written("error", &properties, "50 %\r\n::warning::no, really"),
            "::error file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax::50 %25%0D%0A::warning::no, really\n"
        );
    }
}
