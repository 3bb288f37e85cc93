//! A shell script's simple commands, as far as a linter needs them.
//!
//! Quotes, expansions, redirections, pipes, here-documents, comments and continued lines are read;
//! the grammar of `if`, `for` and `case` is not: their words only separate commands. Reading never
//! fails: what is no shell gives few or odd commands.

use std::ops::Range;

/// A word after quotes; expansions stay as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// The text.
    pub(super) text: String,
    /// The text without its expansions (`$x`, `$(…)`).
    pub(super) literal: String,
    /// Whether the text holds expansions.
    pub(super) expands: bool,
}

/// What stands between `<<EOF` and `EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HereDocument {
    /// The text.
    pub(super) body: String,
    /// Whether the text holds expansions.
    pub(super) expands: bool,
}

/// One simple command with its redirections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// The script's bytes of the command, without its here-document.
    pub(super) range: Range<usize>,
    /// The words, variable assignments before the command left out.
    pub(super) words: Vec<Word>,
    /// The files that standard output goes to.
    pub(super) writes: Vec<Word>,
    /// What standard input is.
    pub(super) here_document: Option<HereDocument>,
    /// Whether standard input is the output of the command before.
    pub(super) piped: bool,
}

impl Command {
    /// The program's name without its directory; empty where there is none.
    pub(super) fn program(&self) -> &str {
        let first = self.words.first().map_or("", |word| word.text.as_str());
        first.rsplit('/').next().unwrap_or(first)
    }

    /// The words after the program.
    pub(super) fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// Words that stand before a command and are none themselves.
const RESERVED: [&str; 16] = [
    "!", "(", ")", "{", "}", "do", "done", "elif", "else", "esac", "exec", "fi", "if", "then",
    "until", "while",
];

/// Reads a script.
pub(super) fn commands(script: &str) -> Vec<Command> {
    let mut reader = Reader {
        script,
        at: 0,
        commands: Vec::new(),
        current: Command::default(),
        pending: Vec::new(),
    };
    reader.run();
    reader.commands
}

/// A here-document whose text starts after the line.
struct Pending {
    delimiter: String,
    expands: bool,
    strips_tabs: bool,
    command: usize,
}

struct Reader<'s> {
    script: &'s str,
    at: usize,
    commands: Vec<Command>,
    current: Command,
    pending: Vec<Pending>,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(next) = self.rest().chars().next() {
            match next {
                '\n' => self.line_end(),
                ' ' | '\t' | '\r' => self.at += 1,
                '\\' if self.rest().starts_with("\\\n") => self.at += 2,
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                ';' | '(' | ')' => self.separator(1, false),
                '&' if self.rest().starts_with("&>") => self.at += 1,
                '&' => self.separator(self.repeated('&'), false),
                '|' => self.separator(self.repeated('|'), !self.rest().starts_with("||")),
                '<' => self.input(),
                '>' => self.output(true),
                '0'..='9' if self.descriptor().is_some() => self.described(),
                _ => self.word_of_command(),
            }
        }
        self.finish();
    }

    fn rest(&self) -> &str {
        &self.script[self.at..]
    }

    fn repeated(&self, character: char) -> usize {
        let length = self.rest().chars().take_while(|next| *next == character);
        length.count().min(2)
    }

    fn line_end(&mut self) {
        self.finish();
        self.at += 1;
        for pending in std::mem::take(&mut self.pending) {
            self.here_document(&pending);
        }
    }

    fn separator(&mut self, length: usize, piped: bool) {
        self.finish();
        self.at += length;
        self.current.piped = piped;
    }

    fn finish(&mut self) {
        let command = std::mem::take(&mut self.current);
        if !command.words.is_empty()
            || !command.writes.is_empty()
            || command.here_document.is_some()
        {
            self.commands.push(command);
        }
    }

    /// Marks bytes as part of the current command.
    fn extend_range(&mut self, start: usize) {
        if self.current.range.end == 0 {
            self.current.range.start = start;
        }
        self.current.range.end = self.at;
    }

    fn word_of_command(&mut self) {
        let start = self.at;
        let word = self.word();
        if self.at == start {
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            return;
        }
        let is_first = self.current.words.is_empty();
        if is_first && RESERVED.contains(&word.text.as_str()) && !word.expands {
            return;
        }
        self.extend_range(start);
        if !(is_first && is_assignment(&word.text)) {
            self.current.words.push(word);
        }
    }

    /// The file descriptor before a redirection (`2>`).
    fn descriptor(&self) -> Option<(usize, &str)> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let operator = self.rest()[digits..].starts_with(['<', '>']);
        operator.then(|| (digits, &self.rest()[..digits]))
    }

    fn described(&mut self) {
        let Some((digits, number)) = self.descriptor() else {
            return;
        };
        let is_output = number == "1";
        self.at += digits;
        if self.rest().starts_with('>') {
            self.output(is_output);
        } else {
            self.input();
        }
    }

    fn output(&mut self, is_standard_output: bool) {
        let start = self.at;
        self.at += self.repeated('>');
        if self.rest().starts_with('|') {
            self.at += 1;
        }
        let duplicates = self.rest().starts_with('&');
        if duplicates {
            self.at += 1;
        }
        let word = self.spaced_word();
        self.extend_range(start);
        if is_standard_output && !duplicates && !word.text.is_empty() {
            self.current.writes.push(word);
        }
    }

    fn input(&mut self) {
        let start = self.at;
        if self.rest().starts_with("<<<") {
            self.at += 3;
            let word = self.spaced_word();
            self.current.here_document = Some(HereDocument {
                body: word.text,
                expands: word.expands,
            });
        } else if self.rest().starts_with("<<") {
            self.at += 2;
            self.announce_here_document();
        } else if self.rest().starts_with("<(") {
            self.word_of_command();
            return;
        } else {
            self.at += 1;
            self.spaced_word();
        }
        self.extend_range(start);
    }

    fn announce_here_document(&mut self) {
        let strips_tabs = self.rest().starts_with('-');
        if strips_tabs {
            self.at += 1;
        }
        self.skip_blanks();
        let start = self.at;
        let delimiter = self.word();
        let quoted = self.script[start..self.at].contains(['\'', '"', '\\']);
        self.pending.push(Pending {
            delimiter: delimiter.text,
            expands: !quoted,
            strips_tabs,
            command: self.commands.len(),
        });
        self.current.here_document = Some(HereDocument {
            body: String::new(),
            expands: false,
        });
    }

    fn here_document(&mut self, pending: &Pending) {
        let mut body = String::new();
        while self.at < self.script.len() {
            let line = self.rest().split('\n').next().unwrap_or_default();
            let content = if pending.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            let is_end = content.trim_end_matches('\r') == pending.delimiter;
            if !is_end {
                body.push_str(content);
                body.push('\n');
            }
            self.at = (self.at + line.len() + 1).min(self.script.len());
            if is_end {
                break;
            }
        }
        let expands = pending.expands && body.contains(['$', '`']);
        if let Some(command) = self.commands.get_mut(pending.command) {
            command.here_document = Some(HereDocument { body, expands });
        }
    }

    fn skip_blanks(&mut self) {
        self.at += self
            .rest()
            .bytes()
            .take_while(|byte| b" \t".contains(byte))
            .count();
    }

    fn spaced_word(&mut self) -> Word {
        self.skip_blanks();
        self.word()
    }

    fn word(&mut self) -> Word {
        let mut word = Word::default();
        while let Some(next) = self.rest().chars().next() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | ')' | '>' => break,
                '<' | '(' if !self.rest().starts_with("<(") => break,
                '\'' => self.single_quoted(&mut word),
                '"' => self.double_quoted(&mut word),
                '$' | '`' | '<' => self.expansion(&mut word),
                '\\' => {
                    self.at += 1;
                    self.character(&mut word);
                }
                _ => self.character(&mut word),
            }
        }
        word
    }

    fn character(&mut self, word: &mut Word) {
        if let Some(character) = self.rest().chars().next() {
            word.text.push(character);
            word.literal.push(character);
            self.at += character.len_utf8();
        }
    }

    fn single_quoted(&mut self, word: &mut Word) {
        self.at += 1;
        let length = self.rest().find('\'').unwrap_or(self.rest().len());
        let content = &self.script[self.at..self.at + length];
        word.text.push_str(content);
        word.literal.push_str(content);
        self.at = (self.at + length + 1).min(self.script.len());
    }

    fn double_quoted(&mut self, word: &mut Word) {
        self.at += 1;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '"' => {
                    self.at += 1;
                    break;
                }
                '$' | '`' => self.expansion(word),
                '\\' if self.rest()[1..].starts_with(['"', '\\', '$', '`', '\n']) => {
                    self.at += 1;
                    self.character(word);
                }
                _ => self.character(word),
            }
        }
    }

    /// `$x`, `${x}`, `$(…)`, `` `…` ``, `<(…)`: kept as it is written.
    fn expansion(&mut self, word: &mut Word) {
        let length = expansion_length(self.rest());
        let text = &self.script[self.at..self.at + length];
        word.text.push_str(text);
        if length == 1 && text == "$" {
            word.literal.push('$');
        } else {
            word.expands = true;
        }
        self.at += length;
    }
}

fn expansion_length(text: &str) -> usize {
    let mut characters = text.char_indices();
    characters.next();
    let Some((second_at, second)) = characters.next() else {
        return text.len();
    };
    match (text.starts_with('`'), second) {
        (true, _) => text[1..].find('`').map_or(text.len(), |end| end + 2),
        (false, '(') => bracketed_length(text, second_at, '(', ')'),
        (false, '{') => bracketed_length(text, second_at, '{', '}'),
        (false, character) if character.is_ascii_alphabetic() || character == '_' => {
            let name = text[second_at..]
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            second_at + name.count()
        }
        (false, character) if character.is_ascii_digit() || "?@*#$!-".contains(character) => {
            second_at + 1
        }
        _ => 1,
    }
}

/// The bytes up to the bracket that closes the one at `start`; all of them when none does.
fn bracketed_length(text: &str, start: usize, open: char, close: char) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text[start..].char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('"') | None, '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(character),
            (None, _) if character == open => depth += 1,
            (None, _) if character == close => {
                depth -= 1;
                if depth == 0 {
                    return start + at + close.len_utf8();
                }
            }
            _ => {}
        }
    }
    text.len()
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    let mut characters = name.chars();
    let first = characters.next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(script: &str) -> Vec<Vec<String>> {
        let commands = commands(script);
        let words = commands.iter().map(|command| {
            let words = command.words.iter().map(|word| word.text.clone());
            words.collect()
        });
        words.collect()
    }

    #[test]
    fn operators_newlines_and_reserved_words_separate_commands() {
        assert_eq!(
            words("if a; then b && c || d & fi\ne \\\n  f # g"),
            [vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e", "f"]]
        );
    }

    #[test]
    fn quotes_group_and_expansions_are_kept() {
        let command = &commands(r#"x echo 'a $b' "c \"d\" $e $(f "g)" h) ${i}" j\ k"#)[0];
        let texts: Vec<_> = command
            .words
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        assert_eq!(
            texts,
            ["x", "echo", "a $b", "c \"d\" $e $(f \"g)\" h) ${i}", "j k"]
        );
        assert!(!command.words[2].expands);
        assert!(command.words[3].expands);
        assert_eq!(command.words[3].literal, "c \"d\"   ");
    }

    #[test]
    fn output_goes_to_the_files_of_redirections() {
        let commands = commands("A=1 echo x >> /a 2>/dev/null >&2; y 1>/b &>/c");
        let writes = |at: usize| -> Vec<&str> {
            let writes = commands[at].writes.iter();
            writes.map(|word| word.text.as_str()).collect()
        };
        assert_eq!(writes(0), ["/a"]);
        assert_eq!(writes(1), ["/b", "/c"]);
        assert_eq!(commands[0].program(), "echo");
    }

    #[test]
    fn here_documents_belong_to_their_command() {
        let script = "cat <<'EOF' > /a\nx $y\nEOF\ncat > /b <<-END | tee /c\n\tz $y\n\tEND\nlast";
        let commands = commands(script);
        let first = commands[0].here_document.as_ref().expect("a document");
        assert_eq!((first.body.as_str(), first.expands), ("x $y\n", false));
        let second = commands[1].here_document.as_ref().expect("a document");
        assert_eq!((second.body.as_str(), second.expands), ("z $y\n", true));
        assert!(commands[2].piped);
        assert_eq!(commands[3].program(), "last");
        assert_eq!(&script[commands[0].range.clone()], "cat <<'EOF' > /a");
    }

    #[test]
    fn unfinished_quotes_end_with_the_script() {
        assert_eq!(words("echo 'a b"), [["echo", "a b"]]);
        assert_eq!(words("echo \"a $(b"), [["echo", "a $(b"]]);
        assert_eq!(words("cat <<EOF\nx"), [["cat"]]);
    }
}
