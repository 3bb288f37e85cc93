//! Trying a rule on the examples in its file.

use std::sync::Arc;

use super::rule::{Check, Example, Rule};
use super::{Applicability, Catalog, Context, Finding, Linter, Selection, UnknownRule, mend};
use crate::source::{Origin, Source, SourceId, Sources};
use crate::{object, yaml};

/// Marks the lines of an example that the rule reports.
const MARK: &str = "# finding";

/// An example of which the rule says something else than its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number of the example, from 1.
    pub number: usize,
    /// What is said and what should be.
    pub message: String,
}

/// Tries a rule of a catalog on all of its examples; gives back those that do not hold.
pub fn try_examples(catalog: Catalog, id: &str) -> Result<Vec<Broken>, UnknownRule> {
    let rule = catalog.find(id)?;
    let examples = rule.examples.clone();
    let (id, mut selection) = (rule.id.clone(), Selection::default());
    // Those about ignores need the others, to be ignored.
    match rule.check {
        Check::Ignores => selection.enable.push(id.clone()),
        _ => selection.only.push(id.clone()),
    }
    let mut broken = Vec::new();
    let mut add = |number, message: String| broken.push(Broken { number, message });
    if let Some(missing) = missing(rule) {
        add(0, missing);
    }
    let linter = Linter::new(catalog, &selection)?;
    for (number, example) in (1..).zip(&examples) {
        if let Err(message) = try_example(&linter, &id, example) {
            add(number, message);
        }
    }
    Ok(broken)
}

fn missing(rule: &Rule) -> Option<String> {
    let is_good = |example: &Example| matches!(example, Example::Good { .. });
    if !rule.examples.iter().any(is_good) {
        return Some("there is no good example".to_owned());
    }
    let has_bad = rule.examples.iter().any(|example| !is_good(example));
    (!has_bad).then(|| "there is no bad example".to_owned())
}

fn try_example(linter: &Linter, id: &str, example: &Example) -> Result<(), String> {
    let (text, expected, fixed) = match example {
        Example::Good { text } => (text.clone(), Vec::new(), &None),
        Example::Bad { text, fixed } => (without_marks(text), marked_lines(text), fixed),
    };
    let reported = report(linter, id, &text)?;
    let mut lines: Vec<u32> = reported.iter().map(|(line, _)| *line).collect();
    lines.dedup();
    if lines != expected {
        return Err(format!(
            "it reports {}, and the example says {}",
            named(&lines),
            named(&expected)
        ));
    }
    let Some(expected) = fixed else { return Ok(()) };
    let mended = mended(&text, &reported)?;
    if mended == *expected {
        Ok(())
    } else {
        Err(format!("its fixes make this of it:\n{mended}"))
    }
}

/// What the rule says about a manifest, with the lines; no other rule has a word.
fn report(linter: &Linter, id: &str, text: &str) -> Result<Vec<(u32, Finding)>, String> {
    let mut sources = Sources::default();
    let text: Arc<str> = Arc::from(text);
    let name = "example.yaml".to_owned();
    let source = Source::new(name.clone(), name, Origin::File, Arc::clone(&text));
    let parsed = yaml::parse(sources.add(source), &text);
    let (objects, skipped) = object::read(&parsed.documents);
    let context = Context::new(&sources, &objects).with_documents(&parsed.documents);
    let outcome = linter.run(&context, &parsed.problems, &skipped);
    if let Some(failure) = outcome.failures.first() {
        return Err(failure.to_string());
    }
    let findings = outcome.findings.into_iter();
    let findings = findings.filter(|finding| finding.rule == id);
    let findings =
        findings.map(|finding| (sources.line_column(finding.primary.span).line, finding));
    Ok(findings.collect())
}

/// The text after the fixes, those too that are only shown.
fn mended(text: &str, reported: &[(u32, Finding)]) -> Result<String, String> {
    let fixes = reported
        .iter()
        .filter_map(|(_, finding)| finding.fix.clone());
    let fixes: Vec<_> = fixes
        .map(|mut fix| {
            fix.applicability = Applicability::Safe;
            fix
        })
        .collect();
    let fixes: Vec<_> = fixes.iter().collect();
    let mended = mend(SourceId(0), &Arc::from(text), &fixes, true);
    match mended.refused.first() {
        Some((_, reason)) => Err(format!("a fix changes more than it says: {reason}")),
        None => Ok(mended.text),
    }
}

fn named(lines: &[u32]) -> String {
    let names: Vec<_> = lines.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [line] => format!("line {line}"),
        lines => format!("lines {}", lines.join(", ")),
    }
}

fn marked_lines(text: &str) -> Vec<u32> {
    let lines = (1..).zip(text.lines());
    let marked = lines.filter(|(_, line)| line.trim_end().ends_with(MARK));
    marked.map(|(number, _)| number).collect()
}

/// An example without its marks, as it is judged.
pub fn without_marks(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let content = line.trim_end();
        match content.strip_suffix(MARK) {
            Some(content) => format!(
                "{}{}",
                content.trim_end(),
                &line[line.trim_end_matches('\n').len()..]
            ),
            None => line.to_owned(),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::catalog_with;

    fn broken(examples: &str) -> Vec<Broken> {
        let rule = format!(
            "summary: Named web\ncategory: style\nseverity: info\nexplanation: For tests.\n\
             expression: self.metadata.name != 'web'\nat: metadata.name\nmessage: Named web\n\
             examples:\n{examples}"
        );
        try_examples(catalog_with("named-web", &rule), "named-web").expect("it was added")
    }

    const POD: &str = "apiVersion: v1\n      kind: Pod\n      metadata:\n        name: ";

    #[test]
    fn examples_that_hold_are_not_mentioned() {
        let examples =
            format!("  - bad: |\n      {POD}web # finding\n  - good: |\n      {POD}api\n");
        assert_eq!(broken(&examples), []);
    }

    #[test]
    fn examples_that_do_not_hold_are_named_with_what_is_said() {
        let examples =
            format!("  - bad: |\n      {POD}api # finding\n  - good: |\n      {POD}web\n");
        let broken = broken(&examples);
        assert_eq!(broken[0].number, 1);
        assert_eq!(
            broken[0].message,
            "it reports nothing, and the example says line 4"
        );
        assert_eq!(
            broken[1].message,
            "it reports line 4, and the example says nothing"
        );
    }

    #[test]
    fn a_rule_needs_examples_of_both_kinds() {
        let broken = broken("  - good: ''\n");
        assert_eq!(broken[0].message, "there is no bad example");
    }

    #[test]
    fn marks_are_no_part_of_an_example() {
        assert_eq!(without_marks("a: 1 # finding\nb: 2\n"), "a: 1\nb: 2\n");
        assert_eq!(marked_lines("a: 1 # finding\nb: 2\n"), [1]);
    }
}
