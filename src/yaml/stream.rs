//! All documents of a source, as kubectl finds them (`YAMLOrJSONDecoder` of k8s.io/apimachinery).

use std::ops::Range;
use std::sync::Arc;

use super::document::Reader;
use super::scan::ScanError;
use super::split::{Piece, split};
use super::{Parsed, json};
use crate::source::SourceId;

/// Reads a source: JSON as long as it is JSON, then YAML.
pub(super) fn read(source: SourceId, text: &Arc<str>) -> Parsed {
    let mut reader = Reader::new(source, text);
    if !json::is_json(text) {
        read_yaml(&mut reader, 0, None);
        return reader.parsed;
    }
    let mut from = 0;
    let mut count = 0;
    while let Some(value) = json::read(source, text, from) {
        match value {
            Ok(value) => {
                from = value.end;
                count += 1;
                reader.json(value);
            }
            Err(error) => {
                let rest = skip_space(text, from).filter(|_| count <= 1 && !error.is_limit);
                match rest {
                    Some(rest) => read_yaml(&mut reader, rest, Some(error)),
                    None => refuse_json(&mut reader, from, error),
                }
                break;
            }
        }
    }
    reader.parsed
}

/// Reads documents of YAML; where the first is no YAML either, the error of JSON counts if that reader
/// came further.
fn read_yaml(reader: &mut Reader<'_>, from: usize, mut json_error: Option<ScanError>) {
    for piece in split(reader.text, from) {
        match piece {
            Piece::Document(range) => read_document(reader, range, json_error.take()),
            Piece::BadSeparator(rest) => {
                json_error = None;
                reader.bad_separator(rest);
            }
        }
    }
}

fn read_document(reader: &mut Reader<'_>, range: Range<usize>, json_error: Option<ScanError>) {
    let Err(error) = reader.yaml(range.clone()) else {
        return;
    };
    let further = json_error.filter(|json| json.start > range.start + error.start);
    match further {
        Some(json) => refuse_json(reader, range.start, json),
        None => reader.refuse(&range, error),
    }
}

/// Reports an error of JSON, whose places count from the start of the text.
fn refuse_json(reader: &mut Reader<'_>, from: usize, mut error: ScanError) {
    error.start -= from;
    error.end -= from;
    let end = reader.text.len();
    reader.refuse(&(from..end), error);
}

/// How many bytes kubectl wants to see before it goes from JSON to YAML.
const LEAST_REST: usize = 4;

/// Goes over white space up to and with the first line feed; `None` where too little is left for YAML.
fn skip_space(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from..];
    for (at, character) in rest.char_indices() {
        if rest.len() - at < LEAST_REST {
            return None;
        }
        if character == '\n' {
            return Some(from + at + 1);
        }
        if !character.is_whitespace() {
            return Some(from + at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::source::SourceId;
    use crate::yaml::parse;

    fn message(text: &str) -> String {
        let parsed = parse(SourceId(0), &Arc::from(text));
        assert_eq!(parsed.problems.len(), 1, "{:?}", parsed.problems);
        parsed.problems[0].message.clone()
    }

    #[test]
    fn json_that_goes_on_as_yaml_is_read_as_both() {
        let text = "{\"a\": \"\\/\"}\n---\nb: 2\n";
        let parsed = parse(SourceId(0), &Arc::from(text));
        let documents = parsed.documents.iter();
        let json: Vec<_> = documents
            .map(|tree| tree.root().to_json().to_string())
            .collect();
        assert_eq!(json, [r#"{"a":"/"}"#, r#"{"b":2}"#]);
    }

    #[test]
    fn of_two_readers_the_one_that_came_further_says_what_is_wrong() {
        assert!(message("{\"a\": \"\\/\", \"b\" 1}\n").contains("after the key of a JSON object"));
        assert!(message("{a: b, c: [1}\n").contains("`,` or `]`"));
    }

    #[test]
    fn a_stream_of_json_ends_at_its_first_error() {
        let text = "{\"a\": 1}{\"b\": 1}\n{c: 1}\n---\nd: 1\n";
        let parsed = parse(SourceId(0), &Arc::from(text));
        assert_eq!((parsed.documents.len(), parsed.problems.len()), (2, 1));
    }
}
