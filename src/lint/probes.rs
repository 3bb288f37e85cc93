//! The probes of a Pod's containers.

use super::containers::{Container, containers};
use crate::object::Object;
use crate::yaml::NodeRef;

/// A probe with the container that it asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe<'t> {
    /// Which one: `livenessProbe`, `readinessProbe` or `startupProbe`.
    pub(crate) name: &'static str,
    /// Its text.
    pub(crate) node: NodeRef<'t>,
    /// The container that it asks.
    pub(crate) container: Container<'t>,
}

/// All probes of an object's Pods.
pub(crate) fn probes(object: &Object) -> Vec<Probe<'_>> {
    let containers = object.pod_spec().map(containers).unwrap_or_default();
    let probes = containers.into_iter().flat_map(|container| {
        let names = ["startupProbe", "readinessProbe", "livenessProbe"].into_iter();
        names.filter_map(move |name| {
            let node = container.node.get(name).filter(|node| !node.is_null())?;
            Some(Probe {
                name,
                node,
                container,
            })
        })
    });
    probes.collect()
}
