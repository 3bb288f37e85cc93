//! `gitops-lab rules test`, and rules that the configuration names.

use std::process::Output;

use crate::git::Sandbox;

const RULE: &str = "\
summary: Named web
category: style
severity: error
explanation: Nobody knows which one it is.
expression: self.metadata.name != 'web'
at: metadata.name
message: Named web
examples:
  - bad: |
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: web # finding
  - good: |
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: NAME
";

fn run(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = sandbox.gitops_lab(&sandbox.root());
    let output = command.args(arguments).output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.expect("the program starts");
    let text = String::from_utf8([stdout, stderr].concat());
    (status.code(), text.expect("output is UTF-8"))
}

#[test]
fn examples_of_own_rules_are_tried() {
    let sandbox = Sandbox::new();
    sandbox.write("gitops-lab.yaml", "lint: {customRules: policies}\n");
    sandbox.write("policies/named-web.yaml", RULE.replace("NAME", "api"));
    let holds = (Some(0), "named-web: ok\n".to_owned());
    assert_eq!(run(&sandbox, &["rules", "test"]), holds);
    assert_eq!(run(&sandbox, &["rules", "test", "policies"]), holds);
    sandbox.write("policies/named-web.yaml", RULE.replace("NAME", "web"));
    let (code, output) = run(&sandbox, &["rules", "test"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        output,
        "named-web: example 2: it reports line 4, and the example says nothing\n"
    );
}

#[test]
fn rules_of_the_configuration_are_listed_and_run() {
    let sandbox = Sandbox::new();
    sandbox.write("gitops-lab.yaml", "lint: {customRules: policies}\n");
    sandbox.write("policies/named-web.yaml", RULE);
    sandbox.write(
        "web.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
    );
    let (_, output) = run(&sandbox, &["rules", "explain", "named-web"]);
    assert!(output.starts_with("named-web: Named web\n"), "{output}");
    let (code, output) = run(&sandbox, &["lint", "--output", "compact", "web.yaml"]);
    assert_eq!(code, Some(1));
    assert!(output.contains("error[named-web]"), "{output}");
}

#[test]
fn a_repository_names_no_rules_outside_of_it() {
    let sandbox = Sandbox::new();
    sandbox.write("gitops-lab.yaml", "lint:\n  customRules: ../elsewhere\n");
    sandbox.write(
        "web.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
    );
    let (code, output) = run(&sandbox, &["lint"]);
    assert_eq!(code, Some(2));
    assert!(output.contains("gitops-lab.yaml:2:3"), "{output}");
}

#[test]
fn nothing_to_test_is_not_a_success() {
    assert_eq!(run(&Sandbox::new(), &["rules", "test"]).0, Some(2));
}
