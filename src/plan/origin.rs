//! Where a manifest says what the server refuses.

use serde_json::Value;

use super::error::{Conflict, ObjectError, Place};
use super::managed_path;
use crate::cluster::{ApiError, Cause};
use crate::object::{FieldPath, Object, Step};
use crate::yaml::NodeRef;

/// The fields by which items of a list are told apart, the most telling first.
const ITEM_KEYS: [&str; 9] = [
    "name",
    "key",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "ip",
    "uid",
    "type",
];

/// With more changes than this the whole field is shown.
const MOST_CHANGED: usize = 5;

/// A value this short may be quoted for another reason.
const QUOTED: usize = 4;

/// The places in a manifest that an error is about; where it names none, the object's own.
pub fn places(error: &ObjectError, manifest: &Object, live: Option<&Value>) -> Vec<Place> {
    let root = manifest.root();
    let found = match error {
        ObjectError::UnknownKind { .. } | ObjectError::NotAppliable { .. } => {
            ["kind", "apiVersion"]
                .into_iter()
                .filter_map(|key| root.get(key))
                .map(|node| place(node, ""))
                .collect()
        }
        ObjectError::NamespaceMissing { .. } => at_keys(root, &["metadata", "namespace"], ""),
        ObjectError::NoNamespace => at_keys(root, &["metadata"], "no namespace here"),
        ObjectError::NoName => at_keys(root, &["metadata", "generateName"], ""),
        ObjectError::LabelInManifest => at_keys(root, &["metadata", "labels", super::PART_OF], ""),
        ObjectError::Conflicts { fields } => {
            fields.iter().map(|field| conflict(root, field)).collect()
        }
        ObjectError::Refused { error, .. } => error
            .api()
            .map(|api| refused(root, api, live))
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    if found.is_empty() {
        return at_keys(root, &["metadata", "name"], "");
    }
    found
}

fn place(node: NodeRef<'_>, text: &str) -> Place {
    Place {
        span: node.label_span(),
        text: text.to_owned(),
    }
}

/// The node at these keys, or the nearest above it.
fn at_keys(root: NodeRef<'_>, keys: &[&str], text: &str) -> Vec<Place> {
    let mut node = root;
    for key in keys {
        let Some(next) = node.get(key) else { break };
        node = next;
    }
    vec![place(node, text)]
}

fn conflict(root: NodeRef<'_>, conflict: &Conflict) -> Place {
    let node = managed(root, &conflict.field);
    place(node, &format!("owned by {}", conflict.manager))
}

fn refused(root: NodeRef<'_>, api: &ApiError, live: Option<&Value>) -> Vec<Place> {
    let causes = api.causes.iter();
    let mut found: Vec<Place> = causes.flat_map(|cause| caused(root, cause, live)).collect();
    if found.is_empty() {
        found = typed(root, &api.message);
    }
    if found.is_empty() {
        found.extend(quoted(root, &api.message));
    }
    found
}

/// The one scalar of the manifest whose value a message quotes: conversions name no field.
fn quoted(root: NodeRef<'_>, message: &str) -> Option<Place> {
    let words: Vec<&str> = message.split('"').skip(1).step_by(2).collect();
    let mut found = Vec::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        waiting.extend(node.entries().map(|(_, value)| value));
        waiting.extend(node.items());
        let value = node.as_str().filter(|_| node.key().is_some());
        if value.is_some_and(|value| value.len() >= QUOTED && words.contains(&value.as_ref())) {
            found.push(node);
        }
    }
    match found[..] {
        [node] => Some(place(node, "")),
        _ => None,
    }
}

/// A cause names a field of the object that the server would have stored.
fn caused(root: NodeRef<'_>, cause: &Cause, live: Option<&Value>) -> Vec<Place> {
    let path = FieldPath::parse(&cause.field);
    let Some(path) = path.filter(|path| !path.0.is_empty() && cause.field != "<nil>") else {
        return Vec::new();
    };
    let (node, stored) = in_manifest(root, &path, live);
    let is_kept = ["immutable", "updates to", "may not be changed"]
        .iter()
        .any(|sign| cause.message.contains(sign));
    if let Some(stored) = stored.filter(|_| is_kept) {
        let mut changed = Vec::new();
        collect_changed(node, stored, &mut changed);
        if (1..=MOST_CHANGED).contains(&changed.len()) {
            return changed
                .into_iter()
                .map(|node| place(node, "the cluster has another value"))
                .collect();
        }
    }
    vec![place(node, &cause.message)]
}

/// The scalars of a manifest that the cluster has with another value: what really changed beneath an
/// immutable field that the server names as a whole.
fn collect_changed<'t>(node: NodeRef<'t>, stored: &Value, changed: &mut Vec<NodeRef<'t>>) {
    let node = node.resolved();
    match stored {
        Value::Object(fields) => {
            for (key, value) in node.fields() {
                if let Some(stored) = fields.get(key.as_ref()) {
                    collect_changed(value, stored, changed);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                if let Some(node) = same_item(node, item) {
                    collect_changed(node, item, changed);
                }
            }
        }
        _ if node.to_json() != *stored => changed.push(node),
        _ => {}
    }
}

/// Follows a path of the stored object in the manifest: a list's item is found by its name there,
/// since the stored list may hold items of others.
fn in_manifest<'t, 'v>(
    root: NodeRef<'t>,
    path: &FieldPath,
    live: Option<&'v Value>,
) -> (NodeRef<'t>, Option<&'v Value>) {
    let mut node = root;
    let mut stored = live;
    for step in &path.0 {
        let next = match step {
            Step::Key(key) => {
                stored = stored.and_then(|stored| stored.get(key));
                node.get(key)
            }
            Step::Index(index) => {
                stored = stored.and_then(|stored| stored.get(index));
                let by_key = stored.and_then(|item| same_item(node, item));
                by_key.or_else(|| node.items().nth(*index))
            }
        };
        match next {
            Some(next) => node = next.resolved(),
            None => return (node, None),
        }
    }
    (node, stored)
}

/// The item of a manifest's list that has the same name as a stored one.
fn same_item<'t>(list: NodeRef<'t>, stored: &Value) -> Option<NodeRef<'t>> {
    let (key, value) = ITEM_KEYS
        .iter()
        .find_map(|key| Some((*key, stored.get(key)?)))?;
    list.items().find(|item| {
        let own = item.get(key).map(NodeRef::to_json);
        own.as_ref() == Some(value)
    })
}

/// `failed to create typed patch object (…): .spec.a[name="b"].c: field not declared in schema`,
/// or a list of such lines.
fn typed(root: NodeRef<'_>, message: &str) -> Vec<Place> {
    let Some((_, details)) = message.split_once("): ") else {
        return unknown_fields(root, message);
    };
    let lines = details.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with('.'))
        .filter_map(|line| line.split_once(": "))
        .map(|(path, text)| place(managed(root, path), text))
        .collect()
}

/// `unknown field "spec.a"`, as strict validation says it.
fn unknown_fields(root: NodeRef<'_>, message: &str) -> Vec<Place> {
    let mut found = Vec::new();
    for part in message.split("unknown field \"").skip(1) {
        let path = part.split('"').next().and_then(FieldPath::parse);
        if let Some(path) = path {
            found.push(place(path.find(root).0, "unknown field"));
        }
    }
    found
}

/// The node at a path as managed fields write it, or the nearest above it.
fn managed<'t>(root: NodeRef<'t>, path: &str) -> NodeRef<'t> {
    managed_path::resolve(&root.to_json(), path).find(root).0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::source::SourceId;
    use crate::{object, yaml};

    const MANIFEST: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.27
      - name: log
        image: log:1.0.0
";

    fn manifest() -> Object {
        let text: Arc<str> = MANIFEST.into();
        let parsed = yaml::parse(SourceId(0), &text);
        let (mut objects, _) = object::read(&parsed.documents);
        objects.remove(0)
    }

    fn texts(places: &[Place]) -> Vec<&'static str> {
        let text = |place: &Place| {
            let range = place.span.start as usize..place.span.end as usize;
            MANIFEST
                .get(range)
                .expect("the span is one of the manifest")
        };
        places.iter().map(text).collect()
    }

    fn cause(field: &str, message: &str) -> ApiError {
        ApiError {
            code: 422,
            causes: vec![Cause {
                field: field.to_owned(),
                message: message.to_owned(),
                reason: String::new(),
            }],
            ..ApiError::default()
        }
    }

    #[test]
    fn an_item_is_found_by_its_name_where_the_cluster_has_more_of_them() {
        let live = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "injected"}, {"name": "web"}, {"name": "log"},
        ]}}}});
        let manifest = manifest();
        let error = cause("spec.template.spec.containers[2].image", "no");
        let found = refused(manifest.root(), &error, Some(&live));
        assert_eq!(texts(&found), ["image: log:1.0.0"]);
        let found = refused(manifest.root(), &error, None);
        assert_eq!(
            texts(&found).len(),
            1,
            "without the stored list the index counts"
        );
    }

    #[test]
    fn beneath_an_immutable_field_only_what_changed_is_shown() {
        let live = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "web", "image": "nginx:1.26"}, {"name": "log", "image": "log:1.0.0"},
        ]}}}});
        let manifest = manifest();
        let error = cause("spec.template", "Invalid value: {…}: field is immutable");
        let found = refused(manifest.root(), &error, Some(&live));
        assert_eq!(texts(&found), ["image: nginx:1.27"]);
    }

    #[test]
    fn a_missing_field_is_shown_at_what_should_hold_it() {
        let manifest = manifest();
        let error = cause("spec.selector", "Required value");
        let found = refused(manifest.root(), &error, None);
        assert_eq!(texts(&found), ["spec"]);
        assert_eq!(found[0].text, "Required value");
    }

    #[test]
    fn an_error_of_types_names_its_fields_in_the_text() {
        let manifest = manifest();
        let error = ApiError {
            code: 500,
            message: "failed to create typed patch object (p/web; apps/v1, Kind=Deployment): \
                      .spec.template.spec.containers[name=\"log\"].image: expected string"
                .to_owned(),
            ..ApiError::default()
        };
        let found = refused(manifest.root(), &error, None);
        assert_eq!(texts(&found), ["image: log:1.0.0"]);
    }

    #[test]
    fn a_value_that_a_message_quotes_is_found() {
        let manifest = manifest();
        let error = ApiError {
            code: 400,
            message: "parsing \"log:1.0.0\": invalid".to_owned(),
            ..ApiError::default()
        };
        let found = refused(manifest.root(), &error, None);
        assert_eq!(texts(&found), ["image: log:1.0.0"]);
    }
}
