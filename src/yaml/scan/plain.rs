//! Scalars without quotes, and how lines are joined.

use super::super::arena::Content;
use super::super::tree::Style;
use super::{ScanError, Scanner, TokenKind};

/// The line breaks between two pieces of a scalar.
#[derive(Default)]
pub(super) struct Fold {
    /// The first break; empty where a backslash has taken it away.
    pub(super) first: &'static str,
    /// The breaks of the blank lines after it.
    pub(super) rest: String,
}

impl Fold {
    /// One line feed is a space, more are one less; U+2028 and U+2029 stay.
    pub(super) fn join(&self, text: &mut String) {
        if self.first != "\n" {
            text.push_str(self.first);
        } else if self.rest.is_empty() {
            text.push(' ');
        }
        text.push_str(&self.rest);
    }
}

impl Scanner<'_> {
    pub(super) fn fetch_plain(&mut self) -> Result<(), ScanError> {
        self.save_key()?;
        self.is_key_allowed = false;
        let start = self.cursor.at;
        let mut end = start;
        let mut joined: Option<String> = None;
        let mut fold: Option<Fold> = None;
        loop {
            if self.cursor.peek(0) == b'#' || self.cursor.is_document_indicator() {
                break;
            }
            let word = self.cursor.at;
            self.skip_plain_word();
            if self.cursor.at > word {
                if let Some(fold) = fold.take() {
                    let before = self.cursor.slice(start, end);
                    let text = joined.get_or_insert_with(|| before.to_owned());
                    fold.join(text);
                    text.push_str(self.cursor.slice(word, self.cursor.at));
                } else if let Some(text) = &mut joined {
                    text.push_str(self.cursor.slice(end, self.cursor.at));
                }
                end = self.cursor.at;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break() {
                break;
            }
            fold = self.skip_plain_gap(start)?;
            if !self.is_in_flow() && self.cursor.column().cast_signed() <= self.indent {
                break;
            }
        }
        if fold.is_some() {
            self.is_key_allowed = true;
        }
        let content = match joined {
            Some(text) => Content::Decoded(text.into()),
            None => self.source(start, end),
        };
        let style = Style::Plain;
        self.push(TokenKind::Scalar { style, content }, start, end);
        Ok(())
    }

    /// A scalar's content that stands in the text as it is.
    pub(super) fn source(&self, start: usize, end: usize) -> Content {
        let narrow = |at| u32::try_from(self.cursor.clamp(at)).unwrap_or(u32::MAX);
        Content::Source(narrow(start), narrow(end))
    }

    /// Goes to the next blank, line break or indicator that ends a plain scalar.
    fn skip_plain_word(&mut self) {
        let is_in_flow = self.is_in_flow();
        loop {
            match self.cursor.peek(0) {
                b' ' | b'\t' | b'\n' | b'\r' | 0 => return,
                b':' if self.cursor.is_blank_or_end(1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if is_in_flow => return,
                0x80.. => {
                    if self.cursor.is_break() {
                        return;
                    }
                    self.cursor.skip_char();
                }
                _ => self.cursor.at += 1,
            }
        }
    }

    /// Goes over blanks and line breaks; returns the breaks, if there are any.
    fn skip_plain_gap(&mut self, start: usize) -> Result<Option<Fold>, ScanError> {
        self.cursor.skip_blanks();
        if !self.cursor.is_break() {
            return Ok(None);
        }
        let mut fold = Fold {
            first: self.cursor.read_break(),
            rest: String::new(),
        };
        loop {
            if self.cursor.is_break() {
                fold.rest.push_str(self.cursor.read_break());
            } else if self.cursor.is_blank(0) {
                let is_indentation = self.cursor.column().cast_signed() <= self.indent;
                if is_indentation && self.cursor.peek(0) == b'\t' {
                    return Err(self.tab_in_plain(start));
                }
                self.cursor.at += 1;
            } else {
                return Ok(Some(fold));
            }
        }
    }

    fn tab_in_plain(&self, start: usize) -> ScanError {
        let at = self.cursor.at;
        let message = "a tab cannot be part of the indentation";
        ScanError::at(at, at + 1, message, "indent with spaces").beside(
            start,
            start + 1,
            "after the value that starts here",
        )
    }
}
