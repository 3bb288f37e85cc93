//! Where kubectl and YAML 1.2 read a plain scalar differently.

use crate::object::Object;
use crate::yaml::{Kind, NodeRef, Scalar, Style};

/// What YAML 1.2's core schema makes of a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Core {
    Null,
    Bool(bool),
    Number(f64),
    String,
}

/// Whether kubectl and YAML 1.2 make different things of a scalar.
pub(crate) fn is_ambiguous(node: NodeRef<'_>) -> bool {
    if !is_plain(node) {
        return false;
    }
    let Some(written) = node.raw().filter(|text| is_candidate(text)) else {
        return false;
    };
    let Some(read) = node.scalar() else {
        return false;
    };
    let core = core(&written);
    match read {
        Scalar::Null => core != Core::Null,
        Scalar::Bool(value) => core != Core::Bool(value),
        Scalar::String(_) => core != Core::String,
        Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_) => {
            number(&read).is_none_or(|number| core != Core::Number(number))
        }
    }
}

/// Whether a text looks like a number, `yes`, `no`, `on`, `off`, `y` or `n`: all others read the same.
fn is_candidate(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => true,
        Some(b'y' | b'Y' | b'n' | b'N' | b'o' | b'O') => text.len() <= 3,
        _ => false,
    }
}

/// Whether a node is a scalar whose type its text decides.
pub(crate) fn is_plain(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Scalar && node.style() == Style::Plain && node.tag().is_none()
}

/// What kubectl reads, in the words of a message.
pub(crate) fn word_for(scalar: &Scalar<'_>) -> &'static str {
    match scalar {
        Scalar::Null => "null",
        Scalar::Bool(_) => "a boolean",
        Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_) => "a number",
        Scalar::String(_) => "a string",
    }
}

/// The text of a scalar for a message; what a Secret holds is not shown.
pub(crate) fn shown(node: NodeRef<'_>, object: &Object) -> String {
    if object.id.kind == "Secret" && object.id.group.is_empty() {
        return "this value".to_owned();
    }
    format!("`{}`", node.raw().unwrap_or_default())
}

// Both readers keep numbers as doubles once they do not fit; that is the precision to compare in.
#[expect(clippy::cast_precision_loss)]
fn number(scalar: &Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Int(number) => Some(*number as f64),
        Scalar::Uint(number) => Some(*number as f64),
        Scalar::Float(number) => Some(*number),
        Scalar::Null | Scalar::Bool(_) | Scalar::String(_) => None,
    }
}

/// Chapter 10.3.2 of YAML 1.2.2.
fn core(text: &str) -> Core {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Core::Null,
        "true" | "True" | "TRUE" => return Core::Bool(true),
        "false" | "False" | "FALSE" => return Core::Bool(false),
        _ => {}
    }
    let radix = match text.get(..2) {
        Some("0o") => Some(8),
        Some("0x") => Some(16),
        _ => None,
    };
    if let Some(radix) = radix {
        return whole(&text[2..], radix).map_or(Core::String, Core::Number);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let is_negative = text.starts_with('-');
        let infinity = if is_negative {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
        return Core::Number(infinity);
    }
    if !is_decimal(unsigned) {
        return Core::String;
    }
    text.parse().map_or(Core::String, Core::Number)
}

fn whole(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    let mut digits = digits.chars().map(|digit| digit.to_digit(radix));
    digits.try_fold(0.0, |sum, digit| {
        Some(sum * f64::from(radix) + f64::from(digit?))
    })
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_holds = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent_holds && digits(before) && digits(after) && !(before.is_empty() && after.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scalars_as_the_core_schema_does() {
        let cases = [
            ("", Core::Null),
            ("~", Core::Null),
            ("True", Core::Bool(true)),
            ("yes", Core::String),
            ("n", Core::String),
            ("0644", Core::Number(644.0)),
            ("0o17", Core::Number(15.0)),
            ("0x1F", Core::Number(31.0)),
            ("-0x1F", Core::String),
            ("0b11", Core::String),
            ("1_000", Core::String),
            ("+1", Core::Number(1.0)),
            (".5", Core::Number(0.5)),
            ("1.", Core::Number(1.0)),
            ("1e3", Core::Number(1000.0)),
            ("1e", Core::String),
            (".", Core::String),
            ("-", Core::String),
            ("1.2.3", Core::String),
            ("12:30", Core::String),
            ("-.inf", Core::Number(f64::NEG_INFINITY)),
        ];
        for (text, expected) in cases {
            assert_eq!(core(text), expected, "{text}");
        }
    }
}
