//! From a part of a scalar's decoded text to the bytes that it was read from.

use std::ops::Range;

use crate::source::Span;
use crate::yaml::{NodeRef, Style};

/// The bytes that hold this part of a scalar's decoded text ([`NodeRef::raw`]); the whole scalar where
/// they cannot be told (folding within the part).
pub(super) fn substring_span(node: NodeRef<'_>, part: Range<usize>) -> Span {
    let whole = node.span();
    let text = source_text(node);
    exact(node, text, part)
        .and_then(|range| absolute(whole, &range))
        .unwrap_or(whole)
}

fn source_text(node: NodeRef<'_>) -> &str {
    let span = node.span();
    let text = &node.tree().text;
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_default()
}

fn absolute(whole: Span, range: &Range<usize>) -> Option<Span> {
    Some(Span {
        source: whole.source,
        start: whole.start + u32::try_from(range.start).ok()?,
        end: whole.start + u32::try_from(range.end).ok()?,
    })
}

fn exact(node: NodeRef<'_>, text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let decoded = node.raw()?;
    let aligned = match node.style() {
        Style::DoubleQuoted => aligned(text, &decoded, &part, double_quoted),
        Style::SingleQuoted => aligned(text, &decoded, &part, single_quoted),
        _ => None,
    };
    aligned.or_else(|| same_occurrence(text, &decoded, &part))
}

/// The place of the same occurrence: text that is written as it is read appears as often in the source.
fn same_occurrence(text: &str, decoded: &str, part: &Range<usize>) -> Option<Range<usize>> {
    let needle = decoded.get(part.clone())?;
    if needle.is_empty() {
        return None;
    }
    let in_decoded = decoded.match_indices(needle).count();
    let in_text = text.match_indices(needle).count();
    if in_decoded != in_text {
        return None;
    }
    let ordinal = decoded
        .match_indices(needle)
        .position(|(at, _)| at == part.start)?;
    let (start, _) = text.match_indices(needle).nth(ordinal)?;
    Some(start..start + needle.len())
}

/// Reads one character of a quoted scalar: what it stands for, and how many bytes it takes.
type ReadCharacter = fn(&str) -> Option<(char, usize)>;

/// Walks a scalar on one line and its decoded text side by side.
fn aligned(
    text: &str,
    decoded: &str,
    part: &Range<usize>,
    read: ReadCharacter,
) -> Option<Range<usize>> {
    let end_of_content = text.len().checked_sub(1)?;
    let mut at = 1;
    let mut start = None;
    for (index, expected) in decoded.char_indices() {
        if index == part.start {
            start = Some(at);
        }
        if index == part.end {
            return Some(start?..at);
        }
        let (character, length) = read(text.get(at..end_of_content)?)?;
        if character != expected {
            return None;
        }
        at += length;
    }
    (part.end == decoded.len()).then_some(start?..at)
}

fn single_quoted(rest: &str) -> Option<(char, usize)> {
    let character = rest.chars().next()?;
    let length = if rest.starts_with("''") {
        2
    } else {
        character.len_utf8()
    };
    Some((character, length))
}

fn double_quoted(rest: &str) -> Option<(char, usize)> {
    let character = rest.chars().next()?;
    if character != '\\' {
        return Some((character, character.len_utf8()));
    }
    let escape = rest[1..].chars().next()?;
    let (value, length) = match escape {
        '0' => ('\0', 2),
        'a' => ('\x07', 2),
        'b' => ('\x08', 2),
        't' | '\t' => ('\t', 2),
        'n' => ('\n', 2),
        'v' => ('\x0b', 2),
        'f' => ('\x0c', 2),
        'r' => ('\r', 2),
        'e' => ('\x1b', 2),
        'N' => ('\u{85}', 2),
        '_' => ('\u{a0}', 2),
        'L' => ('\u{2028}', 2),
        'P' => ('\u{2029}', 2),
        ' ' | '"' | '/' | '\\' => (escape, 2),
        'x' => (hexadecimal(rest.get(2..4)?)?, 4),
        'u' => (hexadecimal(rest.get(2..6)?)?, 6),
        'U' => (hexadecimal(rest.get(2..10)?)?, 10),
        _ => return None,
    };
    Some((value, length))
}

fn hexadecimal(digits: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use std::sync::Arc;

    /// The source text that `needle` maps to in the value of `key`.
    fn mapped(text: &str, needle: &str) -> String {
        let text: Arc<str> = text.into();
        let parsed = crate::yaml::parse(SourceId(0), &text);
        let node = parsed.documents[0].root().get("key").expect("a key");
        let decoded = node.raw().expect("a scalar");
        let start = decoded.find(needle).expect("the needle");
        let span = substring_span(node, start..start + needle.len());
        text[span.start as usize..span.end as usize].to_owned()
    }

    #[test]
    fn plain_text_maps_byte_by_byte() {
        assert_eq!(mapped("key: a 10.0.0.1 b\n", "10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn escapes_before_and_within_are_counted() {
        assert_eq!(
            mapped(r#"key: "\t\"x\" \u00e9 10.0.0.1""#, "10.0.0.1"),
            "10.0.0.1"
        );
        assert_eq!(mapped(r#"key: "echo \"x\" > y""#, "\"x\" >"), r#"\"x\" >"#);
        assert_eq!(mapped("key: 'it''s 10.0.0.1'", "s 10.0.0.1"), "s 10.0.0.1");
    }

    #[test]
    fn lines_of_block_scalars_are_found_without_their_indentation() {
        assert_eq!(
            mapped("key: |\n  a: 1\n  b: 10.0.0.1\n", "b: 10.0.0.1"),
            "b: 10.0.0.1"
        );
        assert_eq!(mapped("key: >-\n  a\n  10.0.0.1\n", "10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn a_part_across_a_fold_falls_back_to_the_scalar() {
        assert_eq!(mapped("key: >-\n  a\n  b\n", "a b"), ">-\n  a\n  b");
    }
}
