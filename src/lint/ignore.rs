//! Inline ignores: `# gitops-lab: ignore[rule-id,other] reason`.
//!
//! An ignore covers the node beneath it: on a line of its own, what starts on the next line with
//! content (above the first line of a document, the document); behind content, what starts on its
//! line. Above a list item that is the whole item, above a field the field with all that is in it.

use crate::source::{Source, Span};
use crate::yaml::{Comment, Kind, NodeRef, Tree};

/// An ignore as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ignore {
    /// The comment.
    pub(crate) span: Span,
    /// The names of rules, ids or aliases.
    pub(crate) rules: Vec<String>,
    /// Why.
    pub(crate) reason: String,
    /// What it covers; `None` where nothing is beneath it.
    pub(crate) scope: Option<Span>,
}

/// A comment that is meant to be an ignore and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The comment.
    pub(crate) span: Span,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// What a comment is.
enum Meaning {
    Other,
    Ignore(Vec<String>, String),
    Malformed(String),
}

/// All ignores of a document, and the comments that are none.
pub(crate) fn ignores(tree: &Tree, source: &Source) -> (Vec<Ignore>, Vec<Malformed>) {
    let mut ignores = Vec::new();
    let mut malformed = Vec::new();
    for comment in tree.comments() {
        match meaning(text_of(source, comment.span)) {
            Meaning::Other => {}
            Meaning::Malformed(message) => malformed.push(Malformed {
                span: comment.span,
                message,
            }),
            Meaning::Ignore(rules, reason) => ignores.push(Ignore {
                span: comment.span,
                rules,
                reason,
                scope: scope(tree, source, *comment),
            }),
        }
    }
    (ignores, malformed)
}

fn meaning(comment: &str) -> Meaning {
    let text = comment.trim_start_matches('#').trim();
    let Some(order) = text.strip_prefix("gitops-lab:").map(str::trim_start) else {
        return Meaning::Other;
    };
    let Some(rest) = order.strip_prefix("ignore") else {
        let word = order.split_whitespace().next().unwrap_or_default();
        return Meaning::Malformed(format!("there is no `gitops-lab: {word}`"));
    };
    let list = rest.trim_start().strip_prefix('[');
    let Some((list, reason)) = list.and_then(|rest| rest.split_once(']')) else {
        return Meaning::Malformed("an ignore names its rules in brackets".to_owned());
    };
    let rules = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let rules: Vec<String> = rules.map(str::to_owned).collect();
    if rules.is_empty() {
        return Meaning::Malformed("an ignore names at least one rule".to_owned());
    }
    let reason = reason.trim_start_matches([':', '-']).trim();
    Meaning::Ignore(rules, reason.to_owned())
}

fn scope(tree: &Tree, source: &Source, comment: Comment) -> Option<Span> {
    let line = source.line_index(comment.span.start);
    let is_alone = line_text(source, line).trim_start().starts_with('#');
    let root = tree.root();
    if !is_alone {
        return leftmost(root, source, line);
    }
    let line = (line + 1..source.line_count()).find(|line| {
        let text = line_text(source, *line).trim();
        !text.is_empty() && !text.starts_with('#')
    })?;
    if source.line_index(root.span().start) == line && root.kind() == Kind::Mapping {
        return Some(root.span());
    }
    leftmost(root, source, line)
}

/// The field or item that starts first on a line.
fn leftmost(node: NodeRef<'_>, source: &Source, line: usize) -> Option<Span> {
    let mut parts: Vec<(u32, NodeRef<'_>)> = Vec::new();
    match node.kind() {
        Kind::Mapping => {
            parts.extend(node.entries().map(|(key, value)| (key.span().start, value)));
        }
        Kind::Sequence => {
            parts.extend(node.items().map(|item| (item.label_span().start, item)));
        }
        Kind::Scalar | Kind::Alias => {}
    }
    for (start, part) in parts {
        let end = part.span().end.max(part.label_span().end);
        let first = source.line_index(start);
        if first == line {
            return Some(Span {
                start,
                end,
                ..part.span()
            });
        }
        let last = source.line_index(end.max(start + 1) - 1);
        if first < line && line <= last {
            return leftmost(part, source, line);
        }
    }
    None
}

fn text_of(source: &Source, span: Span) -> &str {
    let range = span.start as usize..span.end as usize;
    source.text.get(range).unwrap_or_default()
}

fn line_text(source: &Source, line: usize) -> &str {
    let range = source.line_start(line) as usize..source.line_start(line + 1) as usize;
    source.text.get(range).unwrap_or_default()
}
