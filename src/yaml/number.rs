//! Numbers as Go's `strconv` reads them, in the order in which go-yaml v2 asks.

use std::borrow::Cow;

use super::tree::Scalar;

/// Reads a plain scalar that starts with a digit or a sign.
pub(super) fn parse(text: &str) -> Option<Scalar<'static>> {
    let plain: Cow<'_, str> = if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    };
    parse_int(&plain, None)
        .or_else(|| parse_uint(&plain, None))
        .or_else(|| parse_float(&plain).map(Scalar::Float))
        .or_else(|| parse_signed_binary(&plain))
}

/// Reads a plain scalar that starts with a dot, by Go's rules for floats: underscores between digits
/// are fine there.
pub(super) fn parse_dotted(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let misplaced = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'_' && !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))
    });
    if misplaced {
        return None;
    }
    parse_float(&text.replace('_', ""))
}

/// `ParseInt(text, 0, 64)`, or with a fixed base.
fn parse_int(text: &str, base: Option<u32>) -> Option<Scalar<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = magnitude(digits, base)?;
    let number = if negative {
        0i64.checked_sub_unsigned(magnitude)?
    } else {
        i64::try_from(magnitude).ok()?
    };
    Some(Scalar::Int(number))
}

/// `ParseUint(text, 0, 64)`, or with a fixed base.
fn parse_uint(text: &str, base: Option<u32>) -> Option<Scalar<'static>> {
    magnitude(text, base).map(Scalar::Uint)
}

/// Digits without a sign; without a base their prefix gives it, and a leading zero means octal.
fn magnitude(text: &str, base: Option<u32>) -> Option<u64> {
    let (base, digits) = match base {
        Some(base) => (base, text),
        None => based(text),
    };
    if digits.is_empty() {
        return (text == "0").then_some(0);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

fn based(text: &str) -> (u32, &str) {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'0') {
        return (10, text);
    }
    match bytes.get(1).map(u8::to_ascii_lowercase) {
        Some(b'x') if bytes.len() >= 3 => (16, &text[2..]),
        Some(b'o') if bytes.len() >= 3 => (8, &text[2..]),
        Some(b'b') if bytes.len() >= 3 => (2, &text[2..]),
        _ => (8, &text[1..]),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, unless it is too large.
fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        if whole + length == 0 {
            return None;
        }
        rest = &fraction[length..];
    } else if whole == 0 {
        return None;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
        rest = "";
    }
    if !rest.is_empty() {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// go-yaml's own binary numbers; `ParseInt` has read all of them but those with an inner sign.
fn parse_signed_binary(text: &str) -> Option<Scalar<'static>> {
    let digits = text.strip_prefix("0b")?;
    parse_int(digits, Some(2)).or_else(|| parse_uint(digits, Some(2)))
}

/// A float as a key: `FormatFloat(number, 'g', -1, 32)`, with YAML's words for what is no number.
pub(super) fn key_of_float(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "sigs.k8s.io/yaml rounds keys to 32 bits"
    )]
    let short = number as f32;
    if short.is_nan() {
        return ".nan".to_owned();
    }
    if short.is_infinite() {
        return if short > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{short:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{short}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_zero_means_octal_only_for_octal_digits() {
        assert_eq!(parse("0644"), Some(Scalar::Int(420)));
        assert_eq!(parse("08"), Some(Scalar::Float(8.0)));
        assert_eq!(parse("0x"), None);
    }

    #[test]
    fn whole_numbers_are_exact_up_to_the_largest_of_64_bits() {
        assert_eq!(parse("-9223372036854775808"), Some(Scalar::Int(i64::MIN)));
        assert_eq!(parse("18446744073709551615"), Some(Scalar::Uint(u64::MAX)));
        assert_eq!(
            parse("18446744073709551616"),
            Some(Scalar::Float(18_446_744_073_709_551_616.0))
        );
    }

    #[test]
    fn a_float_that_is_too_large_is_no_number() {
        assert_eq!(parse("1e500"), None);
        assert_eq!(parse("1e-500"), Some(Scalar::Float(0.0)));
    }

    #[test]
    fn underscores_count_for_nothing_before_the_dot_and_separate_digits_after_it() {
        assert_eq!(parse("1_000"), Some(Scalar::Int(1000)));
        assert_eq!(parse_dotted(".1_5"), Some(0.15));
        assert_eq!(parse_dotted("._5"), None);
    }

    #[test]
    fn a_float_key_has_the_digits_of_32_bits() {
        assert_eq!(key_of_float(1.5), "1.5");
        assert_eq!(key_of_float(16_777_217.0), "1.6777216e+07");
        assert_eq!(key_of_float(0.00001), "1e-05");
        assert_eq!(key_of_float(1e300), ".inf");
    }
}
