//! One document of a source: read, checked, and added to what was read before.

use std::ops::Range;
use std::sync::Arc;

use super::arena::Arena;
use super::duplicate::duplicates;
use super::problem::{Problem, ProblemKind};
use super::scan::ScanError;
use super::tree::Tree;
use super::{Parsed, grammar, json, verify};
use crate::source::{SourceId, Span};

/// Reads the documents of one source.
pub(super) struct Reader<'t> {
    source: SourceId,
    pub(super) text: &'t Arc<str>,
    pub(super) parsed: Parsed,
    /// How many documents there were, those without a tree too.
    count: u32,
}

impl<'t> Reader<'t> {
    pub(super) fn new(source: SourceId, text: &'t Arc<str>) -> Self {
        Self {
            source,
            text,
            parsed: Parsed::default(),
            count: 0,
        }
    }

    /// Reads a document of YAML; its syntax error is the caller's to report.
    pub(super) fn yaml(&mut self, range: Range<usize>) -> Result<(), ScanError> {
        let text = &self.text[range.clone()];
        check_characters(text)?;
        let read = grammar::read(self.source, text, narrow(range.start))?;
        let is_read = self.add(read.arena, range.clone());
        if let Some(at) = read.dropped.filter(|_| is_read) {
            self.dropped(range.start + at);
        }
        Ok(())
    }

    /// Takes a value of JSON for a document.
    pub(super) fn json(&mut self, value: json::Value) {
        self.add(value.arena, value.start..value.end);
    }

    /// Adds a document that has a form in JSON; false where it has none.
    fn add(&mut self, mut arena: Arena, range: Range<usize>) -> bool {
        let index = self.count;
        self.count += 1;
        if arena.nodes.is_empty() {
            return true;
        }
        verify::mark_verbatim(&mut arena, self.text);
        let tree = Tree {
            source: self.source,
            text: Arc::clone(self.text),
            start: narrow(range.start),
            end: narrow(range.end),
            index,
            arena,
        };
        if let Some(problem) = verify::refusal(&tree) {
            self.parsed.problems.push(problem);
            return false;
        }
        if tree.root().is_null() {
            return true;
        }
        duplicates(&tree, &mut self.parsed.problems);
        self.parsed.documents.push(Arc::new(tree));
        true
    }

    /// Reports a document that cannot be read; the error's places count from the document's start.
    pub(super) fn refuse(&mut self, range: &Range<usize>, error: ScanError) {
        self.count += 1;
        let place = |start: usize, end: usize| {
            let start = (range.start + start).min(range.end);
            let end = (range.start + end).min(range.end);
            self.span(
                self.text.floor_char_boundary(start),
                self.text.ceil_char_boundary(end),
            )
        };
        if !error.is_limit
            && let Some(at) = template_of(&self.text[range.clone()], &error)
        {
            let problem = verify::template(place(at.start, at.end));
            self.parsed.problems.push(problem);
            return;
        }
        let related = error.related.into_iter();
        let problem = Problem {
            kind: if error.is_limit {
                ProblemKind::Limit
            } else {
                ProblemKind::Syntax
            },
            message: error.message,
            span: place(error.start, error.end),
            related: related
                .map(|(start, end, text)| (place(start, end), text.to_owned()))
                .collect(),
            help: (!error.help.is_empty()).then(|| error.help.to_owned()),
        };
        self.parsed.problems.push(problem);
    }

    /// Reports a line that starts with `---` and goes on; kubectl has lost what stood before it.
    pub(super) fn bad_separator(&mut self, rest: Range<usize>) {
        self.count += 1;
        self.parsed.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message: "only a comment may follow `---` on its line".to_owned(),
            span: self.span(rest.start, rest.end),
            related: Vec::new(),
            help: Some("put what follows `---` on the next line".to_owned()),
        });
    }

    fn dropped(&mut self, at: usize) {
        let line = self.text[at..].lines().next().unwrap_or_default();
        self.parsed.problems.push(Problem {
            kind: ProblemKind::DroppedText,
            message: "kubectl reads nothing from here to the end of the document".to_owned(),
            span: self.span(at, at + line.trim_end().len()),
            related: Vec::new(),
            help: Some(
                "start a document with `---`, or indent the text like what it belongs to"
                    .to_owned(),
            ),
        });
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span {
            source: self.source,
            start: narrow(start),
            end: narrow(end),
        }
    }
}

/// Refuses the characters that YAML 1.1 has not.
fn check_characters(text: &str) -> Result<(), ScanError> {
    if text.starts_with("\u{feff}\u{feff}") {
        // go-yaml skips a character of each line then.
        let message = "a second byte order mark stands at the start of this document";
        return Err(ScanError::at(3, 6, message, "remove it"));
    }
    let is_ordinary = |byte: &u8| matches!(byte, b' '..0x7F | b'\n' | b'\r' | b'\t');
    let Some(from) = text.bytes().position(|byte| !is_ordinary(&byte)) else {
        return Ok(());
    };
    // The first byte that is not ordinary starts a character.
    let rest = text.get(from..).unwrap_or_default();
    let found = rest.char_indices().find(|(_, character)| {
        matches!(character,
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f'..='\u{84}'
            | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
    });
    let Some((at, character)) = found else {
        return Ok(());
    };
    let message = format!(
        "the character U+{:04X} is not allowed",
        u32::from(character)
    );
    let help = "remove it, or write it as an escape in double quotes";
    let start = from + at;
    Err(ScanError::at(
        start,
        start + character.len_utf8(),
        message,
        help,
    ))
}

/// The template expression that may be why a document cannot be read: on the line of the error, on the
/// one before it that is not blank, or on the one where what is not closed starts.
fn template_of(document: &str, error: &ScanError) -> Option<Range<usize>> {
    let at = document.floor_char_boundary(error.start);
    let line = line_around(document, at);
    let before = document[..line.start].trim_end().len();
    let opened = error.related.map_or(at, |(start, _, _)| start);
    let lines = [
        line,
        line_around(document, before),
        line_around(document, document.floor_char_boundary(opened)),
    ];
    lines.into_iter().find_map(|line| {
        let start = line.start + document[line.clone()].find("{{")?;
        let end = document[start..]
            .find("}}")
            .map_or(line.end, |end| start + end + 2);
        Some(start..end)
    })
}

fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    start..end
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::source::SourceId;
    use crate::yaml::{Parsed, ProblemKind, parse};
    use std::sync::Arc;

    fn read(text: &str) -> Parsed {
        parse(SourceId(0), &Arc::from(text))
    }

    /// The only problem of a text: its kind, and the text that it points at.
    fn problem(text: &str) -> (ProblemKind, &str) {
        let parsed = read(text);
        assert_eq!(parsed.problems.len(), 1, "{:?}", parsed.problems);
        let problem = &parsed.problems[0];
        let span = problem.span.start as usize..problem.span.end as usize;
        (problem.kind, &text[span])
    }

    #[test]
    fn one_bad_document_does_not_hide_the_others() {
        let parsed = read("a: 1\n---\nb: [\n---\nc: 2\n");
        let indexes: Vec<_> = parsed
            .documents
            .iter()
            .map(|tree| tree.document_index())
            .collect();
        assert_eq!(indexes, [0, 2]);
        assert_eq!(parsed.problems.len(), 1);
    }

    #[test]
    fn text_after_the_end_marker_is_reported_where_it_starts() {
        let (kind, text) = problem("a: 1\n... # c\n\n# d\nb: 2  \nc: 3\n");
        assert_eq!((kind, text), (ProblemKind::DroppedText, "b: 2"));
    }

    #[test]
    fn text_after_an_indented_root_is_reported() {
        let text = "  a: 1\nb: 2\n";
        assert_eq!(problem(text), (ProblemKind::DroppedText, "b: 2"));
        assert_eq!(read(text).documents.len(), 1);
    }

    #[test]
    fn text_after_the_dashes_is_a_syntax_error_at_the_text() {
        assert_eq!(problem("--- {a: 1}\n"), (ProblemKind::Syntax, "{a: 1}"));
    }

    #[test]
    fn templates_are_named_as_such() {
        let template = ProblemKind::Template;
        assert_eq!(problem("a: {{ .x }}\n"), (template, "{{ .x }}"));
        assert_eq!(
            problem("{{- if .x }}\na: 1\n{{- end }}\n"),
            (template, "{{- if .x }}")
        );
        assert_eq!(
            problem("a: {{ .x | quote }}\n"),
            (template, "{{ .x | quote }}")
        );
        assert_eq!(
            problem("a:\n  {{- include \"x\" . | nindent 4 }}\n"),
            (template, "{{- include \"x\" . | nindent 4 }}")
        );
    }

    #[test]
    fn a_template_in_text_does_not_excuse_an_error_elsewhere() {
        let (kind, _) = problem("a: '{{ x }}'\nb: 1\nc: d: e\n");
        assert_eq!(kind, ProblemKind::Syntax);
    }

    #[test]
    fn a_control_character_is_named() {
        let parsed = read("a: b\u{7f}\n");
        assert_eq!(
            parsed.problems[0].message,
            "the character U+007F is not allowed"
        );
        assert_eq!(problem("ä: b\u{1}\n").1, "\u{1}");
    }

    #[test]
    fn a_document_of_nothing_is_no_document_and_no_problem() {
        for text in ["", "\n", "# c\n", "---\n", "~\n", "---\n---\n"] {
            let parsed = read(text);
            assert!(
                parsed.documents.is_empty() && parsed.problems.is_empty(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_document_reaches_from_its_separator_to_the_next() {
        let parsed = read("---\na: 1\n---\nb: 2\n");
        let spans = parsed.documents.iter().map(|tree| tree.span());
        let spans: Vec<_> = spans.map(|span| (span.start, span.end)).collect();
        assert_eq!(spans, [(0, 9), (13, 18)]);
    }
}
