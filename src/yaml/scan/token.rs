//! What a scanner finds in a text.

use super::super::arena::Content;
use super::super::tree::Style;

/// A piece of the text with its place.
#[derive(Debug)]
pub(in crate::yaml) struct Token {
    pub(in crate::yaml) kind: TokenKind,
    pub(in crate::yaml) start: usize,
    pub(in crate::yaml) end: usize,
}

/// The kinds of token, as libyaml has them.
#[derive(Debug)]
pub(in crate::yaml) enum TokenKind {
    StreamEnd,
    VersionDirective { major: u8, minor: u8 },
    TagDirective { handle: Box<str>, prefix: Box<str> },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag { handle: Box<str>, suffix: Box<str> },
    Scalar { style: Style, content: Content },
}

/// Why a text cannot be read: where, and what is the matter there.
#[derive(Debug)]
pub(in crate::yaml) struct ScanError {
    pub(in crate::yaml) start: usize,
    pub(in crate::yaml) end: usize,
    pub(in crate::yaml) message: String,
    pub(in crate::yaml) help: &'static str,
    /// Another place that explains it.
    pub(in crate::yaml) related: Option<(usize, usize, &'static str)>,
    pub(in crate::yaml) is_limit: bool,
}

impl ScanError {
    pub(in crate::yaml) fn at(
        start: usize,
        end: usize,
        message: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self {
            start,
            end,
            message: message.into(),
            help,
            related: None,
            is_limit: false,
        }
    }

    pub(in crate::yaml) fn beside(mut self, start: usize, end: usize, text: &'static str) -> Self {
        self.related = Some((start, end, text));
        self
    }
}
