//! JUnit's XML: one test suite a file, one test case a finding.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::compact::places;
use super::fingerprint::field;
use super::notice::severity_name;
use super::run::Run;
use super::text::{escape, escape_lines};
use super::verdict::{Trouble, Verdict};
use super::view::View;
use crate::lint::{Finding, Severity, Suppressed};
use crate::source::{SourceId, Span};

/// The suite for what has no place in a file.
const NO_FILE: &str = "gitops-lab";

/// How a test case ends.
enum End {
    /// Well, with nothing to say.
    Passed,
    /// Well, with something worth knowing.
    Noted { text: String },
    /// A finding.
    Failed {
        kind: String,
        message: String,
        text: String,
    },
    /// Somebody said why the finding shall stay.
    Skipped { message: String },
    /// The run is not complete.
    Broken {
        kind: String,
        message: String,
        text: String,
    },
}

struct Case {
    name: String,
    line: Option<u32>,
    end: End,
}

/// Files with findings, failures or objects are suites; a file without a finding holds one test case
/// that passed.
pub fn junit(view: &View<'_>, verdict: &Verdict<'_>, run: &Run<'_>) -> String {
    let mut suites: BTreeMap<SourceId, Vec<Case>> = BTreeMap::new();
    for object in run.objects {
        suites.entry(object.span().source).or_default();
    }
    for finding in verdict.findings {
        let cases = suites.entry(finding.primary.span.source).or_default();
        cases.push(found(view, run, finding));
    }
    for suppressed in run.suppressed {
        let cases = suites
            .entry(suppressed.finding.primary.span.source)
            .or_default();
        cases.push(skipped(view, run, suppressed));
    }
    let mut without_file = Vec::new();
    for (troubles, is_failure) in [(verdict.warnings, false), (verdict.failures, true)] {
        for trouble in troubles {
            let cases = match trouble.place {
                Some(span) => suites.entry(span.source).or_default(),
                None => &mut without_file,
            };
            cases.push(troubled(view, trouble, is_failure));
        }
    }
    let mut named: Vec<(String, Vec<Case>)> = Vec::new();
    for (id, source) in view.sources() {
        if let Some(cases) = suites.remove(&id) {
            named.push((escape(&source.path).into_owned(), cases));
        }
    }
    if !without_file.is_empty() {
        named.push((NO_FILE.to_owned(), without_file));
    }
    document(&mut named)
}

fn found(view: &View<'_>, run: &Run<'_>, finding: &Finding) -> Case {
    let message = view.message(&finding.message, &places(finding));
    let text = text(view, finding);
    Case {
        name: name(view, run, finding),
        line: Some(view.start(finding.primary.span).line),
        end: match finding.severity {
            Severity::Info => End::Noted { text },
            Severity::Warning | Severity::Error => End::Failed {
                kind: severity_name(finding.severity).to_owned(),
                message,
                text,
            },
        },
    }
}

fn skipped(view: &View<'_>, run: &Run<'_>, suppressed: &Suppressed) -> Case {
    let finding = &suppressed.finding;
    let mut places = places(finding);
    places.push(suppressed.ignore);
    Case {
        name: name(view, run, finding),
        line: Some(view.start(finding.primary.span).line),
        end: End::Skipped {
            message: view.message(&suppressed.reason, &places),
        },
    }
}

fn troubled(view: &View<'_>, trouble: &Trouble, is_failure: bool) -> Case {
    let places: Vec<Span> = trouble.place.into_iter().collect();
    let message = view.message(&trouble.message, &places);
    let help = trouble.help.as_deref().unwrap_or_default();
    let text = view.paragraph(help, &places);
    Case {
        name: escape(&trouble.code).into_owned(),
        line: trouble.place.map(|span| view.start(span).line),
        end: if is_failure {
            End::Broken {
                kind: "failure".to_owned(),
                message,
                text,
            }
        } else {
            End::Noted { text: message }
        },
    }
}

/// The name stays when lines move: report viewers compare runs by it.
fn name(view: &View<'_>, run: &Run<'_>, finding: &Finding) -> String {
    let mut name = finding.rule.clone();
    if let Some(object) = &finding.object {
        write!(name, ": {object}").expect("a String takes everything");
    }
    if let Some(field) = field(run, finding).filter(|field| !field.is_empty()) {
        write!(name, " {field}").expect("a String takes everything");
    }
    view.message(&name, &places(finding))
}

fn text(view: &View<'_>, finding: &Finding) -> String {
    let places = places(finding);
    let mut lines = vec![format!(
        "{}: {}",
        view.place(finding.primary.span),
        view.message(&finding.message, &places)
    )];
    for label in &finding.related {
        let said = view.message(&label.text, &places);
        lines.push(format!("{}: {said}", view.place(label.span)));
    }
    if let Some(help) = &finding.help {
        lines.push(format!("help: {}", view.paragraph(help, &places)));
    }
    escape_lines(&lines.join("\n"))
}

fn document(suites: &mut [(String, Vec<Case>)]) -> String {
    for (_, cases) in suites.iter_mut().filter(|(_, cases)| cases.is_empty()) {
        cases.push(Case {
            name: "no findings".to_owned(),
            line: None,
            end: End::Passed,
        });
    }
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let counts = counts(all());
    push(
        &mut xml,
        format_args!("<testsuites name=\"gitops-lab\" {counts}>\n"),
    );
    for (name, cases) in suites.iter() {
        suite(&mut xml, name, cases);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(xml: &mut String, name: &str, cases: &[Case]) {
    let file = attribute(name);
    let counts = counts(cases.iter());
    push(
        xml,
        format_args!("  <testsuite name=\"{file}\" {counts}>\n"),
    );
    for case in cases {
        let name = attribute(&case.name);
        push(
            xml,
            format_args!("    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\""),
        );
        if let Some(line) = case.line {
            push(xml, format_args!(" line=\"{line}\""));
        }
        end(xml, &case.end);
    }
    xml.push_str("  </testsuite>\n");
}

fn end(xml: &mut String, end: &End) {
    let (element, attributes, text) = match end {
        End::Passed => return xml.push_str("/>\n"),
        End::Noted { text } => ("system-out", String::new(), text.as_str()),
        End::Skipped { message } => {
            let message = attribute(message);
            ("skipped", format!(" message=\"{message}\""), "")
        }
        End::Failed {
            kind,
            message,
            text,
        } => ("failure", typed(kind, message), text.as_str()),
        End::Broken {
            kind,
            message,
            text,
        } => ("error", typed(kind, message), text.as_str()),
    };
    let text = content(text);
    push(
        xml,
        format_args!(">\n      <{element}{attributes}>{text}</{element}>\n    </testcase>\n"),
    );
}

fn typed(kind: &str, message: &str) -> String {
    let message = attribute(message);
    format!(" type=\"{kind}\" message=\"{message}\"")
}

fn counts<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.end {
            End::Failed { .. } => failures += 1,
            End::Broken { .. } => errors += 1,
            End::Skipped { .. } => skipped += 1,
            End::Passed | End::Noted { .. } => {}
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn push(xml: &mut String, text: std::fmt::Arguments<'_>) {
    xml.write_fmt(text).expect("a String takes everything");
}

fn attribute(text: &str) -> String {
    content(text)
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
        .replace('\t', "&#9;")
}

/// Control characters are escaped before; these two are no characters of XML either.
fn content(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_element() {
        assert_eq!(
            attribute("a \"b\" <c>\n&\u{ffff}"),
            "a &quot;b&quot; &lt;c&gt;&#10;&amp;\\u{ffff}"
        );
        assert_eq!(content("]]> \"x\""), "]]&gt; \"x\"");
    }
}
