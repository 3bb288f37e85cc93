//! Every example of every rule file is a test.

use std::sync::Arc;

use gitops_lab::lint::{
    Applicability, Catalog, Context, Example, Finding, Linter, Rule, Selection,
};
use gitops_lab::source::{Origin, Source, SourceId, Sources};
use gitops_lab::{object, yaml};

/// One test for each file of `rules/`, written by `build.rs`.
mod examples {
    include!(concat!(env!("OUT_DIR"), "/rule_tests.rs"));
}

/// Marks the lines of an example that the rule reports.
const MARK: &str = "# finding";

fn examples_hold(id: &str) {
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let rule = catalog.find(id).expect("the test is made from the file");
    assert_enough_examples(rule);
    for example in &rule.examples {
        match example {
            Example::Good { text } => {
                let findings = findings(id, text);
                assert!(findings.is_empty(), "\n{text}\n{findings:#?}");
            }
            Example::Bad {
                text,
                fixed: expected,
            } => {
                let unmarked = without_marks(text);
                let findings = findings(id, &unmarked);
                assert_eq!(
                    lines(&findings),
                    marked_lines(text),
                    "\n{text}\n{findings:#?}"
                );
                if let Some(expected) = expected {
                    assert_eq!(&fixed(&unmarked, &findings), expected);
                }
            }
        }
    }
}

fn assert_enough_examples(rule: &Rule) {
    let is_good = |example: &&Example| matches!(example, Example::Good { .. });
    let good = rule.examples.iter().filter(is_good).count();
    assert!(good >= 1, "{} has no good example", rule.id);
    assert!(good < rule.examples.len(), "{} has no bad example", rule.id);
}

/// What the rule says about a manifest; no other rule has a word.
fn findings(id: &str, text: &str) -> Vec<(u32, Finding)> {
    let mut sources = Sources::default();
    let text: Arc<str> = Arc::from(text);
    let name = "example.yaml".to_owned();
    let source = sources.add(Source::new(
        name.clone(),
        name,
        Origin::File,
        Arc::clone(&text),
    ));
    let parsed = yaml::parse(source, &text);
    let (objects, skipped) = object::read(&parsed.documents);
    let context = Context::new(&sources, &objects).with_documents(&parsed.documents);
    let outcome = linter(id).run(&context, &parsed.problems, &skipped);
    assert_eq!(outcome.failures, [], "\n{text}");
    let findings = outcome
        .findings
        .into_iter()
        .filter(|finding| finding.rule == id);
    findings
        .map(|finding| (sources.line_column(finding.primary.span).line, finding))
        .collect()
}

/// A linter with this rule; those about ignores need the others to be ignored.
fn linter(id: &str) -> Linter {
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let is_about_ignores = matches!(
        catalog.find(id).map(|rule| &rule.check),
        Ok(gitops_lab::lint::Check::Ignores)
    );
    let mut selection = Selection::default();
    if is_about_ignores {
        selection.enable.push(id.to_owned());
    } else {
        selection.only.push(id.to_owned());
    }
    Linter::new(catalog, &selection).expect("the rule exists")
}

fn lines(findings: &[(u32, Finding)]) -> Vec<u32> {
    let mut lines: Vec<u32> = findings.iter().map(|(line, _)| *line).collect();
    lines.dedup();
    lines
}

fn marked_lines(text: &str) -> Vec<u32> {
    let lines = (1..).zip(text.lines());
    let marked = lines.filter(|(_, line)| line.trim_end().ends_with(MARK));
    marked.map(|(number, _)| number).collect()
}

pub(crate) fn without_marks(text: &str) -> String {
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

/// The text after the rule's fixes, each of which changes what it says and nothing else.
fn fixed(text: &str, findings: &[(u32, Finding)]) -> String {
    let fixes = findings
        .iter()
        .filter_map(|(_, finding)| finding.fix.as_ref());
    let mut shown: Vec<_> = fixes.cloned().collect();
    for fix in &mut shown {
        if fix.applicability == Applicability::DisplayOnly {
            fix.applicability = Applicability::Unsafe;
        }
    }
    let shown: Vec<_> = shown.iter().collect();
    let mended = gitops_lab::lint::mend(SourceId(0), &Arc::from(text), &shown, true);
    assert_eq!(mended.refused, [], "\n{text}");
    mended.text
}

#[test]
fn marks_are_no_part_of_an_example() {
    assert_eq!(without_marks("a: 1 # finding\nb: 2\n"), "a: 1\nb: 2\n");
    assert_eq!(marked_lines("a: 1 # finding\nb: 2\n"), [1]);
}

#[test]
fn the_chapter_about_rules_is_made_from_their_files() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let chapter = gitops_lab::lint::rules_chapter(catalog.rules());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &chapter).expect("the book can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == chapter,
        "docs/rules.md is not what the rule files say: run the tests with UPDATE=1"
    );
}

fn gitops_lab(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_gitops-lab"))
        .args(arguments)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn rules_list_names_every_rule_as_table_and_as_json() {
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let ids: Vec<&str> = catalog.rules().iter().map(|rule| &*rule.id).collect();
    let (code, table, _) = gitops_lab(&["rules", "list"]);
    let first_words = table.lines().map(|line| line.split(' ').next());
    assert_eq!(code, Some(0));
    assert_eq!(first_words.collect::<Option<Vec<_>>>(), Some(ids.clone()));
    let (_, json, _) = gitops_lab(&["rules", "list", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let json = json.as_array().expect("it is a list");
    assert_eq!(
        json.iter()
            .filter_map(|rule| rule["id"].as_str())
            .collect::<Vec<_>>(),
        ids
    );
}

#[test]
fn rules_explain_takes_ids_and_aliases_and_helps_with_typos() {
    let (code, by_id, _) = gitops_lab(&["rules", "explain", "privileged-container"]);
    assert_eq!(code, Some(0));
    assert!(by_id.starts_with("privileged-container: "), "{by_id}");
    let (_, by_alias, _) = gitops_lab(&["rules", "explain", "ksv-0017"]);
    assert_eq!(by_alias, by_id);
    let (code, nothing, error) = gitops_lab(&["rules", "explain", "priviledged-container"]);
    assert_eq!((code, nothing.as_str()), (Some(2), ""));
    assert!(
        error.contains("did you mean `privileged-container`?"),
        "{error}"
    );
}
