//! `lint --base` and `--baseline`: only what is new.

use std::process::Output;

use crate::git::Sandbox;

fn pod(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n    \
         - name: web\n      image: nginx:1.27@sha256:{}\n",
        "a".repeat(64)
    )
}

fn lint(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = sandbox.gitops_lab(&sandbox.root());
    command
        .args(["lint", "--output", "compact", "--rule", "naked-pod"])
        .args(["--fail-on", "info"])
        .args(arguments);
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn what_a_revision_has_too_is_left_out_though_it_moved() {
    let sandbox = Sandbox::new();
    sandbox.write("old.yaml", pod("old"));
    sandbox.commit("one Pod");
    sandbox.git(&["mv", "old.yaml", "moved.yaml"]);
    sandbox.write("moved.yaml", format!("# moved\n\n{}", pod("old")));
    let (code, output, _) = lint(&sandbox, &["--base", "HEAD"]);
    assert_eq!(code, Some(0), "{output}");
    sandbox.write("new.yaml", pod("new"));
    let (code, output, _) = lint(&sandbox, &["--base", "HEAD"]);
    assert_eq!(code, Some(1));
    assert!(output.contains("new.yaml:2:1"), "{output}");
    assert!(!output.contains("moved.yaml"), "{output}");
}

#[test]
fn a_path_that_the_revision_does_not_have_is_all_new() {
    let sandbox = Sandbox::new();
    sandbox.write("old/pod.yaml", pod("old"));
    sandbox.commit("one Pod");
    sandbox.write("new/pod.yaml", pod("new"));
    let (code, output, error) = lint(&sandbox, &["--base", "HEAD", "old", "new"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(
        output.contains("new/pod.yaml") && !output.contains("old/pod.yaml"),
        "{output}"
    );
}

#[test]
fn the_index_is_compared_with_a_revision() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", pod("a"));
    sandbox.commit("one Pod");
    sandbox.write("b.yaml", pod("b"));
    assert_eq!(lint(&sandbox, &["--staged", "--base", "HEAD"]).0, Some(0));
    sandbox.git(&["add", "b.yaml"]);
    assert_eq!(lint(&sandbox, &["--staged", "--base", "HEAD"]).0, Some(1));
}

#[test]
fn a_baseline_file_stands_for_the_findings_of_its_day() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", pod("a"));
    let write = ["--baseline", "known.json", "--write-baseline"];
    let (code, output, _) = lint(&sandbox, &write);
    assert_eq!(code, Some(0), "{output}");
    let file = sandbox.read("known.json");
    assert!(file.contains("\"rule\": \"naked-pod\""), "{file}");
    sandbox.write("a.yaml", format!("# one\n# more\n{}", pod("a")));
    assert_eq!(lint(&sandbox, &["--baseline", "known.json"]).0, Some(0));
    sandbox.write("b.yaml", pod("b"));
    let (code, output, _) = lint(&sandbox, &["--baseline", "known.json"]);
    assert_eq!(code, Some(1));
    assert!(
        output.contains("b.yaml") && !output.contains("a.yaml"),
        "{output}"
    );
}

#[test]
fn what_is_no_baseline_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", pod("a"));
    sandbox.write("known.json", "{\"version\": 2, \"findings\": []}");
    let (code, _, error) = lint(&sandbox, &["--baseline", "known.json"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("version 2"), "{error}");
    let (code, _, error) = lint(&sandbox, &["--baseline", "missing.json"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--write-baseline"), "{error}");
}
