//! Anchors, aliases, tags and directives.

use super::{ScanError, Scanner, TokenKind};

impl Scanner<'_> {
    /// Reads `&name` or `*name`.
    pub(super) fn fetch_anchor(&mut self) -> Result<(), ScanError> {
        self.save_key()?;
        self.is_key_allowed = false;
        let start = self.cursor.at;
        let kind = if self.cursor.peek(0) == b'*' {
            TokenKind::Alias
        } else {
            TokenKind::Anchor
        };
        self.cursor.at += 1;
        while self.cursor.is_word() {
            self.cursor.at += 1;
        }
        let is_ended = self.cursor.is_blank_or_end(0)
            || matches!(
                self.cursor.peek(0),
                b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
            );
        if self.cursor.at == start + 1 || !is_ended {
            let (what, mark) = match kind {
                TokenKind::Alias => ("an alias", '*'),
                _ => ("an anchor", '&'),
            };
            let message =
                format!("`{mark}` starts {what}, whose name has only letters, digits, `-` and `_`");
            let help = "quote the value if it is meant as text";
            return Err(ScanError::at(start, self.cursor.at, message, help));
        }
        self.push(kind, start, self.cursor.at);
        Ok(())
    }

    /// Reads `!name`, `!!name`, `!handle!name` or `!<name>`.
    pub(super) fn fetch_tag(&mut self) -> Result<(), ScanError> {
        self.save_key()?;
        self.is_key_allowed = false;
        let start = self.cursor.at;
        let (handle, suffix) = if self.cursor.peek(1) == b'<' {
            self.cursor.at += 2;
            let suffix = self.scan_uri(start, "")?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.bad_tag(start));
            }
            self.cursor.at += 1;
            (String::new(), suffix)
        } else {
            self.scan_shorthand(start)?
        };
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.bad_tag(start));
        }
        let kind = TokenKind::Tag {
            handle: handle.into(),
            suffix: suffix.into(),
        };
        self.push(kind, start, self.cursor.at);
        Ok(())
    }

    fn scan_shorthand(&mut self, start: usize) -> Result<(String, String), ScanError> {
        let handle = self.scan_handle();
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.scan_uri(start, "")?;
            return Ok((handle, suffix));
        }
        let suffix = self.scan_uri(start, &handle)?;
        if suffix.is_empty() {
            return Ok((String::new(), "!".to_owned()));
        }
        Ok(("!".to_owned(), suffix))
    }

    /// `!`, and letters up to the next `!` if there is one.
    fn scan_handle(&mut self) -> String {
        let start = self.cursor.at;
        self.cursor.at += 1;
        while self.cursor.is_word() {
            self.cursor.at += 1;
        }
        if self.cursor.peek(0) == b'!' {
            self.cursor.at += 1;
        }
        self.cursor.slice(start, self.cursor.at).to_owned()
    }

    /// The rest of a tag; `head` is what was taken for a handle and is none.
    fn scan_uri(&mut self, start: usize, head: &str) -> Result<String, ScanError> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut is_any = !head.is_empty();
        loop {
            match self.cursor.peek(0) {
                b'%' => self.scan_uri_escape(start, &mut uri)?,
                byte if byte.is_ascii_alphanumeric()
                    || b"-_;/?:@&=+$,.!~*'()[]".contains(&byte) =>
                {
                    uri.push(byte);
                    self.cursor.at += 1;
                }
                _ => break,
            }
            is_any = true;
        }
        if !is_any {
            return Err(self.bad_tag(start));
        }
        String::from_utf8(uri).map_err(|_| self.bad_tag(start))
    }

    fn scan_uri_escape(&mut self, start: usize, uri: &mut Vec<u8>) -> Result<(), ScanError> {
        let digits = self.cursor.slice(self.cursor.at + 1, self.cursor.at + 3);
        let octet = u8::from_str_radix(digits, 16).ok();
        match octet.filter(|_| digits.len() == 2 && !digits.starts_with('+')) {
            Some(octet) => uri.push(octet),
            None => return Err(self.bad_tag(start)),
        }
        self.cursor.at += 3;
        Ok(())
    }

    fn bad_tag(&self, start: usize) -> ScanError {
        let message = "`!` starts a tag, and this is not a valid one";
        let help = "quote the value if it is meant as text";
        ScanError::at(start, self.cursor.at.max(start + 1), message, help)
    }

    /// Reads `%YAML` or `%TAG`.
    pub(super) fn fetch_directive(&mut self) -> Result<(), ScanError> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        let name = self.cursor.at;
        while self.cursor.is_word() {
            self.cursor.at += 1;
        }
        let kind = match self.cursor.slice(name, self.cursor.at) {
            _ if !self.cursor.is_blank_or_end(0) => None,
            "YAML" => self.scan_version(),
            "TAG" => self.scan_tag_directive(start)?,
            _ => None,
        };
        let Some(kind) = kind else {
            return Err(self.bad_directive(start));
        };
        let end = self.cursor.at;
        self.cursor.skip_blanks();
        self.skip_comment();
        if !self.cursor.is_break_or_end(0) {
            return Err(self.bad_directive(start));
        }
        self.cursor.skip_break();
        self.push(kind, start, end);
        Ok(())
    }

    fn bad_directive(&self, start: usize) -> ScanError {
        let mut line = self.cursor.clone();
        line.skip_line_text();
        ScanError::at(
            start,
            line.clamp(line.at),
            "`%` at the start of a line is a directive, and this is not a valid one",
            "quote the value if it is meant as text",
        )
    }

    fn scan_version(&mut self) -> Option<TokenKind> {
        self.cursor.skip_blanks();
        let major = self.scan_version_number()?;
        if self.cursor.peek(0) != b'.' {
            return None;
        }
        self.cursor.at += 1;
        let minor = self.scan_version_number()?;
        Some(TokenKind::VersionDirective { major, minor })
    }

    fn scan_version_number(&mut self) -> Option<u8> {
        let start = self.cursor.at;
        while self.cursor.peek(0).is_ascii_digit() {
            self.cursor.at += 1;
        }
        let digits = self.cursor.slice(start, self.cursor.at);
        if digits.len() > 2 {
            return None;
        }
        digits.parse().ok()
    }

    fn scan_tag_directive(&mut self, start: usize) -> Result<Option<TokenKind>, ScanError> {
        self.cursor.skip_blanks();
        if self.cursor.peek(0) != b'!' {
            return Ok(None);
        }
        let handle = self.scan_handle();
        let is_handle = handle == "!" || (handle.len() > 1 && handle.ends_with('!'));
        if !is_handle || !self.cursor.is_blank(0) {
            return Ok(None);
        }
        self.cursor.skip_blanks();
        let prefix = self.scan_uri(start, "")?;
        if !self.cursor.is_blank_or_end(0) {
            return Ok(None);
        }
        Ok(Some(TokenKind::TagDirective {
            handle: handle.into(),
            prefix: prefix.into(),
        }))
    }
}
