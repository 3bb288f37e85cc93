//! granit-parser's events → an arena.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use super::arena::{Arena, Builder, Content, NONE, ScalarNode};
use super::tree::{Kind, Style};
use super::verify::{MAX_DEPTH, TOO_DEEP};
use crate::source::SourceId;

/// Why a document could not be read.
pub(super) struct Failure {
    pub(super) at: u32,
    pub(super) message: String,
    pub(super) is_limit: bool,
}

/// A document's nodes, and where text follows that kubectl does not look at.
pub(super) struct Read {
    pub(super) arena: Arena,
    pub(super) dropped: Option<u32>,
}

/// Reads one document that starts at this byte of its source.
pub(super) fn read(source: SourceId, text: &str, base: u32) -> Result<Read, Failure> {
    let options = granit_parser::options! {
        max_buffered_comment_events: usize::MAX,
        bom_inside_document_as_content: true,
        emit_anchor_events: true,
        flow_nesting_limit: MAX_DEPTH + 1,
        block_nesting_limit: MAX_DEPTH + 1,
    };
    let mut reader = Reader {
        text,
        base,
        builder: Builder::new(source),
        anchors: HashMap::new(),
        newest: 0,
    };
    let mut dropped = None;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(_) if reader.builder.is_complete() => {
                dropped = reader.text_after_root();
                break;
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                return Err(Failure {
                    at: base + narrow(at),
                    message: error.info(),
                    is_limit: false,
                });
            }
        };
        if matches!(event, Event::DocumentEnd) {
            dropped = reader.text_after_root();
            break;
        }
        reader.event(event, &span);
        if reader.builder.depth() > MAX_DEPTH {
            let at = span.start.byte_offset().unwrap_or(0);
            return Err(Failure {
                at: base + narrow(at),
                message: TOO_DEEP.to_owned(),
                is_limit: true,
            });
        }
    }
    Ok(Read {
        arena: reader.builder.finish(),
        dropped,
    })
}

struct Reader<'t> {
    text: &'t str,
    base: u32,
    builder: Builder,
    anchors: HashMap<usize, u32>,
    newest: u32,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) {
        let start = span.start.byte_offset().unwrap_or(0);
        let end = span.end.byte_offset().unwrap_or(start);
        let (absolute_start, absolute_end) = (self.base + narrow(start), self.base + narrow(end));
        match event {
            Event::Comment(..) => self.builder.comment(absolute_start, absolute_end),
            Event::Scalar(value, style, anchor, tag) => {
                let dash = self.dash();
                let scalar = self.scalar(&value, style, start, end);
                self.newest = self.builder.scalar(scalar, dash);
                self.properties(anchor, tag.as_deref(), span);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Kind::Sequence, style, absolute_start);
                self.properties(anchor, tag.as_deref(), span);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Kind::Mapping, style, absolute_start);
                self.properties(anchor, tag.as_deref(), span);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let is_flow = start < end;
                self.builder.close(is_flow.then_some(absolute_end));
            }
            Event::Alias(anchor) => {
                let dash = self.dash();
                let target = self.anchors.get(&anchor).copied().unwrap_or(0);
                self.builder
                    .alias(target, absolute_start, absolute_end, dash);
            }
            Event::Anchor(_, name) => {
                self.builder
                    .anchor(self.newest, absolute_start, absolute_end, name.into());
            }
            _ => {}
        }
    }

    fn open(&mut self, kind: Kind, style: StructureStyle, start: u32) {
        let dash = self.dash();
        let (style, start) = match style {
            StructureStyle::Flow => (Style::Flow, start),
            StructureStyle::Block => (Style::Block, self.block_start(kind, start)),
        };
        self.newest = self.builder.open(kind, style, start, dash);
    }

    /// A block sequence that is not indented starts after its first dash for granit.
    fn block_start(&self, kind: Kind, start: u32) -> u32 {
        let at = (start - self.base) as usize;
        if kind == Kind::Sequence && !self.text[at..].starts_with('-') {
            let before = self.text[..at].rfind('-').unwrap_or(at);
            return self.base + narrow(before);
        }
        start
    }

    fn scalar(&self, value: &str, style: ScalarStyle, start: usize, end: usize) -> ScalarNode {
        let (style, start, end) = match style {
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, start, end),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, start, end),
            ScalarStyle::Literal => self.block_scalar(Style::Literal, '|', end),
            ScalarStyle::Folded => self.block_scalar(Style::Folded, '>', end),
            _ => (Style::Plain, start, end),
        };
        let written = &self.text[start..end];
        let (from, to) = match style {
            Style::SingleQuoted | Style::DoubleQuoted if end >= start + 2 => (start + 1, end - 1),
            _ => (start, end),
        };
        let content = if written.is_empty() || self.text[from..to] == *value {
            Content::Source(self.base + narrow(from), self.base + narrow(to))
        } else {
            Content::Decoded(value.into())
        };
        ScalarNode {
            style,
            start: self.base + narrow(start),
            end: self.base + narrow(end),
            content,
        }
    }

    fn block_scalar(&self, style: Style, mark: char, end: usize) -> (Style, usize, usize) {
        let from = (self.builder.last_end().max(self.base) - self.base) as usize;
        let start = self.text[from..end].find(mark).map_or(from, |at| from + at);
        let end = start + self.text[start..end].trim_end().len();
        (style, start, end)
    }

    /// The dash of the item that comes next, if a block sequence is open.
    fn dash(&self) -> u32 {
        if !self.builder.expects_item() {
            return NONE;
        }
        let mut at = (self.builder.last_end().max(self.base) - self.base) as usize;
        loop {
            let rest = &self.text[at..];
            let skipped = rest.len() - rest.trim_start().len();
            at += skipped;
            let rest = &self.text[at..];
            if !rest.starts_with('#') {
                break;
            }
            at += rest.find('\n').unwrap_or(rest.len());
        }
        self.base + narrow(at)
    }

    fn properties(
        &mut self,
        anchor: usize,
        tag: Option<&granit_parser::Tag>,
        span: &granit_parser::Span,
    ) {
        if anchor != 0 {
            self.anchors.insert(anchor, self.newest);
        }
        let Some(tag) = tag else {
            return;
        };
        let range = span.tag_span().and_then(|span| span.byte_range());
        let range = range.unwrap_or(0..0);
        let name = format!("{}{}", tag.handle(), tag.suffix());
        self.builder.tag(
            self.newest,
            self.base + narrow(range.start),
            self.base + narrow(range.end),
            name.into(),
        );
    }

    /// The first byte after the root that is neither blank nor in a comment.
    fn text_after_root(&self) -> Option<u32> {
        let mut at = (self.builder.root_end().max(self.base) - self.base) as usize;
        loop {
            let rest = self.text.get(at..)?;
            at += rest.len() - rest.trim_start().len();
            let rest = &self.text[at..];
            if rest.is_empty() {
                return None;
            }
            if rest.starts_with("...") {
                at += 3;
            } else if rest.starts_with('#') {
                at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return Some(self.base + narrow(at));
            }
        }
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
