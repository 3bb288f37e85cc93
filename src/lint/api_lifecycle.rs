//! Versions of Kubernetes' APIs that are deprecated or gone, as data.
//!
//! From the deprecation guide and the change logs of Kubernetes; what a version of the table's age
//! serves is told by its discovery.

#![expect(
    clippy::unnecessary_wraps,
    reason = "the columns of the table are optional"
)]

/// A minor release of Kubernetes: 37 is 1.37.
pub(super) type Minor = u32;

/// A version of a kind on its way out.
#[derive(Debug)]
pub(super) struct Retired {
    /// Group and version as manifests name them.
    pub(super) api_version: &'static str,
    /// The kind.
    pub(super) kind: &'static str,
    /// The first release that warns of it.
    pub(super) deprecated: Minor,
    /// The first release that does not serve it.
    pub(super) removed: Option<Minor>,
    /// What takes its place.
    pub(super) replacement: Option<Replacement>,
}

/// What takes the place of a version.
#[derive(Debug)]
pub(super) struct Replacement {
    /// Group and version.
    pub(super) api_version: &'static str,
    /// The kind, where it has another name.
    pub(super) kind: Option<&'static str>,
    /// The first release that serves it.
    pub(super) since: Minor,
    /// Whether fields or their meaning change, so that another version string is not enough.
    pub(super) changes_fields: bool,
}

impl Retired {
    /// Whether a release does not serve it.
    pub(super) fn is_removed_in(&self, release: Minor) -> bool {
        self.removed.is_some_and(|removed| removed <= release)
    }

    /// What takes its place and is served by a release.
    pub(super) fn replacement_in(&self, release: Minor) -> Option<&Replacement> {
        let replacement = self.replacement.as_ref();
        replacement.filter(|replacement| replacement.since <= release)
    }
}

/// The entry of a version, if it is on its way out in a release.
pub(super) fn retired(api_version: &str, kind: &str, release: Minor) -> Option<&'static Retired> {
    let mut entries = RETIRED.iter();
    entries.find(|entry| {
        entry.api_version == api_version && entry.kind == kind && entry.deprecated <= release
    })
}

/// The replacement differs in nothing but its version.
const fn same(api_version: &'static str, since: Minor) -> Option<Replacement> {
    Some(Replacement {
        api_version,
        kind: None,
        since,
        changes_fields: false,
    })
}

/// The replacement has other fields, or other defaults.
const fn other(api_version: &'static str, since: Minor) -> Option<Replacement> {
    Some(Replacement {
        api_version,
        kind: None,
        since,
        changes_fields: true,
    })
}

/// The replacement has another name.
const fn renamed(
    api_version: &'static str,
    kind: &'static str,
    since: Minor,
) -> Option<Replacement> {
    Some(Replacement {
        api_version,
        kind: Some(kind),
        since,
        changes_fields: true,
    })
}

const fn gone(
    api_version: &'static str,
    kind: &'static str,
    deprecated: Minor,
    removed: Minor,
    replacement: Option<Replacement>,
) -> Retired {
    Retired {
        api_version,
        kind,
        deprecated,
        removed: Some(removed),
        replacement,
    }
}

const fn kept(
    api_version: &'static str,
    kind: &'static str,
    deprecated: Minor,
    replacement: Option<Replacement>,
) -> Retired {
    Retired {
        api_version,
        kind,
        deprecated,
        removed: None,
        replacement,
    }
}

#[rustfmt::skip]
const RETIRED: &[Retired] = &[
    kept("v1", "ComponentStatus", 19, None),
    kept("v1", "Endpoints", 33, renamed("discovery.k8s.io/v1", "EndpointSlice", 21)),

    gone("extensions/v1beta1", "DaemonSet", 9, 16, other("apps/v1", 9)),
    gone("extensions/v1beta1", "Deployment", 9, 16, other("apps/v1", 9)),
    gone("extensions/v1beta1", "ReplicaSet", 9, 16, other("apps/v1", 9)),
    gone("extensions/v1beta1", "NetworkPolicy", 9, 16, same("networking.k8s.io/v1", 8)),
    gone("extensions/v1beta1", "PodSecurityPolicy", 11, 16, None),
    gone("extensions/v1beta1", "Ingress", 14, 22, other("networking.k8s.io/v1", 19)),

    gone("apps/v1beta1", "ControllerRevision", 9, 16, same("apps/v1", 9)),
    gone("apps/v1beta1", "Deployment", 9, 16, other("apps/v1", 9)),
    gone("apps/v1beta1", "StatefulSet", 9, 16, other("apps/v1", 9)),
    gone("apps/v1beta2", "ControllerRevision", 9, 16, same("apps/v1", 9)),
    gone("apps/v1beta2", "DaemonSet", 9, 16, same("apps/v1", 9)),
    gone("apps/v1beta2", "Deployment", 9, 16, same("apps/v1", 9)),
    gone("apps/v1beta2", "ReplicaSet", 9, 16, same("apps/v1", 9)),
    gone("apps/v1beta2", "StatefulSet", 9, 16, same("apps/v1", 9)),

    gone("networking.k8s.io/v1beta1", "Ingress", 19, 22, other("networking.k8s.io/v1", 19)),
    gone("networking.k8s.io/v1beta1", "IngressClass", 19, 22, same("networking.k8s.io/v1", 19)),
    gone("networking.k8s.io/v1beta1", "IPAddress", 34, 37, same("networking.k8s.io/v1", 33)),
    gone("networking.k8s.io/v1beta1", "ServiceCIDR", 34, 37, same("networking.k8s.io/v1", 33)),

    gone("batch/v1beta1", "CronJob", 21, 25, same("batch/v1", 21)),
    gone("batch/v2alpha1", "CronJob", 8, 21, same("batch/v1", 21)),

    gone("autoscaling/v2beta1", "HorizontalPodAutoscaler", 22, 25, other("autoscaling/v2", 23)),
    gone("autoscaling/v2beta2", "HorizontalPodAutoscaler", 23, 26, same("autoscaling/v2", 23)),

    gone("policy/v1beta1", "PodDisruptionBudget", 21, 25, same("policy/v1", 21)),
    gone("policy/v1beta1", "PodSecurityPolicy", 21, 25, None),

    gone("discovery.k8s.io/v1beta1", "EndpointSlice", 21, 25, other("discovery.k8s.io/v1", 21)),
    gone("events.k8s.io/v1beta1", "Event", 19, 25, other("events.k8s.io/v1", 19)),
    gone("node.k8s.io/v1beta1", "RuntimeClass", 20, 25, same("node.k8s.io/v1", 20)),
    gone("coordination.k8s.io/v1beta1", "Lease", 19, 22, same("coordination.k8s.io/v1", 14)),

    gone("rbac.authorization.k8s.io/v1alpha1", "ClusterRole", 17, 23, same("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1alpha1", "ClusterRoleBinding", 17, 23, other("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1alpha1", "Role", 17, 23, same("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1alpha1", "RoleBinding", 17, 23, other("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1beta1", "ClusterRole", 17, 22, same("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 17, 22, same("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1beta1", "Role", 17, 22, same("rbac.authorization.k8s.io/v1", 8)),
    gone("rbac.authorization.k8s.io/v1beta1", "RoleBinding", 17, 22, same("rbac.authorization.k8s.io/v1", 8)),

    gone("scheduling.k8s.io/v1alpha1", "PriorityClass", 14, 23, same("scheduling.k8s.io/v1", 14)),
    gone("scheduling.k8s.io/v1beta1", "PriorityClass", 14, 22, same("scheduling.k8s.io/v1", 14)),

    gone("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 16, 22, other("admissionregistration.k8s.io/v1", 16)),
    gone("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 16, 22, other("admissionregistration.k8s.io/v1", 16)),
    gone("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", 31, 34, same("admissionregistration.k8s.io/v1", 30)),
    gone("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", 31, 34, same("admissionregistration.k8s.io/v1", 30)),

    gone("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 16, 22, other("apiextensions.k8s.io/v1", 16)),
    gone("apiregistration.k8s.io/v1beta1", "APIService", 19, 22, same("apiregistration.k8s.io/v1", 10)),
    gone("authentication.k8s.io/v1beta1", "TokenReview", 19, 22, same("authentication.k8s.io/v1", 6)),
    gone("authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", 19, 22, other("authorization.k8s.io/v1", 6)),
    gone("authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", 19, 22, same("authorization.k8s.io/v1", 6)),
    gone("authorization.k8s.io/v1beta1", "SubjectAccessReview", 19, 22, other("authorization.k8s.io/v1", 6)),
    gone("certificates.k8s.io/v1beta1", "CertificateSigningRequest", 19, 22, other("certificates.k8s.io/v1", 19)),

    gone("storage.k8s.io/v1beta1", "CSIDriver", 19, 22, same("storage.k8s.io/v1", 18)),
    gone("storage.k8s.io/v1beta1", "CSINode", 17, 22, same("storage.k8s.io/v1", 17)),
    gone("storage.k8s.io/v1beta1", "StorageClass", 19, 22, same("storage.k8s.io/v1", 6)),
    gone("storage.k8s.io/v1beta1", "VolumeAttachment", 19, 22, same("storage.k8s.io/v1", 13)),
    gone("storage.k8s.io/v1beta1", "CSIStorageCapacity", 24, 27, same("storage.k8s.io/v1", 24)),
    gone("storage.k8s.io/v1beta1", "VolumeAttributesClass", 34, 37, same("storage.k8s.io/v1", 34)),

    gone("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 23, 26, same("flowcontrol.apiserver.k8s.io/v1", 29)),
    gone("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", 23, 26, other("flowcontrol.apiserver.k8s.io/v1", 29)),
    gone("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 26, 29, same("flowcontrol.apiserver.k8s.io/v1", 29)),
    gone("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", 26, 29, other("flowcontrol.apiserver.k8s.io/v1", 29)),
    gone("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29, 32, same("flowcontrol.apiserver.k8s.io/v1", 29)),
    gone("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", 29, 32, other("flowcontrol.apiserver.k8s.io/v1", 29)),

    gone("resource.k8s.io/v1alpha2", "ResourceClaim", 31, 31, other("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1alpha2", "ResourceClaimTemplate", 31, 31, other("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1beta1", "DeviceClass", 35, 38, same("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1beta1", "ResourceClaim", 35, 38, other("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1beta1", "ResourceClaimTemplate", 35, 38, other("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1beta2", "DeviceClass", 36, 39, same("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1beta2", "ResourceClaim", 36, 39, same("resource.k8s.io/v1", 34)),
    gone("resource.k8s.io/v1beta2", "ResourceClaimTemplate", 36, 39, same("resource.k8s.io/v1", 34)),

    gone("auditregistration.k8s.io/v1alpha1", "AuditSink", 19, 19, None),
    gone("settings.k8s.io/v1alpha1", "PodPreset", 20, 20, None),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Version;

    #[test]
    fn every_entry_stands_once_and_is_deprecated_before_it_is_removed() {
        for (at, entry) in RETIRED.iter().enumerate() {
            let is_same = |other: &&Retired| {
                other.api_version == entry.api_version && other.kind == entry.kind
            };
            assert_eq!(RETIRED.iter().position(|other| is_same(&other)), Some(at));
            assert!(
                entry
                    .removed
                    .is_none_or(|removed| removed >= entry.deprecated)
            );
        }
    }

    #[test]
    fn a_replacement_is_not_itself_on_its_way_out() {
        for entry in RETIRED {
            if let Some(replacement) = &entry.replacement {
                let kind = replacement.kind.unwrap_or(entry.kind);
                let again = retired(replacement.api_version, kind, Version::NEWEST.minor());
                assert!(again.is_none(), "{again:?}");
            }
        }
    }

    #[test]
    fn a_replacement_is_named_only_where_it_is_served() {
        let entry = retired("batch/v2alpha1", "CronJob", 20);
        let entry = entry.expect("it is in the table");
        assert!(!entry.is_removed_in(20) && entry.replacement_in(20).is_none());
        assert!(entry.is_removed_in(21) && entry.replacement_in(21).is_some());
    }
}
