//! What kubectl makes of a scalar: the rules of go-yaml v2, which is YAML 1.1 with exceptions.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::number;
use super::timestamp::is_timestamp;
use super::tree::Scalar;

/// The prefix that `!!` stands for.
const YAML_PREFIX: &str = "tag:yaml.org,2002:";

/// A tag as far as the reader knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// No tag on a plain scalar: its text decides.
    Absent,
    /// `!!str`, and every scalar in quotes or in a block.
    String,
    /// `!!bool`
    Bool,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!null`
    Null,
    /// `!!timestamp`
    Timestamp,
    /// `!!binary`
    Binary,
    /// `!!merge`
    Merge,
    /// Any other: the text stays as it is.
    Other,
}

impl Tag {
    /// The tag of this full name.
    pub(super) fn named(name: &str) -> Self {
        match name.strip_prefix(YAML_PREFIX) {
            Some("str") => Self::String,
            Some("bool") => Self::Bool,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("null") => Self::Null,
            Some("timestamp") => Self::Timestamp,
            Some("binary") => Self::Binary,
            Some("merge") => Self::Merge,
            _ => Self::Other,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Absent => "value",
            Self::String | Self::Other | Self::Merge => "string",
            Self::Bool => "boolean",
            Self::Int => "whole number",
            Self::Float => "number",
            Self::Null => "null",
            Self::Timestamp => "time",
            Self::Binary => "base64 text",
        }
    }
}

/// Resolves a scalar; the error says what its tag promises and its text does not keep.
pub(super) fn resolve(tag: Tag, text: Cow<'_, str>) -> Result<Scalar<'_>, String> {
    match tag {
        Tag::String | Tag::Other | Tag::Merge => return Ok(Scalar::String(text)),
        Tag::Binary => return decode_binary(&text).map(|text| Scalar::String(Cow::Owned(text))),
        _ => {}
    }
    if tag == Tag::Timestamp && is_timestamp(&text) {
        return Ok(Scalar::String(text));
    }
    let plain = resolve_plain(&text);
    match (tag, plain) {
        (Tag::Absent, None) => Ok(Scalar::String(text)),
        (Tag::Absent, Some(scalar))
        | (Tag::Bool, Some(scalar @ Scalar::Bool(_)))
        | (Tag::Null, Some(scalar @ Scalar::Null))
        | (Tag::Int, Some(scalar @ (Scalar::Int(_) | Scalar::Uint(_))))
        | (Tag::Float, Some(scalar @ Scalar::Float(_))) => Ok(scalar),
        #[expect(clippy::cast_precision_loss, reason = "go-yaml rounds here too")]
        (Tag::Float, Some(Scalar::Int(number))) => Ok(Scalar::Float(number as f64)),
        _ => Err(format!("`{text}` is not a {}", tag.word())),
    }
}

/// Whether a plain scalar without a tag is the string that it is written as.
pub(super) fn is_plain_string(text: &str) -> bool {
    resolve_plain(text).is_none()
}

/// What a plain scalar is, unless it is a string.
fn resolve_plain(text: &str) -> Option<Scalar<'static>> {
    let Some(first) = text.bytes().next() else {
        return Some(Scalar::Null);
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => special_float(text).or_else(|| number::parse_dotted(text).map(Scalar::Float)),
        b'+' | b'-' | b'0'..=b'9' => special_float(text).or_else(|| number::parse(text)),
        _ => None,
    }
}

fn word(text: &str) -> Option<Scalar<'static>> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Scalar::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Scalar::Bool(false))
        }
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        _ => None,
    }
}

fn special_float(text: &str) -> Option<Scalar<'static>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            Some(Scalar::Float(f64::INFINITY))
        }
        "-.inf" | "-.Inf" | "-.INF" => Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

/// Decodes `!!binary` as Go does: line breaks are skipped, padding is required, stray low bits of the
/// last character are not looked at; every byte that is not UTF-8 becomes U+FFFD in JSON.
fn decode_binary(text: &str) -> Result<String, String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let bytes = engine
        .decode(packed)
        .map_err(|_| "`!!binary` value is not valid base64".to_owned())?;
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(decoded)
}

/// A key as JSON has it; the error says what kind of key JSON does not have.
pub(super) fn key_text(scalar: Scalar<'_>) -> Result<Cow<'_, str>, &'static str> {
    match scalar {
        Scalar::String(text) => Ok(text),
        Scalar::Bool(value) => Ok(Cow::Borrowed(if value { "true" } else { "false" })),
        Scalar::Int(number) => Ok(Cow::Owned(number.to_string())),
        Scalar::Float(number) => Ok(Cow::Owned(number::key_of_float(number))),
        Scalar::Null => Err("null"),
        Scalar::Uint(_) => Err("a number above 9223372036854775807"),
    }
}

/// A number as it is after JSON: a whole `1.0` is `1` there, and of one with many digits only those are
/// left that tell it from its neighbours.
pub(super) fn through_json(scalar: Scalar<'_>) -> Scalar<'_> {
    let Scalar::Float(number) = scalar else {
        return scalar;
    };
    if number.fract() != 0.0 || number.abs() >= SCIENTIFIC_FROM {
        return scalar;
    }
    let digits = format!("{number}");
    let int = digits.parse().map(Scalar::Int);
    int.or_else(|_| digits.parse().map(Scalar::Uint))
        .unwrap_or(scalar)
}

/// From here on Go writes floats with an exponent.
const SCIENTIFIC_FROM: f64 = 1e21;

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar<'_> {
        resolve(Tag::Absent, Cow::Borrowed(text)).expect("a scalar without a tag always resolves")
    }

    #[test]
    fn words_of_yaml_1_1_are_booleans() {
        assert_eq!(plain("yes"), Scalar::Bool(true));
        assert_eq!(plain("Off"), Scalar::Bool(false));
        assert_eq!(plain("yEs"), Scalar::String("yEs".into()));
    }

    #[test]
    fn a_tag_that_the_text_does_not_fit_is_an_error() {
        let error = resolve(Tag::Int, Cow::Borrowed("a")).expect_err("`a` is no number");
        assert_eq!(error, "`a` is not a whole number");
    }

    #[test]
    fn binary_is_decoded_and_bytes_that_are_no_text_are_replaced() {
        let decoded = resolve(Tag::Binary, Cow::Borrowed("4pz/\nQQ=="));
        assert_eq!(
            decoded,
            Ok(Scalar::String("\u{fffd}\u{fffd}\u{fffd}A".into()))
        );
    }

    #[test]
    fn a_whole_float_is_a_whole_number_after_json() {
        assert_eq!(through_json(Scalar::Float(2.0)), Scalar::Int(2));
        assert_eq!(
            through_json(Scalar::Float(1e19)),
            Scalar::Uint(10_000_000_000_000_000_000)
        );
        assert_eq!(through_json(Scalar::Float(1e21)), Scalar::Float(1e21));
        assert_eq!(through_json(Scalar::Float(0.5)), Scalar::Float(0.5));
    }

    #[test]
    fn json_keeps_only_the_digits_that_tell_a_float_from_others() {
        let float = plain("923372036854775808.0");
        assert_eq!(through_json(float), Scalar::Int(923_372_036_854_775_800));
    }
}
