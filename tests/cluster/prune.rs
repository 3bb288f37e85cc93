//! What left git goes, and nothing else does.

use crate::cluster::Cluster;
use crate::set::{Set, config_map};
use crate::waiting::wait_for;
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    test("what_left_git_is_pruned", what_left_git_is_pruned),
    test(
        "an_object_that_another_tool_owns_is_not_pruned",
        another_tools_object,
    ),
    test("a_copied_label_makes_no_candidate", a_copied_label),
    test(
        "a_claim_goes_only_when_it_is_asked_for",
        a_claim_is_protected,
    ),
    test(
        "more_deletions_than_allowed_are_refused",
        too_many_deletions,
    ),
    test("a_path_filter_never_prunes", a_path_filter),
    test("another_repository_cannot_take_the_set", another_repository),
    test("another_path_cannot_take_the_set", another_path),
    test("a_member_of_another_set_is_refused", a_foreign_member),
];

const fn test(name: &'static str, run: fn(&Cluster)) -> Test {
    Test {
        name,
        needs: Needs::ControlPlane,
        run,
    }
}

fn what_left_git_is_pruned(cluster: &Cluster) {
    let set = Set::new(cluster, "pruned");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.commit("b.yaml", &config_map("b", "key", "value"));
    set.apply(0, &[]);
    set.remove("b.yaml");
    assert!(
        set.diff(1)
            .contains(&format!("prune ConfigMap/{}/b", set.namespace))
    );
    set.apply(0, &["--no-prune"]);
    assert!(set.has("configmap/b"));
    set.apply(0, &[]);
    assert!(!set.has("configmap/b") && set.has("configmap/a"));
    assert_eq!(set.diff(0), "");
}

fn another_tools_object(cluster: &Cluster) {
    let set = Set::new(cluster, "others");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.apply(0, &[]);
    let label = set.field(
        "configmap/a",
        r".metadata.labels.applyset\.kubernetes\.io/part-of",
    );
    let labelled = format!("{}\n", config_map("copy", "key", "value")).replace(
        "  name: copy\n",
        &format!("  name: copy\n  labels: {{applyset.kubernetes.io/part-of: {label}}}\n"),
    );
    cluster.kubectl_apply(&set.namespace, &labelled);
    assert_eq!(set.diff(0), "");
    set.apply(0, &[]);
    assert!(
        set.has("configmap/copy"),
        "the label is ours, the object is not"
    );
}

fn a_copied_label(cluster: &Cluster) {
    let set = Set::new(cluster, "slices");
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n";
    let slice = "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: ours\naddressType: IPv4\nendpoints: []\n";
    set.repository.write("app/slice.yaml", slice);
    set.commit("service.yaml", service);
    set.apply(0, &[]);
    let label = set.field(
        "service/web",
        r".metadata.labels.applyset\.kubernetes\.io/part-of",
    );
    let selector = format!("--selector=applyset.kubernetes.io/part-of={label}");
    let slices = || {
        cluster.kubectl_text(&[
            "get",
            "endpointslices",
            "--namespace",
            &set.namespace,
            &selector,
            "--output=name",
        ])
    };
    wait_for("the slice with the copied label", 30, || {
        let found = slices();
        if found.lines().count() == 2 {
            Ok(())
        } else {
            Err(found)
        }
    });
    // The kind is in the record, so slices are looked at; only ours goes.
    set.remove("slice.yaml");
    let said = set.apply(0, &[]);
    assert!(
        said.contains("pruned EndpointSlice") && !set.has("endpointslice/ours"),
        "{said}"
    );
    assert_eq!(slices().lines().count(), 1);
}

fn a_claim_is_protected(cluster: &Cluster) {
    let set = Set::new(cluster, "claims");
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.commit("claim.yaml", claim);
    set.apply(0, &[]);
    set.remove("claim.yaml");
    let said = set.apply(0, &[]);
    assert!(
        said.contains("--prune-protected") && set.has("persistentvolumeclaim/data"),
        "{said}"
    );
    let kinds = set.annotation("applyset.kubernetes.io/contains-group-kinds");
    assert_eq!(
        kinds, "ConfigMap,PersistentVolumeClaim",
        "what stays is not forgotten"
    );
    set.apply(0, &["--prune-protected"]);
    wait_for("the end of the claim", 30, || {
        if set.has("persistentvolumeclaim/data") {
            Err("it is there")
        } else {
            Ok(())
        }
    });
    assert_eq!(
        set.annotation("applyset.kubernetes.io/contains-group-kinds"),
        "ConfigMap"
    );
}

fn too_many_deletions(cluster: &Cluster) {
    let set = Set::new(cluster, "many");
    let many: Vec<String> = (0..12)
        .map(|number| config_map(&format!("m{number}"), "key", "value"))
        .collect();
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.commit("many.yaml", &many.join("---\n"));
    set.apply(0, &[]);
    set.remove("many.yaml");
    let said = set.apply(6, &[]);
    assert!(
        said.contains("12 objects would be deleted") && said.contains("--max-prune 12"),
        "{said}"
    );
    assert!(set.has("configmap/m0"));
    set.apply(0, &["--max-prune=12"]);
    assert!(!set.has("configmap/m0"));
}

fn a_path_filter(cluster: &Cluster) {
    let set = Set::new(cluster, "filter");
    set.commit("a/a.yaml", &config_map("a", "key", "value"));
    set.commit("b/b.yaml", &config_map("b", "key", "value"));
    set.apply(0, &["HEAD", "--", "app/a"]);
    let said = set.apply(0, &["HEAD", "--", "app/b"]);
    assert!(said.contains("nothing is pruned"), "{said}");
    assert!(set.has("configmap/a") && set.has("configmap/b"));
    assert_eq!(set.annotation("gitops-lab/last-applied-revision"), "");
    set.apply(0, &[]);
    assert_ne!(set.annotation("gitops-lab/last-applied-revision"), "");
}

fn another_repository(cluster: &Cluster) {
    let set = Set::new(cluster, "taken");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.apply(0, &[]);
    let other = Set::of(cluster, set.namespace.clone());
    other.commit("b.yaml", &config_map("b", "key", "value"));
    let said = other.apply(6, &[]);
    assert!(
        said.contains("belongs to the repository") && said.contains("--adopt-set"),
        "{said}"
    );
    assert!(set.has("configmap/a") && !set.has("configmap/b"));
    other.apply(0, &["--adopt-set"]);
    assert!(!set.has("configmap/a") && set.has("configmap/b"));
}

fn another_path(cluster: &Cluster) {
    let set = Set::new(cluster, "moved");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.apply(0, &[]);
    let settings = format!(
        "set: {0}\nsetNamespace: {0}\nnamespace: {0}\npath: other\n",
        set.namespace
    );
    set.repository.write("gitops-lab.yaml", &settings);
    set.repository
        .write("other/b.yaml", &config_map("b", "key", "value"));
    set.repository.commit("Move");
    let said = set.apply(6, &[]);
    assert!(
        said.contains("belongs to the path app, and this is other"),
        "{said}"
    );
}

fn a_foreign_member(cluster: &Cluster) {
    let set = Set::new(cluster, "owner");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    set.apply(0, &[]);
    let thief = Set::new(cluster, "thief");
    let theirs = config_map("a", "key", "stolen").replace(
        "  name: a\n",
        &format!("  name: a\n  namespace: {}\n", set.namespace),
    );
    thief.commit("a.yaml", &theirs);
    for more in [&[][..], &["--take-over"]] {
        let said = thief.apply(3, more);
        let owner = format!("another set: gitops-lab/{}", set.namespace);
        assert!(said.contains(&owner), "{said}");
    }
    assert_eq!(set.field("configmap/a", ".data.key"), "value");
}
