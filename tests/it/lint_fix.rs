//! `lint --fix` and `--diff` on files.

use std::process::{Command, Output, Stdio};

use crate::git::Sandbox;

const BEFORE: &str = "\
apiVersion: v1   # first
kind: ConfigMap
metadata:
    name: web
data: {a: 'yes', on: x, port: 8080}   # kept
";
const AFTER: &str = "\
apiVersion: v1   # first
kind: ConfigMap
metadata:
    name: web
data: {a: 'yes', \"on\": x, port: \"8080\"}   # kept
";

fn lint(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gitops-lab"))
        .arg("lint")
        .args(arguments)
        .current_dir(sandbox.root())
        .stdin(Stdio::null())
        .output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn fixes_are_written_and_everything_else_stays() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", BEFORE);
    sandbox.write("b.yaml", "not: a manifest # at all\n");
    let (code, _, error) = lint(&sandbox, &["--fix"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(error.contains("fixed 2 findings in 1 file"), "{error}");
    assert_eq!(sandbox.read("a.yaml"), AFTER);
    assert_eq!(sandbox.read("b.yaml"), "not: a manifest # at all\n");
    let (code, _, error) = lint(&sandbox, &["--fix"]);
    assert_eq!((code, error.as_str()), (Some(0), ""), "nothing is left");
}

#[test]
fn a_diff_shows_what_a_fix_would_write_and_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", BEFORE);
    let (code, diff, _) = lint(&sandbox, &["--diff"]);
    assert_eq!(code, Some(1));
    assert!(diff.starts_with("--- a/a.yaml\n+++ b/a.yaml\n"), "{diff}");
    assert!(diff.contains("\n+data: {a: 'yes', \"on\""), "{diff}");
    assert_eq!(sandbox.read("a.yaml"), BEFORE);
    sandbox.write("a.yaml", AFTER);
    assert_eq!(lint(&sandbox, &["--diff"]).0, Some(0));
}

#[test]
fn history_and_index_are_not_written() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", BEFORE);
    sandbox.git(&["add", "a.yaml"]);
    let (code, _, error) = lint(&sandbox, &["--staged", "--fix"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("cannot write into the index"), "{error}");
    let (code, diff, _) = lint(&sandbox, &["--staged", "--diff"]);
    assert_eq!(code, Some(1));
    assert!(diff.contains("+data:"), "{diff}");
}

#[test]
fn unsafe_fixes_alone_mean_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", BEFORE);
    assert_eq!(lint(&sandbox, &["--unsafe-fixes"]).0, Some(2));
}
