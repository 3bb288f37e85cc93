//! Schedules of CronJobs, as the controller reads them.

use std::ops::RangeInclusive;

/// A field of a schedule.
struct Field {
    name: &'static str,
    range: RangeInclusive<u32>,
    /// Words for the numbers from the start of the range.
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        range: 0..=59,
        words: &[],
    },
    Field {
        name: "hour",
        range: 0..=23,
        words: &[],
    },
    Field {
        name: "day of the month",
        range: 1..=31,
        words: &[],
    },
    Field {
        name: "month",
        range: 1..=12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of the week",
        range: 0..=6,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const DESCRIPTORS: &[&str] = &[
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The API server refuses it.
    Refused(String),
    /// It names a day that no year has.
    NeverFires,
}

/// Judges a schedule.
pub(super) fn judge(schedule: &str) -> Result<(), Problem> {
    let schedule = schedule.trim();
    let refuse = |reason: String| Err(Problem::Refused(reason));
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        return refuse("a schedule names no time zone: `timeZone` does".to_owned());
    }
    if schedule.starts_with('@') {
        return descriptor(schedule);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return refuse(format!(
            "a schedule has 5 fields, and this one has {}",
            fields.len()
        ));
    }
    let mut values = Vec::with_capacity(FIELDS.len());
    for (text, field) in fields.iter().zip(&FIELDS) {
        match numbers(text, field) {
            Some(numbers) => values.push(numbers),
            None => return refuse(format!("`{text}` is no {}", field.name)),
        }
    }
    let is_any = |text: &str| text == "*" || text == "?";
    let has_day = values[3]
        .iter()
        .any(|month| values[2].iter().any(|day| *day <= longest(*month)));
    if !has_day && is_any(fields[4]) {
        return Err(Problem::NeverFires);
    }
    Ok(())
}

fn descriptor(schedule: &str) -> Result<(), Problem> {
    let is_known = DESCRIPTORS.contains(&schedule);
    let interval = schedule.strip_prefix("@every ");
    if is_known || interval.map(str::trim).is_some_and(is_duration) {
        return Ok(());
    }
    Err(Problem::Refused(format!("`{schedule}` is no schedule")))
}

/// Whether a text is a duration as Go writes it: `1h30m`.
fn is_duration(text: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
    let mut rest = text.trim_start_matches(['-', '+']);
    let mut parts = 0;
    while !rest.is_empty() {
        let unit_at = rest.find(|letter| !is_digit(letter)).unwrap_or(rest.len());
        let (number, after) = rest.split_at(unit_at);
        let number_at = after.find(is_digit).unwrap_or(after.len());
        let (unit, after) = after.split_at(number_at);
        let is_unit = matches!(unit, "h" | "m" | "s" | "ms" | "us" | "µs" | "ns");
        if number.parse::<f64>().is_err() || !is_unit {
            return false;
        }
        rest = after;
        parts += 1;
    }
    parts > 0
}

/// The numbers that a field stands for.
fn numbers(text: &str, field: &Field) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        all.extend(part_numbers(part, field)?);
    }
    (!all.is_empty()).then_some(all)
}

fn part_numbers(part: &str, field: &Field) -> Option<Vec<u32>> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (
            range,
            Some(step.parse::<u32>().ok().filter(|step| *step > 0)?),
        ),
        None => (part, None),
    };
    let (start, end) = if range == "*" || range == "?" {
        (*field.range.start(), *field.range.end())
    } else if let Some((start, end)) = range.split_once('-') {
        (number(start, field)?, number(end, field)?)
    } else {
        let start = number(range, field)?;
        let end = if step.is_some() {
            *field.range.end()
        } else {
            start
        };
        (start, end)
    };
    let is_inside = field.range.contains(&start) && field.range.contains(&end) && start <= end;
    let step = usize::try_from(step.unwrap_or(1)).ok()?;
    is_inside.then(|| (start..=end).step_by(step).collect())
}

fn number(text: &str, field: &Field) -> Option<u32> {
    let word = text.to_ascii_lowercase();
    let at = field.words.iter().position(|known| *known == word);
    match at {
        Some(at) => Some(field.range.start() + u32::try_from(at).ok()?),
        None => text.parse().ok(),
    }
}

/// The days that a month has at most.
fn longest(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_controller_takes() {
        for schedule in [
            "* * * * *",
            "*/5 0-6,22 1 jan-MAR Mon",
            "0 4 ? * 1-5/2",
            "5/10 * * * *",
            "@daily",
            "@every 1h30m",
            "1,,2 * * * *",
            "0 0 31 1 *",
            "0 0 29 2 *",
            "0 0 31 2 1",
        ] {
            assert_eq!(judge(schedule), Ok(()), "{schedule}");
        }
    }

    #[test]
    fn refuses_what_the_controller_refuses() {
        for schedule in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "a * * * *",
            "5-1 * * * *",
            "@noon",
            "@every soon",
            "@every",
            "TZ=UTC 0 4 * * *",
        ] {
            assert!(
                matches!(judge(schedule), Err(Problem::Refused(_))),
                "{schedule}"
            );
        }
    }

    #[test]
    fn tells_a_day_that_no_year_has() {
        for schedule in ["30 2 31 2 *", "0 0 30,31 2 *", "0 0 31 4,6,9,11 *"] {
            assert_eq!(judge(schedule), Err(Problem::NeverFires), "{schedule}");
        }
    }
}
