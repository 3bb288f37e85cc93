//! The one direction of the data: which module may name which.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Each module with the modules that its code may name, in the order of the data.
const ARROWS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("yaml", &["source"]),
    ("schema", &["source", "yaml"]),
    ("object", &["source", "yaml"]),
    ("lint", &["source", "yaml", "schema", "object"]),
    ("cluster", &["object"]),
    ("plan", &["source", "yaml", "object", "cluster"]),
    ("apply", &["source", "yaml", "object", "cluster", "plan"]),
    ("rollback", &["source", "plan"]),
    (
        "report",
        &[
            "source", "yaml", "object", "lint", "plan", "apply", "rollback",
        ],
    ),
    (
        "cli",
        &[
            "source", "yaml", "schema", "object", "lint", "cluster", "plan", "apply", "rollback",
            "report",
        ],
    ),
];

#[test]
fn no_module_names_one_that_stands_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut offences = String::new();
    for (module, allowed) in ARROWS {
        for file in rust_files(&source.join(module)) {
            let text = std::fs::read_to_string(&file).expect("the file was just listed");
            for (number, named) in named_modules(&text) {
                if named != *module && !allowed.contains(&named.as_str()) {
                    let file = file
                        .strip_prefix(&source)
                        .expect("the file stands in src")
                        .display();
                    writeln!(offences, "src/{file}:{number} names crate::{named}")
                        .expect("a String takes everything");
                }
            }
        }
    }
    assert!(
        offences.is_empty(),
        "arrows against the direction of the data:\n{offences}"
    );
}

#[test]
fn every_module_of_the_crate_stands_in_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let library = std::fs::read_to_string(source.join("lib.rs")).expect("lib.rs exists");
    let declared: Vec<&str> = library
        .lines()
        .filter_map(|line| {
            line.trim_start_matches("pub ")
                .strip_prefix("mod ")?
                .strip_suffix(';')
        })
        .collect();
    let table: Vec<&str> = ARROWS.iter().map(|(module, _)| *module).collect();
    assert_eq!(
        declared, table,
        "lib.rs and the table name the same modules in the same order"
    );
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut long = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for file in rust_files(&root.join(folder)) {
            let lines = std::fs::read_to_string(&file)
                .expect("the file was just listed")
                .lines()
                .count();
            if lines > 500 {
                long.push(format!("{} has {lines} lines", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "split by noun:\n{}", long.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the module is a folder");
    for entry in entries {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The modules that code names by `crate::NAME` or `use crate::{NAME, …}`, each with its line.
fn named_modules(text: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let number = text[..at].lines().count().max(1);
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with("//") {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => named.extend(first_words(group).into_iter().map(|word| (number, word))),
            None => named.push((number, word(rest))),
        }
    }
    named
}

/// The first word of each item of `{a::b, c::{d, e}}`.
fn first_words(group: &str) -> Vec<String> {
    let (mut depth, mut words, mut start) = (0_usize, Vec::new(), 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                words.push(word(group[start..at].trim_start()));
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

#[test]
fn a_group_of_imports_names_each_of_its_modules() {
    let text = "use crate::{object::{Object, ObjectId}, plan};\nlet x = crate::lint::run();";
    let names: Vec<String> = named_modules(text)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(names, ["object", "plan", "lint"]);
}
