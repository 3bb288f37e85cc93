//! Collections by indentation.

use super::super::scan::{ScanError, TokenKind};
use super::{Grammar, State, describe};

impl Grammar<'_> {
    pub(super) fn block_sequence_entry(&mut self) -> Result<(), ScanError> {
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

    pub(super) fn indentless_sequence_entry(&mut self) -> Result<(), ScanError> {
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

    pub(super) fn block_mapping_key(&mut self) -> Result<(), ScanError> {
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

    pub(super) fn block_mapping_value(&mut self) -> Result<(), ScanError> {
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
}
