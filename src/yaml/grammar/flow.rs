//! Collections in brackets.

use super::super::arena::NONE;
use super::super::scan::{ScanError, TokenKind};
use super::super::tree::{Kind, Style};
use super::{Grammar, State, describe};

impl Grammar<'_> {
    pub(super) fn flow_sequence_entry(&mut self, is_first: bool) -> Result<(), ScanError> {
        if !is_first && !self.flow_comma("]")? {
            return Ok(());
        }
        let next = State::FlowSequenceEntry { is_first: false };
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::FlowSequenceEnd => {
                self.scanner.take();
                self.close(Some(end));
                Ok(())
            }
            TokenKind::Key => {
                self.scanner.take();
                let place = self.place(start);
                self.builder.open(Kind::Mapping, Style::Flow, place, NONE);
                self.starts.push(start);
                self.states.push(State::FlowPairKey);
                Ok(())
            }
            _ => self.node_then(next, false, false),
        }
    }

    /// Goes past the comma between two entries; false where the collection ended instead.
    fn flow_comma(&mut self, bracket: &str) -> Result<bool, ScanError> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match (&token.kind, bracket) {
            (TokenKind::FlowEntry, _) => {
                self.scanner.advance()?;
                Ok(true)
            }
            (TokenKind::FlowSequenceEnd, "]") | (TokenKind::FlowMappingEnd, "}") => {
                self.scanner.take();
                self.close(Some(end));
                Ok(false)
            }
            (kind, _) => {
                let what = describe(kind);
                let collection = self.starts.last().copied().unwrap_or(0);
                let message = format!("`,` or `{bracket}` has to stand here, not {what}");
                let error = ScanError::at(
                    start,
                    end,
                    message,
                    "close the bracket, or quote the text in it",
                );
                Err(error.beside(collection, collection + 1, "opened here"))
            }
        }
    }

    pub(super) fn flow_pair_key(&mut self) -> Result<(), ScanError> {
        let next = State::FlowPairValue;
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            // go-yaml drops the token that it finds in place of the key, whichever it is.
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                self.scanner.take();
                self.empty_then(next, end);
                Ok(())
            }
            _ => self.node_then(next, false, false),
        }
    }

    pub(super) fn flow_pair_value(&mut self) -> Result<(), ScanError> {
        let next = State::FlowPairEnd;
        let mut token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Value) {
            token = self.scanner.advance()?;
            if !matches!(
                token.kind,
                TokenKind::FlowEntry | TokenKind::FlowSequenceEnd
            ) {
                return self.node_then(next, false, false);
            }
        }
        let at = token.start;
        self.empty_then(next, at);
        Ok(())
    }

    pub(super) fn flow_mapping_key(&mut self, is_first: bool) -> Result<(), ScanError> {
        if !is_first && !self.flow_comma("}")? {
            return Ok(());
        }
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            TokenKind::FlowMappingEnd => {
                self.scanner.take();
                self.close(Some(end));
                return Ok(());
            }
            TokenKind::Key => {}
            _ => return self.node_then(State::FlowMappingEmptyValue, false, false),
        }
        let next = State::FlowMappingValue;
        let token = self.scanner.advance()?;
        let at = token.start;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                self.empty_then(next, at);
                Ok(())
            }
            _ => self.node_then(next, false, false),
        }
    }

    pub(super) fn flow_mapping_value(&mut self, is_empty: bool) -> Result<(), ScanError> {
        let next = State::FlowMappingKey { is_first: false };
        let mut token = self.scanner.peek()?;
        if !is_empty && matches!(token.kind, TokenKind::Value) {
            token = self.scanner.advance()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node_then(next, false, false);
            }
        }
        let at = token.start;
        self.empty_then(next, at);
        Ok(())
    }
}
