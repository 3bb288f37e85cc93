//! Tokens → nodes, by the grammar of go-yaml v2's parser.

mod block;
mod flow;
mod node;

use std::collections::HashMap;

use super::arena::{Arena, Builder, Content, NONE, ScalarNode};
use super::scan::{ScanError, Scanner, Token, TokenKind};
use super::tree::Style;
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

impl Grammar<'_> {
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

    fn close(&mut self, end: Option<usize>) {
        self.starts.pop();
        let end = end.map(|end| self.place(end));
        self.builder.close(end);
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
