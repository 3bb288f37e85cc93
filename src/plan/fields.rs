//! Who owns which fields: `metadata.managedFields`, and sets of fields as JSON (`fieldsV1`).
//!
//! In a set, `f:name` is a key, `k:{…}` a list item by its keys, `v:…` a list item by its value, and
//! `.` says that the node itself is a member; so does an empty map.

use serde_json::{Map, Value};

/// The member that stands for the node itself.
const ITSELF: &str = ".";

/// Every manager's entry.
pub(super) fn entries(object: &Value) -> impl Iterator<Item = &Value> {
    let entries = object["metadata"]["managedFields"].as_array();
    entries.into_iter().flatten()
}

/// What a manager has applied to the object itself.
pub(super) fn entry_of<'v>(object: &'v Value, manager: &str) -> Option<&'v Value> {
    entries(object).find(|entry| {
        entry["manager"] == manager && entry["operation"] == "Apply" && !has_subresource(entry)
    })
}

/// Whether an entry is about a subresource.
pub(super) fn has_subresource(entry: &Value) -> bool {
    let subresource = entry["subresource"].as_str();
    subresource.is_some_and(|name| !name.is_empty())
}

/// Whether an entry owns the field at these keys.
pub(super) fn owns(entry: &Value, keys: &[&str]) -> bool {
    let found = keys.iter().try_fold(&entry["fieldsV1"], |fields, key| {
        fields.get(format!("f:{key}"))
    });
    found.is_some()
}

/// The fields of either set.
pub(super) fn union(left: &Value, right: &Value) -> Value {
    let mut children = children_of(left);
    for (key, right) in children_of(right) {
        let joined = match children.get(&key) {
            Some(left) => union(left, &right),
            None => right,
        };
        children.insert(key, joined);
    }
    set(is_member(left) || is_member(right), children)
}

/// The fields of the first set that the second has not; `None` where there is none.
pub(super) fn difference(left: &Value, right: &Value) -> Option<Value> {
    let mut children = Map::new();
    for (key, left) in children_of(left) {
        let rest = match right.get(&key) {
            Some(right) => difference(&left, right),
            None => Some(left),
        };
        if let Some(rest) = rest {
            children.insert(key, rest);
        }
    }
    let member = is_member(left) && !is_member(right);
    (member || !children.is_empty()).then(|| set(member, children))
}

/// Removes fields from an object, as the server does when their last owner lets them go.
pub(super) fn remove(object: &mut Value, gone: &Value) {
    for (key, fields) in children_of(gone) {
        let whole = children_of(&fields).is_empty();
        if let Some(name) = key.strip_prefix("f:") {
            remove_key(object, name, &fields, whole);
        } else if let Some(keys) = key.strip_prefix("k:") {
            let keys = serde_json::from_str(keys).unwrap_or(Value::Null);
            remove_item(object, &keys, &fields);
        } else if let Some(value) = key.strip_prefix("v:")
            && let Value::Array(items) = object
        {
            let value = serde_json::from_str(value).unwrap_or(Value::Null);
            items.retain(|item| *item != value);
        }
    }
}

fn remove_key(object: &mut Value, name: &str, fields: &Value, whole: bool) {
    let Value::Object(map) = object else {
        return;
    };
    if !whole && let Some(child) = map.get_mut(name) {
        remove(child, fields);
    }
    let is_empty = map.get(name).is_some_and(is_empty);
    if whole || (is_member(fields) && is_empty) {
        map.remove(name);
    }
}

fn remove_item(list: &mut Value, keys: &Value, fields: &Value) {
    let Value::Array(items) = list else {
        return;
    };
    let matches = |item: &Value| {
        let keys = keys.as_object().into_iter().flatten();
        keys.into_iter()
            .all(|(key, value)| item.get(key) == Some(value))
    };
    if is_member(fields) {
        items.retain(|item| !matches(item));
        return;
    }
    for item in items.iter_mut().filter(|item| matches(item)) {
        remove(item, fields);
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether the node itself is in the set.
fn is_member(fields: &Value) -> bool {
    let map = fields.as_object();
    map.is_some_and(|map| map.is_empty() || map.contains_key(ITSELF))
}

fn children_of(fields: &Value) -> Map<String, Value> {
    let mut children = fields.as_object().cloned().unwrap_or_default();
    children.remove(ITSELF);
    children
}

fn set(member: bool, mut children: Map<String, Value>) -> Value {
    if member && !children.is_empty() {
        children.insert(ITSELF.to_owned(), Value::Object(Map::new()));
    }
    Value::Object(children)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_union_keeps_a_node_that_is_a_member_itself() {
        let leaf = json!({"f:a": {}});
        let deep = json!({"f:a": {"f:b": {}}});
        assert_eq!(union(&leaf, &deep), json!({"f:a": {".": {}, "f:b": {}}}));
    }

    #[test]
    fn a_difference_leaves_what_the_second_set_has_not() {
        let left = json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}});
        let right = json!({"f:data": {"f:a": {}}});
        assert_eq!(
            difference(&left, &right),
            Some(json!({"f:data": {".": {}, "f:b": {}}}))
        );
        assert_eq!(difference(&right, &left), None);
    }

    #[test]
    fn fields_are_removed_by_key_item_and_value() {
        let mut object = json!({
            "data": {"a": "1", "b": "2"},
            "spec": {"containers": [{"name": "x", "image": "i"}, {"name": "y"}]},
            "metadata": {"finalizers": ["p", "q"]},
        });
        remove(
            &mut object,
            &json!({
                "f:data": {"f:a": {}},
                "f:spec": {"f:containers": {
                    "k:{\"name\":\"x\"}": {"f:image": {}},
                    "k:{\"name\":\"y\"}": {".": {}, "f:name": {}},
                }},
                "f:metadata": {"f:finalizers": {"v:\"p\"": {}}},
            }),
        );
        assert_eq!(
            object,
            json!({
                "data": {"b": "2"},
                "spec": {"containers": [{"name": "x"}]},
                "metadata": {"finalizers": ["q"]},
            })
        );
    }

    #[test]
    fn a_map_that_is_ours_goes_with_its_last_key() {
        let mut object = json!({"data": {"a": "1"}});
        remove(&mut object, &json!({"f:data": {".": {}, "f:a": {}}}));
        assert_eq!(object, json!({}));
    }
}
