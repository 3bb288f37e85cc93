//! Kubernetes quantities: `100m`, `1Gi`, `1e3`.
//!
//! Follows `k8s.io/apimachinery/pkg/api/resource`: a signed decimal with a decimal suffix (`n u m k
//! M G T P E`), a binary suffix (`Ki … Ei`) or an exponent; finer than 10⁻⁹ is rounded up, away from zero.

use std::str::FromStr;

/// A quantity in units of 10⁻⁹.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    /// The number in units of 10⁻⁹, rounded away from zero as the API machinery does.
    pub nano: i128,
}

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quantity such as `500m`, `1.5` or `128Mi`")]
pub struct QuantityError(pub String);

/// Digits beyond which no quantity makes sense; they would not fit.
const DIGITS_LIMIT: usize = 60;

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        parse(text).ok_or_else(|| QuantityError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Quantity> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let number_end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, suffix) = rest.split_at(number_end.unwrap_or(rest.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.')
        || (whole.is_empty() && fraction.is_empty())
        || rest.len() > DIGITS_LIMIT
    {
        return None;
    }
    let (exponent, factor) = scale(suffix)?;
    let digits = format!("{whole}{fraction}");
    let digits: i128 = digits.parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let nano = shift(digits.checked_mul(factor)?, exponent + 9 - places)?;
    Some(Quantity {
        nano: if negative { -nano } else { nano },
    })
}

/// A suffix as a power of ten and a factor.
fn scale(suffix: &str) -> Option<(i32, i128)> {
    let decimal = |exponent| Some((exponent, 1));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => Some((0, 1 << 10)),
        "Mi" => Some((0, 1 << 20)),
        "Gi" => Some((0, 1 << 30)),
        "Ti" => Some((0, 1 << 40)),
        "Pi" => Some((0, 1 << 50)),
        "Ei" => Some((0, 1 << 60)),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain
                .then(|| exponent.parse().ok())
                .flatten()
                .and_then(decimal)
        }
    }
}

/// `number × 10^exponent`, rounded up.
fn shift(number: i128, exponent: i32) -> Option<i128> {
    if number == 0 {
        return Some(0);
    }
    let power = |exponent: u32| 10_i128.checked_pow(exponent);
    if exponent >= 0 {
        return number.checked_mul(power(exponent.unsigned_abs())?);
    }
    let Some(divisor) = power(exponent.unsigned_abs()) else {
        return Some(1);
    };
    Some(number / divisor + i128::from(number % divisor != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nano(text: &str) -> Option<i128> {
        text.parse::<Quantity>().ok().map(|quantity| quantity.nano)
    }

    #[test]
    fn suffixes_are_powers_of_ten_or_two() {
        assert_eq!(nano("1"), Some(1_000_000_000));
        assert_eq!(nano("100m"), Some(100_000_000));
        assert_eq!(nano("1Ki"), Some(1_024_000_000_000));
        assert_eq!(nano("1k"), Some(1_000_000_000_000));
        assert_eq!(nano("-1.5"), Some(-1_500_000_000));
    }

    #[test]
    fn different_spellings_are_equal() {
        for (left, right) in [
            ("1000m", "1"),
            ("1e3", "1k"),
            ("0.5", "500m"),
            (".5", "0.50"),
            ("1Gi", "1024Mi"),
            ("1E", "1e18"),
        ] {
            assert!(nano(left).is_some());
            assert_eq!(nano(left), nano(right), "{left} and {right}");
        }
    }

    #[test]
    fn what_is_finer_than_a_billionth_is_rounded_up() {
        assert_eq!(nano("0.1n"), Some(1));
        assert_eq!(nano("1.0000000001"), Some(1_000_000_001));
    }

    #[test]
    fn what_the_grammar_forbids_is_refused() {
        for text in [
            "", "1.2.3", "100mb", "1 Gi", "Gi", ".", "1e", "1e1.5", "--1", "1K", "0x10", "NaN",
        ] {
            assert_eq!(nano(text), None, "{text:?} was accepted");
        }
    }
}
