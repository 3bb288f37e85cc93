//! What `gitops-lab.yaml` says about linting.

use std::process::Output;

use crate::git::Sandbox;

const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: nginx:latest
    - name: proxy
      image: envoyproxy/envoy:latest
";

/// A repository with a Pod and settings.
fn repository(settings: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("apps/web.yaml", PODS);
    sandbox.write("gitops-lab.yaml", settings);
    sandbox
}

fn lint(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = sandbox.gitops_lab(&sandbox.root());
    command
        .args(["lint", "--output", "compact"])
        .args(arguments);
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    let text = [stdout, stderr].concat();
    (
        status.code(),
        String::from_utf8(text).expect("output is UTF-8"),
    )
}

/// How often a rule is reported.
fn count(output: &str, rule: &str) -> usize {
    output.matches(&format!("[{rule}]")).count()
}

#[test]
fn rules_are_switched_and_weighed() {
    let sandbox = repository("lint:\n  rules: {naked-pod: off, mutable-image-tag: info}\n");
    let (code, output) = lint(&sandbox, &[]);
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(count(&output, "naked-pod"), 0);
    assert_eq!(
        output.matches("info[mutable-image-tag]").count(),
        2,
        "{output}"
    );
    let (_, output) = lint(&sandbox, &["--enable", "naked-pod"]);
    assert_eq!(count(&output, "naked-pod"), 1, "options have the last word");
}

#[test]
fn fail_on_and_presets_are_defaults_of_the_options() {
    let sandbox = repository("lint:\n  failOn: never\n  preset: all\n");
    let (code, output) = lint(&sandbox, &[]);
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(count(&output, "not-a-manifest"), 1, "{output}");
    assert_eq!(lint(&sandbox, &["--fail-on", "info"]).0, Some(1));
    let (_, output) = lint(&sandbox, &["--preset", "recommended"]);
    assert_eq!(count(&output, "not-a-manifest"), 0);
}

#[test]
fn an_ignore_covers_what_all_of_its_fields_fit() {
    let ignore = |fields: &str| {
        let text = format!(
            "lint:\n  ignore:\n    - {{rule: latest-tag, reason: it is a lesson, {fields}}}\n"
        );
        let (_, output) = lint(&repository(&text), &[]);
        (
            count(&output, "mutable-image-tag"),
            count(&output, "unused-ignore"),
        )
    };
    assert_eq!(ignore("path: 'apps/**'"), (0, 0));
    assert_eq!(ignore("path: '*.yaml'"), (2, 1));
    assert_eq!(ignore("kind: Pod, namespace: shop, name: 'w*'"), (0, 0));
    assert_eq!(ignore("namespace: other"), (2, 1));
    assert_eq!(ignore("container: proxy"), (1, 0));
    assert_eq!(ignore("until: '9999-01-31'"), (0, 0));
}

#[test]
fn an_expired_ignore_is_a_finding_and_covers_nothing() {
    let sandbox = repository(
        "lint:\n  ignore:\n    - rule: naked-pod\n      reason: it moves\n      until: 2020-01-31\n",
    );
    let (_, output) = lint(&sandbox, &[]);
    assert_eq!(count(&output, "naked-pod"), 1);
    assert!(output.contains("gitops-lab.yaml:3:"), "{output}");
    assert_eq!(count(&output, "expired-ignore"), 1);
}

#[test]
fn a_part_of_the_repository_says_nothing_about_unused_ignores() {
    let sandbox = repository(
        "lint:\n  ignore:\n    - {rule: naked-pod, path: other/**, reason: they are lessons}\n",
    );
    let (_, output) = lint(&sandbox, &["apps"]);
    assert_eq!(count(&output, "unused-ignore"), 0, "{output}");
}

#[test]
fn without_inline_ignores_only_those_of_the_file_hold() {
    let sandbox = repository("lint:\n  ignore:\n    - {rule: naked-pod, reason: a lesson}\n");
    let text = PODS.replace(
        "namespace: shop}",
        "namespace: shop, annotations: {gitops-lab/ignore: latest-tag it is a lesson}}",
    );
    sandbox.write("apps/web.yaml", text);
    let (_, output) = lint(&sandbox, &[]);
    assert_eq!(count(&output, "mutable-image-tag"), 0, "{output}");
    assert_eq!(count(&output, "naked-pod"), 0, "{output}");
    let (_, output) = lint(&sandbox, &["--no-inline"]);
    assert_eq!(count(&output, "mutable-image-tag"), 2, "{output}");
    assert_eq!(count(&output, "naked-pod"), 0, "{output}");
}

#[test]
fn mistakes_are_shown_at_their_line() {
    let refused = |settings: &str, reason: &str, place: &str| {
        let (code, output) = lint(&repository(settings), &[]);
        assert_eq!(code, Some(2), "{output}");
        assert!(output.contains(reason), "{output}");
        assert!(output.contains(place), "{output}");
    };
    refused(
        "lint:\n  ruels: {}\n",
        "unknown field `ruels`",
        "gitops-lab.yaml:2:3",
    );
    refused(
        "lint:\n  rules:\n    naked-pot: off\n",
        "did you mean `naked-pod`?",
        "gitops-lab.yaml:3:5",
    );
    refused(
        "lint: {preset: alll}\n",
        "there is no preset `alll`",
        "gitops-lab.yaml:1:8",
    );
    refused(
        "lint:\n  ignore:\n    - rule: naked-pod\n",
        "missing field `reason`",
        "gitops-lab.yaml:3:",
    );
    refused(
        "lint:\n  ignore:\n    - {rule: naked-pod, reason: x}\n    - {rule: nakd-pod, reason: x}\n",
        "there is no rule `nakd-pod`",
        "gitops-lab.yaml:4:8",
    );
    refused(
        "lint:\n  ignore:\n    - rule: naked-pod\n      reason: x\n      until: soon\n",
        "`soon` is no day",
        "gitops-lab.yaml:5:7",
    );
}
