//! What of the set is in the cluster already.

use std::collections::BTreeMap;

use serde_json::Value;

use super::inventory::Inventory;
use super::set::{PART_OF, Set};
use crate::cluster::{Cluster, ClusterError, Resource, Selector};
use crate::object::{GroupKind, ObjectId};

/// Objects that carry the set's label, and the kinds that could not be asked for.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) found: BTreeMap<ObjectId, (Resource, Value)>,
    pub(super) failures: Vec<(GroupKind, ClusterError)>,
    /// Kinds whose own server does not answer: they may have members, and nobody can say which.
    pub(super) silent: Vec<GroupKind>,
}

/// Lists the objects that carry the set's label, over the kinds and namespaces of its record: the
/// record is written before a member is, so there are none elsewhere.
///
/// `versions` says in which version a kind is wanted, so that what is listed can be compared.
pub(super) async fn members(
    cluster: &Cluster,
    set: &Set,
    inventory: &Inventory,
    versions: &BTreeMap<GroupKind, Resource>,
) -> Members {
    let discovery = cluster.discovery();
    let mut members = Members::default();
    let mut questions = Vec::new();
    for kind in &inventory.kinds {
        let resource = versions.get(kind).or_else(|| discovery.preferred(kind));
        let Some(resource) = resource else {
            // A kind that is no longer served has no objects; one whose server is silent may have.
            if discovery.is_stale(&kind.group) {
                members.silent.push(kind.clone());
            }
            continue;
        };
        if !resource.namespaced {
            questions.push((resource.clone(), None));
            continue;
        }
        let home = std::iter::once(set.namespace());
        let namespaces = home.chain(inventory.namespaces.iter().map(String::as_str));
        questions
            .extend(namespaces.map(|namespace| (resource.clone(), Some(namespace.to_owned()))));
    }
    let selector = Selector::label(PART_OF, &set.id());
    let answers = cluster.list_all(&questions, &selector).await;
    for ((resource, _), answer) in questions.into_iter().zip(answers) {
        match answer {
            Ok(objects) => members.found.extend(
                objects
                    .into_iter()
                    .map(|object| (id(&object, &resource), (resource.clone(), object))),
            ),
            Err(error) => members.failures.push((resource.group_kind(), error)),
        }
    }
    members
}

/// What names an object of the cluster.
fn id(object: &Value, resource: &Resource) -> ObjectId {
    let text = |key: &str| object["metadata"][key].as_str().map(str::to_owned);
    ObjectId {
        group: resource.group.clone(),
        kind: resource.kind.clone(),
        namespace: text("namespace"),
        name: text("name").unwrap_or_default(),
    }
}
