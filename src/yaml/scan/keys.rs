//! Keys without `?`, and the indentation of block collections: both are known only later than they begin.

use super::{ScanError, Scanner, TokenKind};

/// The most characters that a key without `?` may have.
const MAX_KEY_LENGTH: usize = 1024;

/// From this many candidates on those are forgotten whose token has left the queue.
const MAX_CANDIDATES: usize = 64;

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
        let level = self.candidates.iter().find(|(token, _)| *token == head);
        match level {
            Some((_, level)) if *level < self.keys.len() => self.is_key_valid(*level),
            _ => Ok(false),
        }
    }

    fn add_candidate(&mut self, token: usize, level: usize) {
        self.remove_candidate(token);
        if self.candidates.len() >= MAX_CANDIDATES {
            let taken = self.taken;
            self.candidates.retain(|(token, _)| *token >= taken);
        }
        self.candidates.push((token, level));
    }

    fn remove_candidate(&mut self, token: usize) {
        self.candidates.retain(|(candidate, _)| *candidate != token);
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
        let token = self.taken + self.queue.len();
        let key = SimpleKey {
            is_possible: true,
            is_required,
            token,
            at: self.cursor.at,
            column,
            line: self.cursor.line,
        };
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        self.add_candidate(token, self.keys.len() - 1);
        Ok(())
    }

    /// Forgets the possible key of the innermost level.
    pub(super) fn remove_key(&mut self) -> Result<(), ScanError> {
        let level = self.keys.len() - 1;
        let key = &mut self.keys[level];
        if key.is_possible && key.is_required {
            return Err(self.missing_colon(level));
        }
        if key.is_possible {
            key.is_possible = false;
            let token = key.token;
            self.remove_candidate(token);
        }
        Ok(())
    }

    pub(super) fn open_flow(&mut self) {
        self.keys.push(SimpleKey {
            token: self.taken + self.queue.len(),
            ..SimpleKey::default()
        });
    }

    /// go-yaml forgets a candidate here by the number of the level's newest key. Where the level had
    /// none, that is the number of the bracket itself: `{}: 1` is not seen as a key in time.
    pub(super) fn close_flow(&mut self) {
        if self.is_in_flow()
            && let Some(key) = self.keys.pop()
        {
            self.remove_candidate(key.token);
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
        self.remove_candidate(key.token);
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
