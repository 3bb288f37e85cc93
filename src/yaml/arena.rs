//! How a document's nodes are stored, and how they are put there.

use super::tree::{Comment, Kind, Style};
use crate::source::{SourceId, Span};

/// Stands for "no node" and "no place".
pub(super) const NONE: u32 = u32::MAX;

/// One node. Nodes lie in the order of the text: a collection's first child follows it at once.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) style: Style,
    /// A scalar that kubectl reads as the string that its content is.
    pub(super) verbatim: bool,
    pub(super) tagged: bool,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) parent: u32,
    /// The key's node for a mapping's value; the byte of the dash for an item of a block sequence.
    pub(super) lead: u32,
    /// One past the last node beneath this one.
    pub(super) after: u32,
    pub(super) content: Content,
}

/// What a node holds beside its children.
#[derive(Debug)]
pub(super) enum Content {
    /// A collection: nothing.
    Nothing,
    /// A scalar whose text stands in the source as it is.
    Source(u32, u32),
    /// A scalar whose text had to be put together.
    Decoded(Box<str>),
    /// An alias of this node.
    Alias(u32),
}

/// A tag or an anchor of a node.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) node: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// A tag's full name (`tag:yaml.org,2002:int`), an anchor's name.
    pub(super) name: Box<str>,
}

/// The nodes of one document with everything that is rare kept aside.
#[derive(Debug, Default)]
pub(super) struct Arena {
    pub(super) nodes: Vec<Node>,
    pub(super) tags: Vec<Property>,
    pub(super) anchors: Vec<Property>,
    pub(super) comments: Vec<Comment>,
    pub(super) has_aliases: bool,
}

/// What a scalar is made of, before it is a node.
pub(super) struct ScalarNode {
    pub(super) style: Style,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) content: Content,
}

struct Open {
    node: u32,
    /// The key whose value comes next.
    key: u32,
    /// One past the last byte of the newest child.
    end: u32,
}

/// Puts nodes into an arena in the order of the text.
pub(super) struct Builder {
    source: SourceId,
    arena: Arena,
    open: Vec<Open>,
}

impl Builder {
    pub(super) fn new(source: SourceId) -> Self {
        Self {
            source,
            arena: Arena::default(),
            open: Vec::new(),
        }
    }

    /// Whether the root and everything beneath it is complete.
    pub(super) fn is_complete(&self) -> bool {
        self.open.is_empty() && !self.arena.nodes.is_empty()
    }

    /// The number of collections that are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn comment(&mut self, start: u32, end: u32) {
        let source = self.source;
        self.arena.comments.push(Comment {
            span: Span { source, start, end },
        });
    }

    pub(super) fn scalar(&mut self, scalar: ScalarNode, dash: u32) -> u32 {
        let id = self.push(Kind::Scalar, scalar.style, scalar.start, scalar.end, dash);
        self.arena.nodes[id as usize].content = scalar.content;
        self.complete(id);
        id
    }

    pub(super) fn alias(&mut self, target: u32, start: u32, end: u32, dash: u32) {
        self.arena.has_aliases = true;
        let id = self.push(Kind::Alias, Style::Plain, start, end, dash);
        self.arena.nodes[id as usize].content = Content::Alias(target);
        self.complete(id);
    }

    pub(super) fn open(&mut self, kind: Kind, style: Style, start: u32, dash: u32) -> u32 {
        let id = self.push(kind, style, start, start, dash);
        self.open.push(Open {
            node: id,
            key: NONE,
            end: start,
        });
        id
    }

    /// Closes the innermost collection: at this byte, or at its last child's end.
    pub(super) fn close(&mut self, end: Option<u32>) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let after = self.next_id();
        let node = &mut self.arena.nodes[open.node as usize];
        node.after = after;
        node.end = end.unwrap_or(open.end);
        self.complete(open.node);
    }

    pub(super) fn tag(&mut self, node: u32, start: u32, end: u32, name: Box<str>) {
        self.arena.nodes[node as usize].tagged = true;
        self.arena.tags.push(Property {
            node,
            start,
            end,
            name,
        });
    }

    pub(super) fn anchor(&mut self, node: u32, start: u32, end: u32, name: Box<str>) {
        self.arena.anchors.push(Property {
            node,
            start,
            end,
            name,
        });
    }

    pub(super) fn finish(mut self) -> Arena {
        self.arena.tags.sort_by_key(|tag| tag.node);
        self.arena
    }

    /// The name that the next node gets.
    pub(super) fn next_id(&self) -> u32 {
        u32::try_from(self.arena.nodes.len()).unwrap_or(NONE)
    }

    fn push(&mut self, kind: Kind, style: Style, start: u32, end: u32, dash: u32) -> u32 {
        let id = self.next_id();
        let (parent, lead) = match self.open.last() {
            None => (NONE, NONE),
            Some(open) if self.arena.nodes[open.node as usize].kind == Kind::Mapping => {
                (open.node, open.key)
            }
            Some(open) => (open.node, dash),
        };
        self.arena.nodes.push(Node {
            kind,
            style,
            verbatim: false,
            tagged: false,
            start,
            end,
            parent,
            lead,
            after: id + 1,
            content: Content::Nothing,
        });
        id
    }

    /// Tells the parent that a child is complete: a key waits for its value, a value ends its entry.
    fn complete(&mut self, id: u32) {
        let end = self.arena.nodes[id as usize].end;
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.end = end;
        let is_mapping = self.arena.nodes[open.node as usize].kind == Kind::Mapping;
        open.key = if is_mapping && open.key == NONE {
            id
        } else {
            NONE
        };
    }
}
