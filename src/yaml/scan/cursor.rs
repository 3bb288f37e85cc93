//! A place in a document's text, with the line breaks of YAML 1.1.

use std::borrow::Cow;

/// Walks over the bytes of one document.
///
/// kubectl ends every line of a document with a line feed before it parses, the last one too; so a
/// text that ends without one reads as if it stood there. Its three more line breaks (U+0085, U+2028
/// and U+2029) are those of YAML 1.1.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    bytes: &'t [u8],
    /// The next byte.
    pub(super) at: usize,
    /// The first byte of the line.
    pub(super) line_start: usize,
    /// The line's number, from 0.
    pub(super) line: usize,
    lacks_line_feed: bool,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            line_start: at,
            line: 0,
            lacks_line_feed: !text.ends_with('\n'),
        }
    }

    /// The byte this far ahead; 0 past the end, which no text that kubectl reads contains.
    #[inline]
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        match self.bytes.get(at) {
            Some(byte) => *byte,
            None if at == self.bytes.len() && self.lacks_line_feed => b'\n',
            None => 0,
        }
    }

    /// The byte at this place of the text; 0 outside of it.
    pub(super) fn peek_at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Whether these bytes come next.
    pub(super) fn is_at(&self, expected: &[u8]) -> bool {
        self.bytes
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(expected))
    }

    #[inline]
    pub(super) fn column(&self) -> usize {
        self.at - self.line_start
    }

    /// A byte position that lies in the text.
    pub(super) fn clamp(&self, at: usize) -> usize {
        at.min(self.bytes.len())
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text
            .get(self.clamp(start)..self.clamp(end))
            .unwrap_or_default()
    }

    /// The length of the line break this far ahead; 0 where there is none.
    #[inline]
    pub(super) fn break_length(&self, ahead: usize) -> usize {
        match self.peek(ahead) {
            b'\n' => 1,
            b'\r' => self.carriage_return(ahead),
            0xC2 if self.peek(ahead + 1) == 0x85 => 2,
            0xE2 if self.peek(ahead + 1) == 0x80 && matches!(self.peek(ahead + 2), 0xA8 | 0xA9) => {
                3
            }
            _ => 0,
        }
    }

    /// A line loses its final CR LF to the splitter and gets a LF: of CR CR LF a CR LF remains. Not so
    /// the last line if it has no line feed to lose.
    fn carriage_return(&self, ahead: usize) -> usize {
        if self.peek(ahead + 1) == b'\n' {
            return 2;
        }
        let ends_line = self.peek(ahead + 1) == b'\r' && self.peek_at(self.at + ahead + 2) == b'\n';
        if ends_line { 3 } else { 1 }
    }

    #[inline]
    pub(super) fn is_break(&self) -> bool {
        self.break_length(0) > 0
    }

    #[inline]
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    /// Whether a line break or the end is this far ahead.
    #[inline]
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.peek(ahead) == 0 || self.break_length(ahead) > 0
    }

    #[inline]
    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    pub(super) fn is_word(&self) -> bool {
        let byte = self.peek(0);
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
    }

    /// Goes past a line break, if one is here.
    pub(super) fn skip_break(&mut self) {
        let length = self.break_length(0);
        if length > 0 {
            self.at += length;
            self.line_start = self.at;
            self.line += 1;
        }
    }

    /// Goes past a line break and returns what it means: U+2028 and U+2029 themselves, else a line feed.
    pub(super) fn read_break(&mut self) -> &'static str {
        let meaning = match (self.peek(0), self.peek(2)) {
            (0xE2, 0xA8) => "\u{2028}",
            (0xE2, 0xA9) => "\u{2029}",
            _ => "\n",
        };
        self.skip_break();
        meaning
    }

    /// Goes past one character.
    #[inline]
    pub(super) fn skip_char(&mut self) {
        self.at += match self.peek(0) {
            0xF0.. => 4,
            0xE0.. => 3,
            0xC0.. => 2,
            _ => 1,
        };
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.at += 1;
        }
    }

    /// Goes to the end of the line, without its line break.
    pub(super) fn skip_line_text(&mut self) {
        while !self.is_break_or_end(0) {
            self.skip_char();
        }
    }

    /// Whether the line starts with `---` or `...`, alone or before a blank.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.column() == 0 && (self.is_at(b"---") || self.is_at(b"...")) && self.is_blank_or_end(3)
    }

    /// What stands here, for a message.
    pub(super) fn character(&self) -> Cow<'static, str> {
        match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            Some('\t') => Cow::Borrowed("a tab"),
            Some(character) => Cow::Owned(format!("`{}`", character.escape_debug())),
            None => Cow::Borrowed("the end"),
        }
    }
}
