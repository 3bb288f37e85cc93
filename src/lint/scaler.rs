//! What sets the number of a workload's Pods in its stead: HorizontalPodAutoscalers and KEDA.

use std::collections::HashMap;
use std::sync::Arc;

use crate::object::Object;
use crate::yaml::{NodeRef, Scalar, Tree};

/// An object that scales another one.
#[derive(Clone, Debug)]
pub(super) struct Scaler<'a> {
    /// The object.
    pub(super) object: &'a Object,
    /// `spec.scaleTargetRef`.
    pub(super) target: NodeRef<'a>,
    group: String,
    kind: String,
    /// How many Pods there are at least.
    pub(super) minimum: i64,
}

/// The scalers of a run by the name of what they scale.
#[derive(Debug)]
pub(super) struct Scalers<'a> {
    by_name: HashMap<String, Vec<Scaler<'a>>>,
    /// Whether some part of the run speaks of `/spec/replicas`: it is taken care of.
    pub(super) are_replicas_handled: bool,
}

impl<'a> Scalers<'a> {
    /// Finds them among all objects.
    pub(super) fn new(objects: &'a [Object], documents: &'a [Arc<Tree>]) -> Self {
        let mut by_name: HashMap<String, Vec<_>> = HashMap::new();
        for (name, scaler) in objects.iter().filter_map(scaler) {
            by_name.entry(name).or_default().push(scaler);
        }
        Self {
            by_name,
            are_replicas_handled: documents.iter().any(|tree| speaks_of_replicas(tree)),
        }
    }

    /// Those that scale an object, by group, kind, name and namespace.
    pub(super) fn of(&self, object: &Object) -> impl Iterator<Item = &Scaler<'a>> {
        let named = self.by_name.get(&object.id.name).into_iter().flatten();
        named.filter(|scaler| {
            scaler.kind == object.id.kind
                && (scaler.group == object.id.group || scaler.group == "extensions")
                && scaler.object.id.namespace == object.id.namespace
        })
    }

    /// Those with the target of another one.
    pub(super) fn beside(&self, object: &Object) -> impl Iterator<Item = &Scaler<'a>> {
        let own = scaler(object);
        let name = own
            .as_ref()
            .map(|(name, _)| name.as_str())
            .unwrap_or_default();
        let named = self.by_name.get(name).into_iter().flatten();
        let own = own
            .as_ref()
            .map(|(_, own)| (own.kind.clone(), own.group.clone()));
        named.filter(move |scaler| {
            let is_same = own
                .as_ref()
                .is_some_and(|(kind, group)| *kind == scaler.kind && *group == scaler.group);
            is_same && !std::ptr::eq(scaler.object, object)
        })
    }
}

/// Whether an object is a HorizontalPodAutoscaler.
pub(super) fn is_autoscaler(object: &Object) -> bool {
    object.id.group == "autoscaling" && object.id.kind == "HorizontalPodAutoscaler"
}

/// The group of a target, as its `apiVersion` says it.
pub(super) fn group_of(target: NodeRef<'_>, default: &str) -> String {
    match target.get("apiVersion").and_then(NodeRef::as_str) {
        Some(version) => version
            .split_once('/')
            .map_or(String::new(), |(group, _)| group.to_owned()),
        None => default.to_owned(),
    }
}

fn scaler(object: &Object) -> Option<(String, Scaler<'_>)> {
    let is_keda = object.id.group == "keda.sh" && object.id.kind == "ScaledObject";
    if !is_keda && !is_autoscaler(object) {
        return None;
    }
    let spec = object.root().get("spec")?;
    let target = spec.get("scaleTargetRef")?;
    let text = |field| Some(target.get(field)?.as_str()?.into_owned());
    let (minimum, default) = if is_keda {
        ("minReplicaCount", 0)
    } else {
        ("minReplicas", 1)
    };
    let scaler = Scaler {
        object,
        target,
        group: group_of(target, "apps"),
        kind: text("kind").or(is_keda.then(|| "Deployment".to_owned()))?,
        minimum: spec
            .get(minimum)
            .and_then(NodeRef::as_i64)
            .unwrap_or(default),
    };
    Some((text("name")?, scaler))
}

fn speaks_of_replicas(tree: &Tree) -> bool {
    let root = tree.root();
    let mut objects = root.get("items").into_iter().flat_map(NodeRef::items);
    (is_handler(root) || objects.any(is_handler))
        && tree.nodes().any(|node| match node.scalar() {
            Some(Scalar::String(text)) => {
                text.contains("/spec/replicas") || text.contains(".spec.replicas")
            }
            _ => false,
        })
}

fn is_handler(node: NodeRef<'_>) -> bool {
    let kind = node.get("kind").and_then(NodeRef::as_str);
    match kind.as_deref() {
        Some(kind) => matches!(
            kind,
            "Application"
                | "ApplicationSet"
                | "ArgoCD"
                | "Kustomization"
                | "Component"
                | "ConfigMap"
        ),
        None => node.get("resources").is_some(),
    }
}
