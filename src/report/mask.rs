//! Which bytes of a source are secret.
//!
//! Excerpts go to terminals and to logs of CI systems, which many people read. So the values of
//! Secrets are found before anything is shown, in documents that can be read and in those that
//! cannot; where in doubt, bytes count as secret.

use std::collections::BTreeSet;
use std::ops::Range;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regex::{Regex, RegexBuilder};

use super::secret_lines;
use crate::source::{Source, SourceId};
use crate::yaml::{self, Kind, NodeRef, Style, Tree};

/// What takes the place of a secret word in a message.
const STARS: &str = "***";

/// A word this short is replaced only where it stands between quotes: it may be any word.
const SHORT: usize = 4;

/// From this number of words on, one pattern is faster than a look for each.
const MANY: usize = 50;

/// The most bytes of words that make a pattern.
const LONG: usize = 1 << 20;

/// The fields of a Secret that hold no secret.
const OPEN_FIELDS: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "immutable"];

/// The secret bytes of one source.
#[derive(Debug, Default)]
pub(super) struct Mask {
    ranges: Vec<Range<usize>>,
    words: Vec<String>,
    /// Finds whether a text may hold one of many words.
    any_word: Option<Regex>,
}

impl Mask {
    /// Finds the secret bytes of a source.
    pub(super) fn of(id: SourceId, source: &Source) -> Self {
        let text: &str = &source.text;
        // A backslash may hide the word in an escape.
        if !["ecret", "last-applied", "\\"]
            .iter()
            .any(|word| text.contains(word))
        {
            return Self::default();
        }
        let mut finder = Finder {
            text,
            ranges: Vec::new(),
            words: BTreeSet::new(),
        };
        let documents = yaml::parse(id, &source.text).documents;
        let mut before = 0..0;
        for tree in &documents {
            // Not the document's span: text that the reader drops belongs to no tree.
            let span = tree.root().span();
            finder.unread(before.start, before.end..span.start as usize);
            finder.document(tree);
            before = span.start as usize..span.end as usize;
        }
        finder.unread(before.start, before.end..text.len());
        finder.finish()
    }

    /// Whether a byte of this range is secret.
    pub(super) fn touches(&self, range: &Range<usize>) -> bool {
        self.overlapping(range).next().is_some()
    }

    /// The text of a range with a star for each secret byte, and of the same length; line breaks stay.
    pub(super) fn cover(&self, text: &str, range: Range<usize>) -> String {
        let Some(part) = text.get(range.clone()) else {
            return "*".repeat(range.len());
        };
        let mut covered = String::with_capacity(part.len());
        let mut at = range.start;
        for secret in self.overlapping(&range) {
            covered.push_str(&text[at..secret.start.max(at)]);
            at = secret.start.max(at);
            let end = secret.end.min(range.end);
            for byte in &text.as_bytes()[at..end] {
                covered.push(match byte {
                    b'\n' => '\n',
                    b'\r' => '\r',
                    _ => '*',
                });
            }
            at = end;
        }
        covered.push_str(&text[at..range.end]);
        covered
    }

    /// A message without the secret words of this source.
    pub(super) fn scrub(&self, message: String) -> String {
        if let Some(any_word) = &self.any_word
            && !any_word.is_match(&message)
        {
            return message;
        }
        let mut scrubbed = message;
        for word in &self.words {
            if scrubbed.contains(word.as_str()) {
                scrubbed = without(&scrubbed, word);
            }
        }
        scrubbed
    }

    fn overlapping(&self, range: &Range<usize>) -> impl Iterator<Item = &Range<usize>> {
        let (start, end) = (range.start, range.end);
        let first = self.ranges.partition_point(|secret| secret.end <= start);
        let rest = &self.ranges[first..];
        rest.iter().take_while(move |secret| secret.start < end)
    }
}

/// A pattern for many words; none where they are few, or too long to be one.
fn any_of(words: &[String]) -> Option<Regex> {
    if words.len() < MANY || words.iter().map(String::len).sum::<usize>() > LONG {
        return None;
    }
    let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
    let pattern = RegexBuilder::new(&words.join("|"))
        .size_limit(100 * LONG)
        .build();
    pattern.ok()
}

/// Replaces a word where it stands alone.
fn without(text: &str, word: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(word) {
        let end = at + word.len();
        let left = rest[..at].chars().next_back().or(before);
        let right = rest[end..].chars().next();
        let alone = if word.chars().count() < SHORT {
            is_quote(left) && is_quote(right)
        } else {
            !is_word(left) && !is_word(right)
        };
        result.push_str(&rest[..at]);
        result.push_str(if alone { STARS } else { word });
        before = word.chars().next_back();
        rest = &rest[end..];
    }
    result.push_str(rest);
    result
}

fn is_quote(letter: Option<char>) -> bool {
    letter.is_some_and(|letter| matches!(letter, '`' | '"' | '\''))
}

fn is_word(letter: Option<char>) -> bool {
    letter.is_some_and(char::is_alphanumeric)
}

struct Finder<'a> {
    text: &'a str,
    ranges: Vec<Range<usize>>,
    words: BTreeSet<String>,
}

impl Finder<'_> {
    /// Bytes that belong to no document that could be read. What stands before them, from `context`
    /// on, may say what they are.
    fn unread(&mut self, context: usize, range: Range<usize>) {
        let Some(part) = self.text.get(context..range.end) else {
            return self.ranges.push(range);
        };
        for found in secret_lines::find(part) {
            let start = (context + found.start).max(range.start);
            let end = context + found.end;
            if start < end {
                self.secret(start..end);
            }
        }
    }

    fn document(&mut self, tree: &Tree) {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![tree.root()];
        while let Some(node) = waiting.pop() {
            let node = node.resolved();
            if !seen.insert(node.id()) {
                continue;
            }
            match node.kind() {
                Kind::Mapping => self.mapping(node, &mut waiting),
                Kind::Sequence => waiting.extend(node.items()),
                Kind::Scalar => self.embedded(node),
                Kind::Alias => {}
            }
        }
    }

    fn mapping<'t>(&mut self, node: NodeRef<'t>, waiting: &mut Vec<NodeRef<'t>>) {
        let is_secret = is_secret(node);
        for (key, value) in node.entries() {
            let name = key.raw().unwrap_or_default();
            if name.ends_with("last-applied-configuration") {
                self.everything(value);
            } else if name == "secretGenerator" {
                let items = value.resolved().items();
                items
                    .filter_map(|item| item.get("literals"))
                    .for_each(|literals| self.everything(literals));
            } else if is_secret && !OPEN_FIELDS.contains(&name.as_ref()) {
                self.everything(value);
            } else {
                waiting.push(value);
            }
        }
    }

    /// A manifest may stand inside a string: a patch, or a ConfigMap that carries one.
    fn embedded(&mut self, node: NodeRef<'_>) {
        let span = node.span();
        let range = span.start as usize..span.end as usize;
        let text = self.text.get(range.clone()).unwrap_or_default();
        let is_escaped = node.style() == Style::DoubleQuoted && text.contains('\\');
        if is_escaped
            && secret_lines::find(&node.raw().unwrap_or_default())
                .next()
                .is_some()
        {
            return self.scalar(node);
        }
        if text.contains("Secret") || text.contains("last-applied") {
            self.unread(range.start, range);
        }
    }

    /// Every scalar beneath a node, and the comments between them.
    fn everything(&mut self, node: NodeRef<'_>) {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            let node = node.resolved();
            if !seen.insert(node.id()) {
                continue;
            }
            match node.kind() {
                Kind::Mapping => waiting.extend(node.entries().map(|(_, value)| value)),
                Kind::Sequence => waiting.extend(node.items()),
                Kind::Scalar => self.scalar(node),
                Kind::Alias => {}
            }
        }
        self.comments(node);
    }

    fn scalar(&mut self, node: NodeRef<'_>) {
        let span = node.span();
        let (start, end) = (span.start as usize, span.end as usize);
        let written = self.text.get(start..end).unwrap_or_default();
        let range = match node.style() {
            Style::SingleQuoted | Style::DoubleQuoted if written.len() >= 2 => start + 1..end - 1,
            Style::Literal | Style::Folded => {
                let header = written.find('\n').map_or(0, |at| at + 1);
                start + header..end
            }
            _ => start..end,
        };
        if let Some(value) = node.raw() {
            self.word(&value);
            if let Ok(bytes) = BASE64_STANDARD.decode(value.trim())
                && let Ok(decoded) = String::from_utf8(bytes)
            {
                self.word(&decoded);
            }
        }
        self.secret(range);
    }

    /// A comment beside a secret value is often an older one. Our own comments stay to be read.
    fn comments(&mut self, node: NodeRef<'_>) {
        let span = node.resolved().span();
        let line_end = self
            .text
            .get(span.end as usize..)
            .and_then(|rest| rest.find('\n'));
        let end = line_end.map_or(self.text.len(), |length| span.end as usize + length);
        for comment in node.tree().comments() {
            let range = comment.span.start as usize..comment.span.end as usize;
            let text = self.text.get(range.clone()).unwrap_or_default();
            let is_inside = range.start >= span.start as usize && range.start < end;
            if is_inside && !text.contains("gitops-lab:") {
                self.ranges.push(range);
            }
        }
    }

    fn secret(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if let Some(text) = self.text.get(range.clone()) {
            self.word(text);
        }
        self.ranges.push(range);
    }

    fn word(&mut self, text: &str) {
        let lines = text.lines().map(str::trim);
        let words = lines.filter(|line| !line.is_empty()).map(str::to_owned);
        self.words.extend(words);
    }

    fn finish(mut self) -> Mask {
        for range in &mut self.ranges {
            range.start = self.text.floor_char_boundary(range.start);
            range.end = self.text.ceil_char_boundary(range.end);
        }
        self.ranges.sort_by_key(|range| (range.start, range.end));
        let mut ranges: Vec<Range<usize>> = Vec::with_capacity(self.ranges.len());
        for range in self.ranges {
            match ranges.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => ranges.push(range),
            }
        }
        let mut words: Vec<String> = self.words.into_iter().collect();
        // Long words first: one may hold another.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Mask {
            any_word: any_of(&words),
            ranges,
            words,
        }
    }
}

/// Whether a mapping says that it is a Secret, in any of equal keys or by a merge.
fn is_secret(node: NodeRef<'_>) -> bool {
    let says_so = |value: NodeRef<'_>| value.resolved().raw().is_some_and(|kind| kind == "Secret");
    let by_entry = node
        .entries()
        .any(|(key, value)| key.raw().is_some_and(|key| key == "kind") && says_so(value));
    by_entry || node.get("kind").is_some_and(says_so)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;

    fn mask(text: &str) -> Mask {
        let name = "a.yaml".to_owned();
        let source = Source::new(name.clone(), name, Origin::Stdin, text);
        Mask::of(SourceId(0), &source)
    }

    fn covered(text: &str) -> String {
        let covered = mask(text).cover(text, 0..text.len());
        assert_eq!(covered.len(), text.len());
        covered
    }

    #[test]
    fn values_of_a_secret_are_starred_in_every_style() {
        assert_eq!(
            covered(
                "kind: Secret\nmetadata: {name: a}\nstringData:\n  a: one # was: two\n  b: 'th\"ree'\n  c: |\n    four\n    five\n  d: {e: [six]}\ntype: Opaque\n"
            ),
            "kind: Secret\nmetadata: {name: a}\nstringData:\n  a: *** **********\n  b: '******'\n  c: |\n********\n********\n  d: {e: [***]}\ntype: Opaque\n"
        );
    }

    #[test]
    fn an_item_of_a_list_is_a_secret_and_its_neighbour_is_not() {
        assert_eq!(
            covered(
                "kind: List\nitems:\n- kind: Secret\n  data: {a: b}\n- kind: ConfigMap\n  data: {a: b}\n"
            ),
            "kind: List\nitems:\n- kind: Secret\n  data: {a: *}\n- kind: ConfigMap\n  data: {a: b}\n"
        );
    }

    #[test]
    fn a_value_is_starred_where_its_anchor_stands_and_where_a_merge_takes_it_from() {
        assert_eq!(
            covered(
                "x: &one hunter2\ny: &base {data: {k: hunter3}}\ns:\n  kind: Secret\n  stringData: {a: *one}\n  <<: *base\n"
            ),
            "x: &one *******\ny: &base {data: {k: *******}}\ns:\n  kind: Secret\n  stringData: {a: *one}\n  <<: *base\n"
        );
    }

    #[test]
    fn a_field_that_a_secret_does_not_have_is_secret_too() {
        assert_eq!(
            covered("kind: Secret\nmetadata: {name: a}\nstringData:\npassword: hunter2\n"),
            "kind: Secret\nmetadata: {name: a}\nstringData:\npassword: *******\n"
        );
    }

    #[test]
    fn a_kind_that_is_written_with_escapes_is_the_same_kind() {
        let text = "kind: \"\\x53ecret\"\ndata: {a: hunter2}\n";
        assert!(!covered(text).contains("hunter2"));
    }

    #[test]
    fn a_secret_inside_of_a_string_is_secret() {
        let block =
            "kind: ConfigMap\ndata:\n  patch: |\n    kind: Secret\n    data:\n      a: hunter2\n";
        let quoted =
            "kind: ConfigMap\ndata:\n  patch: \"kind: Secret\\nstringData:\\n  a: hunter2\"\n";
        let json = "kind: ConfigMap\ndata:\n  patch: '{\"kind\":\"Secret\",\"data\":{\"a\":\"hunter2\"}}'\n";
        for text in [block, quoted, json] {
            assert!(!covered(text).contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn the_last_applied_configuration_is_secret() {
        let text = "kind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":1}'\n";
        assert!(!covered(text).contains("{\"data"));
    }

    #[test]
    fn literals_of_a_secret_generator_are_secret() {
        assert_eq!(
            covered("secretGenerator:\n- name: a\n  literals: [\"p=hunter2\"]\n"),
            "secretGenerator:\n- name: a\n  literals: [\"*********\"]\n"
        );
    }

    #[test]
    fn a_document_that_cannot_be_read_does_not_open_its_neighbours() {
        let text = "a: [\n---\nkind: Secret\ndata: {a: hunter2\n---\nkind: Secret\ndata: {a: hunter2}\n...\nb: hunter2\n";
        let text = covered(text);
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_message_holds_no_secret_word() {
        let text = "kind: Secret\ndata:\n  a: aHVudGVyMg==\n  b: yes\n";
        let said = mask(text)
            .scrub("`yes` is no yes; aHVudGVyMg== is hunter2, hunter22 is not".to_owned());
        assert_eq!(said, "`***` is no yes; *** is ***, hunter22 is not");
    }

    #[test]
    fn one_of_many_words_is_found() {
        let secrets: Vec<String> = (0..500).map(|at| format!("  k{at}: word-{at}")).collect();
        let secrets = secrets.join("\n");
        let mask = mask(&format!("kind: Secret\nstringData:\n{secrets}"));
        assert!(mask.any_word.is_some());
        assert_eq!(mask.scrub("it is word-499".to_owned()), "it is ***");
        assert_eq!(mask.scrub("it is nothing".to_owned()), "it is nothing");
    }
}
