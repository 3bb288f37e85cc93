//! One field that differs → text. Texts of several lines are compared line by line.

use owo_colors::OwoColorize as _;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::text::escape;
use crate::plan::Difference;

/// The longest value that stands in one line; of longer ones, the rest is cut.
const LONGEST_VALUE: usize = 120;

/// What is equal in front of a difference is cut down to this many characters.
const BEFORE: usize = 20;

/// Values that are no texts stand in one line up to this length.
const LONGEST_INLINE: usize = 60;

/// Lines of context around lines that differ.
const CONTEXT: usize = 2;

/// The most lines that are shown of one field.
const MOST_LINES: usize = 60;

/// Stands at the end of a text's last line, where the two sides may differ in nothing else.
const NO_LINE_BREAK: &str = " (no line break)";

/// The lines that show a difference: `path: before → after`, or the path with the lines that differ.
pub(super) fn lines(difference: &Difference) -> Vec<String> {
    let path = difference.path.to_string();
    let path = escape(&path);
    let (before, after) = (difference.before.as_ref(), difference.after.as_ref());
    if [before, after].into_iter().flatten().any(is_tall) {
        let mut lines = vec![format!("{path}:")];
        lines.extend(compared(&tall(before), &tall(after)));
        return lines;
    }
    let (before, after) = shortened(&inline(before), &inline(after));
    vec![format!("{path}: {before} → {after}")]
}

/// Whether a value needs lines of its own.
fn is_tall(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim_end().contains('\n'),
        Value::Object(_) | Value::Array(_) => value.to_string().len() > LONGEST_INLINE,
        _ => false,
    }
}

fn tall(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => format!("{value:#}\n"),
    }
}

fn inline(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "(none)".to_owned(), Value::to_string);
    escape(&text).into_owned()
}

/// Two values in one line. Where both are long, what they share in front is cut, so that the
/// difference is seen.
fn shortened(before: &str, after: &str) -> (String, String) {
    let longest = before.chars().count().max(after.chars().count());
    let same = before.chars().zip(after.chars());
    let same = same.take_while(|(left, right)| left == right).count();
    let skip = if longest > LONGEST_VALUE {
        same.saturating_sub(BEFORE)
    } else {
        0
    };
    let shorten = |text: &str| {
        let mut rest = text.chars().skip(skip);
        let kept: String = rest.by_ref().take(LONGEST_VALUE).collect();
        let start = if skip > 0 { "…" } else { "" };
        let end = if rest.next().is_some() { "…" } else { "" };
        format!("{start}{kept}{end}")
    };
    (shorten(before), shorten(after))
}

/// The lines that differ, with some around them.
fn compared(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            lines.push("  …".to_owned());
        }
        let changes = group
            .iter()
            .flat_map(|operation| diff.iter_changes(operation));
        lines.extend(changes.map(|change| {
            let text = change.value();
            let text = escape(text.strip_suffix('\n').unwrap_or(text));
            let end = if change.missing_newline() {
                NO_LINE_BREAK
            } else {
                ""
            };
            match change.tag() {
                ChangeTag::Delete => format!("  - {text}{end}").red().to_string(),
                ChangeTag::Insert => format!("  + {text}{end}").green().to_string(),
                ChangeTag::Equal => format!("    {text}"),
            }
        }));
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("  … {more} more lines"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::FieldPath;
    use serde_json::json;

    fn shown(before: Option<Value>, after: Option<Value>) -> String {
        let path = FieldPath::parse("data.a").expect("the path is valid");
        let lines = lines(&Difference {
            path,
            before,
            after,
        });
        anstream::adapter::strip_str(&lines.join("\n")).to_string()
    }

    #[test]
    fn short_values_stand_in_one_line() {
        assert_eq!(shown(Some(json!(1)), Some(json!(2))), "data.a: 1 → 2");
        assert_eq!(shown(None, Some(json!("x\n"))), r#"data.a: (none) → "x\n""#);
    }

    #[test]
    fn texts_are_compared_line_by_line() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n";
        let after = before.replace("2\n", "two\n").replace("11", "\u{1b}[2J");
        let expected = "data.a:\n    1\n  - 2\n  + two\n    3\n    4\n  …\n    9\n    10\n  - 11\n  + \\u{1b}[2J";
        assert_eq!(shown(Some(json!(before)), Some(json!(after))), expected);
    }

    #[test]
    fn long_values_are_shown_from_where_they_differ() {
        let long = "x".repeat(500);
        let text = shown(
            Some(json!(format!("{long}a"))),
            Some(json!(format!("{long}b"))),
        );
        assert!(text.ends_with("xa\" → …xxxxxxxxxxxxxxxxxxxxb\""), "{text}");
    }

    #[test]
    fn a_whole_branch_stands_in_lines_of_its_own() {
        let probe =
            json!({"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10, "x": 1});
        let text = shown(None, Some(probe));
        assert!(
            text.starts_with("data.a:\n  + {\n  +   \"httpGet\": {\n"),
            "{text}"
        );
    }

    #[test]
    fn texts_that_differ_in_their_line_breaks_alone_show_them() {
        let text = shown(Some(json!("a\nb\nc\n")), Some(json!("a\r\nb\nc")));
        assert_eq!(
            text,
            "data.a:\n  - a\n  + a\\r\n    b\n  - c\n  + c (no line break)"
        );
    }
}
