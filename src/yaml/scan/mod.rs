//! Text → tokens, by the rules of go-yaml v2's scanner (a libyaml of YAML 1.1).
//!
//! No crate reads what kubectl reads: those of YAML 1.2 differ in escapes, line breaks, comments and
//! directives, and each difference is a manifest that means something else in the cluster.

mod block;
mod cursor;
mod fetch;
mod keys;
mod plain;
mod properties;
mod quoted;
mod token;

pub(super) use token::{ScanError, Token, TokenKind};

use std::collections::VecDeque;

use cursor::Cursor;
use keys::SimpleKey;

/// Finds the tokens of one document.
pub(super) struct Scanner<'t> {
    cursor: Cursor<'t>,
    queue: VecDeque<Token>,
    /// How many tokens have left the queue.
    taken: usize,
    /// For each open flow collection, and for the block around them: the token that may be a key
    /// without `?`.
    keys: Vec<SimpleKey>,
    /// The tokens that may turn out to be keys, each with its level in `keys`.
    candidates: Vec<(usize, usize)>,
    is_key_allowed: bool,
    /// The column of the innermost block collection; -1 outside of all.
    indent: isize,
    indents: Vec<isize>,
    is_ended: bool,
    /// The comments so far: from `#` to the end of the line.
    pub(super) comments: Vec<(usize, usize)>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            cursor: Cursor::new(text),
            queue: VecDeque::new(),
            taken: 0,
            keys: vec![SimpleKey::default()],
            candidates: Vec::new(),
            is_key_allowed: true,
            indent: -1,
            indents: Vec::new(),
            is_ended: false,
            comments: Vec::new(),
        }
    }

    /// The next token; it stays in the queue.
    pub(super) fn peek(&mut self) -> Result<&Token, ScanError> {
        while self.queue.is_empty() || self.may_become_key()? {
            self.fetch()?;
        }
        self.queue.front().ok_or_else(|| {
            ScanError::at(
                self.cursor.at,
                self.cursor.at,
                "the document ends too early",
                "",
            )
        })
    }

    /// Takes the token that was peeked at.
    pub(super) fn take(&mut self) -> Option<Token> {
        self.taken += 1;
        self.queue.pop_front()
    }

    /// Takes the token that was peeked at and looks at the one after it.
    pub(super) fn advance(&mut self) -> Result<&Token, ScanError> {
        self.take();
        self.peek()
    }

    fn is_in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        let start = self.cursor.clamp(start);
        let end = self.cursor.clamp(end);
        self.queue.push_back(Token { kind, start, end });
    }

    /// Puts a token before the one of this number, or last where that one has left the queue.
    fn insert(&mut self, number: usize, kind: TokenKind, at: usize) {
        let token = Token {
            kind,
            start: at,
            end: at,
        };
        match number.checked_sub(self.taken) {
            Some(position) => self.queue.insert(position, token),
            None => self.queue.push_back(token),
        }
    }
}
