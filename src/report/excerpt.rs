//! The lines of a source around labels, as they may be shown.
//!
//! miette looks for every span from byte 0 on; an excerpt holds a few lines only, so that thousands
//! of findings in large files stay cheap. Secret values are starred, what would act on a terminal is
//! replaced, and long lines are cut around the labels. Spans keep their places all the same: line and
//! column are those of the source.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::mask::Mask;
use super::text::visible;
use crate::source::Source;

/// Lines of context before and after a label.
pub(super) const CONTEXT: usize = 1;

/// So few lines between two labels are shown with them.
const BETWEEN: usize = 4;

/// Labels whose lines are at most this far apart stand in one block of lines.
pub(super) const NEAR: usize = BETWEEN + 2 * CONTEXT + 1;

/// Lines that are longer than this many bytes are cut.
const LONG: usize = 200;

/// Bytes that are kept before a label in a line that is cut.
const BEFORE: usize = 60;

/// Labels over more lines than this are shown on their first lines only.
const TALL: usize = 4;

/// Takes the place of what was cut.
const CUT: &str = "…";

/// A few lines of a source.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
}

/// A line of an excerpt.
#[derive(Debug)]
struct Line {
    /// Where it starts in the excerpt.
    start: usize,
    /// Its index in the source.
    index: usize,
    /// Columns of the source before the line's first byte in the excerpt.
    columns_before: usize,
}

/// The part of a source's line that is shown.
struct Window {
    line: usize,
    /// Bytes of the source.
    shown: Range<usize>,
    is_cut_before: bool,
    is_cut_after: bool,
}

impl Excerpt {
    /// Makes an excerpt with the lines of these byte ranges, and says where in it each range is.
    pub(super) fn new(
        name: String,
        source: &Source,
        mask: &Mask,
        labels: &[Range<usize>],
    ) -> (Self, Vec<SourceSpan>) {
        let labels: Vec<_> = labels.iter().map(|label| clamp(source, label)).collect();
        let mut excerpt = Self {
            name,
            text: String::new(),
            lines: Vec::new(),
        };
        let mut windows = Vec::new();
        for line in shown_lines(source, &labels) {
            let window = window(source, line, &labels);
            excerpt.push(source, mask, &window);
            windows.push(window);
        }
        let spans = labels
            .iter()
            .map(|label| excerpt.span_of(source, &windows, label))
            .collect();
        (excerpt, spans)
    }

    fn push(&mut self, source: &Source, mask: &Mask, window: &Window) {
        let before = &source.text[source.line_start(window.line) as usize..window.shown.start];
        let cut_width = usize::from(window.is_cut_before);
        self.lines.push(Line {
            start: self.text.len(),
            index: window.line,
            columns_before: before.chars().count().saturating_sub(cut_width),
        });
        if window.is_cut_before {
            self.text.push_str(CUT);
        }
        let covered = mask.cover(&source.text, window.shown.clone());
        self.text.push_str(&visible(&covered));
        if window.is_cut_after {
            self.text.push_str(CUT);
        }
        self.text.push('\n');
    }

    fn span_of(&self, source: &Source, windows: &[Window], label: &Range<usize>) -> SourceSpan {
        let start = self.place_of(source, windows, label.start);
        let end = self.place_of(source, windows, label.end).max(start);
        (start, end - start).into()
    }

    fn place_of(&self, source: &Source, windows: &[Window], at: usize) -> usize {
        let line = source.line_index(u32::try_from(at).unwrap_or(u32::MAX));
        let found = windows.partition_point(|window| window.line < line);
        let (Some(window), Some(shown)) = (windows.get(found), self.lines.get(found)) else {
            return self.text.len();
        };
        let lead = if window.is_cut_before { CUT.len() } else { 0 };
        let at = at.clamp(window.shown.start, window.shown.end);
        shown.start + lead + (at - window.shown.start)
    }

    /// The line of the excerpt (not of the source) that holds this byte.
    fn line_at(&self, at: usize) -> Option<usize> {
        let after = self.lines.partition_point(|line| line.start <= at);
        after.checked_sub(1)
    }

    fn line_end(&self, line: usize) -> usize {
        let next = self.lines.get(line + 1);
        next.map_or(self.text.len(), |next| next.start)
    }

    /// Whether the source has no lines between these lines of the excerpt.
    fn is_gapless(&self, from: usize, to: usize) -> bool {
        self.lines[to].index - self.lines[from].index == to - from
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        // A span that ends in front of a line's first byte ends in the line before it.
        let last_byte = end.saturating_sub(1).max(span.offset());
        let first = self.line_at(span.offset());
        let last = self.line_at(last_byte);
        let (Some(mut first), Some(mut last)) = (first, last) else {
            return Err(MietteError::OutOfBounds);
        };
        if end > self.text.len() || !self.is_gapless(first, last) {
            return Err(MietteError::OutOfBounds);
        }
        let before = &self.text[self.lines[first].start..span.offset()];
        let column = self.lines[first].columns_before + before.chars().count();
        if lines_before + lines_after == 0 {
            return Ok(self.contents(span.offset()..end, first, last, column));
        }
        // The whole block: it holds no more than is to be shown.
        while first > 0 && self.is_gapless(first - 1, first) {
            first -= 1;
        }
        while last + 1 < self.lines.len() && self.is_gapless(last, last + 1) {
            last += 1;
        }
        Ok(self.contents(self.lines[first].start..self.line_end(last), first, last, 0))
    }
}

impl Excerpt {
    fn contents(
        &self,
        range: Range<usize>,
        first: usize,
        last: usize,
        column: usize,
    ) -> Box<dyn SpanContents<'_> + '_> {
        Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[range.clone()],
            range.into(),
            self.lines[first].index,
            column,
            last - first + 1,
        ))
    }
}

/// The part of a label that is shown: inside the text, and not too tall.
fn clamp(source: &Source, label: &Range<usize>) -> Range<usize> {
    let length = source.text.len();
    let start = source.text.floor_char_boundary(label.start.min(length));
    let end = source
        .text
        .ceil_char_boundary(label.end.min(length))
        .max(start);
    let first = line_of(source, start);
    let last = line_of(source, end.saturating_sub(1).max(start));
    if last - first < TALL {
        return start..end;
    }
    start..content(source, first + TALL - 1).end.max(start)
}

fn line_of(source: &Source, at: usize) -> usize {
    source.line_index(u32::try_from(at).unwrap_or(u32::MAX))
}

/// A line's bytes without its line break.
fn content(source: &Source, line: usize) -> Range<usize> {
    let start = source.line_start(line) as usize;
    let end = source.line_start(line + 1) as usize;
    let text = &source.text[start..end];
    start..start + text.trim_end_matches(['\n', '\r']).len()
}

/// The lines of the labels and those around them, in order.
fn shown_lines(source: &Source, labels: &[Range<usize>]) -> Vec<usize> {
    // Nothing stands after the last line break: that is a line only where a label points there.
    let last = source.line_count() - 1;
    let last_is_empty = source.line_start(last) as usize == source.text.len();
    let end = if last_is_empty { last.max(1) - 1 } else { last };
    let mut lines: Vec<usize> = labels
        .iter()
        .flat_map(|label| {
            let first = line_of(source, label.start);
            let last = line_of(source, label.end.saturating_sub(1).max(label.start));
            first.saturating_sub(CONTEXT)..=(last + CONTEXT).min(end.max(last))
        })
        .collect();
    lines.sort_unstable();
    let mut shown: Vec<usize> = Vec::with_capacity(lines.len());
    for line in lines {
        let gap = shown.last().map_or(0..0, |last| last + 1..line);
        if gap.len() <= BETWEEN {
            shown.extend(gap);
        }
        if shown.last() != Some(&line) {
            shown.push(line);
        }
    }
    shown
}

/// Cuts a long line around the labels that it holds.
fn window(source: &Source, line: usize, labels: &[Range<usize>]) -> Window {
    let all = content(source, line);
    if all.len() <= LONG {
        return Window {
            line,
            shown: all,
            is_cut_before: false,
            is_cut_after: false,
        };
    }
    let inside = labels.iter().filter(|label| {
        label.start <= all.end && label.end >= all.start && line_of(source, label.start) <= line
    });
    let first = inside.map(|label| label.start.max(all.start)).min();
    let wanted = first.unwrap_or(all.start).saturating_sub(BEFORE);
    let latest = all.end - LONG;
    let from = if wanted <= all.start + CUT.len() {
        all.start
    } else {
        wanted.min(latest)
    };
    let start = source.text.floor_char_boundary(from);
    let end = source.text.floor_char_boundary((start + LONG).min(all.end));
    Window {
        line,
        is_cut_before: start > all.start,
        is_cut_after: end < all.end,
        shown: start..end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;

    fn source(text: &str) -> Source {
        Source::new(
            "a.yaml".to_owned(),
            "a.yaml".to_owned(),
            Origin::Stdin,
            text,
        )
    }

    fn excerpt(text: &str, labels: &[Range<usize>]) -> (Excerpt, Vec<SourceSpan>) {
        Excerpt::new("a.yaml".to_owned(), &source(text), &Mask::default(), labels)
    }

    fn around(text: &str, label: Range<usize>) -> (Excerpt, Vec<SourceSpan>) {
        excerpt(text, &[label])
    }

    fn labelled<'e>(excerpt: &'e Excerpt, span: &SourceSpan) -> &'e str {
        &excerpt.text[span.offset()..span.offset() + span.len()]
    }

    #[test]
    fn an_excerpt_holds_the_labels_lines_and_those_around_them() {
        let text = "one\ntwo\nthree\nfour\nfive\nsix\n";
        let (excerpt, spans) = around(text, 8..13);
        assert_eq!(excerpt.text, "two\nthree\nfour\n");
        assert_eq!(labelled(&excerpt, &spans[0]), "three");
    }

    #[test]
    fn a_long_line_is_cut_around_its_label() {
        let text = format!("a: {}HERE{}\n", "x".repeat(1000), "y".repeat(1000));
        let (excerpt, spans) = around(&text, 1003..1007);
        assert_eq!(labelled(&excerpt, &spans[0]), "HERE");
        assert!(excerpt.text.starts_with("…xxx") && excerpt.text.ends_with("yyy…\n"));
        assert!(excerpt.text.len() < 2 * LONG);
        let read = excerpt.read_span(&spans[0], 0, 0);
        assert_eq!(
            read.map(|read| (read.line(), read.column())).ok(),
            Some((0, 1003))
        );
    }

    #[test]
    fn labels_far_apart_are_not_read_as_one() {
        let text = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let (excerpt, spans) = excerpt(text, &[0..1, 18..19]);
        assert_eq!(excerpt.text, "0\n1\n8\n9\n");
        let between = (spans[0].offset(), spans[1].offset() + 1);
        assert!(excerpt.read_span(&between.into(), 1, 1).is_err());
        let read = excerpt.read_span(&spans[1], 1, 1);
        assert_eq!(
            read.map(|read| (read.line(), read.line_count())).ok(),
            Some((8, 2))
        );
    }

    #[test]
    fn labels_near_each_other_are_read_as_one_block() {
        let text = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let (excerpt, spans) = excerpt(text, &[0..1, 14..15]);
        assert_eq!(excerpt.text, "0\n1\n2\n3\n4\n5\n6\n7\n8\n");
        let read = excerpt.read_span(&spans[0], 1, 1);
        assert_eq!(read.map(|read| read.line_count()).ok(), Some(9));
    }

    #[test]
    fn a_span_outside_of_the_text_is_shown_at_its_end() {
        let (excerpt, spans) = around("a: b", 90..99);
        assert_eq!(labelled(&excerpt, &spans[0]), "");
        assert!(excerpt.read_span(&spans[0], 1, 1).is_ok());
    }

    #[test]
    fn a_tall_label_is_shown_on_its_first_lines() {
        let text = "line\n".repeat(50);
        let (excerpt, spans) = around(&text, 0..text.len());
        assert_eq!(labelled(&excerpt, &spans[0]), "line\nline\nline\nline");
    }
}
