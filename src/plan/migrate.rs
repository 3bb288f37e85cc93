//! From `kubectl apply` to ours.
//!
//! Fields that another manager owns too never go when they leave git. So what `kubectl apply` owned,
//! on the client's side (an `Update` entry) or the server's (an `Apply` entry), becomes what our
//! manager applied, as client-go's csaupgrade does, and our next apply removes what git no longer
//! has. See kubernetes/kubernetes#99003.

use serde_json::{Value, json};

use super::fields::{difference, entries, entry_of, has_subresource, owns, remove, union};
use super::mask::LAST_APPLIED;

/// The manager under which `kubectl apply` writes on the client's side.
const CLIENT_SIDE: &str = "kubectl-client-side-apply";

/// The manager under which it writes on the server's side.
const SERVER_SIDE: &str = "kubectl";

/// Whether an entry was written by `kubectl apply`.
fn is_kubectl_apply(entry: &Value) -> bool {
    if has_subresource(entry) {
        return false;
    }
    if entry["operation"] == "Apply" {
        return entry["manager"] == SERVER_SIDE;
    }
    entry["manager"] == CLIENT_SIDE || owns(entry, &["metadata", "annotations", LAST_APPLIED])
}

/// Whether `kubectl apply` still owns fields of the object.
pub(super) fn is_needed(live: &Value) -> bool {
    entries(live).any(is_kubectl_apply)
}

/// The JSON patch that makes the fields of `kubectl apply` ours; it fails where the object changed meanwhile.
pub fn migration(live: &Value, manager: &str) -> Value {
    let ours = entry_of(live, manager).cloned();
    let mut joined = ours.clone();
    let mut others = Vec::new();
    for entry in entries(live) {
        if Some(entry) == ours.as_ref() {
            continue;
        }
        if !is_kubectl_apply(entry) {
            others.push(entry.clone());
            continue;
        }
        match &mut joined {
            None => {
                let mut entry = entry.clone();
                entry["manager"] = manager.into();
                entry["operation"] = "Apply".into();
                joined = Some(entry);
            }
            // Field names of another version may mean other fields.
            Some(joined) if joined["apiVersion"] == entry["apiVersion"] => {
                joined["fieldsV1"] = union(&joined["fieldsV1"], &entry["fieldsV1"]);
            }
            Some(_) => {}
        }
    }
    others.extend(joined);
    json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": others},
        // Not `test`: the server answers a stale version with a conflict, which can be told apart.
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
    ])
}

/// What an object becomes when the migration goes before the apply: the answer of the plain dry run
/// without the fields that only `kubectl apply` owned and the manifest no longer has.
pub(super) fn without_left_over(live: &Value, merged: &mut Value, manager: &str) {
    let mut gone: Option<Value> = None;
    for entry in entries(live).filter(|entry| is_kubectl_apply(entry)) {
        gone = Some(match gone {
            Some(gone) => union(&gone, &entry["fieldsV1"]),
            None => entry["fieldsV1"].clone(),
        });
    }
    let kept: Vec<Value> = entries(merged)
        .filter(|entry| !is_kubectl_apply(entry))
        .map(|entry| entry["fieldsV1"].clone())
        .collect();
    for fields in &kept {
        gone = gone.and_then(|gone| difference(&gone, fields));
    }
    if let Some(gone) = gone {
        remove(merged, &gone);
    }
    debug_assert!(entry_of(merged, manager).is_some(), "the dry run was ours");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields})
    }

    fn object(managed: &[Value]) -> Value {
        json!({
            "metadata": {"resourceVersion": "7", "managedFields": managed},
            "data": {"a": "1", "b": "2", "c": "3"},
        })
    }

    #[test]
    fn what_kubectl_applied_on_the_server_becomes_ours_too() {
        let applied = entry("kubectl", "Apply", &json!({"f:data": {"f:a": {}}}));
        assert!(is_needed(&object(&[applied])));
        let scaled = entry("kubectl", "Update", &json!({"f:data": {"f:a": {}}}));
        assert!(
            !is_needed(&object(&[scaled])),
            "a change by hand is no apply"
        );
    }

    #[test]
    fn fields_of_client_side_apply_become_ours() {
        let live = object(&[
            entry(CLIENT_SIDE, "Update", &json!({"f:data": {"f:a": {}}})),
            entry("other", "Update", &json!({"f:data": {"f:c": {}}})),
            entry("gitops-lab/web", "Apply", &json!({"f:data": {"f:b": {}}})),
        ]);
        let patch = migration(&live, "gitops-lab/web");
        assert_eq!(
            patch[0]["value"],
            json!([
                entry("other", "Update", &json!({"f:data": {"f:c": {}}})),
                entry(
                    "gitops-lab/web",
                    "Apply",
                    &json!({"f:data": {"f:a": {}, "f:b": {}}})
                ),
            ])
        );
        assert_eq!(patch[1]["value"], "7");
    }

    #[test]
    fn a_field_that_left_git_goes_unless_another_manager_owns_it() {
        let live = object(&[
            entry(
                CLIENT_SIDE,
                "Update",
                &json!({"f:data": {".": {}, "f:a": {}, "f:b": {}, "f:c": {}}}),
            ),
            entry("other", "Update", &json!({"f:data": {"f:c": {}}})),
        ]);
        let mut merged = live.clone();
        let ours = entry("gitops-lab/web", "Apply", &json!({"f:data": {"f:a": {}}}));
        merged["metadata"]["managedFields"]
            .as_array_mut()
            .expect("the test made it a list")
            .push(ours);
        without_left_over(&live, &mut merged, "gitops-lab/web");
        assert_eq!(merged["data"], json!({"a": "1", "c": "3"}));
    }

    #[test]
    fn an_object_that_was_never_applied_by_a_client_is_left_alone() {
        let live = object(&[entry("kubectl-create", "Update", &json!({"f:data": {}}))]);
        assert!(!is_needed(&live));
    }
}
