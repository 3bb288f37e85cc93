//! Where a manifest says what the server refuses.

use serde_json::Value;

use super::error::{Conflict, ObjectError, Place};
use crate::cluster::{ApiError, Cause};
use crate::object::{FieldPath, Object, Step};
use crate::yaml::{Kind, NodeRef};

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
    let mut found: Vec<Place> = causes
        .filter_map(|cause| caused(root, cause, live))
        .collect();
    if found.is_empty() {
        found = typed(root, &api.message);
    }
    found
}

/// A cause names a field of the object that the server would have stored.
fn caused(root: NodeRef<'_>, cause: &Cause, live: Option<&Value>) -> Option<Place> {
    if cause.field.is_empty() || cause.field == "<nil>" {
        return None;
    }
    let path = FieldPath::parse(&cause.field)?;
    Some(place(in_manifest(root, &path, live), &cause.message))
}

/// Follows a path of the stored object in the manifest: a list's item is found by its name there,
/// since the stored list may hold items of others.
fn in_manifest<'t>(root: NodeRef<'t>, path: &FieldPath, live: Option<&Value>) -> NodeRef<'t> {
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
            None => break,
        }
    }
    node
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

/// Follows a path as managed fields write it: `.data.index.html`, `.spec.ports[port=80,protocol="TCP"]`.
/// Dots in keys are not escaped there, so keys are matched against those that the manifest has.
fn managed<'t>(root: NodeRef<'t>, path: &str) -> NodeRef<'t> {
    let mut node = root;
    let mut rest = path;
    while !rest.is_empty() {
        let next = if let Some(inside) = rest.strip_prefix('[') {
            item(node, inside)
        } else {
            key(node, rest.strip_prefix('.').unwrap_or(rest))
        };
        let Some((found, after)) = next else { break };
        node = found.resolved();
        rest = after;
    }
    node
}

/// The longest key of a mapping with which a path goes on.
fn key<'t, 'p>(node: NodeRef<'t>, rest: &'p str) -> Option<(NodeRef<'t>, &'p str)> {
    let fields = node.fields().into_iter();
    fields
        .filter_map(|(key, value)| {
            let after = rest.strip_prefix(key.as_ref())?;
            let ends = after.is_empty() || after.starts_with(['.', '[']);
            ends.then_some((value, after))
        })
        .min_by_key(|(_, after)| after.len())
}

/// The item of a list that a path picks by its keys, its value, or its index.
fn item<'t, 'p>(node: NodeRef<'t>, inside: &'p str) -> Option<(NodeRef<'t>, &'p str)> {
    if node.kind() != Kind::Sequence {
        return None;
    }
    let (picked, after) = split_brackets(inside)?;
    let found = node.items().enumerate().find(|(index, item)| {
        let parts = split_commas(picked);
        parts.into_iter().all(|part| match part.split_once('=') {
            None => part.parse() == Ok(*index),
            Some(("", value)) => is_value(*item, value),
            // A key that the manifest leaves out has its default there.
            Some((key, value)) => item.get(key).is_none_or(|own| is_value(own, value)),
        })
    });
    found.map(|(_, item)| (item, after))
}

fn is_value(node: NodeRef<'_>, text: &str) -> bool {
    let value = serde_json::from_str::<Value>(text);
    value.is_ok_and(|value| node.to_json() == value)
}

/// Splits `a="]",b=1].c` at the bracket that stands outside of quotes.
fn split_brackets(text: &str) -> Option<(&str, &str)> {
    let at = outside_quotes(text).find(|(_, letter)| *letter == ']')?.0;
    Some((&text[..at], &text[at + 1..]))
}

fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in outside_quotes(text).filter(|(_, letter)| *letter == ',') {
        parts.push(&text[start..at]);
        start = at + 1;
    }
    parts.push(&text[start..]);
    parts
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quoted = false;
    let mut escaped = false;
    text.char_indices().filter(move |(_, letter)| {
        if escaped {
            escaped = false;
            return false;
        }
        escaped = quoted && *letter == '\\';
        if *letter == '"' {
            quoted = !quoted;
            return false;
        }
        !quoted
    })
}
