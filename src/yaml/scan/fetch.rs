//! Which token comes next.

use super::super::tree::Style;
use super::{ScanError, Scanner, TokenKind};

impl Scanner<'_> {
    /// Adds the next token to the queue, or several.
    pub(super) fn fetch(&mut self) -> Result<(), ScanError> {
        self.skip_to_token();
        self.close_blocks(self.cursor.column().cast_signed());
        let next = self.cursor.peek(0);
        let is_line_start = self.cursor.column() == 0;
        if next == 0 {
            return self.fetch_end();
        }
        if is_line_start && next == b'%' {
            self.reset_block()?;
            return self.fetch_directive();
        }
        if is_line_start && self.cursor.is_document_indicator() {
            return self.fetch_document_indicator(next);
        }
        match next {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.cursor.is_blank_or_end(1) => self.fetch_block_entry(),
            b'?' if self.is_in_flow() || self.cursor.is_blank_or_end(1) => self.fetch_key(),
            b':' if self.is_in_flow() || self.cursor.is_blank_or_end(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' if !self.is_in_flow() => self.fetch_block_scalar(Style::Literal),
            b'>' if !self.is_in_flow() => self.fetch_block_scalar(Style::Folded),
            b'\'' => self.fetch_quoted(Style::SingleQuoted),
            b'"' => self.fetch_quoted(Style::DoubleQuoted),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self.unexpected()),
            _ => self.fetch_plain(),
        }
    }

    /// Goes over blanks, comments and line breaks. A tab is a blank only where no key could start.
    fn skip_to_token(&mut self) {
        loop {
            let is_tab_blank = self.is_in_flow() || !self.is_key_allowed;
            while self.cursor.peek(0) == b' ' || (is_tab_blank && self.cursor.peek(0) == b'\t') {
                self.cursor.at += 1;
            }
            self.skip_comment();
            if !self.cursor.is_break() {
                return;
            }
            self.cursor.skip_break();
            if !self.is_in_flow() {
                self.is_key_allowed = true;
            }
        }
    }

    pub(super) fn skip_comment(&mut self) {
        if self.cursor.peek(0) != b'#' {
            return;
        }
        let start = self.cursor.at;
        self.cursor.skip_line_text();
        self.comments.push((start, self.cursor.at));
    }

    fn unexpected(&self) -> ScanError {
        let at = self.cursor.at;
        let character = self.cursor.character();
        let (message, help) = if self.cursor.peek(0) == b'\t' {
            (
                "a tab cannot be part of the indentation".to_owned(),
                "indent with spaces",
            )
        } else {
            (
                format!("{character} cannot start a value"),
                "quote the value if it is meant as text",
            )
        };
        ScanError::at(at, at + 1, message, help)
    }

    /// Ends all blocks: nothing of a document goes on after a directive or a marker.
    fn reset_block(&mut self) -> Result<(), ScanError> {
        self.close_blocks(-1);
        self.remove_key()?;
        self.is_key_allowed = false;
        Ok(())
    }

    fn fetch_end(&mut self) -> Result<(), ScanError> {
        self.reset_block()?;
        let at = self.cursor.at;
        self.is_ended = true;
        self.push(TokenKind::StreamEnd, at, at);
        Ok(())
    }

    fn fetch_document_indicator(&mut self, first: u8) -> Result<(), ScanError> {
        self.reset_block()?;
        let kind = if first == b'-' {
            TokenKind::DocumentStart
        } else {
            TokenKind::DocumentEnd
        };
        self.push_indicator(kind, 3);
        Ok(())
    }

    fn push_indicator(&mut self, kind: TokenKind, length: usize) {
        let start = self.cursor.at;
        self.cursor.at += length;
        self.push(kind, start, self.cursor.at);
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), ScanError> {
        self.save_key()?;
        self.open_flow();
        self.is_key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), ScanError> {
        self.remove_key()?;
        self.close_flow();
        self.is_key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), ScanError> {
        self.remove_key()?;
        self.is_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), ScanError> {
        if !self.is_in_flow() {
            self.require_line_start("a list item cannot start here")?;
            self.open_block(TokenKind::BlockSequenceStart);
        }
        self.remove_key()?;
        self.is_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), ScanError> {
        if !self.is_in_flow() {
            self.require_line_start("a key cannot start here")?;
            self.open_block(TokenKind::BlockMappingStart);
        }
        self.remove_key()?;
        self.is_key_allowed = !self.is_in_flow();
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), ScanError> {
        if self.confirm_key()? {
            self.is_key_allowed = false;
        } else {
            if !self.is_in_flow() {
                self.require_line_start("a second `: ` cannot follow here")?;
                self.open_block(TokenKind::BlockMappingStart);
            }
            self.is_key_allowed = !self.is_in_flow();
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    /// Block indicators stand only where a line, or what another indicator holds, starts.
    fn require_line_start(&self, message: &str) -> Result<(), ScanError> {
        if self.is_key_allowed {
            return Ok(());
        }
        let at = self.cursor.at;
        Err(ScanError::at(
            at,
            at + 1,
            message,
            "put it on a line of its own, or quote the value if it is meant as text",
        ))
    }
}
