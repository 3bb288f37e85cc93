//! Tokens → nodes, by the grammar of go-yaml v2's parser.

use std::collections::HashMap;

use super::arena::{Arena, Builder, Content, NONE, ScalarNode};
use super::scan::{ScanError, Scanner, Token, TokenKind};
use super::tree::{Kind, Style};
use super::verify::{MAX_DEPTH, TOO_DEEP};
use crate::source::SourceId;

/// One document's nodes, and where text follows that kubectl does not look at.
pub(super) struct Read {
    pub(super) arena: Arena,
    pub(super) dropped: Option<usize>,
}

/// What comes next; the words are those of libyaml.
#[derive(Clone, Copy)]
enum State {
    BlockNode,
    DocumentEnd,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceEntry { is_first: bool },
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingKey { is_first: bool },
    FlowMappingValue,
    FlowMappingEmptyValue,
}

/// A tag and an anchor before a node.
#[derive(Default)]
struct Properties {
    tag: Option<(usize, usize, Box<str>)>,
    anchor: Option<(usize, usize)>,
    /// One past their last byte.
    end: Option<usize>,
}

struct Grammar<'t> {
    text: &'t str,
    /// Where the document starts in its source.
    base: u32,
    scanner: Scanner<'t>,
    builder: Builder,
    states: Vec<State>,
    /// Where the collections that are open start, for messages.
    starts: Vec<usize>,
    tag_handles: Vec<(Box<str>, Box<str>)>,
    anchors: HashMap<&'t str, u32>,
    /// The dash of the item that comes next.
    dash: u32,
}

/// Reads the first document of a text that starts at this byte of its source. Like kubectl it does not
/// look at what follows the document's root.
pub(super) fn read(source: SourceId, text: &str, base: u32) -> Result<Read, ScanError> {
    let mut grammar = Grammar {
        text,
        base,
        scanner: Scanner::new(text),
        builder: Builder::new(source),
        states: Vec::new(),
        starts: Vec::new(),
        tag_handles: Vec::new(),
        anchors: HashMap::new(),
        dash: NONE,
    };
    grammar.document()?;
    let dropped = grammar.dropped()?;
    for (start, end) in std::mem::take(&mut grammar.scanner.comments) {
        let (start, end) = (grammar.place(start), grammar.place(end));
        grammar.builder.comment(start, end);
    }
    let arena = grammar.builder.finish();
    Ok(Read { arena, dropped })
}

impl<'t> Grammar<'t> {
    fn place(&self, at: usize) -> u32 {
        self.base + u32::try_from(at).unwrap_or(u32::MAX - self.base)
    }

    fn document(&mut self) -> Result<(), ScanError> {
        let is_explicit = match self.scanner.peek()?.kind {
            TokenKind::StreamEnd => return Ok(()),
            TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart => true,
            _ => false,
        };
        if is_explicit {
            self.directives()?;
            let token = self.scanner.peek()?;
            if !matches!(token.kind, TokenKind::DocumentStart) {
                return Err(directive_alone(token));
            }
            self.scanner.advance()?;
        }
        self.tag_handle("!", "!");
        self.tag_handle("!!", "tag:yaml.org,2002:");
        if is_explicit && self.is_document_over()? {
            let at = self.scanner.peek()?.start;
            self.empty(at);
            return Ok(());
        }
        self.states.push(State::DocumentEnd);
        let mut state = State::BlockNode;
        while !matches!(state, State::DocumentEnd) {
            self.step(state)?;
            state = self.states.pop().unwrap_or(State::DocumentEnd);
            if self.builder.depth() > MAX_DEPTH {
                let at = self.scanner.peek()?.start;
                let help = "write the document with less nesting";
                let mut error = ScanError::at(at, at + 1, TOO_DEEP, help);
                error.is_limit = true;
                return Err(error);
            }
        }
        Ok(())
    }

    fn is_document_over(&mut self) -> Result<bool, ScanError> {
        Ok(matches!(
            self.scanner.peek()?.kind,
            TokenKind::VersionDirective { .. }
                | TokenKind::TagDirective { .. }
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        ))
    }

    fn directives(&mut self) -> Result<(), ScanError> {
        let mut has_version = false;
        loop {
            let token = self.scanner.peek()?;
            let (start, end) = (token.start, token.end);
            let fault = match &token.kind {
                TokenKind::VersionDirective { major, minor } => {
                    let is_known = (*major, *minor) == (1, 1);
                    let fault = (!is_known).then_some("kubectl reads YAML 1.1 only");
                    let twice = has_version.then_some("the version is set twice");
                    has_version = true;
                    twice.or(fault)
                }
                TokenKind::TagDirective { handle, prefix } => {
                    let (handle, prefix) = (handle.clone(), prefix.clone());
                    (!self.tag_handle(&handle, &prefix)).then_some("this tag handle is set twice")
                }
                _ => return Ok(()),
            };
            if let Some(message) = fault {
                return Err(ScanError::at(start, end, message, "remove the directive"));
            }
            self.scanner.take();
        }
    }

    /// Makes a handle known; false where it is already.
    fn tag_handle(&mut self, handle: &str, prefix: &str) -> bool {
        if self.tag_handles.iter().any(|(known, _)| **known == *handle) {
            return false;
        }
        self.tag_handles.push((handle.into(), prefix.into()));
        true
    }

    fn step(&mut self, state: State) -> Result<(), ScanError> {
        match state {
            State::BlockNode => self.node(true, false),
            State::DocumentEnd => Ok(()),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceEntry { is_first } => self.flow_sequence_entry(is_first),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.close(None);
                self.states
                    .push(State::FlowSequenceEntry { is_first: false });
                Ok(())
            }
            State::FlowMappingKey { is_first } => self.flow_mapping_key(is_first),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
        }
    }

    /// Goes on with this state once the node that comes now is complete.
    fn node_then(
        &mut self,
        next: State,
        is_block: bool,
        may_be_indentless: bool,
    ) -> Result<(), ScanError> {
        self.states.push(next);
        self.node(is_block, may_be_indentless)
    }

    /// An absent node at this place, then this state.
    fn empty_then(&mut self, next: State, at: usize) {
        self.states.push(next);
        self.empty(at);
    }

    fn empty(&mut self, at: usize) {
        let at = self.place(at);
        let scalar = ScalarNode {
            style: Style::Plain,
            start: at,
            end: at,
            content: Content::Source(at, at),
        };
        let dash = std::mem::replace(&mut self.dash, NONE);
        self.builder.scalar(scalar, dash);
    }

    fn node(&mut self, is_block: bool, may_be_indentless: bool) -> Result<(), ScanError> {
        if matches!(self.scanner.peek()?.kind, TokenKind::Alias) {
            return self.alias();
        }
        let properties = self.properties()?;
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let (kind, style, state) = match &token.kind {
            TokenKind::BlockEntry if may_be_indentless => {
                (Kind::Sequence, Style::Block, State::IndentlessSequenceEntry)
            }
            TokenKind::Scalar { .. } => return self.scalar(&properties),
            TokenKind::FlowSequenceStart => (
                Kind::Sequence,
                Style::Flow,
                State::FlowSequenceEntry { is_first: true },
            ),
            TokenKind::FlowMappingStart => (
                Kind::Mapping,
                Style::Flow,
                State::FlowMappingKey { is_first: true },
            ),
            TokenKind::BlockSequenceStart if is_block => {
                (Kind::Sequence, Style::Block, State::BlockSequenceEntry)
            }
            TokenKind::BlockMappingStart if is_block => {
                (Kind::Mapping, Style::Block, State::BlockMappingKey)
            }
            kind => {
                let what = describe(kind);
                return match properties.end {
                    Some(end) => {
                        let id = self.next_id();
                        self.empty(end);
                        self.apply(id, &properties);
                        Ok(())
                    }
                    None => Err(ScanError::at(
                        start,
                        end.max(start),
                        format!("a value has to stand here, not {what}"),
                        "write a value, or quote it if it is meant as text",
                    )),
                };
            }
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

    fn next_id(&self) -> u32 {
        self.builder.next_id()
    }

    fn scalar(&mut self, properties: &Properties) -> Result<(), ScanError> {
        let Some(Token {
            kind: TokenKind::Scalar { style, content },
            start,
            end,
        }) = self.scanner.take()
        else {
            return Ok(());
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
        Ok(())
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

    fn close(&mut self, end: Option<usize>) {
        self.starts.pop();
        let end = end.map(|end| self.place(end));
        self.builder.close(end);
    }

    fn block_sequence_entry(&mut self) -> Result<(), ScanError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::BlockEntry => {}
            TokenKind::BlockEnd => {
                self.scanner.take();
                self.close(None);
                return Ok(());
            }
            _ => return Err(self.not_in_block("an item of the list (`- `) has to stand here")),
        }
        self.dash = self.place(start);
        let next = State::BlockSequenceEntry;
        match self.scanner.advance()?.kind {
            TokenKind::BlockEntry | TokenKind::BlockEnd => {
                self.empty_then(next, end);
                Ok(())
            }
            _ => self.node_then(next, true, false),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<(), ScanError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::BlockEntry) {
            self.close(None);
            return Ok(());
        }
        self.dash = self.place(start);
        let next = State::IndentlessSequenceEntry;
        match self.scanner.advance()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_then(next, end);
                Ok(())
            }
            _ => self.node_then(next, true, false),
        }
    }

    fn block_mapping_key(&mut self) -> Result<(), ScanError> {
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            TokenKind::Key => {}
            TokenKind::BlockEnd => {
                self.scanner.take();
                self.close(None);
                return Ok(());
            }
            _ => return Err(self.not_in_block("a key of the mapping has to stand here")),
        }
        let next = State::BlockMappingValue;
        match self.scanner.advance()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_then(next, end);
                Ok(())
            }
            _ => self.node_then(next, true, true),
        }
    }

    fn block_mapping_value(&mut self) -> Result<(), ScanError> {
        let next = State::BlockMappingKey;
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::Value) {
            self.empty_then(next, start);
            return Ok(());
        }
        match self.scanner.advance()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_then(next, end);
                Ok(())
            }
            _ => self.node_then(next, true, true),
        }
    }

    fn not_in_block(&mut self, message: &str) -> ScanError {
        let collection = self.starts.last().copied().unwrap_or(0);
        let (start, end, what) = match self.scanner.peek() {
            Ok(token) => (token.start, token.end, describe(&token.kind)),
            Err(error) => return error,
        };
        ScanError::at(
            start,
            end,
            format!("{message}, not {what}"),
            "indent lines that belong together alike",
        )
        .beside(collection, collection + 1, "in what starts here")
    }

    fn flow_sequence_entry(&mut self, is_first: bool) -> Result<(), ScanError> {
        if !is_first && !self.flow_comma("]")? {
            return Ok(());
        }
        let next = State::FlowSequenceEntry { is_first: false };
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::FlowSequenceEnd => {
                self.scanner.take();
                self.close(Some(end));
                Ok(())
            }
            TokenKind::Key => {
                self.scanner.take();
                let place = self.place(start);
                self.builder.open(Kind::Mapping, Style::Flow, place, NONE);
                self.starts.push(start);
                self.states.push(State::FlowPairKey);
                Ok(())
            }
            _ => self.node_then(next, false, false),
        }
    }

    /// Goes past the comma between two entries; false where the collection ended instead.
    fn flow_comma(&mut self, bracket: &str) -> Result<bool, ScanError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match (&token.kind, bracket) {
            (TokenKind::FlowEntry, _) => {
                self.scanner.advance()?;
                Ok(true)
            }
            (TokenKind::FlowSequenceEnd, "]") | (TokenKind::FlowMappingEnd, "}") => {
                self.scanner.take();
                self.close(Some(end));
                Ok(false)
            }
            (kind, _) => {
                let what = describe(kind);
                let collection = self.starts.last().copied().unwrap_or(0);
                let message = format!("`,` or `{bracket}` has to stand here, not {what}");
                let error = ScanError::at(
                    start,
                    end,
                    message,
                    "close the bracket, or quote the text in it",
                );
                Err(error.beside(collection, collection + 1, "opened here"))
            }
        }
    }

    fn flow_pair_key(&mut self) -> Result<(), ScanError> {
        let next = State::FlowPairValue;
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            // go-yaml drops the token that it finds in place of the key, whichever it is.
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                self.scanner.take();
                self.empty_then(next, end);
                Ok(())
            }
            _ => self.node_then(next, false, false),
        }
    }

    fn flow_pair_value(&mut self) -> Result<(), ScanError> {
        let next = State::FlowPairEnd;
        let mut token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Value) {
            token = self.scanner.advance()?;
            if !matches!(
                token.kind,
                TokenKind::FlowEntry | TokenKind::FlowSequenceEnd
            ) {
                return self.node_then(next, false, false);
            }
        }
        let at = token.start;
        self.empty_then(next, at);
        Ok(())
    }

    fn flow_mapping_key(&mut self, is_first: bool) -> Result<(), ScanError> {
        if !is_first && !self.flow_comma("}")? {
            return Ok(());
        }
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            TokenKind::FlowMappingEnd => {
                self.scanner.take();
                self.close(Some(end));
                return Ok(());
            }
            TokenKind::Key => {}
            _ => return self.node_then(State::FlowMappingEmptyValue, false, false),
        }
        let next = State::FlowMappingValue;
        let token = self.scanner.advance()?;
        let at = token.start;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                self.empty_then(next, at);
                Ok(())
            }
            _ => self.node_then(next, false, false),
        }
    }

    fn flow_mapping_value(&mut self, is_empty: bool) -> Result<(), ScanError> {
        let next = State::FlowMappingKey { is_first: false };
        let mut token = self.scanner.peek()?;
        if !is_empty && matches!(token.kind, TokenKind::Value) {
            token = self.scanner.advance()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node_then(next, false, false);
            }
        }
        let at = token.start;
        self.empty_then(next, at);
        Ok(())
    }

    /// Where text follows the root that is neither a comment nor the end of the document.
    fn dropped(&mut self) -> Result<Option<usize>, ScanError> {
        if !self.builder.is_complete() {
            return Ok(None);
        }
        let token = self.scanner.peek()?;
        let mut at = match token.kind {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::DocumentEnd => token.end,
            _ => return Ok(Some(token.start)),
        };
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let trimmed = rest.trim_start();
            at += rest.len() - trimmed.len();
            if trimmed.is_empty() {
                return Ok(None);
            }
            if trimmed.starts_with("...") {
                at += 3;
            } else if trimmed.starts_with('#') {
                at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else {
                return Ok(Some(at));
            }
        }
    }
}

fn directive_alone(token: &Token) -> ScanError {
    ScanError::at(
        token.start,
        token.end,
        "a directive has no document after it: `---` cuts it off for kubectl",
        "remove the directive",
    )
}

/// A token's name for people.
fn describe(kind: &TokenKind) -> &'static str {
    match kind {
        TokenKind::StreamEnd | TokenKind::BlockEnd => "the end of the block",
        TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } => "a directive",
        TokenKind::DocumentStart => "`---`",
        TokenKind::DocumentEnd => "`...`",
        TokenKind::BlockSequenceStart | TokenKind::BlockEntry => "a list item",
        TokenKind::BlockMappingStart | TokenKind::Key => "a key",
        TokenKind::FlowSequenceStart => "`[`",
        TokenKind::FlowSequenceEnd => "`]`",
        TokenKind::FlowMappingStart => "`{`",
        TokenKind::FlowMappingEnd => "`}`",
        TokenKind::FlowEntry => "`,`",
        TokenKind::Value => "`:`",
        TokenKind::Alias => "an alias",
        TokenKind::Anchor => "an anchor",
        TokenKind::Tag { .. } => "a tag",
        TokenKind::Scalar { .. } => "a value",
    }
}
