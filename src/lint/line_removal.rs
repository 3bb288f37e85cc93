//! Taking a field out of a block mapping, with the lines that it stands on.

use super::{Applicability, Edit, Fix};
use crate::source::Span;
use crate::yaml::{NodeRef, Style};

/// Removes a field with all of its lines.
///
/// `None` where it shares its lines with something else: in a flow mapping, as the last field of its
/// mapping, or on the line of a dash. An anchor may be used elsewhere.
pub(super) fn without_line(value: NodeRef<'_>, title: &str) -> Option<Fix> {
    let key = value.key()?;
    let mapping = value.parent()?;
    let has_anchor = value.anchor().is_some() || holds_anchor(value);
    if mapping.style() != Style::Block || mapping.entries().count() < 2 || has_anchor {
        return None;
    }
    let text: &str = &value.tree().text;
    let key_start = key.span().start as usize;
    let start = text[..key_start].rfind('\n').map_or(0, |at| at + 1);
    if !text[start..key_start].bytes().all(|byte| byte == b' ') {
        return None;
    }
    let end = end_of_lines(text, value, key_start - start)?;
    let span = value.span();
    Some(Fix {
        title: title.to_owned(),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span: Span {
                start: u32::try_from(start).ok()?,
                end: u32::try_from(end).ok()?,
                ..span
            },
            text: String::new(),
        }],
    })
}

fn holds_anchor(node: NodeRef<'_>) -> bool {
    let in_items = node
        .items()
        .any(|item| item.anchor().is_some() || holds_anchor(item));
    let mut entries = node.entries();
    in_items || entries.any(|(_, value)| value.anchor().is_some() || holds_anchor(value))
}

/// The first byte after the last line of a value that belongs to nothing else.
fn end_of_lines(text: &str, value: NodeRef<'_>, indent: usize) -> Option<usize> {
    let key_end = value.key()?.span().end as usize;
    let mut at = (value.span().end as usize).max(key_end);
    // A block value may end behind its last line break.
    if text.get(..at)?.ends_with('\n') {
        at -= 1;
    }
    let rest = text.get(at..)?;
    let line_end = rest.find('\n').map_or(text.len(), |end| at + end + 1);
    let tail = text.get(at..line_end)?.trim();
    if !(tail.is_empty() || tail == ":" || tail.starts_with('#')) {
        return None;
    }
    let next = text.get(line_end..)?.lines().next().unwrap_or_default();
    let next_indent = next.len() - next.trim_start().len();
    let is_inside = !next.trim().is_empty() && next_indent > indent;
    (!is_inside).then_some(line_end)
}
