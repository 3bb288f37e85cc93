//! The fields of Kubernetes objects that take a string and where people like to write something else.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::each::Query;
use crate::object::Object;
use crate::yaml::{Kind, NodeId, NodeRef};

/// Of every object.
const OF_ALL: &[&str] = &["metadata.{labels,annotations}.*"];

/// Of kinds that are built into Kubernetes; another kind's fields of these names may be anything.
const OF_BUILT_IN: &[&str] = &[
    "podMetadata.{labels,annotations}.*",
    "spec.jobTemplate.metadata.{labels,annotations}.*",
    "spec.volumeClaimTemplates[*].metadata.{labels,annotations}.*",
    "spec.selector.matchLabels.*",
    "spec.selector.matchExpressions[*].values[*]",
    "spec.{podSelector,namespaceSelector}.matchLabels.*",
    "podSpec.nodeSelector.*",
    "podSpec.tolerations[*].{key,value}",
    "podSpec.topologySpreadConstraints[*].labelSelector.matchLabels.*",
    "podSpec.{containers,initContainers,ephemeralContainers}[*].env[*].value",
    "podSpec.{containers,initContainers,ephemeralContainers}[*].{command,args}[*]",
    "podSpec.{containers,initContainers,ephemeralContainers}[*].{livenessProbe,readinessProbe,startupProbe}.exec.command[*]",
    "podSpec.{containers,initContainers,ephemeralContainers}[*].lifecycle.{postStart,preStop}.exec.command[*]",
];

/// Of single kinds.
const OF_KIND: &[(&str, &str, &str)] = &[
    ("", "ConfigMap", "data.*"),
    ("", "ReplicationController", "spec.selector.*"),
    ("", "Secret", "{data,stringData}.*"),
    ("", "Service", "spec.selector.*"),
    ("storage.k8s.io", "StorageClass", "parameters.*"),
];

static QUERIES: LazyLock<Queries> = LazyLock::new(|| Queries {
    all: OF_ALL.iter().map(|text| query(text)).collect(),
    built_in: OF_BUILT_IN.iter().map(|text| query(text)).collect(),
    kinds: OF_KIND
        .iter()
        .map(|(group, kind, text)| (*group, *kind, query(text)))
        .collect(),
});

struct Queries {
    all: Vec<Query>,
    built_in: Vec<Query>,
    kinds: Vec<(&'static str, &'static str, Query)>,
}

fn query(text: &str) -> Query {
    Query::parse(text).expect("the queries of this file are valid")
}

/// The scalars of an object that stand where a string is needed. Nulls are not among them: the API
/// server reads them as empty strings.
pub(crate) fn string_places(object: &Object) -> BTreeSet<NodeId> {
    let queries = &*QUERIES;
    let is_built_in = object.info().is_some();
    let of_built_in = queries.built_in.iter().filter(|_| is_built_in);
    let of_kind = queries.kinds.iter().filter_map(|(group, kind, query)| {
        (object.id.group == *group && object.id.kind == *kind).then_some(query)
    });
    queries
        .all
        .iter()
        .chain(of_built_in)
        .chain(of_kind)
        .flat_map(|query| query.matches(object))
        .filter(|node| node.resolved().kind() == Kind::Scalar)
        .map(NodeRef::id)
        .collect()
}
