//! Manifest → what is sent: one object in its namespace, with the set's label.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::{ObjectError, Place, Problem};
use super::mask::merge_string_data;
use super::origin;
use super::set::{PART_OF, Set};
use crate::cluster::{Discovery, Resource, nearest};
use crate::object::{GroupKind, Object, ObjectId};

/// Fields that only the server writes; they came from a cluster and can never be wished for.
const SERVERS_OWN: [&str; 6] = [
    "managedFields",
    "resourceVersion",
    "uid",
    "creationTimestamp",
    "generation",
    "selfLink",
];

/// One object as it shall be.
#[derive(Clone, Debug)]
pub(super) struct Desired {
    pub(super) id: ObjectId,
    /// `None` for a kind that a CustomResourceDefinition of the same set makes.
    pub(super) resource: Option<Resource>,
    pub(super) value: Value,
    pub(super) manifest: Object,
}

/// What is needed to turn manifests into what is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) discovery: &'a Discovery,
    pub(super) set: &'a Set,
    /// The namespace for objects that name none.
    pub(super) namespace: Option<&'a str>,
}

/// Reads all manifests; what cannot be applied is told apart and hides nothing.
pub(super) fn read(objects: &[Object], reading: Reading<'_>) -> (Vec<Desired>, Vec<Problem>) {
    let definitions = definitions(objects);
    let mut wanted: Vec<Desired> = Vec::new();
    let mut problems = Vec::new();
    let mut seen: BTreeMap<ObjectId, usize> = BTreeMap::new();
    for object in objects {
        let desired = match one(object, &definitions, reading) {
            Ok(desired) => desired,
            Err(error) => {
                problems.push(problem(object, object.id.clone(), error));
                continue;
            }
        };
        match seen.get(&desired.id) {
            None => {
                seen.insert(desired.id.clone(), wanted.len());
                wanted.push(desired);
            }
            Some(first) => problems.push(duplicate(object, &wanted[*first])),
        }
    }
    (wanted, problems)
}

/// A problem with its places in the manifest.
pub(super) fn problem(manifest: &Object, object: ObjectId, error: ObjectError) -> Problem {
    Problem {
        places: origin::places(&error, manifest, None),
        object,
        error,
    }
}

fn duplicate(object: &Object, first: &Desired) -> Problem {
    let error = ObjectError::Duplicate;
    let mut places = origin::places(&error, object, None);
    let earlier = origin::places(&error, &first.manifest, None).into_iter();
    places.extend(earlier.map(|place| Place {
        text: "first here".to_owned(),
        ..place
    }));
    Problem {
        object: first.id.clone(),
        places,
        error,
    }
}

fn one(
    object: &Object,
    definitions: &BTreeMap<(GroupKind, String), bool>,
    reading: Reading<'_>,
) -> Result<Desired, ObjectError> {
    if object.id.name.is_empty() {
        return Err(ObjectError::NoName);
    }
    let kind = object.id.group_kind();
    let resource = reading.discovery.resource(&kind, &object.version);
    let coming = definitions.get(&(kind.clone(), object.version.clone()));
    let namespaced = match (resource, coming) {
        (Some(resource), _) if !resource.can("patch") => {
            return Err(ObjectError::NotAppliable {
                kind,
                verbs: resource.verbs.join(", "),
            });
        }
        (Some(resource), _) => resource.namespaced,
        (None, Some(namespaced)) => *namespaced,
        (None, None) => return Err(unknown_kind(object, reading.discovery)),
    };
    let namespace = match object.id.namespace.as_deref().or(reading.namespace) {
        Some(namespace) if namespaced => Some(namespace.to_owned()),
        None if namespaced => return Err(ObjectError::NoNamespace),
        _ => None,
    };
    let mut value = object.value();
    merge_string_data(&mut value);
    prepare_metadata(&mut value, namespace.as_deref(), &reading.set.id())?;
    Ok(Desired {
        id: ObjectId {
            namespace,
            ..object.id.clone()
        },
        resource: resource.cloned(),
        value,
        manifest: object.clone(),
    })
}

/// Writes namespace and label, and takes out what only the server writes.
fn prepare_metadata(
    value: &mut Value,
    namespace: Option<&str>,
    id: &str,
) -> Result<(), ObjectError> {
    let Some(metadata) = value["metadata"].as_object_mut() else {
        return Ok(());
    };
    metadata.retain(|key, _| !SERVERS_OWN.contains(&key.as_str()));
    match namespace {
        Some(namespace) => metadata.insert("namespace".to_owned(), namespace.into()),
        None => metadata.remove("namespace"),
    };
    let labels = metadata.entry("labels").or_insert(Value::Null);
    if labels.is_null() {
        *labels = Value::Object(serde_json::Map::new());
    }
    // Labels of another shape are the server's to refuse.
    if let Value::Object(labels) = labels {
        if labels.contains_key(PART_OF) {
            return Err(ObjectError::LabelInManifest);
        }
        labels.insert(PART_OF.to_owned(), id.into());
    }
    Ok(())
}

/// The kinds and versions that CustomResourceDefinitions among the manifests make, and whether they are namespaced.
fn definitions(objects: &[Object]) -> BTreeMap<(GroupKind, String), bool> {
    let mut made = BTreeMap::new();
    for object in objects {
        if object.id.kind != "CustomResourceDefinition" || object.id.group != "apiextensions.k8s.io"
        {
            continue;
        }
        let value = object.value();
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let (Some(group), Some(kind)) = (text("/spec/group"), text("/spec/names/kind")) else {
            continue;
        };
        let kind = GroupKind {
            group: group.to_owned(),
            kind: kind.to_owned(),
        };
        let namespaced = text("/spec/scope") == Some("Namespaced");
        let versions = value.pointer("/spec/versions").and_then(Value::as_array);
        for version in versions.into_iter().flatten() {
            let served = version["served"] == true;
            if let Some(name) = version["name"].as_str().filter(|_| served) {
                made.insert((kind.clone(), name.to_owned()), namespaced);
            }
        }
    }
    made
}

fn unknown_kind(object: &Object, discovery: &Discovery) -> ObjectError {
    let kind = object.id.group_kind();
    let versions = discovery.versions(&kind);
    let help = if !versions.is_empty() {
        format!("it serves {}; change apiVersion", versions.join(", "))
    } else if discovery.is_stale(&kind.group) {
        format!(
            "the extension server of {} does not answer; look at its APIService",
            kind.group
        )
    } else if let Some(other) = elsewhere(&kind, discovery) {
        format!("did you mean {other}?")
    } else {
        "install its CustomResourceDefinition first, or add it to the manifests".to_owned()
    };
    ObjectError::UnknownKind {
        kind,
        version: object.version.clone(),
        help,
    }
}

/// The same kind in another group, or a kind of the same group with a name that is near.
fn elsewhere(kind: &GroupKind, discovery: &Discovery) -> Option<String> {
    let same_name = discovery.kinds().find(|known| known.kind == kind.kind);
    let found = if let Some(known) = same_name {
        known.clone()
    } else {
        let of_group: BTreeSet<&str> = discovery
            .kinds()
            .filter(|known| known.group == kind.group)
            .map(|known| known.kind.as_str())
            .collect();
        GroupKind {
            group: kind.group.clone(),
            kind: nearest(&kind.kind, of_group)?.to_owned(),
        }
    };
    let resource = discovery.preferred(&found)?;
    Some(format!(
        "kind {} of {}",
        resource.kind,
        resource.api_version()
    ))
}
