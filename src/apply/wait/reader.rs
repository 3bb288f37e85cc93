//! What a wait reads: few requests where little is open, whole lists where much is.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::selector::label_selector;
use crate::apply::Applied;
use crate::apply::causes::{Event, read_events};
use crate::apply::children;
use crate::apply::status::text;
use crate::cluster::{Cluster, ClusterError, Resource, Selector};

/// From how many open objects of one resource and namespace on they are listed, not read one by one.
const LIST_FROM: usize = 5;

/// A collection: a resource in a namespace.
type Place = (String, String, String);

/// Reads from the cluster, and remembers what it was not allowed to read.
pub(super) struct Reader<'a> {
    cluster: &'a Cluster,
    notes: RefCell<BTreeSet<String>>,
}

/// The lists of one round.
pub(super) struct Lists {
    /// Shared: a thousand workloads look into the same list of Pods.
    lists: BTreeMap<Place, Rc<Vec<Value>>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(cluster: &'a Cluster) -> Self {
        Self {
            cluster,
            notes: RefCell::default(),
        }
    }

    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes.into_inner().into_iter().collect()
    }

    /// Lists what many of these objects need; a list that fails is read one by one later, with its error.
    pub(super) async fn lists(&self, open: impl Iterator<Item = &Applied>) -> Lists {
        let mut counts: BTreeMap<Place, (Resource, Option<String>, usize)> = BTreeMap::new();
        for applied in open {
            let namespace = applied.id.namespace.clone();
            for resource in needed(applied) {
                let entry = counts
                    .entry(place(&resource, namespace.as_deref()))
                    .or_insert((resource, namespace.clone(), 0));
                entry.2 += 1;
            }
        }
        let questions: Vec<(Resource, Option<String>)> = counts
            .into_values()
            .filter(|(.., count)| *count >= LIST_FROM)
            .map(|(resource, namespace, _)| (resource, namespace))
            .collect();
        let answers = self
            .cluster
            .list_all(&questions, &Selector::default())
            .await;
        let lists = questions
            .iter()
            .zip(answers)
            .filter_map(|((resource, namespace), answer)| {
                Some((place(resource, namespace.as_deref()), Rc::new(answer.ok()?)))
            })
            .collect();
        Lists { lists }
    }

    /// The object as it is now.
    pub(super) async fn object(
        &self,
        lists: &Lists,
        applied: &Applied,
    ) -> Result<Option<Value>, ClusterError> {
        let namespace = applied.id.namespace.as_deref();
        if let Some(list) = lists.lists.get(&place(&applied.resource, namespace)) {
            let name = Some(applied.id.name.as_str());
            let found = list
                .iter()
                .find(|object| text(object, "/metadata/name") == name);
            return Ok(found.cloned());
        }
        self.cluster
            .get(&applied.resource, namespace, &applied.id.name)
            .await
    }

    /// The objects of a resource that a workload's selector matches.
    pub(super) async fn selected(
        &self,
        lists: &Lists,
        resource: &Resource,
        workload: &Value,
    ) -> Rc<Vec<Value>> {
        let namespace = text(workload, "/metadata/namespace");
        if let Some(list) = lists.lists.get(&place(resource, namespace)) {
            return Rc::clone(list);
        }
        let Some(labels) = label_selector(workload) else {
            return Rc::default();
        };
        let selector = Selector {
            labels,
            fields: String::new(),
        };
        Rc::new(self.list(resource, namespace, &selector).await)
    }

    /// The events about an object, the oldest first.
    pub(super) async fn events(&self, namespace: Option<&str>, uid: &str) -> Vec<Event> {
        let selector = Selector {
            labels: String::new(),
            fields: format!("involvedObject.uid={uid}"),
        };
        // Events about what has no namespace are in this one.
        let namespace = namespace.unwrap_or("default");
        let events = self
            .list(
                &Resource::core("events", "Event", true),
                Some(namespace),
                &selector,
            )
            .await;
        read_events(&events)
    }

    /// The events about an object that was read.
    pub(super) async fn events_of(&self, object: &Value) -> Vec<Event> {
        let Some(uid) = children::uid(object) else {
            return Vec::new();
        };
        self.events(text(object, "/metadata/namespace"), uid).await
    }

    /// A storage class; `None` where there is none, or where it may not be read.
    pub(super) async fn storage_class(&self, name: &str) -> Option<Value> {
        let classes = Resource {
            group: "storage.k8s.io".to_owned(),
            ..Resource::core("storageclasses", "StorageClass", false)
        };
        self.cluster.get(&classes, None, name).await.ok().flatten()
    }

    /// A container's log; empty where there is none.
    pub(super) async fn log(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        previous: bool,
        lines: u32,
    ) -> String {
        let log = self
            .cluster
            .logs(namespace, pod, container, previous, lines)
            .await;
        match log {
            Ok(log) => log,
            Err(error) => {
                self.note(&error);
                String::new()
            }
        }
    }

    async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> Vec<Value> {
        match self.cluster.list(resource, namespace, selector).await {
            Ok(objects) => objects,
            Err(error) => {
                self.note(&error);
                Vec::new()
            }
        }
    }

    /// Remembers what is forbidden; everything else passes or is told by the object itself.
    fn note(&self, error: &ClusterError) {
        if matches!(error, ClusterError::Forbidden { .. }) {
            self.notes.borrow_mut().insert(error.to_string());
        }
    }
}

/// Pods.
pub(super) fn pods() -> Resource {
    Resource::core("pods", "Pod", true)
}

/// ReplicaSets.
pub(super) fn replica_sets() -> Resource {
    Resource {
        group: "apps".to_owned(),
        ..Resource::core("replicasets", "ReplicaSet", true)
    }
}

/// ControllerRevisions, which number the revisions of a DaemonSet.
pub(super) fn controller_revisions() -> Resource {
    Resource {
        group: "apps".to_owned(),
        ..Resource::core("controllerrevisions", "ControllerRevision", true)
    }
}

/// The collections that an open object needs, its own first.
fn needed(applied: &Applied) -> Vec<Resource> {
    let mut needed = vec![applied.resource.clone()];
    match (applied.id.group.as_str(), applied.id.kind.as_str()) {
        ("apps", "Deployment") => needed.extend([replica_sets(), pods()]),
        ("apps", "StatefulSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("batch", "Job") => needed.push(pods()),
        ("apps", "DaemonSet") => needed.extend([controller_revisions(), pods()]),
        _ => {}
    }
    needed
}

fn place(resource: &Resource, namespace: Option<&str>) -> Place {
    (
        resource.api_version(),
        resource.plural.clone(),
        namespace.unwrap_or("").to_owned(),
    )
}
