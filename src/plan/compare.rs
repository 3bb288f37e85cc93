//! What differs between an object in the cluster and what it would become.

use serde_json::Value;

use super::fields::entry_of;
use crate::object::{FieldPath, Step};

/// The fields of `metadata` that the server keeps for itself.
const BOOKKEEPING: [&str; 6] = [
    "managedFields",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "uid",
    "selfLink",
];

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The field; a list's items by their index.
    pub path: FieldPath,
    /// Its value in the cluster; `None` where it has none.
    pub before: Option<Value>,
    /// Its value after the change; `None` where it goes.
    pub after: Option<Value>,
}

/// An object without what the server keeps for itself, and without its status unless that is asked for.
pub fn content(object: &Value, with_status: bool) -> Value {
    let mut content = object.clone();
    if let Some(fields) = content.as_object_mut() {
        if !with_status {
            fields.remove("status");
        }
        if let Some(Value::Object(metadata)) = fields.get_mut("metadata") {
            metadata.retain(|key, value| {
                !BOOKKEEPING.contains(&key.as_str()) && !is_empty_map(key, value)
            });
        }
    }
    content
}

/// The server drops empty labels and annotations when it stores an object.
fn is_empty_map(key: &str, value: &Value) -> bool {
    ["labels", "annotations"].contains(&key)
        && value.as_object().is_none_or(serde_json::Map::is_empty)
}

/// All fields that differ, sorted by path, each at its deepest place.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&FieldPath::default(), Some(before), Some(after), &mut found);
    found
}

fn compare(
    path: &FieldPath,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let added = after.keys().filter(|key| !before.contains_key(*key));
            let mut keys: Vec<&String> = before.keys().chain(added).collect();
            keys.sort();
            for key in keys {
                let path = path.join(Step::Key(key.clone()));
                compare(&path, before.get(key), after.get(key), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for at in 0..before.len().max(after.len()) {
                let path = path.join(Step::Index(at));
                compare(&path, before.get(at), after.get(at), found);
            }
        }
        (before, after) => found.push(Difference {
            path: path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

/// Whether a manager owns the same fields in both, in the same version of the API.
///
/// Where it does not, an apply changes something although no value differs: a field that is ours
/// goes when it leaves git, and one that is not stays.
pub(super) fn same_ownership(before: &Value, after: &Value, manager: &str) -> bool {
    let owned = |object| {
        entry_of(object, manager)
            .map(|entry| (entry["apiVersion"].clone(), entry["fieldsV1"].clone()))
    };
    owned(before) == owned(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(before: &Value, after: &Value) -> Vec<String> {
        let found = differences(before, after);
        found.iter().map(|one| one.path.to_string()).collect()
    }

    #[test]
    fn each_difference_stands_at_its_deepest_place() {
        let before = json!({"spec": {"replicas": 1, "paused": true, "ports": [{"port": 80}]}});
        let after = json!({"spec": {"replicas": 2, "ports": [{"port": 80}, {"port": 81}]}});
        assert_eq!(
            paths(&before, &after),
            ["spec.paused", "spec.ports[1]", "spec.replicas"]
        );
    }

    #[test]
    fn what_the_server_keeps_for_itself_is_no_difference() {
        let live = json!({
            "metadata": {"name": "a", "resourceVersion": "1", "generation": 1, "uid": "x", "labels": {}},
            "status": {"ready": true},
        });
        let merged = json!({"metadata": {"name": "a", "resourceVersion": "2", "generation": 2}});
        assert_eq!(content(&live, false), content(&merged, false));
        assert_ne!(content(&live, true), content(&merged, true));
    }

    #[test]
    fn ownership_differs_where_a_field_becomes_ours() {
        let owns = |fields: Value| {
            json!({"metadata": {"managedFields": [
                {"manager": "gitops-lab/web", "operation": "Apply", "apiVersion": "v1", "time": "t", "fieldsV1": fields},
            ]}})
        };
        let one = owns(json!({"f:data": {"f:a": {}}}));
        let two = owns(json!({"f:data": {"f:a": {}, "f:b": {}}}));
        assert!(same_ownership(&one, &one, "gitops-lab/web"));
        assert!(!same_ownership(&one, &two, "gitops-lab/web"));
        assert!(
            same_ownership(&one, &two, "another"),
            "nobody else's fields count"
        );
    }
}
