//! Keys without `?`, and the indentation of block collections: both are known only later than they begin.

use super::{ScanError, Scanner, TokenKind};

/// The most characters that a key without `?` may have.
const MAX_KEY_LENGTH: usize = 1024;

/// A token that is a key if a colon follows on its line.
#[derive(Clone, Debug, Default)]
pub(super) struct SimpleKey {
    is_possible: bool,
    /// It stands where only a key can stand.
    is_required: bool,
    token: usize,
    at: usize,
    column: usize,
    line: usize,
}

impl Scanner<'_> {
    /// Whether the token at the head of the queue may turn out to be a key.
    pub(super) fn may_become_key(&mut self) -> Result<bool, ScanError> {
        let head = self.taken;
        let level = self
            .keys
            .iter()
            .rposition(|key| key.is_possible && key.token == head);
        level.map_or(Ok(false), |level| self.is_key_valid(level))
    }

    /// Whether the possible key of this level still is one, or too far behind.
    fn is_key_valid(&mut self, level: usize) -> Result<bool, ScanError> {
        let key = &self.keys[level];
        if !key.is_possible {
            return Ok(false);
        }
        if key.line == self.cursor.line && !self.is_too_long(key) {
            return Ok(true);
        }
        if key.is_required {
            return Err(self.missing_colon(level));
        }
        self.keys[level].is_possible = false;
        Ok(false)
    }

    fn is_too_long(&self, key: &SimpleKey) -> bool {
        self.cursor.at - key.at > MAX_KEY_LENGTH
            && self.cursor.slice(key.at, self.cursor.at).chars().count() > MAX_KEY_LENGTH
    }

    fn missing_colon(&self, level: usize) -> ScanError {
        let start = self.keys[level].at;
        let mut line = self.cursor.clone();
        line.at = start;
        line.skip_line_text();
        let end = line.clamp(line.at);
        ScanError::at(
            start,
            end,
            "a key stands here, but no `:` with a space or a line break after it",
            "write `key: value`; text that goes on from the line above has to be indented further",
        )
    }

    /// Notes that the next token may be a key.
    pub(super) fn save_key(&mut self) -> Result<(), ScanError> {
        if !self.is_key_allowed {
            return Ok(());
        }
        let column = self.cursor.column();
        let is_required =
            !self.is_in_flow() && self.indent >= 0 && self.indent.cast_unsigned() == column;
        self.remove_key()?;
        let key = SimpleKey {
            is_possible: true,
            is_required,
            token: self.taken + self.queue.len(),
            at: self.cursor.at,
            column,
            line: self.cursor.line,
        };
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    /// Forgets the possible key of the innermost level.
    pub(super) fn remove_key(&mut self) -> Result<(), ScanError> {
        let level = self.keys.len() - 1;
        let key = &mut self.keys[level];
        if key.is_possible && key.is_required {
            return Err(self.missing_colon(level));
        }
        key.is_possible = false;
        Ok(())
    }

    pub(super) fn open_flow(&mut self) {
        self.keys.push(SimpleKey::default());
    }

    pub(super) fn close_flow(&mut self) {
        if self.is_in_flow() {
            self.keys.pop();
        }
    }

    /// Turns the possible key before a colon into one; false where there is none.
    pub(super) fn confirm_key(&mut self) -> Result<bool, ScanError> {
        let level = self.keys.len() - 1;
        if !self.is_key_valid(level)? {
            return Ok(false);
        }
        let key = self.keys[level].clone();
        self.insert(key.token, TokenKind::Key, key.at);
        if self.indent_to(key.column) {
            self.insert(key.token, TokenKind::BlockMappingStart, key.at);
        }
        self.keys[level].is_possible = false;
        Ok(true)
    }

    /// Opens a block collection at this column, unless one is open there.
    pub(super) fn open_block(&mut self, kind: TokenKind) {
        if self.indent_to(self.cursor.column()) {
            let at = self.cursor.at;
            self.push(kind, at, at);
        }
    }

    fn indent_to(&mut self, column: usize) -> bool {
        let column = column.cast_signed();
        if self.is_in_flow() || self.indent >= column {
            return false;
        }
        self.indents.push(self.indent);
        self.indent = column;
        true
    }

    /// Closes the block collections that are indented further than this column.
    pub(super) fn close_blocks(&mut self, column: isize) {
        if self.is_in_flow() {
            return;
        }
        while self.indent > column {
            let at = self.cursor.at;
            self.push(TokenKind::BlockEnd, at, at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
