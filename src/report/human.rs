//! For people: the excerpt, a caret under the cause, the next step.
//!
//! The text has colours; the one who prints it takes them out where they are not wanted.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::excerpt::{CONTEXT, Excerpt, NEAR};
use super::notice::{Notice, severity_name};
use super::verdict::{Trouble, Verdict};
use super::view::View;
use crate::lint::{Label, Severity};
use crate::source::Span;

/// Longer lines of messages and help are wrapped.
const WIDTH: usize = 100;

/// Labels are cut after so many characters.
const LONGEST_LABEL: usize = 80;

/// Prints notices for people.
#[derive(Debug)]
pub struct Human<'a> {
    view: &'a View<'a>,
    handler: GraphicalReportHandler,
}

impl<'a> Human<'a> {
    /// A printer over these sources.
    pub fn new(view: &'a View<'a>) -> Self {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
            .with_context_lines(CONTEXT)
            .with_width(WIDTH)
            .with_links(false);
        Self { view, handler }
    }

    /// One notice: header, message, excerpts, help.
    pub fn notice(&self, notice: &Notice) -> String {
        let mut text = String::new();
        for shown in shown(self.view, notice) {
            self.handler.render_report(&mut text, &shown).expect(
                "a String takes every text, and an excerpt holds the spans that it was made with",
            );
        }
        text
    }

    /// What a run of lint says: findings, what could not be judged, and the summary as the last line.
    pub fn verdict(&self, verdict: &Verdict<'_>) -> String {
        let findings = verdict.findings.iter().map(Notice::from);
        let warnings = verdict.warnings.iter();
        let warnings = warnings.map(|warning| trouble(warning, Severity::Warning));
        let failures = verdict.failures.iter();
        let failures = failures.map(|failure| trouble(failure, Severity::Error));
        let mut text = String::new();
        for notice in findings.chain(warnings).chain(failures) {
            text.push_str(&self.notice(&notice));
            text.push('\n');
        }
        text.push_str(&verdict.summary.line());
        text.push('\n');
        text
    }
}

fn trouble(trouble: &Trouble, severity: Severity) -> Notice {
    let labels = trouble.place.into_iter().map(|span| Label {
        span,
        text: String::new(),
    });
    Notice {
        code: trouble.code.clone(),
        severity,
        message: trouble.message.clone(),
        labels: labels.collect(),
        object: None,
        help: trouble.help.clone(),
    }
}

/// A part of a notice as miette takes it: a message with an excerpt.
#[derive(Debug)]
struct Shown {
    code: Option<String>,
    severity: Severity,
    message: String,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
}

/// The parts of a notice: one for each place that its labels are in. The help stands beneath the last.
fn shown(view: &View<'_>, notice: &Notice) -> Vec<Shown> {
    let places: Vec<Span> = notice.labels.iter().map(|label| label.span).collect();
    let mut groups = by_place(view, &notice.labels).into_iter();
    let (excerpt, labels) = excerpt(view, &groups.next().unwrap_or_default(), &places);
    let mut parts = vec![Shown {
        code: Some(header(view, notice, &places)),
        severity: notice.severity,
        message: view.message(&notice.message, &places),
        excerpt,
        labels,
        help: None,
    }];
    parts.extend(groups.map(|group| elsewhere(view, &group, &places)));
    if let (Some(last), Some(help)) = (parts.last_mut(), &notice.help) {
        last.help = Some(view.paragraph(help, &places));
    }
    parts
}

/// Labels in another place than the first.
fn elsewhere(view: &View<'_>, group: &[&Label], places: &[Span]) -> Shown {
    let (excerpt, mut labels) = excerpt(view, group, places);
    let texts = group.iter().map(|label| label.text.as_str());
    let first = texts.into_iter().find(|text| !text.is_empty());
    if let [only] = labels.as_mut_slice() {
        // The message says it already.
        only.set_label(None);
    }
    Shown {
        code: None,
        severity: Severity::Info,
        message: view.message(first.unwrap_or("see also"), places),
        excerpt,
        labels,
        help: None,
    }
}

/// `error[mutable-image-tag] Deployment/prod/web`
fn header(view: &View<'_>, notice: &Notice, places: &[Span]) -> String {
    let mut header = format!("{}[{}]", severity_name(notice.severity), notice.code);
    if let Some(object) = &notice.object {
        header.push(' ');
        header.push_str(&view.message(&object.to_string(), places));
    }
    header
}

/// Labels by place, the first one's first: those of one source that are near each other share an
/// excerpt. (miette would show them from top to bottom, and the reader would be sent to the wrong one.)
fn by_place<'l>(view: &View<'_>, labels: &'l [Label]) -> Vec<Vec<&'l Label>> {
    let mut groups: Vec<Vec<&Label>> = Vec::new();
    for label in labels {
        let near = |other: &&Label| {
            let (one, other) = (label.span, other.span);
            one.source == other.source
                && view.start(one).line.abs_diff(view.start(other).line) as usize <= NEAR
        };
        match groups.iter_mut().find(|group| group.iter().any(near)) {
            Some(group) => group.push(label),
            None => groups.push(vec![label]),
        }
    }
    groups
}

fn excerpt(
    view: &View<'_>,
    group: &[&Label],
    places: &[Span],
) -> (Option<Excerpt>, Vec<LabeledSpan>) {
    let spans: Vec<Span> = group.iter().map(|label| label.span).collect();
    let Some((excerpt, shown)) = view.excerpt(&spans) else {
        return (None, Vec::new());
    };
    let labels = group.iter().zip(shown).enumerate();
    let labels = labels.map(|(at, (label, span))| {
        let text = (!label.text.is_empty()).then(|| short(&view.message(&label.text, places)));
        if at == 0 {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    });
    (Some(excerpt), labels.collect())
}

/// A label stands beside its caret and is not wrapped.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_LABEL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.code.as_ref()?;
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Info => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let excerpt = self.excerpt.as_ref()?;
        Some(excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
