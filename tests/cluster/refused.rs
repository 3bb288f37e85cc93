//! What apply refuses, and where it says so.

use std::process::Command;

use crate::cluster::Cluster;
use crate::set::{Set, config_map};
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    test(
        "another_manager_stops_the_apply",
        another_manager_stops_the_apply,
    ),
    test(
        "a_mistake_in_a_new_namespace_is_found_before_anything_is_applied",
        a_mistake_in_a_new_namespace,
    ),
    test(
        "a_refusal_stands_on_the_line_that_causes_it",
        a_refusal_stands_on_its_line,
    ),
    test(
        "what_is_forbidden_is_not_absent",
        what_is_forbidden_is_not_absent,
    ),
    test(
        "an_unknown_kind_names_the_versions_that_are_served",
        an_unknown_kind,
    ),
    test(
        "a_namespace_never_comes_from_the_context",
        no_namespace_from_the_context,
    ),
    test("a_server_that_is_down_is_named", a_server_that_is_down),
    test("a_dirty_work_tree_is_refused", a_dirty_work_tree),
    test(
        "a_file_that_cannot_be_read_stops_the_apply",
        an_unreadable_file,
    ),
    test(
        "lint_errors_stop_the_apply_unless_the_settings_say_otherwise",
        lint_errors_stop_the_apply,
    ),
];

const fn test(name: &'static str, run: fn(&Cluster)) -> Test {
    Test {
        name,
        needs: Needs::ControlPlane,
        run,
    }
}

fn another_manager_stops_the_apply(cluster: &Cluster) {
    let set = Set::new(cluster, "managers");
    set.commit("a.yaml", &config_map("a", "key", "from-git"));
    set.apply(0, &[]);
    let base = [
        "patch",
        "configmap",
        "a",
        "--namespace",
        &set.namespace,
        "--patch",
        r#"{"data":{"key":"theirs"}}"#,
    ];
    cluster.kubectl_text(&[&base[..], &["--field-manager=some-operator"]].concat());
    let said = set.apply(3, &[]);
    assert!(said.contains("some-operator owns `.data.key`"), "{said}");
    assert!(
        said.contains("app/a.yaml:6:3"),
        "the conflict stands on its line: {said}"
    );
    assert_eq!(set.field("configmap/a", ".data.key"), "theirs");
    set.apply(0, &["--take-over"]);
    assert_eq!(set.field("configmap/a", ".data.key"), "from-git");
}

fn a_mistake_in_a_new_namespace(cluster: &Cluster) {
    let set = Set::of(cluster, "never-made".to_owned());
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: never-made\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n  - port: 81\n";
    set.repository.write("app/namespace.yaml", namespace);
    set.commit("service.yaml", service);
    let said = set.apply(3, &[]);
    assert!(
        said.contains("Service \"web\" is invalid") && said.contains("app/service.yaml:7:3"),
        "{said}"
    );
    let found = cluster.kubectl_text(&[
        "get",
        "namespace",
        "never-made",
        "--ignore-not-found",
        "--output=name",
    ]);
    assert_eq!(found, "");
}

fn a_refusal_stands_on_its_line(cluster: &Cluster) {
    let job = |image: &str| {
        format!(
            "apiVersion: batch/v1
kind: Job
metadata:
  name: once
spec:
  suspend: true
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: once
        image: {image}
"
        )
    };
    let set = Set::new(cluster, "lines");
    set.commit("job.yaml", &job("once:1.0.0"));
    set.apply(0, &[]);
    set.commit("job.yaml", &job("once:2.0.0"));
    let said = set.apply(3, &[]);
    assert!(
        said.contains("immutable") && said.contains("app/job.yaml:12:9"),
        "{said}"
    );
    assert!(!said.contains("EphemeralContainers"), "{said}");

    set.remove("job.yaml");
    set.commit(
        "typo.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndatta:\n  key: value\n",
    );
    let said = set.apply(3, &[]);
    assert!(
        said.contains("field not declared in schema") && said.contains("app/typo.yaml:5:1"),
        "{said}"
    );
    assert!(
        set.has("job/once"),
        "nothing is pruned when something cannot be applied"
    );
}

fn what_is_forbidden_is_not_absent(cluster: &Cluster) {
    let set = Set::new(cluster, "forbidden");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    let viewer = format!("--kubeconfig={}", cluster.viewer_kubeconfig.display());
    let said = set.apply(3, &[&viewer]);
    assert!(said.contains("not allowed to get secrets"), "{said}");
    assert!(!set.has("configmap/a"));
}

fn an_unknown_kind(cluster: &Cluster) {
    let set = Set::new(cluster, "unknown");
    set.commit(
        "a.yaml",
        "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata:\n  name: nightly\nspec: {}\n",
    );
    let said = set.apply(3, &[]);
    assert!(
        said.contains("no CronJob.batch in version v1beta1") && said.contains("it serves v1"),
        "{said}"
    );
    assert!(
        said.contains("app/a.yaml:2:1") || said.contains("app/a.yaml:1:1"),
        "{said}"
    );
    set.commit(
        "a.yaml",
        "apiVersion: example.com/v1\nkind: Widgett\nmetadata:\n  name: a\n",
    );
    let said = set.apply(3, &[]);
    assert!(said.contains("CustomResourceDefinition"), "{said}");
}

fn no_namespace_from_the_context(cluster: &Cluster) {
    let set = Set::new(cluster, "no-namespace");
    let settings = format!("set: {0}\nsetNamespace: {0}\npath: app\n", set.namespace);
    set.repository.write("gitops-lab.yaml", &settings);
    set.commit("a.yaml", &config_map("a", "key", "value"));
    let said = set.apply(3, &[]);
    assert!(
        said.contains("names no namespace") && said.contains("--namespace"),
        "{said}"
    );
    set.apply(0, &["--namespace", &set.namespace]);
    assert!(set.has("configmap/a"));
}

fn a_server_that_is_down(cluster: &Cluster) {
    let set = Set::new(cluster, "down");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    let config = "apiVersion: v1
kind: Config
clusters: [{name: gone, cluster: {server: 'http://127.0.0.1:9'}}]
contexts: [{name: gone, context: {cluster: gone}}]
current-context: gone
";
    let file = set.repository.path().join(".git/kubeconfig");
    std::fs::write(&file, config).expect("the repository is ours");
    let kubeconfig = format!("--kubeconfig={}", file.display());
    let said = set.apply(3, &[&kubeconfig]);
    assert!(
        said.contains("http://127.0.0.1:9 does not answer") && said.contains("refused"),
        "{said}"
    );
    let said = set.apply(2, &[&kubeconfig, "--context=gon"]);
    assert!(said.contains("did you mean `gone`?"), "{said}");
    let said = set.apply(2, &["--kubeconfig=/no/such/file"]);
    assert!(said.contains("/no/such/file"), "{said}");
}

fn a_dirty_work_tree(cluster: &Cluster) {
    let set = Set::new(cluster, "dirty");
    set.commit("a.yaml", &config_map("a", "key", "committed"));
    set.repository
        .write("app/a.yaml", &config_map("a", "key", "on-disk"));
    let said = set.apply(6, &[]);
    assert!(
        said.contains("app/a.yaml") && said.contains("--worktree"),
        "{said}"
    );
    set.apply(0, &["HEAD"]);
    assert_eq!(set.field("configmap/a", ".data.key"), "committed");
    set.apply(0, &["--worktree"]);
    assert_eq!(set.field("configmap/a", ".data.key"), "on-disk");
    assert!(
        set.annotation("gitops-lab/history")
            .contains(r#""partial":true"#)
    );
}

fn an_unreadable_file(cluster: &Cluster) {
    let set = Set::new(cluster, "unreadable");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.commit("b.yaml", &config_map("b", "key", "value"));
    set.apply(0, &[]);
    set.commit(
        "b.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b\n",
    );
    let said = set.apply(3, &[]);
    assert!(said.contains("app/b.yaml"), "{said}");
    assert!(
        set.has("configmap/b"),
        "what cannot be read has not left git"
    );
    let diff = set.run(&["diff"]);
    assert_eq!(diff.status.code(), Some(3));
    assert!(!String::from_utf8_lossy(&diff.stdout).contains("prune"));
    // Read as the tests read it: nothing else was done to the repository.
    let clean = Command::new("git")
        .args(["status", "--porcelain"])
        .current_dir(set.repository.path())
        .output();
    assert!(clean.is_ok_and(|output| output.stdout.is_empty()));
}

fn lint_errors_stop_the_apply(cluster: &Cluster) {
    let set = Set::new(cluster, "linted");
    set.commit(
        "settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {port: '80'}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: web, image: nginx}\n",
    );
    let said = set.expect(1, &["apply", "--yes"]);
    assert!(said.contains("error[mutable-image-tag]"), "{said}");
    assert!(!set.has("configmap/settings"));

    let settings = std::fs::read_to_string(set.repository.path().join("gitops-lab.yaml"))
        .expect("the set has settings");
    let with_rule = format!("{settings}lint:\n  rules:\n    mutable-image-tag: warning\n");
    set.repository.write("gitops-lab.yaml", &with_rule);
    set.repository.commit("Take the tag as it is");
    set.expect(0, &["apply", "--yes"]);
    assert!(set.has("configmap/settings"));
}
