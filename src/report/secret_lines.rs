//! Secret values in a text that has no tree: what could not be read, and manifests inside strings.
//!
//! Works on lines and words alone. It hides too much rather than too little: where a document says
//! that it is a Secret, only the values of well-known open fields stay.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Fields whose values are open, wherever in a Secret they stand but beneath its data.
const OPEN_KEYS: [&str; 9] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "labels",
    "annotations",
    "type",
    "immutable",
];

static SAYS_SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"kind\\?["']?\s*:\s*\\?["']?Secret\b"#).expect("the pattern is a constant")
});

static KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:-\s+)*["']?([\w./-]+)["']?\s*:(?:\s+|$)"#)
        .expect("the pattern is a constant")
});

/// The secret ranges of a text, in order.
pub(super) fn find(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            document(text, start..at, &mut found);
            start = at;
        }
        at += line.len();
    }
    document(text, start..at, &mut found);
    found.into_iter()
}

fn document(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    if !SAYS_SECRET.is_match(part) {
        if part.contains("last-applied-configuration") {
            last_applied(part, range.start, found);
        }
    } else if is_flow(part) {
        flow(part, range.start, found);
    } else {
        block(part, range.start, found);
    }
}

/// Whether a document is JSON or a flow collection.
fn is_flow(part: &str) -> bool {
    let mut lines = part.lines().map(str::trim_start);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(['#', '-', '|', '>']));
    first.is_some_and(|line| line.trim_start_matches(['\'', '"']).starts_with(['{', '[']))
}

/// The annotation's value, and the lines beneath it.
fn last_applied(part: &str, offset: usize, found: &mut Vec<Range<usize>>) {
    let mut at = offset;
    let mut beneath = None;
    for line in part.split_inclusive('\n') {
        let indent = indent(line);
        if let Some(key) = line.find("last-applied-configuration") {
            let value = line[key..].find(':').map_or(key, |colon| key + colon + 1);
            push_trimmed(line, value, at, found);
            beneath = Some(indent);
        } else if beneath.is_some_and(|key| indent > key) {
            push_trimmed(line, 0, at, found);
        } else if !line.trim().is_empty() {
            beneath = None;
        }
        at += line.len();
    }
}

/// Every value but those of open keys.
fn flow(part: &str, offset: usize, found: &mut Vec<Range<usize>>) {
    let mut key = "";
    for token in (Tokens { text: part, at: 0 }) {
        let text = part[token.clone()].trim_matches(['"', '\'', '\\']);
        if part[token.end..].trim_start().starts_with(':') {
            key = text;
        } else if !OPEN_KEYS.contains(&key) && !text.is_empty() {
            found.push(offset + token.start..offset + token.end);
        }
    }
}

struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let is_mark = |letter: char| letter.is_whitespace() || ",:{}[]".contains(letter);
        let rest = &self.text[self.at..];
        let start = self.at + rest.find(|letter| !is_mark(letter))?;
        let rest = &self.text[start..];
        let length = if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            quoted(rest, quote)
        } else {
            let ends = [
                ",", ": ", ":
", "{", "}", "[", "]", "
",
            ];
            ends.iter().filter_map(|end| rest.find(end)).min()
        };
        self.at = length.map_or(self.text.len(), |length| start + length.max(1));
        Some(start..self.at)
    }
}

/// The length of a quoted word, quotes included.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if letter == quote => return Some(at + letter.len_utf8()),
            _ => {}
        }
    }
    None
}

/// Where in a Secret's block the lines stand.
enum Place {
    /// Outside of its data.
    Open,
    /// Beneath a key of this indentation; the first line says how deep the entries' keys stand.
    Data { key: usize, entry: Option<usize> },
}

fn block(part: &str, offset: usize, found: &mut Vec<Range<usize>>) {
    let mut at = offset;
    let mut place = Place::Open;
    for line in part.split_inclusive('\n') {
        if !line.trim().is_empty() {
            place = block_line(line, at, place, found);
        }
        at += line.len();
    }
}

fn block_line(line: &str, at: usize, place: Place, found: &mut Vec<Range<usize>>) -> Place {
    let depth = indent(line);
    let trimmed = line.trim();
    if trimmed.starts_with("# gitops-lab:") || trimmed.starts_with("---") {
        return place;
    }
    let Some(matched) = KEY.captures(line).filter(|_| !trimmed.starts_with('#')) else {
        push_trimmed(line, 0, at, found);
        return place;
    };
    let value = matched.get(0).map_or(0, |whole| whole.end());
    let key = matched.get(1).map_or("", |key| key.as_str());
    match place {
        Place::Data { key: above, entry } if depth > above => {
            let entry = entry.unwrap_or(depth);
            let shown = if depth == entry { value } else { 0 };
            push_trimmed(line, shown, at, found);
            Place::Data {
                key: above,
                entry: Some(entry),
            }
        }
        _ if OPEN_KEYS.contains(&key) => Place::Open,
        _ => {
            push_trimmed(line, value, at, found);
            Place::Data {
                key: depth,
                entry: None,
            }
        }
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// A line from `start` on, without the spaces around it.
fn push_trimmed(line: &str, start: usize, at: usize, found: &mut Vec<Range<usize>>) {
    let rest = &line[start..];
    let trimmed = rest.trim();
    if !trimmed.is_empty() {
        let start = at + start + (rest.len() - rest.trim_start().len());
        found.push(start..start + trimmed.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for range in find(text) {
            bytes[range].fill(b'*');
        }
        String::from_utf8(bytes).expect("the tests' texts are ASCII")
    }

    #[test]
    fn values_beneath_data_are_secret_and_open_fields_are_not() {
        let text = "kind: Secret\nmetadata:\n  name: a\nstringData:\n  name: hunter2\n  long: |\n    key: hunter3\ntype: Opaque\n";
        assert_eq!(
            shown(text),
            "kind: Secret\nmetadata:\n  name: a\nstringData:\n  name: *******\n  long: *\n    ************\ntype: Opaque\n"
        );
    }

    #[test]
    fn a_value_at_the_wrong_depth_is_secret() {
        assert_eq!(
            shown("stringData:\npassword: hunter2\nkind: Secret\n"),
            "stringData:\npassword: *******\nkind: Secret\n"
        );
    }

    #[test]
    fn a_line_without_a_key_is_secret() {
        assert_eq!(
            shown("kind: Secret\ndata:\n hunter2\n# old: hunter1\n"),
            "kind: Secret\ndata:\n *******\n**************\n"
        );
    }

    #[test]
    fn json_keeps_its_keys() {
        assert_eq!(
            shown(r#"{"kind":"Secret","metadata":{"name":"a"},"data":{"p":"x\"y","q":12},}"#),
            r#"{"kind":"Secret","metadata":{"name":"a"},"data":{"p":******,"q":**},}"#
        );
    }

    #[test]
    fn the_last_applied_configuration_is_secret_in_any_kind() {
        let text = "kind: Pod\nannotations:\n  kubectl.kubernetes.io/last-applied-configuration: |\n    {\"a\":1}\nspec: 1\n";
        assert_eq!(
            shown(text),
            "kind: Pod\nannotations:\n  kubectl.kubernetes.io/last-applied-configuration: *\n    *******\nspec: 1\n"
        );
    }

    #[test]
    fn other_documents_stay_as_they_are() {
        assert_eq!(
            find("kind: ConfigMap\ndata:\n  a: b\n---\na: [\n").count(),
            0
        );
    }
}
