//! `namespace-not-declared`: objects for a namespace that nothing makes.

use super::Report;
use crate::lint::Context;
use crate::object::{Object, Scope};

/// Namespaces of every cluster.
const BY_THE_CLUSTER: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/// Reports the first object of each namespace that the run does not have, in a run that has others.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(namespace) = object.id.namespace.as_deref() else {
        return;
    };
    let is_cluster_wide = object
        .info()
        .is_some_and(|info| info.scope == Scope::Cluster);
    let declares = |other: &&Object| {
        matches!(
            other.id.kind.as_str(),
            "Namespace" | "Project" | "ProjectRequest"
        )
    };
    let is_declared = context.named(namespace).iter().any(declares);
    if is_declared
        || is_cluster_wide
        || BY_THE_CLUSTER.contains(&namespace)
        || namespace.starts_with("openshift-")
    {
        return;
    }
    let providers = context.providers();
    let is_unknown = !context.is_complete
        || context.of_kind("", "Namespace").is_empty()
        || context.is_patch(object)
        || namespace.contains(['$', '{'])
        || providers.kustomizations().set_namespaces()
        || providers.could_come_unseen(object, Some(namespace), namespace);
    let is_first = || {
        let mut objects = context.objects.iter();
        let first = objects.find(|other| {
            let is_of_cluster = other
                .info()
                .is_some_and(|info| info.scope == Scope::Cluster);
            other.id.namespace.as_deref() == Some(namespace) && !is_of_cluster
        });
        first.is_some_and(|first| std::ptr::eq(first, object))
    };
    if is_unknown || !is_first() {
        return;
    }
    let place = object
        .root()
        .at(&["metadata", "namespace"])
        .unwrap_or(object.root());
    let message = format!("no manifest makes namespace `{namespace}`");
    reports.push(Report::new(message, place.label_span()));
}
