//! diff and apply against the real API server: what is said, what changes, and what is refused.

use std::process::Command;

use crate::cluster::Cluster;
use crate::set::{Set, config_map};
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    test(
        "a_diff_after_an_apply_says_nothing_for_any_kind",
        nothing_after_an_apply,
    ),
    test(
        "a_commit_that_changes_nothing_patches_nothing",
        a_commit_that_changes_nothing,
    ),
    test(
        "a_key_that_left_string_data_goes",
        a_key_that_left_string_data_goes,
    ),
    test(
        "secret_values_are_never_shown",
        secret_values_are_never_shown,
    ),
    test(
        "fields_of_client_side_apply_go_when_they_leave_git",
        client_side_fields_go,
    ),
    test(
        "fields_of_server_side_apply_by_kubectl_go_too",
        server_side_fields_go,
    ),
    test(
        "a_change_by_hand_is_taken_back",
        a_change_by_hand_is_taken_back,
    ),
    test(
        "another_manager_stops_the_apply",
        another_manager_stops_the_apply,
    ),
    test(
        "an_autoscaler_keeps_its_replicas",
        an_autoscaler_keeps_its_replicas,
    ),
    test(
        "a_namespace_with_all_that_is_in_it",
        a_namespace_with_all_that_is_in_it,
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
];

const fn test(name: &'static str, run: fn(&Cluster)) -> Test {
    Test {
        name,
        needs: Needs::ControlPlane,
        run,
    }
}

fn nothing_after_an_apply(cluster: &Cluster) {
    let set = Set::new(cluster, "kinds");
    for (file, text) in [
        ("workloads.yaml", include_str!("data/kinds/workloads.yaml")),
        (
            "configuration.yaml",
            include_str!("data/kinds/configuration.yaml"),
        ),
        ("cluster.yaml", include_str!("data/kinds/cluster.yaml")),
    ] {
        set.repository.write(&format!("app/{file}"), text);
    }
    set.repository.commit("An object of every kind");
    set.apply(0, &[]);
    assert_eq!(set.diff(0), "");
    let kinds = set.annotation("applyset.kubernetes.io/contains-group-kinds");
    assert!(kinds.split(',').count() >= 40, "{kinds}");

    // The controllers have had their say: still nothing.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(set.diff(0), "");

    set.repository.git(&[
        "rm",
        "--quiet",
        "app/workloads.yaml",
        "app/configuration.yaml",
        "app/cluster.yaml",
    ]);
    set.repository.commit("Remove it all");
    let said = set.apply(6, &["--prune-protected"]);
    assert!(said.contains("empty set"), "{said}");
    set.apply(0, &["--prune-protected", "--max-prune=100"]);
    assert_eq!(
        set.annotation("applyset.kubernetes.io/contains-group-kinds"),
        ""
    );
}

fn a_commit_that_changes_nothing(cluster: &Cluster) {
    let set = Set::new(cluster, "still");
    let first = set.commit("a.yaml", &config_map("a", "key", "value"));
    set.apply(0, &[]);
    let version = set.field("configmap/a", ".metadata.resourceVersion");
    let second = set.commit(
        "a.yaml",
        &format!("# A comment.\n{}", config_map("a", "key", "value")),
    );
    assert_eq!(set.annotation("gitops-lab/last-applied-revision"), first);
    set.apply(0, &[]);
    assert_eq!(
        set.field("configmap/a", ".metadata.resourceVersion"),
        version
    );
    assert_eq!(set.annotation("gitops-lab/last-applied-revision"), second);
}

fn a_key_that_left_string_data_goes(cluster: &Cluster) {
    let secret = |data: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\nstringData:\n{data}")
    };
    let set = Set::new(cluster, "string-data");
    set.commit(
        "a.yaml",
        &secret("  user: somebody\n  password: hunter2-long\n"),
    );
    set.apply(0, &[]);
    assert_eq!(
        set.field("secret/login", ".data.password"),
        "aHVudGVyMi1sb25n"
    );
    set.commit("a.yaml", &secret("  user: somebody\n"));
    assert!(set.diff(1).contains("data.password"));
    set.apply(0, &[]);
    assert_eq!(set.field("secret/login", ".data.password"), "");
    assert_eq!(set.diff(0), "");
}

fn secret_values_are_never_shown(cluster: &Cluster) {
    let secret =
        |field: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\n{field}\n");
    let set = Set::new(cluster, "secrets");
    set.commit("a.yaml", &secret("stringData: {password: first-value}"));
    let mut said = set.diff(1);
    said += &set.apply(0, &[]);
    set.commit("a.yaml", &secret("stringData: {password: second-value}"));
    let diff = set.diff(1);
    assert!(
        diff.contains("data.password") && diff.contains("(before)") && diff.contains("(after)"),
        "{diff}"
    );
    said += &diff;
    said += &set.expect(1, &["diff", "--output=json"]);
    // The server itself repeats what it cannot read.
    set.commit("a.yaml", &secret("data: {password: 8675309}"));
    said += &set.apply(3, &[]);
    set.commit("a.yaml", &secret("stringData: {password: 8675309}"));
    said += &set.apply(3, &[]);
    for value in [
        "first-value",
        "second-value",
        "Zmlyc3QtdmFsdWU",
        "c2Vjb25kLXZhbHVl",
        "8675309",
    ] {
        assert!(!said.contains(value), "{value} is shown:\n{said}");
    }
}

fn client_side_fields_go(cluster: &Cluster) {
    let two = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {old: label}\ndata:\n  kept: a\n  gone: b\n";
    let set = Set::new(cluster, "migrate");
    cluster.kubectl_apply(&set.namespace, two);
    set.commit("a.yaml", &config_map("a", "kept", "a"));
    let diff = set.diff(1);
    assert!(
        diff.contains("data.gone") && diff.contains("metadata.labels.old"),
        "{diff}"
    );
    set.apply(0, &[]);
    assert_eq!(set.field("configmap/a", ".data"), r#"{"kept":"a"}"#);
    assert_eq!(set.field("configmap/a", ".metadata.labels.old"), "");
    assert!(
        !set.field("configmap/a", ".metadata.annotations")
            .contains("last-applied")
    );
    assert_eq!(set.diff(0), "");
}

fn server_side_fields_go(cluster: &Cluster) {
    let set = Set::new(cluster, "migrate-ssa");
    let file = set.repository.path().join(".git/two.yaml");
    let two =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  kept: a\n  gone: b\n";
    std::fs::write(&file, two).expect("the repository is ours");
    let file = format!("--filename={}", file.display());
    let apply = [
        "apply",
        "--server-side",
        "--namespace",
        &set.namespace,
        &file,
    ];
    cluster.kubectl_text(&apply);
    set.commit("a.yaml", &config_map("a", "kept", "a"));
    let diff = set.diff(1);
    assert!(diff.contains("data.gone"), "{diff}");
    set.apply(0, &[]);
    assert_eq!(set.field("configmap/a", ".data"), r#"{"kept":"a"}"#);
    assert_eq!(set.diff(0), "");
}

fn a_change_by_hand_is_taken_back(cluster: &Cluster) {
    let set = Set::new(cluster, "by-hand");
    set.commit("a.yaml", &config_map("a", "key", "from-git"));
    set.apply(0, &[]);
    let patch = [
        "patch",
        "configmap",
        "a",
        "--namespace",
        &set.namespace,
        "--patch",
        r#"{"data":{"key":"by-hand"}}"#,
    ];
    cluster.kubectl_text(&patch);
    let diff = set.diff(1);
    assert!(
        diff.contains(r#"data.key: "by-hand" → "from-git""#) && diff.contains("kubectl-patch"),
        "{diff}"
    );
    set.apply(0, &[]);
    assert_eq!(set.field("configmap/a", ".data.key"), "from-git");
    assert_eq!(set.diff(0), "");
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

fn an_autoscaler_keeps_its_replicas(cluster: &Cluster) {
    let set = Set::new(cluster, "scale");
    let deployment = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: 'web:1.0.0'}]
";
    set.commit("a.yaml", deployment);
    set.apply(0, &[]);
    let scale = |manager: &str| {
        let patch = r#"{"spec":{"replicas":4}}"#;
        let base = [
            "patch",
            "deployment",
            "web",
            "--subresource=scale",
            "--type=merge",
            "--patch",
            patch,
        ];
        let manager = format!("--field-manager={manager}");
        cluster.kubectl_text(&[&base[..], &["--namespace", &set.namespace, &manager]].concat());
    };
    scale("kube-controller-manager");
    assert_eq!(set.diff(0), "");
    set.apply(0, &[]);
    assert_eq!(set.field("deployment/web", ".spec.replicas"), "4");
}

fn a_namespace_with_all_that_is_in_it(cluster: &Cluster) {
    let set = Set::of(cluster, "brought-along".to_owned());
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: brought-along\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\nspec:\n  containers: [{name: one, image: 'one:1.0.0'}]\n";
    set.repository.write("app/namespace.yaml", namespace);
    set.repository.write("app/pod.yaml", pod);
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.apply(0, &[]);
    assert!(set.has("configmap/a") && set.has("pod/one"));
    assert_eq!(set.diff(0), "");
    // The namespace of the record stays in any case.
    set.remove("namespace.yaml");
    let said = set.apply(0, &["--prune-protected"]);
    assert!(said.contains("it holds the set's record"), "{said}");
    assert_eq!(
        set.field("namespace/brought-along", ".status.phase"),
        "Active"
    );
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
