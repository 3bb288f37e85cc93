//! Scalars in quotes.

use super::super::arena::Content;
use super::super::tree::Style;
use super::plain::Fold;
use super::{ScanError, Scanner, TokenKind};

/// The text of a scalar so far; empty while it is what stands in the source.
struct Pieces {
    joined: Option<String>,
    /// The first byte that is not in `joined` yet.
    from: usize,
}

impl Scanner<'_> {
    pub(super) fn fetch_quoted(&mut self, style: Style) -> Result<(), ScanError> {
        self.save_key()?;
        self.is_key_allowed = false;
        let start = self.cursor.at;
        self.cursor.at += 1;
        let mut pieces = Pieces {
            joined: None,
            from: self.cursor.at,
        };
        let quote = self.cursor.peek_at(start);
        loop {
            if self.cursor.is_document_indicator() || self.cursor.peek(0) == 0 {
                return Err(unclosed(start));
            }
            let escaped_break = self.scan_quoted_word(quote, &mut pieces)?;
            if self.cursor.peek(0) == quote {
                break;
            }
            self.scan_quoted_gap(escaped_break, &mut pieces);
        }
        let end = self.cursor.at;
        self.cursor.at += 1;
        let content = if pieces.joined.is_some() {
            self.flush(&mut pieces, end);
            Content::Decoded(pieces.joined.unwrap_or_default().into())
        } else {
            self.source(start + 1, end)
        };
        self.push(TokenKind::Scalar { style, content }, start, end + 1);
        Ok(())
    }

    /// Adds the source up to this byte.
    fn flush(&self, pieces: &mut Pieces, end: usize) {
        let source = self.cursor.slice(pieces.from, end);
        pieces
            .joined
            .get_or_insert_with(String::new)
            .push_str(source);
        pieces.from = end;
    }

    /// Goes to the next blank, line break or closing quote; tells whether it stopped after a line
    /// break with a backslash before it.
    fn scan_quoted_word(&mut self, quote: u8, pieces: &mut Pieces) -> Result<bool, ScanError> {
        loop {
            match self.cursor.peek(0) {
                b' ' | b'\t' | b'\n' | b'\r' | 0 => return Ok(false),
                b'\'' if quote == b'\'' && self.cursor.peek(1) == b'\'' => {
                    self.flush(pieces, self.cursor.at + 1);
                    self.cursor.at += 2;
                    pieces.from = self.cursor.at;
                }
                byte if byte == quote => return Ok(false),
                b'\\' if quote == b'"' => {
                    self.flush(pieces, self.cursor.at);
                    if self.cursor.break_length(1) > 0 {
                        self.cursor.at += 1;
                        self.cursor.skip_break();
                        pieces.from = self.cursor.at;
                        return Ok(true);
                    }
                    let character = self.scan_escape()?;
                    pieces
                        .joined
                        .get_or_insert_with(String::new)
                        .push(character);
                    pieces.from = self.cursor.at;
                }
                0x80.. => {
                    if self.cursor.is_break() {
                        return Ok(false);
                    }
                    self.cursor.skip_char();
                }
                _ => self.cursor.at += 1,
            }
        }
    }

    /// Goes over blanks and line breaks; blanks beside a line break do not count.
    fn scan_quoted_gap(&mut self, escaped_break: bool, pieces: &mut Pieces) {
        let before = self.cursor.at;
        let mut fold = escaped_break.then(Fold::default);
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.at += 1;
            } else if self.cursor.is_break() {
                let meaning = self.cursor.read_break();
                match &mut fold {
                    Some(fold) => fold.rest.push_str(meaning),
                    None => {
                        fold = Some(Fold {
                            first: meaning,
                            rest: String::new(),
                        });
                    }
                }
            } else {
                break;
            }
        }
        let Some(fold) = fold else {
            return;
        };
        if !escaped_break {
            self.flush(pieces, before);
        }
        fold.join(pieces.joined.get_or_insert_with(String::new));
        pieces.from = self.cursor.at;
    }

    /// Reads an escape sequence, its backslash first.
    fn scan_escape(&mut self) -> Result<char, ScanError> {
        let start = self.cursor.at;
        let letter = self.cursor.peek(1);
        self.cursor.at += 1;
        let character = match letter {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            b' ' | b'"' | b'\'' | b'\\' => char::from(letter),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.scan_code(start, 2),
            b'u' => return self.scan_code(start, 4),
            b'U' => return self.scan_code(start, 8),
            _ => return Err(self.unknown_escape(start)),
        };
        self.cursor.at += 1;
        Ok(character)
    }

    fn scan_code(&mut self, start: usize, length: usize) -> Result<char, ScanError> {
        self.cursor.at += 1;
        let digits = self.cursor.slice(self.cursor.at, self.cursor.at + length);
        let is_hexadecimal =
            digits.len() == length && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hexadecimal {
            let message = format!("this escape needs {length} hexadecimal digits");
            let end = self.cursor.at;
            return Err(ScanError::at(start, end, message, "mend the escape"));
        }
        self.cursor.at += length;
        let code = u32::from_str_radix(digits, 16).ok();
        code.and_then(char::from_u32).ok_or_else(|| {
            ScanError::at(
                start,
                self.cursor.at,
                "this escape names no Unicode character",
                "halves of a surrogate pair are for JSON only: write the character itself or its `\\U` escape",
            )
        })
    }

    fn unknown_escape(&self, start: usize) -> ScanError {
        let character = self.cursor.character();
        let message = format!("a backslash before {character} means nothing in double quotes");
        let help = "write `\\\\` for a backslash, or use single quotes";
        ScanError::at(start, start + 2, message, help)
    }
}

fn unclosed(start: usize) -> ScanError {
    ScanError::at(
        start,
        start + 1,
        "the quotes that open here are not closed in this document",
        "close them; a line that starts with `---` ends the document even inside of quotes",
    )
}
