//! Times as go-yaml v2 recognises them; JSON keeps them as they are written, so only an explicit
//! `!!timestamp` makes a difference: what is no time is an error then.

/// Whether the text is a time in one of go-yaml's four forms.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((date, rest)) = date(text) else {
        return false;
    };
    if rest.is_empty() {
        return is_date(date);
    }
    if !is_date(date) {
        return false;
    }
    let zoned = rest.strip_prefix(['T', 't']);
    let Some(clock_text) = zoned.or_else(|| rest.strip_prefix(' ')) else {
        return false;
    };
    let Some(after) = clock(clock_text) else {
        return false;
    };
    match zoned {
        Some(_) => is_zone(after),
        None => after.is_empty(),
    }
}

/// Year, month and day, and what follows.
fn date(text: &str) -> Option<((u32, u32, u32), &str)> {
    let year = text.get(..4).filter(|year| is_digits(year))?;
    let rest = text[4..].strip_prefix('-')?;
    let (month, rest) = short_number(rest)?;
    let (day, rest) = short_number(rest.strip_prefix('-')?)?;
    Some(((year.parse().ok()?, month, day), rest))
}

fn is_date((year, month, day): (u32, u32, u32)) -> bool {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Hour, minute, second and a fraction; what follows them.
fn clock(text: &str) -> Option<&str> {
    let (hour, rest) = short_number(text)?;
    let (minute, rest) = short_number(rest.strip_prefix(':')?)?;
    let (second, rest) = short_number(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let Some(fraction) = rest.strip_prefix(['.', ',']) else {
        return Some(rest);
    };
    let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0).then(|| &fraction[length..])
}

/// `Z`, or an offset such as `+02:00`.
fn is_zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some((hours, minutes)) = text
        .strip_prefix(['+', '-'])
        .and_then(|offset| offset.split_once(':'))
    else {
        return false;
    };
    let below = |text: &str, limit: u32| {
        text.len() == 2 && is_digits(text) && text.parse().is_ok_and(|number: u32| number < limit)
    };
    below(hours, 25) && below(minutes, 61)
}

/// One or two digits.
fn short_number(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let number = text[..length].parse().ok()?;
    Some((number, &text[length..]))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn the_four_forms_are_times() {
        for text in [
            "2001-01-01",
            "2001-1-2",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43Z",
            "2001-12-14 21:59:43.1",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
    }

    #[test]
    fn what_no_calendar_or_clock_has_is_no_time() {
        for text in [
            "2001-13-01",
            "2001-02-29",
            "1900-02-29",
            "2001-04-31",
            "2001-1-1T24:00:00Z",
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43Z",
            "201-01-01",
            "2001-01-01x",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
