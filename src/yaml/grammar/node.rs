//! One node: its tag and anchor, and a scalar, an alias or the start of a collection.

use super::super::arena::{Content, NONE, ScalarNode};
use super::super::scan::{ScanError, Token, TokenKind};
use super::super::tree::{Kind, Style};
use super::{Grammar, State, describe};

/// A tag and an anchor before a node.
#[derive(Default)]
struct Properties {
    tag: Option<(usize, usize, Box<str>)>,
    anchor: Option<(usize, usize)>,
    /// One past their last byte.
    end: Option<usize>,
}

impl Grammar<'_> {
    pub(super) fn node(
        &mut self,
        is_block: bool,
        may_be_indentless: bool,
    ) -> Result<(), ScanError> {
        if matches!(self.scanner.peek()?.kind, TokenKind::Alias) {
            return self.alias();
        }
        let properties = self.properties()?;
        let token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Scalar { .. }) {
            self.scalar(&properties);
            return Ok(());
        }
        let start = token.start;
        let Some(state) = opened(&token.kind, is_block, may_be_indentless) else {
            return self.absent(&properties);
        };
        let (kind, style) = match state {
            State::FlowSequenceEntry { .. } => (Kind::Sequence, Style::Flow),
            State::FlowMappingKey { .. } => (Kind::Mapping, Style::Flow),
            State::BlockMappingKey => (Kind::Mapping, Style::Block),
            _ => (Kind::Sequence, Style::Block),
        };
        let dash = std::mem::replace(&mut self.dash, NONE);
        let place = self.place(start);
        let id = self.builder.open(kind, style, place, dash);
        self.apply(id, &properties);
        self.starts.push(start);
        self.states.push(state);
        if !matches!(state, State::IndentlessSequenceEntry) {
            self.scanner.take();
        }
        Ok(())
    }

    /// Only a tag or an anchor makes a node of nothing.
    fn absent(&mut self, properties: &Properties) -> Result<(), ScanError> {
        if let Some(end) = properties.end {
            let id = self.builder.next_id();
            self.empty(end);
            self.apply(id, properties);
            return Ok(());
        }
        let token = self.scanner.peek()?;
        let what = describe(&token.kind);
        let message = format!("a value has to stand here, not {what}");
        let help = "write a value, or quote it if it is meant as text";
        Err(ScanError::at(token.start, token.end, message, help))
    }

    fn scalar(&mut self, properties: &Properties) {
        let Some(Token {
            kind: TokenKind::Scalar { style, content },
            start,
            end,
        }) = self.scanner.take()
        else {
            return;
        };
        let base = self.base;
        let content = match content {
            Content::Source(start, end) => Content::Source(base + start, base + end),
            other => other,
        };
        let scalar = ScalarNode {
            style,
            start: self.place(start),
            end: self.place(end),
            content,
        };
        let dash = std::mem::replace(&mut self.dash, NONE);
        let id = self.builder.scalar(scalar, dash);
        self.apply(id, properties);
    }

    fn alias(&mut self) -> Result<(), ScanError> {
        let text = self.text;
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let name = text.get(start + 1..end).unwrap_or_default();
        let Some(target) = self.anchors.get(name).copied() else {
            let message = format!("no anchor `&{name}` stands before this alias");
            let help =
                "anchors do not reach over `---`: define it in this document, or quote the value";
            return Err(ScanError::at(start, end, message, help));
        };
        let dash = std::mem::replace(&mut self.dash, NONE);
        let (start, end) = (self.place(start), self.place(end));
        self.builder.alias(target, start, end, dash);
        self.scanner.take();
        Ok(())
    }

    /// A tag, an anchor, or both in any order.
    fn properties(&mut self) -> Result<Properties, ScanError> {
        let mut properties = Properties::default();
        loop {
            let token = self.scanner.peek()?;
            let (start, end) = (token.start, token.end);
            match &token.kind {
                TokenKind::Anchor if properties.anchor.is_none() => {
                    properties.anchor = Some((start, end));
                }
                TokenKind::Tag { handle, suffix } if properties.tag.is_none() => {
                    let (handle, suffix) = (handle.clone(), suffix.clone());
                    let name = self.tag_name(&handle, &suffix, start, end)?;
                    properties.tag = Some((start, end, name));
                }
                _ => return Ok(properties),
            }
            properties.end = Some(end);
            self.scanner.take();
        }
    }

    fn tag_name(
        &self,
        handle: &str,
        suffix: &str,
        start: usize,
        end: usize,
    ) -> Result<Box<str>, ScanError> {
        if handle.is_empty() {
            return Ok(suffix.into());
        }
        let known = self
            .tag_handles
            .iter()
            .find(|(known, _)| **known == *handle);
        match known {
            Some((_, prefix)) => Ok(format!("{prefix}{suffix}").into()),
            None => Err(ScanError::at(
                start,
                end,
                format!("no `%TAG` gives the handle `{handle}` a meaning"),
                "quote the value if it is meant as text",
            )),
        }
    }

    fn apply(&mut self, node: u32, properties: &Properties) {
        if let Some((start, end, name)) = &properties.tag {
            let (start, end) = (self.place(*start), self.place(*end));
            self.builder.tag(node, start, end, name.clone());
        }
        if let Some((start, end)) = properties.anchor {
            let text = self.text;
            let name = text.get(start + 1..end).unwrap_or_default();
            self.anchors.insert(name, node);
            let (start, end) = (self.place(start), self.place(end));
            self.builder.anchor(node, start, end, name.into());
        }
    }
}

/// What goes on in the collection that a token opens; `None` where it opens none.
fn opened(kind: &TokenKind, is_block: bool, may_be_indentless: bool) -> Option<State> {
    match kind {
        TokenKind::FlowSequenceStart => Some(State::FlowSequenceEntry { is_first: true }),
        TokenKind::FlowMappingStart => Some(State::FlowMappingKey { is_first: true }),
        TokenKind::BlockEntry if may_be_indentless => Some(State::IndentlessSequenceEntry),
        TokenKind::BlockSequenceStart if is_block => Some(State::BlockSequenceEntry),
        TokenKind::BlockMappingStart if is_block => Some(State::BlockMappingKey),
        _ => None,
    }
}
