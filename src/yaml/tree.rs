//! The flat arena of one document's nodes.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{SourceId, Span};

/// Names a node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// The shapes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One value.
    Scalar,
    /// A list.
    Sequence,
    /// Keys with values.
    Mapping,
    /// `*name`: stands for an anchored node.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes; the only style whose type is resolved.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// `[…]` or `{…}`
    Flow,
}

/// What kubectl makes of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'t> {
    /// `null`, `~`, nothing.
    Null,
    /// `true`, and `yes`, `on`, `y` too.
    Bool(bool),
    /// A whole number that fits.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// Everything else.
    String(Cow<'t, str>),
}

/// A comment, from `#` to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its place, `#` included, the line break not.
    pub span: Span,
}

/// One document: its nodes, its comments, and the text that both point into.
#[derive(Debug)]
pub struct Tree {
    /// The source that every span names.
    pub source: SourceId,
    /// The whole text of the source, not only of this document.
    pub text: Arc<str>,
}

/// A node of a tree; cheap to copy.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl Tree {
    /// The document's root.
    pub fn root(&self) -> NodeRef<'_> {
        self.node(NodeId(0))
    }

    /// The node of this name.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }

    /// The document's comments in order.
    pub fn comments(&self) -> &[Comment] {
        todo!()
    }

    /// The document's place in the source: from its first byte (after the separator) to its last.
    pub fn span(&self) -> Span {
        todo!()
    }
}

impl<'t> NodeRef<'t> {
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
        todo!()
    }

    /// How the node is written.
    pub fn style(self) -> Style {
        todo!()
    }

    /// The node's own bytes: quotes and block header included, comments and the line break after it not.
    pub fn span(self) -> Span {
        todo!()
    }

    /// The key's node, where the node is a value of a mapping.
    pub fn key(self) -> Option<NodeRef<'t>> {
        todo!()
    }

    /// Where a person looks for the node: `key: value` from the key's start for a value of a mapping
    /// (only the key for a collection), the dash for a collection in a sequence, else the node.
    pub fn label_span(self) -> Span {
        todo!()
    }

    /// The collection that holds the node.
    pub fn parent(self) -> Option<NodeRef<'t>> {
        todo!()
    }

    /// The node that an alias stands for; every other node itself.
    pub fn resolved(self) -> NodeRef<'t> {
        todo!()
    }

    /// The tag as it is written (`!!binary`), if any.
    pub fn tag(self) -> Option<&'t str> {
        todo!()
    }

    /// A mapping's entries as they are written (aliases followed for the mapping itself, merge keys not
    /// applied, duplicates kept); nothing for other kinds.
    pub fn entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        std::iter::empty()
    }

    /// A mapping's entries as kubectl reads them: merge keys applied, the last of equal keys, keys as
    /// JSON has them (`yes:` is `"true"`), sorted by their first place.
    pub fn fields(self) -> Vec<(Cow<'t, str>, NodeRef<'t>)> {
        todo!()
    }

    /// The value of a key as kubectl reads it: merge keys applied, the last of equal keys.
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        let _ = key;
        todo!()
    }

    /// Follows keys one after the other.
    pub fn at(self, keys: &[&str]) -> Option<NodeRef<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A sequence's items (aliases followed for the sequence itself); nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'t>> {
        std::iter::empty()
    }

    /// A scalar as kubectl reads it; `None` for collections.
    pub fn scalar(self) -> Option<Scalar<'t>> {
        todo!()
    }

    /// The text of a scalar after quotes and escapes, whatever its type (`0644` is `"0644"`).
    pub fn raw(self) -> Option<Cow<'t, str>> {
        todo!()
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
        todo!()
    }
}

impl std::fmt::Debug for NodeRef<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NodeRef({})", self.id.0)
    }
}
