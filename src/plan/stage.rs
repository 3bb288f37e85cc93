//! The order in which objects are applied; deletion is the reverse.

use crate::object::{GroupKind, ObjectId, Stage, kind_info};

/// When an object is applied: all objects of a wave may be applied at once, and waves one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wave {
    /// The stage of its kind.
    pub stage: Stage,
    /// The place within the stage.
    pub rank: u8,
}

/// The rank of kinds that the table leaves out.
const ORDINARY: u8 = 5;

/// The wave of a kind.
///
/// What a workload refers to is there before it, as far as the server or a controller acts on it at
/// creation: classes, quotas and accounts decide on a Pod's admission, a binding's role is looked up.
pub fn wave(kind: &GroupKind) -> Wave {
    let info = kind_info(&kind.group, &kind.kind);
    let stage = info.map_or(Stage::Workloads, |info| info.stage);
    let rank = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => 0,
        (
            "scheduling.k8s.io" | "node.k8s.io" | "storage.k8s.io" | "resource.k8s.io",
            "PriorityClass"
            | "RuntimeClass"
            | "StorageClass"
            | "VolumeAttributesClass"
            | "CSIDriver"
            | "DeviceClass",
        )
        | ("networking.k8s.io", "IngressClass" | "NetworkPolicy")
        | ("", "ResourceQuota" | "LimitRange" | "ServiceAccount") => 1,
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => 2,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => 3,
        ("", "ConfigMap" | "Secret" | "PersistentVolume" | "PersistentVolumeClaim") => 4,
        // They judge or feed on workloads.
        ("autoscaling" | "policy" | "networking.k8s.io" | "apiregistration.k8s.io", _)
            if stage == Stage::Workloads =>
        {
            6
        }
        _ => ORDINARY,
    };
    Wave { stage, rank }
}

/// The key by which a plan is sorted: waves, then by name, so that two runs look alike.
pub fn order(object: &ObjectId) -> (Wave, &ObjectId) {
    (wave(&object.group_kind()), object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(group: &str, kind: &str) -> Wave {
        wave(&GroupKind {
            group: group.to_owned(),
            kind: kind.to_owned(),
        })
    }

    #[test]
    fn definitions_come_first_and_webhooks_last() {
        let order = [
            of("", "Namespace"),
            of("apiextensions.k8s.io", "CustomResourceDefinition"),
            of("", "ServiceAccount"),
            of("rbac.authorization.k8s.io", "Role"),
            of("rbac.authorization.k8s.io", "RoleBinding"),
            of("", "ConfigMap"),
            of("", "Service"),
            of("apps", "Deployment"),
            of("autoscaling", "HorizontalPodAutoscaler"),
            of(
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration",
            ),
        ];
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn a_kind_that_is_not_built_in_is_a_workload() {
        assert_eq!(of("example.com", "Widget"), of("apps", "Deployment"));
    }
}
