//! The way back is a commit: rollbacks on the real API server, with objects that need no node.

use crate::cluster::Cluster;
use crate::set::Set;
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_rollback_needs_a_revision_that_was_ready",
        needs: Needs::ControlPlane,
        run: a_rollback_needs_a_revision_that_was_ready,
    },
    Test {
        name: "a_good_head_is_left_only_by_name",
        needs: Needs::ControlPlane,
        run: a_good_head_is_left_only_by_name,
    },
    Test {
        name: "a_dry_run_of_a_rollback_moves_nothing",
        needs: Needs::ControlPlane,
        run: a_dry_run_of_a_rollback_moves_nothing,
    },
    Test {
        name: "a_rollback_that_was_stopped_after_its_commit_goes_on",
        needs: Needs::ControlPlane,
        run: a_rollback_that_was_stopped_after_its_commit_goes_on,
    },
    Test {
        name: "a_rollback_leaves_other_environments_alone",
        needs: Needs::ControlPlane,
        run: a_rollback_leaves_other_environments_alone,
    },
    Test {
        name: "a_dirty_work_tree_stays_as_it_is",
        needs: Needs::ControlPlane,
        run: a_dirty_work_tree_stays_as_it_is,
    },
    Test {
        name: "a_rollback_that_nobody_confirms_writes_no_commit",
        needs: Needs::ControlPlane,
        run: a_rollback_that_nobody_confirms_writes_no_commit,
    },
];

/// A ConfigMap `settings` that says this.
fn settings(text: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{text: {text}}}\n"
    )
}

/// A set whose ConfigMap says `first`, and then `second`; both are applied.
fn two_revisions<'c>(cluster: &'c Cluster, prefix: &str) -> (Set<'c>, String) {
    let set = Set::new(cluster, prefix);
    let first = set.commit("settings.yaml", &settings("first"));
    set.expect(0, &["apply", "--yes"]);
    set.commit("settings.yaml", &settings("second"));
    set.expect(0, &["apply", "--yes"]);
    assert_eq!(live(&set), "second");
    (set, first)
}

fn live(set: &Set<'_>) -> String {
    set.field("configmap/settings", ".data.text")
}

fn a_rollback_needs_a_revision_that_was_ready(cluster: &Cluster) {
    let set = Set::new(cluster, "back-none");
    set.commit("settings.yaml", &settings("first"));
    set.expect(0, &["apply", "--yes", "--no-wait"]);
    set.commit("settings.yaml", &settings("second"));
    let said = set.expect(3, &["rollback", "--yes"]);
    assert!(said.contains("no revision of the set"), "{said}");
    assert!(said.contains("--to REVISION"), "{said}");
    assert_eq!(set.repository.log().len(), 2);
}

fn a_good_head_is_left_only_by_name(cluster: &Cluster) {
    let (set, first) = two_revisions(cluster, "back-good");
    let said = set.expect(3, &["rollback", "--yes"]);
    assert!(said.contains(&format!("--to {}", &first[..12])), "{said}");
    set.expect(0, &["rollback", "--yes", "--to", &first]);
    assert_eq!(live(&set), "first");
    assert_eq!(set.repository.log()[0], "Revert \"Write settings.yaml\"");
    set.expect(0, &["diff"]);
}

fn a_dry_run_of_a_rollback_moves_nothing(cluster: &Cluster) {
    let (set, first) = two_revisions(cluster, "back-dry");
    let before = set.repository.git(&["for-each-ref"]);
    let said = set.expect(0, &["rollback", "--dry-run", "--to", &first]);
    assert!(
        said.contains("first") && said.contains("app/settings.yaml"),
        "{said}"
    );
    assert_eq!(set.repository.git(&["for-each-ref"]), before);
    assert_eq!(set.repository.git(&["status", "--porcelain"]), "");
    assert_eq!(live(&set), "second");
}

fn a_rollback_that_was_stopped_after_its_commit_goes_on(cluster: &Cluster) {
    let (set, first) = two_revisions(cluster, "back-again");
    // What is left when a rollback dies between its commit and its apply.
    set.repository.git(&["revert", "--no-edit", "HEAD"]);
    let head = set.repository.git(&["rev-parse", "HEAD"]);
    let said = set.expect(0, &["rollback", "--yes", "--to", &first]);
    assert!(said.contains("already"), "{said}");
    assert_eq!(live(&set), "first");
    assert_eq!(set.repository.git(&["rev-parse", "HEAD"]), head);
}

fn a_rollback_leaves_other_environments_alone(cluster: &Cluster) {
    let set = Set::new(cluster, "back-other");
    let first = set.commit("settings.yaml", &settings("first"));
    set.expect(0, &["apply", "--yes"]);
    set.repository
        .write("other/settings.yaml", &settings("other"));
    set.commit("settings.yaml", &settings("second"));
    set.expect(0, &["apply", "--yes"]);
    set.expect(0, &["rollback", "--yes", "--to", &first]);
    assert_eq!(live(&set), "first");
    let changed = set
        .repository
        .git(&["diff", "--name-only", "HEAD~1", "HEAD"]);
    assert_eq!(changed, "app/settings.yaml");
}

fn a_dirty_work_tree_stays_as_it_is(cluster: &Cluster) {
    let (set, first) = two_revisions(cluster, "back-dirty");
    set.repository
        .write("app/settings.yaml", &settings("third"));
    let said = set.expect(3, &["rollback", "--yes", "--to", &first]);
    assert!(said.contains("app/settings.yaml"), "{said}");
    assert_eq!(
        set.repository.git(&["status", "--porcelain"]),
        " M app/settings.yaml"
    );
    assert_eq!(set.repository.log().len(), 2);
    assert_eq!(live(&set), "second");
}

fn a_rollback_that_nobody_confirms_writes_no_commit(cluster: &Cluster) {
    let (set, first) = two_revisions(cluster, "back-ask");
    let said = set.expect(2, &["rollback", "--to", &first]);
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(set.repository.log().len(), 2);
}
