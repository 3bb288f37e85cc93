//! Literal (`|`) and folded (`>`) scalars.

use super::super::arena::Content;
use super::super::tree::Style;
use super::{ScanError, Scanner, TokenKind};

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

struct Header {
    chomping: Chomping,
    /// The indentation that is asked for; 0 where the text decides.
    increment: isize,
    end: usize,
}

/// The line breaks of blank lines.
#[derive(Default)]
struct Breaks {
    text: String,
    /// The byte before the last of them.
    last: usize,
}

impl Scanner<'_> {
    pub(super) fn fetch_block_scalar(&mut self, style: Style) -> Result<(), ScanError> {
        self.remove_key()?;
        self.is_key_allowed = true;
        let start = self.cursor.at;
        let header = self.scan_block_header(start)?;
        let mut indent = match header.increment {
            0 => 0,
            increment => self.indent.max(0) + increment,
        };
        let mut end = header.end;
        let mut text = String::new();
        let mut first = "";
        let mut breaks = self.scan_block_breaks(&mut indent, start)?;
        let mut was_blank = false;
        while self.cursor.column().cast_signed() == indent && self.cursor.peek(0) != 0 {
            let is_blank = self.cursor.is_blank(0);
            let is_folded = style == Style::Folded && !was_blank && !is_blank && first == "\n";
            if !is_folded {
                text.push_str(first);
            } else if breaks.text.is_empty() {
                text.push(' ');
            }
            text.push_str(&breaks.text);
            was_blank = is_blank;
            let line = self.cursor.at;
            self.cursor.skip_line_text();
            end = self.cursor.at;
            text.push_str(self.cursor.slice(line, end));
            first = if self.cursor.is_break() {
                self.cursor.read_break()
            } else {
                ""
            };
            breaks = self.scan_block_breaks(&mut indent, start)?;
        }
        if header.chomping != Chomping::Strip {
            text.push_str(first);
        }
        if header.chomping == Chomping::Keep {
            text.push_str(&breaks.text);
            end = end.max(breaks.last);
        }
        let content = Content::Decoded(text.into());
        self.push(TokenKind::Scalar { style, content }, start, end);
        Ok(())
    }

    /// Reads `|` or `>`, what stands beside it, and the rest of its line.
    fn scan_block_header(&mut self, start: usize) -> Result<Header, ScanError> {
        self.cursor.at += 1;
        let mut chomping = self.scan_chomping();
        let increment = self.scan_increment()?;
        if chomping.is_none() {
            chomping = self.scan_chomping();
        }
        let end = self.cursor.at;
        self.cursor.skip_blanks();
        self.skip_comment();
        if !self.cursor.is_break_or_end(0) {
            let message = "the text of this value has to start on the next line";
            let help = "after `|` or `>` only `+`, `-`, a digit and a comment may follow";
            let at = self.cursor.at;
            return Err(ScanError::at(at, at + 1, message, help).beside(
                start,
                end,
                "the value starts here",
            ));
        }
        self.cursor.skip_break();
        Ok(Header {
            chomping: chomping.unwrap_or(Chomping::Clip),
            increment,
            end,
        })
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.at += 1;
        Some(chomping)
    }

    fn scan_increment(&mut self) -> Result<isize, ScanError> {
        let digit = self.cursor.peek(0);
        if !digit.is_ascii_digit() {
            return Ok(0);
        }
        let at = self.cursor.at;
        if digit == b'0' {
            let message = "the indentation of a block of text cannot be 0";
            return Err(ScanError::at(
                at,
                at + 1,
                message,
                "write a digit from 1 to 9",
            ));
        }
        self.cursor.at += 1;
        Ok(isize::from(digit - b'0'))
    }

    /// Goes over blank lines and the indentation of the line after them; the first call finds the
    /// indentation where the header does not say it.
    fn scan_block_breaks(&mut self, indent: &mut isize, start: usize) -> Result<Breaks, ScanError> {
        let mut breaks = Breaks::default();
        let mut widest = 0;
        loop {
            while self.is_before(*indent) && self.cursor.peek(0) == b' ' {
                self.cursor.at += 1;
            }
            widest = widest.max(self.cursor.column().cast_signed());
            if self.is_before(*indent) && self.cursor.peek(0) == b'\t' {
                let at = self.cursor.at;
                let message = "a tab cannot be part of the indentation";
                return Err(
                    ScanError::at(at, at + 1, message, "indent with spaces").beside(
                        start,
                        start + 1,
                        "in the block of text that starts here",
                    ),
                );
            }
            if !self.cursor.is_break() {
                break;
            }
            breaks.last = self.cursor.at;
            breaks.text.push_str(self.cursor.read_break());
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(breaks)
    }

    fn is_before(&self, indent: isize) -> bool {
        indent == 0 || self.cursor.column().cast_signed() < indent
    }
}
