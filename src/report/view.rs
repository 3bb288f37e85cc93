//! The sources of a run as they may be shown.

use std::ops::Range;
use std::sync::OnceLock;

use super::excerpt::Excerpt;
use super::mask::Mask;
use super::text::{escape, escape_lines};
use crate::source::{LineColumn, Source, SourceId, Sources, Span};

/// The sources of a run as they may be shown: what is secret in them is found once, and only in
/// sources of which something is shown.
#[derive(Debug)]
pub struct View<'a> {
    sources: &'a Sources,
    masks: Vec<OnceLock<Mask>>,
}

impl<'a> View<'a> {
    /// A view of these sources.
    pub fn new(sources: &'a Sources) -> Self {
        let masks = (0..sources.len()).map(|_| OnceLock::new()).collect();
        Self { sources, masks }
    }

    /// The name of a span's source, harmless to print.
    pub fn name(&self, span: Span) -> String {
        escape(&self.sources.get(span.source).name).into_owned()
    }

    /// The name of a source, harmless to print.
    pub(super) fn source_name(&self, source: SourceId) -> String {
        escape(&self.sources.get(source).name).into_owned()
    }

    /// The name of a span's source as it is; for outputs that escape it themselves.
    pub(super) fn raw_name(&self, span: Span) -> &'a str {
        &self.sources.get(span.source).name
    }

    /// The path of a span's source in its repository as it is; for outputs that a forge reads.
    pub(super) fn raw_path(&self, span: Span) -> &'a str {
        &self.sources.get(span.source).path
    }

    /// All sources of the run.
    pub(super) fn sources(&self) -> impl Iterator<Item = (SourceId, &'a Source)> {
        self.sources.iter()
    }

    /// Line and column where a span starts.
    pub fn start(&self, span: Span) -> LineColumn {
        self.sources.line_column(span)
    }

    /// Line and column where a span ends.
    pub fn end(&self, span: Span) -> LineColumn {
        self.sources.get(span.source).line_column(span.end)
    }

    /// `name:line:column`.
    pub fn place(&self, span: Span) -> String {
        let LineColumn { line, column } = self.start(span);
        format!("{}:{line}:{column}", self.name(span))
    }

    /// A message about these places without their sources' secret words, on one line, harmless to print.
    pub fn message(&self, text: &str, places: &[Span]) -> String {
        escape(&self.scrubbed(text, places)).into_owned()
    }

    /// As [`message`](Self::message), but line breaks stay.
    pub fn paragraph(&self, text: &str, places: &[Span]) -> String {
        escape_lines(&self.scrubbed(text, places))
    }

    /// A message about these places without their sources' secret words, otherwise as it is.
    pub fn scrubbed(&self, text: &str, places: &[Span]) -> String {
        let mut sources: Vec<_> = places.iter().map(|span| span.source).collect();
        sources.sort_unstable();
        sources.dedup();
        sources.into_iter().fold(text.to_owned(), |text, source| {
            let mask = self.mask(source);
            mask.scrub(text)
        })
    }

    /// Whether a byte of the span is secret.
    pub fn is_secret(&self, span: Span) -> bool {
        self.mask(span.source).touches(&bytes(span))
    }

    /// The lines around spans of one source, and where in them each span is.
    pub(super) fn excerpt(&self, spans: &[Span]) -> Option<(Excerpt, Vec<miette::SourceSpan>)> {
        let first = spans.first()?;
        let ranges: Vec<_> = spans.iter().copied().map(bytes).collect();
        let source = self.sources.get(first.source);
        let mask = self.mask(first.source);
        Some(Excerpt::new(self.name(*first), source, mask, &ranges))
    }

    /// The whole text of a source with stars for what is secret.
    pub fn covered(&self, source: SourceId) -> String {
        let text = &self.sources.get(source).text;
        self.mask(source).cover(text, 0..text.len())
    }

    fn mask(&self, source: SourceId) -> &Mask {
        self.masks[source.0 as usize].get_or_init(|| Mask::of(source, self.sources.get(source)))
    }
}

fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
