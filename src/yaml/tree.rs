//! One document, and the words for what its nodes are.

use std::borrow::Cow;
use std::sync::Arc;

use super::arena::Arena;
use super::node::NodeRef;
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
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) index: u32,
    pub(super) arena: Arena,
}

impl Tree {
    /// The document's root.
    pub fn root(&self) -> NodeRef<'_> {
        self.node(NodeId(0))
    }

    /// The node of this name.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef::new(self, id)
    }

    /// All nodes in the order of the text, keys and aliases too.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..)
            .take(self.arena.nodes.len())
            .map(|id| self.node(NodeId(id)))
    }

    /// The document's comments in order.
    pub fn comments(&self) -> &[Comment] {
        &self.arena.comments
    }

    /// The document's place in the source: from its first byte (after the separator) to its last.
    pub fn span(&self) -> Span {
        self.span_of(self.start, self.end)
    }

    /// The document's number in its source, from 0; documents without a tree count too.
    pub fn document_index(&self) -> usize {
        self.index as usize
    }

    pub(super) fn span_of(&self, start: u32, end: u32) -> Span {
        Span {
            source: self.source,
            start,
            end,
        }
    }

    pub(super) fn slice(&self, start: u32, end: u32) -> &str {
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }
}
