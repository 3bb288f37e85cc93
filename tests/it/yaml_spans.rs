//! Every node of every case points at its own text.

use std::sync::Arc;

use gitops_lab::source::{SourceId, Span};
use gitops_lab::yaml::{Kind, NodeRef, Style, Tree, parse};

use crate::yaml_cases::cases;

/// Calls this for every node of every case.
fn for_each_node(mut check: impl FnMut(&str, NodeRef<'_>)) {
    for case in cases() {
        for tree in &case.parse().documents {
            for node in tree.nodes() {
                check(case.name, node);
            }
        }
    }
}

fn slice(tree: &Tree, span: Span) -> &str {
    tree.text
        .get(span.start as usize..span.end as usize)
        .expect("a span is a range of characters of its text")
}

/// The number of bytes before a place on its line.
fn column(tree: &Tree, at: u32) -> usize {
    let before = &tree.text[..at as usize];
    at as usize - before.rfind('\n').map_or(0, |at| at + 1)
}

/// Whether the node can be read away from its place: no tag, no alias to an anchor elsewhere, and no
/// indentation that counts from its parent's.
fn stands_alone(node: NodeRef<'_>) -> bool {
    let tree = node.tree();
    let text = slice(tree, node.span());
    let is_odd_scalar = match node.style() {
        Style::Plain => {
            text.is_empty()
                || text.starts_with(['-', '\u{feff}'])
                || node.raw().as_deref() == Some("<<")
        }
        Style::Literal | Style::Folded => {
            let header = text.lines().next().unwrap_or_default();
            header.contains(|c: char| c.is_ascii_digit())
        }
        Style::Flow => {
            node.parent()
                .is_some_and(|parent| parent.kind() == Kind::Sequence)
                && !text.starts_with(['[', '{'])
        }
        _ => false,
    };
    let has_alias = tree
        .nodes()
        .filter(|other| {
            let span = other.span();
            node.span().start <= span.start && span.end <= node.span().end
        })
        .any(|other| other.kind() == Kind::Alias || other.tag().is_some());
    !is_odd_scalar && !has_alias && node.tag().is_none()
}

#[test]
fn a_nodes_text_alone_reads_as_the_node() {
    let mut count = 0;
    for_each_node(|name, node| {
        let is_odd = ["json", "carriage-returns-last"]
            .iter()
            .any(|start| name.starts_with(start));
        if is_odd || !stands_alone(node) || name.contains("separator") {
            return;
        }
        let tree = node.tree();
        let written = slice(tree, node.span());
        let is_plain_in_flow = node.style() == Style::Plain
            && node
                .parent()
                .is_some_and(|parent| parent.style() == Style::Flow);
        let indent = match node.style() {
            Style::Block => column(tree, node.span().start),
            _ => 0,
        };
        let text: Arc<str> = if is_plain_in_flow {
            format!("[{written}]").into()
        } else {
            // A span ends before the line break of its last line.
            format!("{}{written}\n", " ".repeat(indent)).into()
        };
        let parsed = parse(SourceId(0), &text);
        let root = parsed.documents.first().map(|tree| tree.root());
        let read = root.map(|root| match root.items().next() {
            Some(item) if is_plain_in_flow => item,
            _ => root,
        });
        let json = read.map(NodeRef::to_json);
        assert_eq!(
            json.unwrap_or_default(),
            node.to_json(),
            "{name}: {text:?} {:?}",
            parsed.problems
        );
        count += 1;
    });
    assert!(count > 1500, "{count} nodes were read alone");
}

#[test]
fn a_plain_keys_text_is_the_key() {
    for_each_node(|name, node| {
        let Some(key) = node.key() else { return };
        if key.kind() == Kind::Scalar && key.style() == Style::Plain {
            let text = slice(node.tree(), key.span());
            assert_eq!(key.raw().as_deref(), Some(text), "{name}");
        }
    });
}

#[test]
fn children_lie_in_their_parents_one_after_the_other() {
    for_each_node(|name, node| {
        let span = node.span();
        assert!(span.start <= span.end, "{name}");
        if node.kind() == Kind::Alias {
            return;
        }
        let mut at = span.start;
        let entries = node.entries().flat_map(|(key, value)| [key, value]);
        for child in entries.chain(node.items()) {
            assert_eq!(child.parent().map(NodeRef::id), Some(node.id()), "{name}");
            assert!(
                at <= child.span().start,
                "{name}: {child:?} starts too early"
            );
            at = child.span().end;
        }
        assert!(
            at <= span.end,
            "{name}: {node:?} ends before its last child"
        );
    });
}

#[test]
fn a_span_has_no_blanks_around_it() {
    for_each_node(|name, node| {
        let text = slice(node.tree(), node.span());
        let blanks = [' ', '\t', '\n', '\r'];
        assert_eq!(text.trim_start_matches(blanks), text, "{name}");
        if !matches!(node.style(), Style::Literal | Style::Folded | Style::Block) {
            assert_eq!(text.trim_end_matches(blanks), text, "{name}");
        }
    });
}

#[test]
fn a_label_starts_at_the_key_or_at_the_dash() {
    for_each_node(|name, node| {
        let label = node.label_span();
        let is_collection = matches!(node.kind(), Kind::Mapping | Kind::Sequence);
        if let Some(key) = node.key() {
            assert_eq!(label.start, key.span().start, "{name}");
            let end = if is_collection {
                key.span().end
            } else {
                node.span().end
            };
            assert_eq!(label.end, end, "{name}");
            return;
        }
        let parent = node.parent();
        let is_item = parent.is_some_and(|parent| {
            (parent.kind(), parent.style()) == (Kind::Sequence, Style::Block)
        });
        if is_collection && is_item {
            assert_eq!(slice(node.tree(), label), "-", "{name}");
        } else {
            assert_eq!(label, node.span(), "{name}");
        }
    });
}

#[test]
fn a_comment_goes_from_its_hash_to_the_end_of_its_line() {
    for case in cases() {
        for tree in &case.parse().documents {
            for comment in tree.comments() {
                let text = slice(tree, comment.span);
                assert!(text.starts_with('#'), "{}: {text:?}", case.name);
                assert!(!text.contains(['\n', '\r']), "{}: {text:?}", case.name);
            }
        }
    }
}

#[test]
fn a_problem_points_into_its_text() {
    for case in cases() {
        let parsed = case.parse();
        for problem in &parsed.problems {
            let related = problem.related.iter().map(|(span, _)| *span);
            for span in related.chain([problem.span]) {
                let range = span.start as usize..span.end as usize;
                assert!(case.text.get(range).is_some(), "{}: {problem:?}", case.name);
            }
            assert!(problem.help.is_some(), "{}: {problem:?}", case.name);
            assert!(
                !problem.message.ends_with('.'),
                "{}: {problem:?}",
                case.name
            );
        }
    }
}

#[test]
fn get_and_fields_agree_with_the_json() {
    for_each_node(|name, node| {
        if node.kind() != Kind::Mapping {
            return;
        }
        let json = node.to_json();
        let object = json.as_object().expect("a mapping is an object");
        for (key, value) in object {
            let found = node.get(key).map(NodeRef::to_json);
            assert_eq!(found.as_ref(), Some(value), "{name}: {key}");
        }
        assert_eq!(node.fields().len(), object.len(), "{name}");
    });
}
