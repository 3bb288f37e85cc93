//! diff and apply against the real API server: what is said, and what changes.

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
        "an_autoscaler_keeps_its_replicas",
        an_autoscaler_keeps_its_replicas,
    ),
    test(
        "a_namespace_with_all_that_is_in_it",
        a_namespace_with_all_that_is_in_it,
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
