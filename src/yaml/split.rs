//! Splits a text into documents as kubectl does (`YAMLReader` of k8s.io/apimachinery), before any
//! YAML is read: a line that starts with `---` ends the document even inside of a scalar.

use std::ops::Range;

/// A piece of the text between separators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The lines of one document; its own `---` line belongs to it where nothing stands before it.
    Document(Range<usize>),
    /// What follows the dashes of a line that is no separator. The lines before it are lost with it.
    BadSeparator(Range<usize>),
}

/// Splits everything from this byte on.
pub(super) fn split(text: &str, from: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = from;
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        let here = at;
        at += line.len();
        let Some(rest) = line.strip_prefix("---") else {
            continue;
        };
        let trimmed = rest.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            let offset = here + 3 + (rest.len() - rest.trim_start().len());
            pieces.push(Piece::BadSeparator(offset..offset + trimmed.len()));
            start = at;
        } else if start < here {
            pieces.push(Piece::Document(start..here));
            start = at;
        }
    }
    if start < at {
        pieces.push(Piece::Document(start..at));
    }
    pieces
}
