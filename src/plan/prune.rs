//! What left git.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{entry_of, owns};
use super::members::Members;
use super::set::{PART_OF, Set};
use super::{Action, Change, stage};
use crate::object::{GroupKind, ObjectId};

/// Kinds that hold what cannot be made again: they go only when that is asked for.
const PROTECTED: [(&str, &str); 4] = [
    ("", "Namespace"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// What the manifests still have, by name and by UID.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) ids: BTreeSet<ObjectId>,
    pub(super) uids: BTreeSet<String>,
}

/// The deletions, in the order in which they are done: applying, reversed.
///
/// The label alone makes no candidate: a Service's labels are copied to its EndpointSlices. So a
/// candidate's label was applied by us, and no controller owns the candidate.
pub(super) fn candidates(
    members: Members,
    wanted: &Wanted,
    set: &Set,
    with_protected: bool,
) -> Vec<Change> {
    let manager = set.manager();
    let mut changes: Vec<Change> = members
        .found
        .into_iter()
        .filter(|(id, (_, live))| {
            let uid = live["metadata"]["uid"].as_str().unwrap_or_default();
            !wanted.ids.contains(id)
                && !wanted.uids.contains(uid)
                && is_ours(live, &manager)
                && live["metadata"].get("deletionTimestamp").is_none()
        })
        .map(|(object, (resource, live))| {
            let action = if is_home(&object, set) {
                Action::Skip("left git; it holds the set's record, so it stays".to_owned())
            } else if is_protected(&object.group_kind()) && !with_protected {
                Action::Skip(format!(
                    "left git; a {} is deleted only with --prune-protected",
                    object.kind
                ))
            } else {
                Action::Prune
            };
            Change {
                object,
                resource: Some(resource),
                action,
                live: Some(live),
                merged: None,
                desired: None,
                origin: None,
                manifest: None,
                differences: Vec::new(),
                notes: Vec::new(),
            }
        })
        .collect();
    changes.sort_by(|left, right| stage::order(&right.object).cmp(&stage::order(&left.object)));
    changes
}

/// The namespace of the record: with it the memory of all other members would go.
fn is_home(object: &ObjectId, set: &Set) -> bool {
    object.kind == "Namespace" && object.group.is_empty() && object.name == set.namespace()
}

/// Whether we applied the set's label and no controller owns the object.
pub fn is_ours(live: &Value, manager: &str) -> bool {
    let applied = entry_of(live, manager);
    let label_is_ours = applied.is_some_and(|entry| owns(entry, &["metadata", "labels", PART_OF]));
    label_is_ours && controller(live).is_none()
}

/// The controller among an object's owners.
pub(super) fn controller(live: &Value) -> Option<&Value> {
    let owners = live["metadata"]["ownerReferences"].as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)
}

fn is_protected(kind: &GroupKind) -> bool {
    PROTECTED.contains(&(kind.group.as_str(), kind.kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Resource;
    use serde_json::json;

    fn live(uid: &str, manager: &str) -> Value {
        json!({"metadata": {"uid": uid, "managedFields": [{
            "manager": manager, "operation": "Apply", "apiVersion": "v1",
            "fieldsV1": {"f:metadata": {"f:labels": {format!("f:{PART_OF}"): {}}}},
        }]}})
    }

    fn id(kind: &str, name: &str) -> ObjectId {
        ObjectId {
            group: String::new(),
            kind: kind.to_owned(),
            namespace: None,
            name: name.to_owned(),
        }
    }

    fn pruned(found: Vec<(ObjectId, Value)>, wanted: &Wanted) -> Vec<(String, Action)> {
        let set = Set::new("web", "prod").expect("the test's names are valid");
        let members = Members {
            found: found
                .into_iter()
                .map(|(id, live)| {
                    let resource = Resource::core("", &id.kind, false);
                    (id, (resource, live))
                })
                .collect(),
            ..Members::default()
        };
        let changes = candidates(members, wanted, &set, false);
        let changes = changes.into_iter();
        changes
            .map(|change| (change.object.name, change.action))
            .collect()
    }

    #[test]
    fn what_left_git_goes_and_the_rest_stays() {
        let wanted = Wanted {
            ids: BTreeSet::from([id("ConfigMap", "kept")]),
            uids: BTreeSet::from(["renamed-kind".to_owned()]),
        };
        let found = vec![
            (id("ConfigMap", "kept"), live("1", "gitops-lab/web")),
            (id("ConfigMap", "gone"), live("2", "gitops-lab/web")),
            (id("Event", "same"), live("renamed-kind", "gitops-lab/web")),
            (
                id("ConfigMap", "copied-label"),
                live("3", "kube-controller-manager"),
            ),
        ];
        assert_eq!(pruned(found, &wanted), [("gone".to_owned(), Action::Prune)]);
    }

    #[test]
    fn what_a_controller_owns_is_the_controllers() {
        let mut owned = live("1", "gitops-lab/web");
        owned["metadata"]["ownerReferences"] = json!([{"kind": "Service", "controller": true}]);
        assert_eq!(
            pruned(vec![(id("EndpointSlice", "a"), owned)], &Wanted::default()),
            []
        );
    }

    #[test]
    fn a_claim_is_kept_with_a_reason() {
        let found = vec![(
            id("PersistentVolumeClaim", "data"),
            live("1", "gitops-lab/web"),
        )];
        let changes = pruned(found, &Wanted::default());
        assert!(matches!(changes[..], [(_, Action::Skip(_))]));
    }

    #[test]
    fn deletion_is_application_reversed() {
        let found = vec![
            (id("ServiceAccount", "account"), live("1", "gitops-lab/web")),
            (id("Pod", "pod"), live("2", "gitops-lab/web")),
        ];
        let names: Vec<_> = pruned(found, &Wanted::default())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["pod", "account"]);
    }
}
