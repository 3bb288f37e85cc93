//! Where an object says how much of something it wants.

use std::borrow::Cow;

use super::containers::{Role, containers};
use super::{Applicability, Edit, Fix};
use crate::object::{Object, Quantity};
use crate::yaml::NodeRef;

/// What a container, or a Pod, asks for and is held to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resources<'t> {
    /// The field `resources`.
    pub(crate) node: NodeRef<'t>,
}

/// An amount of something, at its place.
#[derive(Clone, Debug)]
pub(crate) struct Amount<'t> {
    /// What it is an amount of: `cpu`, `memory`, `storage`, …
    pub(crate) resource: Cow<'t, str>,
    /// Its value, which may be no quantity.
    pub(crate) node: NodeRef<'t>,
}

impl<'t> Amount<'t> {
    /// The amount as it is written, null and collections aside.
    pub(crate) fn text(&self) -> Option<Cow<'t, str>> {
        let is_left_open = |text: &str| text.contains("${") || text.contains("$(");
        let text = self.node.raw().filter(|_| !self.node.is_null())?;
        (!is_left_open(&text)).then_some(text)
    }

    /// Writes another amount in its place. Only a person knows what was meant, so it is never safe.
    pub(crate) fn fix(&self, meant: String) -> Fix {
        Fix {
            title: format!("Write `{meant}`"),
            applicability: Applicability::Unsafe,
            edits: vec![Edit {
                span: self.node.span(),
                text: meant,
            }],
        }
    }

    /// The amount, where it is one.
    pub(crate) fn quantity(&self) -> Option<Quantity> {
        self.text()?.parse().ok()
    }
}

impl<'t> Resources<'t> {
    /// The amounts under `requests` or `limits`.
    pub(crate) fn amounts(self, list: &str) -> Vec<Amount<'t>> {
        self.node.get(list).map(amounts).unwrap_or_default()
    }

    /// The amount of one resource under `requests` or `limits`, unless it is zero, which is as good as none.
    pub(crate) fn amount(self, list: &str, resource: &str) -> Option<NodeRef<'t>> {
        let node = self.node.get(list)?.get(resource)?;
        let is_zero = |text: Cow<'_, str>| text.parse() == Ok(Quantity { nano: 0 });
        let is_none = node.is_null() || node.raw().is_some_and(is_zero);
        (!is_none).then_some(node)
    }
}

/// The resources of a Pod as a whole and of all its containers.
pub(crate) fn resources(object: &Object) -> Vec<Resources<'_>> {
    let Some(pod_spec) = object.pod_spec() else {
        return Vec::new();
    };
    let containers = containers(pod_spec).into_iter();
    let holders = containers.filter(|container| container.role != Role::Ephemeral);
    std::iter::once(pod_spec)
        .chain(holders.map(|container| container.node))
        .filter_map(|holder| holder.get("resources"))
        .map(|node| Resources { node })
        .collect()
}

/// Every amount of an object of a kind that is built into Kubernetes.
pub(crate) fn all_amounts(object: &Object) -> Vec<Amount<'_>> {
    let root = object.root();
    let mut found: Vec<Amount<'_>> = resources(object)
        .into_iter()
        .flat_map(|resources| lists(resources.node))
        .collect();
    let volumes = object.pod_spec().and_then(|spec| spec.get("volumes"));
    for volume in volumes.into_iter().flat_map(NodeRef::items) {
        let size = volume.at(&["emptyDir", "sizeLimit"]);
        found.extend(size.map(|node| amount("storage", node)));
        let claim = volume.at(&["ephemeral", "volumeClaimTemplate", "spec", "resources"]);
        found.extend(claim.into_iter().flat_map(lists));
    }
    match (object.id.group.as_str(), object.id.kind.as_str()) {
        ("", "PersistentVolumeClaim") => {
            found.extend(root.at(&["spec", "resources"]).into_iter().flat_map(lists));
        }
        ("", "PersistentVolume") => {
            found.extend(root.at(&["spec", "capacity"]).into_iter().flat_map(amounts));
        }
        ("", "ResourceQuota") => {
            let hard = root.at(&["spec", "hard"]).into_iter().flat_map(amounts);
            found.extend(hard.map(|amount| Amount {
                resource: without_list(amount.resource),
                node: amount.node,
            }));
        }
        ("", "LimitRange") => {
            let limits = root.at(&["spec", "limits"]).into_iter();
            for limit in limits.flat_map(NodeRef::items) {
                let lists = ["default", "defaultRequest", "min", "max"];
                found.extend(
                    lists
                        .iter()
                        .filter_map(|list| limit.get(list))
                        .flat_map(amounts),
                );
            }
        }
        ("apps", "StatefulSet") => {
            let claims = root.at(&["spec", "volumeClaimTemplates"]).into_iter();
            let claims = claims.flat_map(NodeRef::items);
            let resources = claims.filter_map(|claim| claim.at(&["spec", "resources"]));
            found.extend(resources.flat_map(lists));
        }
        _ => {}
    }
    found
}

fn lists(resources: NodeRef<'_>) -> Vec<Amount<'_>> {
    let lists = ["requests", "limits"].into_iter();
    lists
        .filter_map(|list| resources.get(list))
        .flat_map(amounts)
        .collect()
}

fn amounts(list: NodeRef<'_>) -> Vec<Amount<'_>> {
    let fields = list.fields().into_iter();
    fields
        .map(|(resource, node)| Amount { resource, node })
        .collect()
}

fn amount<'t>(resource: &'static str, node: NodeRef<'t>) -> Amount<'t> {
    Amount {
        resource: Cow::Borrowed(resource),
        node,
    }
}

/// `requests.memory` in a ResourceQuota is an amount of memory.
fn without_list(resource: Cow<'_, str>) -> Cow<'_, str> {
    let rest = resource
        .strip_prefix("requests.")
        .or_else(|| resource.strip_prefix("limits."));
    match rest {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => resource,
    }
}
