//! The forms that texts of an API have.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Whether Go decodes a text to bytes: line breaks are skipped, padding is required.
pub(super) fn is_base64(text: &str) -> bool {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    if text.contains(['\n', '\r']) {
        let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        return engine.decode(packed).is_ok();
    }
    engine.decode(text).is_ok()
}

/// Whether a text is a time of RFC 3339, such as `2006-01-02T15:04:05Z`.
pub(super) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() >= 20
        && bytes
            .iter()
            .zip(b"0000-00-00T00:00:00")
            .all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                form => byte == form,
            });
    is_shaped && text.parse::<jiff::Timestamp>().is_ok()
}

/// Whether the API machinery takes a text as a quantity: a decimal number with a suffix or exponent.
pub(super) fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, suffix) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    let is_number = number.bytes().any(|byte| byte.is_ascii_digit())
        && number.bytes().filter(|byte| *byte == b'.').count() <= 1;
    is_number && is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    let known = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    if known.contains(&suffix) {
        return true;
    }
    let Some(exponent) = suffix.strip_prefix(['e', 'E']) else {
        return false;
    };
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether somebody puts a value here before the object reaches a server: `${NAME}` of Flux, `<name>` of
/// a vault, `__NAME__` of a script, what SOPS encrypted.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.contains("${")
        || text.contains("$(")
        || text.contains("{{")
        || text.starts_with("ENC[")
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.starts_with("__") && text.ends_with("__"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_what_go_decodes() {
        for text in ["", "cGFzcw==", "cGFz\ncw==\n", "AA=="] {
            assert!(is_base64(text), "{text:?}");
        }
        for text in ["password", "cGFzcw", "cGF zcw==", "cGFzcw==="] {
            assert_eq!(is_base64(text), text == "password", "{text:?}");
        }
    }

    #[test]
    fn times_are_those_of_rfc_3339() {
        for text in ["2006-01-02T15:04:05Z", "2006-01-02T15:04:05.5+02:00"] {
            assert!(is_time(text), "{text:?}");
        }
        for text in [
            "",
            "2006-01-02",
            "2006-01-02 15:04:05Z",
            "2006-13-02T15:04:05Z",
        ] {
            assert!(!is_time(text), "{text:?}");
        }
    }

    #[test]
    fn quantities_are_decimal_numbers_with_a_suffix() {
        for text in [
            "1", "100m", ".5", "5.", "1Gi", "1e3", "-1", " 1 ", "2E", "1E-3",
        ] {
            assert!(is_quantity(text), "{text:?}");
        }
        for text in ["", "1.2.3", "100mb", "1 Gi", "Gi", ".", "1e", "1K", "0x10"] {
            assert!(!is_quantity(text), "{text:?}");
        }
    }
}
