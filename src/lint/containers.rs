//! The containers of a Pod, by the part that they play.

use crate::yaml::NodeRef;

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// For the life of the Pod, beside the others.
    Main,
    /// For the life of the Pod, from before the others: an init container that is restarted always.
    Sidecar,
    /// To its end, before the others.
    Init,
    /// Put into a running Pod, to look around.
    Ephemeral,
}

impl Role {
    /// Whether it runs as long as its Pod does.
    pub(crate) fn is_lasting(self) -> bool {
        matches!(self, Self::Main | Self::Sidecar)
    }
}

/// A container of a Pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Container<'t> {
    /// When it runs.
    pub(crate) role: Role,
    /// Its text.
    pub(crate) node: NodeRef<'t>,
}

/// All containers of a Pod, in the order of the API.
pub(crate) fn containers(pod_spec: NodeRef<'_>) -> Vec<Container<'_>> {
    let lists = [
        ("containers", Role::Main),
        ("initContainers", Role::Init),
        ("ephemeralContainers", Role::Ephemeral),
    ];
    let containers = lists.into_iter().flat_map(|(list, role)| {
        let nodes = pod_spec.get(list).into_iter().flat_map(NodeRef::items);
        nodes.map(move |node| Container {
            role: if role == Role::Init && is_restarted_always(node) {
                Role::Sidecar
            } else {
                role
            },
            node,
        })
    });
    containers.collect()
}

fn is_restarted_always(container: NodeRef<'_>) -> bool {
    let policy = container.get("restartPolicy").and_then(NodeRef::as_str);
    policy.as_deref() == Some("Always")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn an_init_container_that_is_restarted_always_is_a_sidecar() {
        let sample = Sample::read(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a}]\n  \
             initContainers: [{name: b, restartPolicy: Always}, {name: c}]\n",
        );
        let pod_spec = sample.objects[0].pod_spec().expect("a Pod has a spec");
        let roles: Vec<Role> = containers(pod_spec).iter().map(|one| one.role).collect();
        assert_eq!(roles, [Role::Main, Role::Sidecar, Role::Init]);
        assert!(roles[1].is_lasting() && !roles[2].is_lasting());
    }
}
