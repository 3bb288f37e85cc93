//! JSON → nodes. kubectl reads a source that starts with `{` as a stream of JSON values, whose strings
//! have other escapes than those of YAML.

use super::arena::{Arena, Builder, Content, NONE, ScalarNode};
use super::scan::ScanError;
use super::tree::{Kind, Style};
use super::verify::{MAX_DEPTH, TOO_DEEP};
use crate::source::SourceId;

/// How far kubectl looks for the brace.
const SNIFFED: usize = 4096;

/// Whether kubectl takes a source for JSON: its first character that is no white space is a brace.
pub(super) fn is_json(text: &str) -> bool {
    let trimmed = text.trim_start();
    text.len() - trimmed.len() < SNIFFED && trimmed.starts_with('{')
}

/// One value and where it ends.
pub(super) struct Value {
    pub(super) arena: Arena,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads the value that comes next; `None` at the end of the text.
pub(super) fn read(source: SourceId, text: &str, from: usize) -> Option<Result<Value, ScanError>> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: from,
        builder: Builder::new(source),
        open: Vec::new(),
    };
    reader.skip_space();
    let start = reader.at;
    if start >= text.len() {
        return None;
    }
    Some(reader.root().map(|()| Value {
        end: reader.at,
        start,
        arena: reader.builder.finish(),
    }))
}

/// A collection that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    Array,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    builder: Builder,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn root(&mut self) -> Result<(), ScanError> {
        loop {
            let opened = self.value()?;
            self.skip_space();
            let is_empty = opened && self.closes();
            if opened && !is_empty {
                self.key()?;
                continue;
            }
            if is_empty {
                self.close();
            }
            if !self.next_entry()? {
                return Ok(());
            }
        }
    }

    /// Goes past commas and closing brackets to the next value; false at the root's end.
    fn next_entry(&mut self) -> Result<bool, ScanError> {
        loop {
            let Some(open) = self.open.last().copied() else {
                return Ok(false);
            };
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip_space();
                self.key()?;
                return Ok(true);
            }
            if !self.closes() {
                let (bracket, opened) = match open {
                    Open::Object => ("`,` or `}`", "object"),
                    Open::Array => ("`,` or `]`", "array"),
                };
                return Err(
                    self.error(format!("{bracket} has to stand here in this JSON {opened}"))
                );
            }
            self.close();
        }
    }

    fn closes(&self) -> bool {
        match self.open.last() {
            Some(Open::Object) => self.peek() == Some(b'}'),
            Some(Open::Array) => self.peek() == Some(b']'),
            None => false,
        }
    }

    fn close(&mut self) {
        self.at += 1;
        self.open.pop();
        self.builder.close(Some(narrow(self.at)));
    }

    /// Reads `"key":` where an object is open.
    fn key(&mut self) -> Result<(), ScanError> {
        if self.open.last() != Some(&Open::Object) {
            return Ok(());
        }
        if self.peek() != Some(b'"') {
            return Err(self.error("a key in double quotes has to stand here in this JSON object"));
        }
        self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.error("`:` has to stand here after the key of a JSON object"));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Reads a scalar, or opens a collection and tells so.
    fn value(&mut self) -> Result<bool, ScanError> {
        self.skip_space();
        let open = match self.peek() {
            Some(b'{') => Open::Object,
            Some(b'[') => Open::Array,
            Some(b'"') => return self.string().map(|()| false),
            Some(b'-' | b'0'..=b'9') => return self.number().map(|()| false),
            _ => return self.word().map(|()| false),
        };
        if self.open.len() >= MAX_DEPTH {
            let mut error = self.error(TOO_DEEP);
            error.help = "write the document with less nesting";
            error.is_limit = true;
            return Err(error);
        }
        let kind = match open {
            Open::Object => Kind::Mapping,
            Open::Array => Kind::Sequence,
        };
        self.builder.open(kind, Style::Flow, narrow(self.at), NONE);
        self.open.push(open);
        self.at += 1;
        Ok(true)
    }

    fn word(&mut self) -> Result<(), ScanError> {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        let Some(word) = words.iter().find(|word| rest.starts_with(word)) else {
            return Err(self.error("a JSON value has to stand here"));
        };
        self.plain(word.len());
        Ok(())
    }

    fn number(&mut self) -> Result<(), ScanError> {
        let length = number_length(&self.bytes[self.at..]);
        let length = length.ok_or_else(|| self.error("this is not a number of JSON"))?;
        let is_finite = self.text[self.at..self.at + length]
            .parse()
            .is_ok_and(f64::is_finite);
        if !is_finite {
            return Err(self.error("this number is too large"));
        }
        self.plain(length);
        Ok(())
    }

    fn plain(&mut self, length: usize) {
        let (start, end) = (narrow(self.at), narrow(self.at + length));
        self.at += length;
        self.scalar(Style::Plain, start, end, Content::Source(start, end));
    }

    fn scalar(&mut self, style: Style, start: u32, end: u32, content: Content) {
        let scalar = ScalarNode {
            style,
            start,
            end,
            content,
        };
        self.builder.scalar(scalar, NONE);
    }

    fn string(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        self.at += 1;
        let mut text: Option<String> = None;
        let mut from = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = text.get_or_insert_default();
                    text.push_str(&self.text[from..self.at]);
                    let character = self.escape()?;
                    text.push(character);
                    from = self.at;
                }
                Some(0..0x20) => {
                    return Err(self.error("a control character has to be escaped in JSON"));
                }
                Some(_) => self.at += 1,
                None => {
                    self.at = start;
                    return Err(self.error("the quotes that open here are not closed"));
                }
            }
        }
        let content = match text {
            Some(mut text) => {
                text.push_str(&self.text[from..self.at]);
                Content::Decoded(text.into())
            }
            None => Content::Source(narrow(from), narrow(self.at)),
        };
        self.at += 1;
        self.scalar(Style::DoubleQuoted, narrow(start), narrow(self.at), content);
        Ok(())
    }

    fn escape(&mut self) -> Result<char, ScanError> {
        let character = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error("this escape is not one of JSON")),
        };
        self.at += 2;
        Ok(character)
    }

    /// Half of a surrogate pair alone becomes U+FFFD, as in Go.
    fn unicode_escape(&mut self) -> Result<char, ScanError> {
        let first = self
            .code_unit(self.at)
            .ok_or_else(|| self.error("this escape needs four hexadecimal digits"))?;
        self.at += 6;
        let second = self.code_unit(self.at);
        if let (0xD800..0xDC00, Some(second @ 0xDC00..0xE000)) = (first, second) {
            self.at += 6;
            let code = 0x1_0000 + (u32::from(first - 0xD800) << 10) + u32::from(second - 0xDC00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&self, at: usize) -> Option<u16> {
        let escape = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hexadecimal = escape.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hexadecimal.then(|| u16::from_str_radix(escape, 16).ok())?
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn error(&self, message: impl Into<String>) -> ScanError {
        let end = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next());
        let end = self.at + end.map_or(0, char::len_utf8);
        let help = "a file that starts with `{` is read as JSON: mend it as such";
        ScanError::at(self.at, end, message, help)
    }
}

/// The length of the number of JSON at the start; `None` where there is none. No digit belongs to it
/// after a zero in front.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let whole = match bytes.get(sign)? {
        b'0' => 1,
        _ => digits(sign),
    };
    if whole == 0 {
        return None;
    }
    let mut length = sign + whole;
    if bytes.get(length) == Some(&b'.') {
        let fraction = digits(length + 1);
        if fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent == 0 {
            return None;
        }
        length += 1 + sign + exponent;
    }
    Some(length)
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
