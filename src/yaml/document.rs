//! One document of a source: read, checked, and added to what was read before.

use std::ops::Range;
use std::sync::Arc;

use super::duplicate::duplicates;
use super::events::{self, Failure};
use super::problem::{Problem, ProblemKind};
use super::split::Piece;
use super::tree::Tree;
use super::{Parsed, verify};
use crate::source::{SourceId, Span};

/// Reads one piece of the text.
pub(super) fn read(
    source: SourceId,
    text: &Arc<str>,
    index: usize,
    piece: Piece,
    parsed: &mut Parsed,
) {
    let range = match piece {
        Piece::Document(range) => range,
        Piece::BadSeparator(_, rest) => {
            parsed.problems.push(bad_separator(source, rest));
            return;
        }
    };
    let base = narrow(range.start);
    let read = match events::read(source, &text[range.clone()], base) {
        Ok(read) => read,
        Err(failure) => {
            parsed.problems.push(refused(source, text, &range, failure));
            return;
        }
    };
    let mut arena = read.arena;
    if arena.nodes.is_empty() {
        return;
    }
    verify::mark_verbatim(&mut arena, text);
    let tree = Tree {
        source,
        text: Arc::clone(text),
        start: base,
        end: narrow(range.end),
        index: narrow(index),
        arena,
    };
    if let Some(problem) = verify::refusal(&tree) {
        parsed.problems.push(problem);
        return;
    }
    if let Some(start) = read.dropped {
        parsed.problems.push(dropped(source, start, &text[range]));
    }
    if tree.root().is_null() {
        return;
    }
    duplicates(&tree, &mut parsed.problems);
    parsed.documents.push(Arc::new(tree));
}

fn bad_separator(source: SourceId, rest: Range<usize>) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message: "text follows `---` on its line, and kubectl takes only a comment there"
            .to_owned(),
        span: Span {
            source,
            start: narrow(rest.start),
            end: narrow(rest.end),
        },
        related: Vec::new(),
        help: Some("put what follows `---` on the next line".to_owned()),
    }
}

fn refused(source: SourceId, text: &str, range: &Range<usize>, failure: Failure) -> Problem {
    let at = failure.at as usize;
    if !failure.is_limit
        && let Some(place) = template_near(text, range, at)
    {
        return verify::template(Span {
            source,
            start: narrow(place.start),
            end: narrow(place.end),
        });
    }
    let kind = if failure.is_limit {
        ProblemKind::Limit
    } else {
        ProblemKind::Syntax
    };
    let width = text
        .get(at..range.end)
        .and_then(|rest| rest.chars().next())
        .filter(|next| *next != '\n')
        .map_or(0, char::len_utf8);
    Problem {
        kind,
        message: failure.message,
        span: Span {
            source,
            start: narrow(at),
            end: narrow(at + width),
        },
        related: Vec::new(),
        help: Some("kubectl cannot read this document either: mend it here".to_owned()),
    }
}

/// The template expression that may be why a document cannot be read: the last one that starts before
/// the error or on its line.
fn template_near(text: &str, range: &Range<usize>, at: usize) -> Option<Range<usize>> {
    let document = &text[range.clone()];
    let at = at.clamp(range.start, range.end) - range.start;
    let line_end = document
        .get(at..)?
        .find('\n')
        .map_or(document.len(), |end| at + end);
    let start = document[..line_end].rfind("{{")?;
    let end = document[start..].find("}}").map(|end| start + end + 2)?;
    Some(range.start + start..range.start + end)
}

fn dropped(source: SourceId, start: u32, document: &str) -> Problem {
    let _ = document;
    Problem {
        kind: ProblemKind::DroppedText,
        message: "kubectl drops everything from here to the end of the document".to_owned(),
        span: Span {
            source,
            start,
            end: start + 1,
        },
        related: Vec::new(),
        help: Some("separate documents with `---`".to_owned()),
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
