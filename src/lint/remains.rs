//! What must stay of a text when parts of it are edited: every value and comment that no edit touches.
//!
//! An edit is text and knows nothing of YAML. Its result is read again, and both readings are laid
//! side by side: what differs must be touched by an edit, before it or after it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::Edit;
use crate::source::{SourceId, Span};
use crate::yaml::{self, Kind, NodeRef, Parsed, Tree};

/// Why the text after the edits is not the text before them with the edited parts changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lost {
    /// The result has problems that the text did not have.
    #[error("the result could not be read")]
    Unreadable,
    /// A document came or went.
    #[error("the result has other documents")]
    Documents,
    /// A value changed that no edit touches.
    #[error("the result has other values beside the edited ones")]
    Value,
    /// A comment changed that no edit touches.
    #[error("the result has other comments")]
    Comment,
}

/// Checks that the edits, sorted and without overlaps, changed what they touch and nothing else.
pub(crate) fn keeps_the_rest(before: &Parsed, after: &str, edits: &[&Edit]) -> Result<(), Lost> {
    let after = yaml::parse(SourceId(0), &Arc::from(after));
    if after.problems.len() > before.problems.len() {
        return Err(Lost::Unreadable);
    }
    if after.documents.len() != before.documents.len() {
        return Err(Lost::Documents);
    }
    let removed: Vec<Range<u32>> = edits
        .iter()
        .map(|edit| edit.span.start..edit.span.end)
        .collect();
    let added = added(edits);
    for (before, after) in before.documents.iter().zip(&after.documents) {
        if !same(&values(before, &removed), &values(after, &added)) {
            return Err(Lost::Value);
        }
        if !same(&comments(before, &removed), &comments(after, &added)) {
            return Err(Lost::Comment);
        }
    }
    Ok(())
}

/// Whether an edit lies in a node with an anchor: what it changes, it changes wherever an alias stands.
pub(crate) fn touches_an_anchor(parsed: &Parsed, edits: &[Edit]) -> bool {
    let is_within =
        |span: Span, edit: &Edit| span.start <= edit.span.start && edit.span.end <= span.end;
    parsed.documents.iter().any(|tree| {
        let mut anchored = tree.nodes().filter(|node| node.anchor().is_some());
        anchored.any(|node| edits.iter().any(|edit| is_within(node.span(), edit)))
    })
}

/// Where the texts of the edits stand in the result.
fn added(edits: &[&Edit]) -> Vec<Range<u32>> {
    let mut shift = 0_i64;
    let ranges = edits.iter().map(|edit| {
        let length = i64::try_from(edit.text.len()).unwrap_or(i64::MAX);
        let start = i64::from(edit.span.start) + shift;
        shift += length - i64::from(edit.span.end - edit.span.start);
        let place = |at: i64| u32::try_from(at).unwrap_or(u32::MAX);
        place(start)..place(start.saturating_add(length))
    });
    ranges.collect()
}

/// A value or a comment, and whether an edit may have changed it.
#[derive(Debug)]
struct Part {
    path: String,
    value: String,
    is_touched: bool,
}

/// Whether two lists differ in touched parts only: whether the second is the first without some of its
/// touched parts, and with some touched ones more.
fn same(before: &[Part], after: &[Part]) -> bool {
    let mut seen = HashSet::new();
    let mut ways = vec![(0, 0)];
    // A part that equals its counterpart may still be one that was taken away, in front of its like.
    while let Some((old, new)) = ways.pop() {
        if !seen.insert((old, new)) {
            continue;
        }
        let (next_old, next_new) = (before.get(old), after.get(new));
        if next_old.is_none() && next_new.is_none() {
            return true;
        }
        if next_new.is_some_and(|part| part.is_touched) {
            ways.push((old, new + 1));
        }
        if next_old.is_some_and(|part| part.is_touched) {
            ways.push((old + 1, new));
        }
        if let (Some(left), Some(right)) = (next_old, next_new)
            && (&left.path, &left.value) == (&right.path, &right.value)
        {
            ways.push((old + 1, new + 1));
        }
    }
    false
}

fn comments(tree: &Tree, edited: &[Range<u32>]) -> Vec<Part> {
    let comments = tree.comments().iter().map(|comment| Part {
        path: String::new(),
        value: text(tree, comment.span).to_owned(),
        is_touched: edited.iter().any(|edit| touches(edit, comment.span)),
    });
    comments.collect()
}

fn values(tree: &Tree, edited: &[Range<u32>]) -> Vec<Part> {
    let mut parts = Vec::new();
    collect(tree.root(), "", false, edited, &mut parts);
    parts
}

/// Collects the values beneath a node. Items of a list have no number: an edit may move them.
fn collect(
    node: NodeRef<'_>,
    path: &str,
    is_renamed: bool,
    edited: &[Range<u32>],
    parts: &mut Vec<Part>,
) {
    let is_touched = is_renamed || edited.iter().any(|edit| touches(edit, node.span()));
    let mut add = |value: String| {
        parts.push(Part {
            path: path.to_owned(),
            value,
            is_touched,
        });
    };
    let properties = [node.anchor(), node.tag()];
    if properties.iter().any(Option::is_some) {
        add(format!("{properties:?}"));
    }
    let mut is_empty = true;
    match node.kind() {
        Kind::Scalar => return add(format!("{:?}", node.scalar())),
        Kind::Alias => return add(text(node.tree(), node.span()).to_owned()),
        Kind::Mapping => {
            for (key, value) in node.entries() {
                is_empty = false;
                let name = format!("{path}.{:?}", text(node.tree(), key.span()));
                let is_renamed = is_renamed || edited.iter().any(|edit| renames(edit, key.span()));
                collect(value, &name, is_renamed, edited, parts);
            }
        }
        Kind::Sequence => {
            for item in node.items() {
                is_empty = false;
                let dash = item.label_span();
                parts.push(Part {
                    path: path.to_owned(),
                    value: "-".to_owned(),
                    is_touched: is_renamed || edited.iter().any(|edit| touches(edit, dash)),
                });
                collect(item, &format!("{path}[]"), is_renamed, edited, parts);
            }
        }
    }
    if is_empty {
        parts.push(Part {
            path: path.to_owned(),
            value: format!("no {:?}", node.kind()),
            is_touched,
        });
    }
}

/// Whether an edit changes bytes of a span, or stands at one of its ends.
fn touches(edit: &Range<u32>, span: Span) -> bool {
    if edit.is_empty() || span.start == span.end {
        return edit.start <= span.end && span.start <= edit.end;
    }
    edit.start < span.end && span.start < edit.end
}

/// Whether an edit changes bytes of a key. What is inserted in front of one is another field.
fn renames(edit: &Range<u32>, key: Span) -> bool {
    if edit.is_empty() {
        return key.start < edit.start && edit.start < key.end;
    }
    edit.start < key.end && key.start < edit.end
}

fn text(tree: &Tree, span: Span) -> &str {
    let range = span.start as usize..span.end as usize;
    tree.text.get(range).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replaces the only place of a text in another, and checks what stays.
    fn check(before: &str, from: &str, to: &str) -> Result<(), Lost> {
        assert_eq!(before.matches(from).count(), 1, "{from}");
        let start = before.find(from).expect("it is there");
        let place = |at: usize| u32::try_from(at).expect("a short text");
        let span = Span {
            source: SourceId(0),
            start: place(start),
            end: place(start + from.len()),
        };
        let edit = Edit {
            span,
            text: to.to_owned(),
        };
        let parsed = yaml::parse(SourceId(0), &Arc::from(before));
        keeps_the_rest(&parsed, &before.replace(from, to), &[&edit])
    }

    const TEXT: &str = "a: 1 # one\nb:\n  - x: 2\n  - y: 3 # three\nc: 4\n";

    #[test]
    fn values_fields_and_items_that_are_edited_may_change() {
        assert_eq!(check(TEXT, "2", "'two'"), Ok(()));
        assert_eq!(check(TEXT, "  - x: 2\n", ""), Ok(()));
        assert_eq!(check(TEXT, "a: 1 # one\n", ""), Ok(()));
        assert_eq!(check(TEXT, "c:", "d:"), Ok(()));
        assert_eq!(check(TEXT, "\nc: 4", "\nc: 4\nd: 5"), Ok(()));
        assert_eq!(check(TEXT, "3 # three", "3\n    z: 0 # three"), Ok(()));
    }

    #[test]
    fn what_is_not_edited_must_stay() {
        assert_eq!(check(TEXT, "1", "1 #"), Err(Lost::Comment));
        assert_eq!(check(TEXT, "2", "2\nd:"), Err(Lost::Value));
        assert_eq!(check(TEXT, "1", "["), Err(Lost::Unreadable));
        assert_eq!(check(TEXT, "b:", "---\nb:"), Err(Lost::Documents));
        assert_eq!(check(TEXT, "3 # ", "3 #"), Ok(()));
        assert_eq!(check("a: 1\nb: 2\n", "1\n", "1 # "), Err(Lost::Value));
    }

    #[test]
    fn an_edit_within_an_anchor_is_seen() {
        let parsed = yaml::parse(SourceId(0), &Arc::from("a: &x {b: 1}\nc: *x\nd: 2\n"));
        let edit = |start| Edit {
            span: Span {
                source: SourceId(0),
                start,
                end: start + 1,
            },
            text: "3".to_owned(),
        };
        assert!(touches_an_anchor(&parsed, &[edit(10)]));
        assert!(!touches_an_anchor(&parsed, &[edit(22)]));
    }
}
