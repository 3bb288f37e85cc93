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

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(text: &str) -> Vec<&str> {
        let pieces = split(text, 0).into_iter();
        pieces
            .map(|piece| match piece {
                Piece::Document(range) | Piece::BadSeparator(range) => &text[range],
            })
            .collect()
    }

    #[test]
    fn a_separator_ends_a_document_and_starts_the_first() {
        assert_eq!(documents("---\na\n---\nb\n"), ["---\na\n", "b\n"]);
    }

    #[test]
    fn a_comment_and_white_space_may_follow_a_separator() {
        assert_eq!(
            documents("a\n--- # c\nb\n---\u{a0}\r\nc\n"),
            ["a\n", "b\n", "c\n"]
        );
    }

    #[test]
    fn other_text_after_the_dashes_loses_what_stands_before() {
        let text = "a\n---  {b: 1}\nc\n";
        let pieces = split(text, 0);
        assert_eq!(
            pieces,
            [Piece::BadSeparator(7..13), Piece::Document(14..16)]
        );
    }

    #[test]
    fn the_second_of_two_separators_belongs_to_the_document_after_it() {
        assert_eq!(documents("a\n---\n---\nb\n"), ["a\n", "---\nb\n"]);
    }

    #[test]
    fn nothing_follows_the_last_separator() {
        assert_eq!(documents("a\n---\n"), ["a\n"]);
        assert_eq!(documents(""), Vec::<&str>::new());
    }
}
