//! The names that stand before a place in an embedded text.
//!
//! Configuration within a string (nginx, TOML, properties, YAML, JSON, shell) is not parsed; what
//! most of these languages share is enough to say what a value is for: `name = value`, `name: value`,
//! `directive value`, `--flag value`, and nesting by indentation.

use std::sync::LazyLock;

use regex::Regex;

static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z_][A-Za-z0-9_.\-]*)["'\]]*\s*(?:=>|:=|[:=])"#).expect("a valid pattern")
});

/// Levels of nesting that say what a value is for.
const LEVELS: usize = 2;

/// Whether a place is within a line's comment.
pub(super) fn is_comment(text: &str, at: usize) -> bool {
    let line = line_before(text, at).trim_start();
    let whole_line = ["#", "//", ";", "--", "<!--", "* "].iter().any(|mark| {
        line.strip_prefix(mark)
            .is_some_and(|rest| *mark != "--" || rest.starts_with(' '))
    });
    (whole_line && text.contains('\n')) || line.contains(" # ")
}

/// The names that stand before a place, nearest first: assignment, flag, directive, what it is nested in.
pub(super) fn names_before(text: &str, at: usize) -> Vec<String> {
    let line = line_before(text, at);
    let mut names = Vec::new();
    names.extend(assigned_name(line));
    names.extend(flag(line));
    names.extend(directive(line));
    names.extend(outer_names(text, at));
    names
}

fn line_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    &before[start..]
}

/// The last `name =` or `name:` of a line; a URL's scheme is none.
fn assigned_name(line: &str) -> Option<String> {
    let captures = ASSIGNED.captures_iter(line);
    let names = captures.filter_map(|captures| {
        let whole = captures.get(0)?;
        let is_scheme = whole.as_str().ends_with(':') && line[whole.end()..].starts_with("//");
        (!is_scheme).then(|| captures[1].to_owned())
    });
    names.last()
}

/// The `--flag` right before the last word.
fn flag(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().rev();
    if !line.ends_with(char::is_whitespace) {
        words.next();
    }
    let word = words.next()?.trim_matches(['"', '\'', ',', '[']);
    let name = word.strip_prefix('-')?.trim_start_matches('-');
    (!name.is_empty() && !name.contains('=')).then(|| name.to_owned())
}

/// The first word of a statement (`allow 10.0.0.1;`).
fn directive(line: &str) -> Option<String> {
    let statement = line
        .rsplit([';', '{', '|', '&'])
        .next()
        .unwrap_or(line)
        .trim_start();
    let (word, _) = statement.split_once(char::is_whitespace)?;
    let is_name = word
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character));
    let is_directive = is_name && word.starts_with(|first: char| first.is_ascii_alphabetic());
    match word {
        "forward" if statement.starts_with("forward . ") => Some("resolver".to_owned()),
        _ => is_directive.then(|| word.to_owned()),
    }
}

/// The names of the nearest lines that stand further left, or open the list that the line is in.
fn outer_names(text: &str, at: usize) -> Vec<String> {
    let before = text.get(..at).unwrap_or_default();
    let mut lines = before.rsplit('\n');
    let own = lines.next().unwrap_or_default();
    let mut indentation = depth(own);
    let mut in_list = own.trim_start().starts_with("- ");
    let mut names = Vec::new();
    for line in lines {
        if names.len() == LEVELS || indentation == 0 && !in_list {
            break;
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let is_item = line.trim_start().starts_with("- ");
        let opens = depth(line) < indentation || in_list && !is_item && depth(line) == indentation;
        if !opens {
            continue;
        }
        indentation = depth(line);
        in_list = is_item;
        let content = line.trim_start().trim_start_matches("- ");
        names.extend(assigned_name(content).or_else(|| directive(content)));
    }
    names
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        names_before(text, text.find('@').expect("a place"))
    }

    #[test]
    fn assignments_flags_and_directives_name_what_follows() {
        assert_eq!(names("a: 1, no_proxy=x,y,@")[0], "no_proxy");
        assert_eq!(names(r#"{"a": 1, "trusted": ["@"#)[0], "trusted");
        assert_eq!(names("server http://@")[0], "server");
        assert_eq!(names("run --dns @")[0], "dns");
        assert_eq!(names("x; allow @")[0], "allow");
        assert_eq!(names("forward . @")[0], "resolver");
    }

    #[test]
    fn nesting_names_the_items_of_lists() {
        assert_eq!(
            names("http:\n  trusted_proxies:\n    - @"),
            ["trusted_proxies", "http"]
        );
        assert_eq!(
            names("http:\n  trusted:\n  - ::1\n  - @"),
            ["trusted", "http"]
        );
        assert_eq!(names("{\n  \"trusted\": [\n    \"@"), ["trusted"]);
        assert_eq!(names("a: 1\n@"), [""; 0]);
    }

    #[test]
    fn comments_are_told_from_text() {
        let comment = |text: &str| is_comment(text, text.find('@').expect("a place"));
        assert!(comment("a\n# see @"));
        assert!(comment("a: b # was @"));
        assert!(!comment("--server @"));
        assert!(!comment("url: x#y @"));
    }
}
