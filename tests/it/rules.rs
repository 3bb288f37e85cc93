//! Every example of every rule file is a test.

use gitops_lab::lint::{Catalog, try_examples};

/// One test for each file of `rules/`, written by `build.rs`.
mod examples {
    include!(concat!(env!("OUT_DIR"), "/rule_tests.rs"));
}

fn examples_hold(id: &str) {
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let broken = try_examples(catalog, id).expect("the test is made from the file");
    let messages = broken
        .iter()
        .map(|broken| format!("example {}: {}", broken.number, broken.message));
    let messages: Vec<_> = messages.collect();
    assert!(broken.is_empty(), "{}", messages.join("\n"));
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
