//! One node of a document, and what kubectl makes of it.

use std::borrow::Cow;

use super::arena::{Content, NONE, Node, Property};
use super::fields::{Fields, is_merge};
use super::scalar::{self, Tag};
use super::tree::{Kind, NodeId, Scalar, Style, Tree};
use crate::source::Span;

/// A node of a tree; cheap to copy.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl<'t> NodeRef<'t> {
    pub(super) fn new(tree: &'t Tree, id: NodeId) -> Self {
        Self { tree, id }
    }

    /// The tree that the node belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// The node's name.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The node's shape; an alias is [`Kind::Alias`] here, and what it stands for after [`resolved`](Self::resolved).
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// How the node is written.
    pub fn style(self) -> Style {
        self.node().style
    }

    /// The node's own bytes: quotes and block header included; its tag and anchor, comments and the
    /// line break after it not.
    ///
    /// A block scalar ends before the line break of its last line, blank ones included only where
    /// `+` keeps them. A value that is not written has an empty span where it would stand.
    pub fn span(self) -> Span {
        let node = self.node();
        self.tree.span_of(node.start, node.end)
    }

    /// The key's node, where the node is a value of a mapping.
    pub fn key(self) -> Option<NodeRef<'t>> {
        let lead = self.node().lead;
        let parent = self.parent()?;
        (parent.kind() == Kind::Mapping && lead != NONE).then(|| self.tree.node(NodeId(lead)))
    }

    /// Where a person looks for the node: `key: value` from the key's start for a value of a mapping
    /// (only the key for a collection), the dash for a collection in a sequence, else the node.
    pub fn label_span(self) -> Span {
        let node = self.node();
        let is_collection = matches!(node.kind, Kind::Mapping | Kind::Sequence);
        if let Some(key) = self.key() {
            let key = key.span();
            let end = if is_collection { key.end } else { node.end };
            return self.tree.span_of(key.start, end.max(key.end));
        }
        let is_item = self
            .parent()
            .is_some_and(|parent| parent.kind() == Kind::Sequence);
        if is_collection && is_item && node.lead != NONE {
            return self.tree.span_of(node.lead, node.lead + 1);
        }
        self.span()
    }

    /// The collection that holds the node.
    pub fn parent(self) -> Option<NodeRef<'t>> {
        let parent = self.node().parent;
        (parent != NONE).then(|| self.tree.node(NodeId(parent)))
    }

    /// The node that an alias stands for; every other node itself.
    #[must_use]
    pub fn resolved(self) -> NodeRef<'t> {
        match self.node().content {
            Content::Alias(target) => self.tree.node(NodeId(target)),
            _ => self,
        }
    }

    /// The tag as it is written (`!!binary`), if any.
    pub fn tag(self) -> Option<&'t str> {
        let tag = self.tag_property()?;
        Some(self.tree.slice(tag.start, tag.end))
    }

    /// The name of the anchor on the node, if any.
    pub fn anchor(self) -> Option<&'t str> {
        let anchors = &self.tree.arena.anchors;
        let at = anchors.binary_search_by_key(&self.id.0, |anchor| anchor.node);
        at.ok().map(|at| &*anchors[at].name)
    }

    /// Whether the node is a key `<<` that merges its value into the mapping.
    pub fn is_merge_key(self) -> bool {
        is_merge(self)
    }

    /// A mapping's entries as they are written (aliases followed for the mapping itself, merge keys not
    /// applied, duplicates kept); nothing for other kinds.
    pub fn entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let mut children = self.children_of(Kind::Mapping);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// A mapping's entries as kubectl reads them: merge keys applied, the last of equal keys, keys as
    /// JSON has them (`yes:` is `"true"`), sorted by their first place.
    pub fn fields(self) -> Vec<(Cow<'t, str>, NodeRef<'t>)> {
        let mut fields = Fields::default();
        fields.add(self);
        fields.finish()
    }

    /// The value of a key as kubectl reads it: merge keys applied, the last of equal keys.
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        let mut found = None;
        for (name, value) in self.entries() {
            if is_merge(name) {
                found = value.get_merged(key).or(found);
            } else if name.is_key(key) {
                found = Some(value);
            }
        }
        found
    }

    /// Looks in what a merge key merges: a mapping, or mappings of which the first has precedence.
    fn get_merged(self, key: &str) -> Option<NodeRef<'t>> {
        match self.resolved().kind() {
            Kind::Sequence => self.items().find_map(|item| item.get(key)),
            _ => self.get(key),
        }
    }

    /// Follows keys one after the other.
    pub fn at(self, keys: &[&str]) -> Option<NodeRef<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A sequence's items (aliases followed for the sequence itself); nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'t>> {
        self.children_of(Kind::Sequence)
    }

    /// A scalar as kubectl reads it; `None` for collections.
    ///
    /// Numbers are as they arrive after JSON: `1.0` is a whole number there.
    pub fn scalar(self) -> Option<Scalar<'t>> {
        let resolved = self.resolved();
        if resolved.node().verbatim {
            return resolved.content().map(Cow::Borrowed).map(Scalar::String);
        }
        resolved.resolve()?.ok().map(scalar::through_json)
    }

    /// The text of a scalar after quotes and escapes, whatever its type (`0644` is `"0644"`).
    pub fn raw(self) -> Option<Cow<'t, str>> {
        self.resolved().content().map(Cow::Borrowed)
    }

    /// A key as JSON has it: `yes` is `"true"`; `None` for what cannot be a key.
    pub fn key_text(self) -> Option<Cow<'t, str>> {
        let resolved = self.resolved();
        if resolved.node().verbatim {
            return resolved.content().map(Cow::Borrowed);
        }
        scalar::key_text(resolved.resolve()?.ok()?).ok()
    }

    /// A scalar that kubectl reads as a string.
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        match self.scalar()? {
            Scalar::String(text) => Some(text),
            _ => None,
        }
    }

    /// A scalar that kubectl reads as a whole number.
    pub fn as_i64(self) -> Option<i64> {
        match self.scalar()? {
            Scalar::Int(number) => Some(number),
            _ => None,
        }
    }

    /// A scalar that kubectl reads as true or false.
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar()? {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether kubectl reads the node as null.
    pub fn is_null(self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    /// The JSON that kubectl makes of the node.
    pub fn to_json(self) -> serde_json::Value {
        use serde_json::Value;
        match self.resolved().kind() {
            Kind::Mapping => {
                let fields = self.fields().into_iter();
                Value::Object(
                    fields
                        .map(|(key, value)| (key.into_owned(), value.to_json()))
                        .collect(),
                )
            }
            Kind::Sequence => self.items().map(NodeRef::to_json).collect(),
            Kind::Scalar | Kind::Alias => match self.scalar() {
                None | Some(Scalar::Null) => Value::Null,
                Some(Scalar::Bool(value)) => Value::from(value),
                Some(Scalar::Int(number)) => Value::from(number),
                Some(Scalar::Uint(number)) => Value::from(number),
                Some(Scalar::Float(number)) => Value::from(number),
                Some(Scalar::String(text)) => Value::from(text.into_owned()),
            },
        }
    }

    pub(super) fn node(self) -> &'t Node {
        &self.tree.arena.nodes[self.id.0 as usize]
    }

    /// The scalar's resolved value, or why its tag does not fit; `None` for collections.
    pub(super) fn resolve(self) -> Option<Result<Scalar<'t>, String>> {
        let content = self.content()?;
        Some(scalar::resolve(self.scalar_tag(), Cow::Borrowed(content)))
    }

    /// What decides the type of a scalar.
    pub(super) fn scalar_tag(self) -> Tag {
        match self.tag_property() {
            Some(tag) => Tag::named(&tag.name),
            None if self.style() == Style::Plain => Tag::Absent,
            None => Tag::String,
        }
    }

    fn tag_property(self) -> Option<&'t Property> {
        if !self.node().tagged {
            return None;
        }
        let tags = &self.tree.arena.tags;
        let at = tags.binary_search_by_key(&self.id.0, |tag| tag.node).ok()?;
        Some(&tags[at])
    }

    /// The tag's full name.
    pub(super) fn tag_name(self) -> Option<&'t str> {
        self.tag_property().map(|tag| &*tag.name)
    }

    fn content(self) -> Option<&'t str> {
        match &self.node().content {
            Content::Source(start, end) => Some(self.tree.slice(*start, *end)),
            Content::Decoded(text) => Some(text),
            Content::Nothing | Content::Alias(_) => None,
        }
    }

    fn is_key(self, key: &str) -> bool {
        let resolved = self.resolved();
        let is_written_so = resolved.content() == Some(key);
        if resolved.node().verbatim {
            return is_written_so;
        }
        // Most keys of most mappings are other words than the one that is asked for, and need no reading.
        if !is_written_so && !resolved.node().tagged && !may_be_written_otherwise(key) {
            return false;
        }
        self.key_text().is_some_and(|text| text == key)
    }

    /// The children of a collection of this kind, keys and values in turn for a mapping.
    fn children_of(self, kind: Kind) -> impl Iterator<Item = NodeRef<'t>> + use<'t> {
        let collection = self.resolved();
        let (mut next, after) = if collection.kind() == kind {
            (collection.id.0 + 1, collection.node().after)
        } else {
            (0, 0)
        };
        std::iter::from_fn(move || {
            if next >= after {
                return None;
            }
            let child = collection.tree.node(NodeId(next));
            next = child.node().after;
            Some(child)
        })
    }
}

impl std::fmt::Debug for NodeRef<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NodeRef({})", self.id.0)
    }
}

/// Whether a plain scalar of other letters may be this key to kubectl: `yes` is `true`, `0x10` is `16`.
fn may_be_written_otherwise(key: &str) -> bool {
    matches!(key, "true" | "false")
        || key.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceId;
    use crate::yaml::parse;

    fn tree(text: &str) -> Arc<Tree> {
        let mut parsed = parse(SourceId(0), &Arc::from(text));
        assert_eq!(parsed.problems, []);
        parsed.documents.remove(0)
    }

    fn text(tree: &Tree, span: Span) -> &str {
        tree.slice(span.start, span.end)
    }

    #[test]
    fn a_label_is_the_entry_the_key_or_the_dash() {
        let tree = tree("a: 1\nb:\n- c: 2\n-\n  - 3\n- 4\n");
        let label = |node: NodeRef<'_>| text(&tree, node.label_span()).to_owned();
        let root = tree.root();
        let list = root.get("b").expect("b is there");
        assert_eq!(label(root.get("a").expect("a is there")), "a: 1");
        assert_eq!(label(list), "b");
        let labels: Vec<_> = list.items().map(label).collect();
        assert_eq!(labels, ["-", "-", "4"]);
    }

    #[test]
    fn an_alias_stays_a_node_and_reads_as_what_it_stands_for() {
        let tree = tree("a: &x {b: 1}\nc: *x\n");
        let alias = tree.root().get("c").expect("c is there");
        assert_eq!(alias.kind(), Kind::Alias);
        assert_eq!(text(&tree, alias.span()), "*x");
        assert_eq!(alias.resolved().anchor(), Some("x"));
        assert_eq!(alias.at(&["b"]).and_then(NodeRef::as_i64), Some(1));
        assert_eq!(alias.entries().count(), 1);
    }

    #[test]
    fn a_tag_and_an_anchor_do_not_belong_to_the_nodes_span() {
        let tree = tree("a: !!str &x 1\nb: !!str\n");
        let node = tree.root().get("a").expect("a is there");
        assert_eq!(text(&tree, node.span()), "1");
        assert_eq!(node.tag(), Some("!!str"));
        assert_eq!(node.as_str().as_deref(), Some("1"));
        let absent = tree.root().get("b").expect("b is there");
        assert_eq!(absent.as_str().as_deref(), Some(""));
    }

    #[test]
    fn a_block_scalar_reaches_from_its_header_to_its_last_line() {
        let tree = tree("a: |-  # c\n  x\n\n  y\n\n# d\nb: >+\n  z\n\n");
        let span = |key| {
            text(
                &tree,
                tree.root().get(key).expect("the key is there").span(),
            )
        };
        assert_eq!(span("a"), "|-  # c\n  x\n\n  y");
        assert_eq!(span("b"), ">+\n  z\n");
    }

    #[test]
    fn an_absent_value_has_its_place_after_the_colon() {
        let tree = tree("a:\n  # c\nb: 1\n");
        let span = tree.root().get("a").expect("a is there").span();
        assert_eq!((span.start, span.end), (2, 2));
    }

    #[test]
    fn keys_have_their_json_form() {
        let tree = tree("yes: 1\n0x10: 2\n");
        let root = tree.root();
        assert_eq!(root.get("true").and_then(NodeRef::as_i64), Some(1));
        assert_eq!(root.get("16").and_then(NodeRef::as_i64), Some(2));
        assert!(root.get("yes").is_none());
        let value = root.get("true").expect("true is there");
        let key = value.key().expect("a value of a mapping has a key");
        assert_eq!(key.raw().as_deref(), Some("yes"));
        assert_eq!(value.parent().map(NodeRef::id), Some(root.id()));
    }

    #[test]
    fn raw_keeps_what_the_type_takes_away() {
        let tree = tree("mode: 0644\n");
        let mode = tree.root().get("mode").expect("mode is there");
        assert_eq!(mode.raw().as_deref(), Some("0644"));
        assert_eq!(mode.as_i64(), Some(420));
        assert_eq!(mode.as_str(), None);
    }

    #[test]
    fn get_looks_into_what_is_merged() {
        let tree = tree("a: &a {x: 1}\nm: {<<: [{x: 2, w: 3}, *a], z: 4}\n");
        let mapping = tree.root().get("m").expect("m is there");
        let get = |key| mapping.get(key).and_then(NodeRef::as_i64);
        assert_eq!((get("x"), get("w"), get("z")), (Some(2), Some(3), Some(4)));
        assert!(mapping.get("<<").is_none());
    }

    #[test]
    fn a_key_is_found_by_what_kubectl_reads() {
        let tree = tree("yes: a\n0x10: b\n1.50: c\n!!str no: d\n'on': e\n.inf: f\nname: g\n");
        let value = |key| tree.root().get(key).and_then(NodeRef::as_str);
        for (key, expected) in [
            ("true", "a"),
            ("16", "b"),
            ("1.5", "c"),
            ("no", "d"),
            ("on", "e"),
            (".inf", "f"),
            ("name", "g"),
        ] {
            assert_eq!(value(key).as_deref(), Some(expected), "{key}");
        }
        for key in ["yes", "0x10", "1.50", "false", "nam"] {
            assert_eq!(value(key), None, "{key}");
        }
    }
}
