//! The rules as a chapter of the book. The chapter is made from the rule files and committed; a test
//! compares the two.

use std::fmt::Write as _;

use super::rule::{Category, Example, Rule};

/// The chapter about these rules, in Markdown.
pub fn rules_chapter(rules: &[Rule]) -> String {
    let mut book = String::from(
        "# Rules\n\n\
         <!-- Made from rules/*.yaml: change those, then run `UPDATE=1 cargo test --test it the_chapter`. -->\n\n\
         A rule that is `on` runs unless it is disabled; one that is `off` runs when it is enabled. An alias\n\
         is the id of another linter for the same thing: it is accepted wherever a rule is named.\n\n",
    );
    for category in Category::ALL {
        let of_category: Vec<&Rule> = rules
            .iter()
            .filter(|rule| rule.category == category)
            .collect();
        if of_category.is_empty() {
            continue;
        }
        push(
            &mut book,
            &format!("## {}\n\n", capitalised(category.name())),
        );
        push(
            &mut book,
            "| Rule | Severity | What it flags |\n| --- | --- | --- |\n",
        );
        for rule in &of_category {
            let line = format!(
                "| [`{id}`](#{id}) | {severity} | {summary} |\n",
                id = rule.id,
                severity = rule.severity.name(),
                summary = rule.summary
            );
            push(&mut book, &line);
        }
        push(&mut book, "\n");
        for rule in of_category {
            push_rule(&mut book, rule);
        }
    }
    let end = book.trim_end().len();
    book.truncate(end);
    book.push('\n');
    book
}

fn push_rule(book: &mut String, rule: &Rule) {
    let default = if rule.on_by_default { "on" } else { "off" };
    push(book, &format!("### {}\n\n{}.\n\n", rule.id, rule.summary));
    let severity = rule.severity.name();
    let mut facts = format!("Severity: {severity}. By default: {default}.");
    if !rule.presets.is_empty() {
        let presets: Vec<_> = rule.presets.iter().map(|preset| preset.name()).collect();
        let _ = write!(facts, " Presets: `{}`.", presets.join("`, `"));
    }
    if !rule.aliases.is_empty() {
        let _ = write!(facts, " Aliases: `{}`.", rule.aliases.join("`, `"));
    }
    push(book, &format!("{facts}\n\n{}\n\n", rule.explanation));
    if let Some(help) = &rule.help {
        push(book, &format!("Help: {help}.\n\n"));
    }
    for example in &rule.examples {
        match example {
            Example::Bad { text, fixed } => {
                push_manifest(book, "Reported", text);
                if let Some(fixed) = fixed {
                    push_manifest(book, "Fixed", fixed);
                }
            }
            Example::Good { text } => push_manifest(book, "Not reported", text),
        }
    }
}

fn push_manifest(book: &mut String, title: &str, manifest: &str) {
    push(
        book,
        &format!("{title}:\n\n```yaml\n{}\n```\n\n", manifest.trim_end()),
    );
}

fn push(book: &mut String, text: &str) {
    book.push_str(text);
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
