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
            Err(error) if error.is_limit || count > 1 => {
                reader.refuse(&(from..text.len()), error);
                break;
            }
            Err(error) => {
                from = skip_space(text, from);
                read_yaml(&mut reader, from, Some(error));
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
        Some(mut json) => {
            json.start -= range.start;
            json.end -= range.start;
            reader.refuse(&range, json);
        }
        None => reader.refuse(&range, error),
    }
}

/// Goes over white space up to and with the first line feed.
fn skip_space(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    for (at, character) in rest.char_indices() {
        if character == '\n' {
            return from + at + 1;
        }
        if !character.is_whitespace() {
            return from + at;
        }
    }
    text.len()
}
