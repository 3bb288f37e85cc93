//! The built-in kinds: scope, plural, where the pod spec is, apply stage.
//!
//! Read off the discovery of Kubernetes 1.37, with the groups that manifests in git still name
//! (`extensions`, `policy/PodSecurityPolicy`).

use Scope::{Cluster, Namespaced};
use Stage::{Definitions, Dependencies, Webhooks, Workloads};

/// Whether a kind's objects live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Objects live in a namespace.
    Namespaced,
    /// Objects belong to the whole cluster.
    Cluster,
}

/// When objects of a kind are applied; later stages need what earlier ones make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Kinds and namespaces: awaited before anything else.
    Definitions,
    /// What workloads refer to: accounts, roles, configuration, storage, Services.
    Dependencies,
    /// Workloads and everything else.
    Workloads,
    /// Admission webhooks: they may refuse what comes after them.
    Webhooks,
}

/// What is known of a built-in kind.
#[derive(Debug)]
pub struct KindInfo {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The name in URLs.
    pub plural: &'static str,
    /// Whether objects live in a namespace.
    pub scope: Scope,
    /// The path to the pod spec, where the kind has one.
    pub pod_spec: Option<&'static [&'static str]>,
    /// When it is applied.
    pub stage: Stage,
}

/// What is known of a kind; `None` for one that is not built in.
pub fn kind_info(group: &str, kind: &str) -> Option<&'static KindInfo> {
    let found = KINDS.binary_search_by(|info| (info.group, info.kind).cmp(&(group, kind)));
    found.ok().map(|at| &KINDS[at])
}

/// Every kind that is built in, sorted by group and kind.
pub fn kinds() -> &'static [KindInfo] {
    KINDS
}

type Path = Option<&'static [&'static str]>;

const NONE: Path = None;
const POD: Path = Some(&["spec"]);
const POD_TEMPLATE: Path = Some(&["template", "spec"]);
const TEMPLATE: Path = Some(&["spec", "template", "spec"]);
const CRON_JOB: Path = Some(&["spec", "jobTemplate", "spec", "template", "spec"]);

const fn row(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    scope: Scope,
    pod_spec: Path,
    stage: Stage,
) -> KindInfo {
    KindInfo {
        group,
        kind,
        plural,
        scope,
        pod_spec,
        stage,
    }
}

#[rustfmt::skip]
const KINDS: &[KindInfo] = &[
    row("", "Binding", "bindings", Namespaced, NONE, Workloads),
    row("", "ComponentStatus", "componentstatuses", Cluster, NONE, Workloads),
    row("", "ConfigMap", "configmaps", Namespaced, NONE, Dependencies),
    row("", "Endpoints", "endpoints", Namespaced, NONE, Dependencies),
    row("", "Event", "events", Namespaced, NONE, Workloads),
    row("", "LimitRange", "limitranges", Namespaced, NONE, Dependencies),
    row("", "Namespace", "namespaces", Cluster, NONE, Definitions),
    row("", "Node", "nodes", Cluster, NONE, Dependencies),
    row("", "PersistentVolume", "persistentvolumes", Cluster, NONE, Dependencies),
    row("", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced, NONE, Dependencies),
    row("", "Pod", "pods", Namespaced, POD, Workloads),
    row("", "PodTemplate", "podtemplates", Namespaced, POD_TEMPLATE, Dependencies),
    row("", "ReplicationController", "replicationcontrollers", Namespaced, TEMPLATE, Workloads),
    row("", "ResourceQuota", "resourcequotas", Namespaced, NONE, Dependencies),
    row("", "Secret", "secrets", Namespaced, NONE, Dependencies),
    row("", "Service", "services", Namespaced, NONE, Dependencies),
    row("", "ServiceAccount", "serviceaccounts", Namespaced, NONE, Dependencies),
    row("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", Cluster, NONE, Webhooks),
    row("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", Cluster, NONE, Webhooks),
    row("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", Cluster, NONE, Webhooks),
    row("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", Cluster, NONE, Webhooks),
    row("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", Cluster, NONE, Webhooks),
    row("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", Cluster, NONE, Webhooks),
    row("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", Cluster, NONE, Definitions),
    row("apiregistration.k8s.io", "APIService", "apiservices", Cluster, NONE, Workloads),
    row("apps", "ControllerRevision", "controllerrevisions", Namespaced, NONE, Workloads),
    row("apps", "DaemonSet", "daemonsets", Namespaced, TEMPLATE, Workloads),
    row("apps", "Deployment", "deployments", Namespaced, TEMPLATE, Workloads),
    row("apps", "ReplicaSet", "replicasets", Namespaced, TEMPLATE, Workloads),
    row("apps", "StatefulSet", "statefulsets", Namespaced, TEMPLATE, Workloads),
    row("authentication.k8s.io", "TokenReview", "tokenreviews", Cluster, NONE, Workloads),
    row("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", Namespaced, NONE, Workloads),
    row("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", Cluster, NONE, Workloads),
    row("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", Cluster, NONE, Workloads),
    row("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", Namespaced, NONE, Workloads),
    row("batch", "CronJob", "cronjobs", Namespaced, CRON_JOB, Workloads),
    row("batch", "Job", "jobs", Namespaced, TEMPLATE, Workloads),
    row("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests", Cluster, NONE, Workloads),
    row("certificates.k8s.io", "ClusterTrustBundle", "clustertrustbundles", Cluster, NONE, Dependencies),
    row("coordination.k8s.io", "Lease", "leases", Namespaced, NONE, Workloads),
    row("discovery.k8s.io", "EndpointSlice", "endpointslices", Namespaced, NONE, Dependencies),
    row("events.k8s.io", "Event", "events", Namespaced, NONE, Workloads),
    row("extensions", "DaemonSet", "daemonsets", Namespaced, TEMPLATE, Workloads),
    row("extensions", "Deployment", "deployments", Namespaced, TEMPLATE, Workloads),
    row("extensions", "Ingress", "ingresses", Namespaced, NONE, Workloads),
    row("extensions", "NetworkPolicy", "networkpolicies", Namespaced, NONE, Dependencies),
    row("extensions", "ReplicaSet", "replicasets", Namespaced, TEMPLATE, Workloads),
    row("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas", Cluster, NONE, Dependencies),
    row("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations", Cluster, NONE, Dependencies),
    row("networking.k8s.io", "IPAddress", "ipaddresses", Cluster, NONE, Dependencies),
    row("networking.k8s.io", "Ingress", "ingresses", Namespaced, NONE, Workloads),
    row("networking.k8s.io", "IngressClass", "ingressclasses", Cluster, NONE, Dependencies),
    row("networking.k8s.io", "NetworkPolicy", "networkpolicies", Namespaced, NONE, Dependencies),
    row("networking.k8s.io", "ServiceCIDR", "servicecidrs", Cluster, NONE, Dependencies),
    row("node.k8s.io", "RuntimeClass", "runtimeclasses", Cluster, NONE, Dependencies),
    row("policy", "PodDisruptionBudget", "poddisruptionbudgets", Namespaced, NONE, Workloads),
    row("policy", "PodSecurityPolicy", "podsecuritypolicies", Cluster, NONE, Dependencies),
    row("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", Cluster, NONE, Dependencies),
    row("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", Cluster, NONE, Dependencies),
    row("rbac.authorization.k8s.io", "Role", "roles", Namespaced, NONE, Dependencies),
    row("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", Namespaced, NONE, Dependencies),
    row("resource.k8s.io", "DeviceClass", "deviceclasses", Cluster, NONE, Dependencies),
    row("resource.k8s.io", "ResourceClaim", "resourceclaims", Namespaced, NONE, Dependencies),
    row("resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates", Namespaced, NONE, Dependencies),
    row("resource.k8s.io", "ResourceSlice", "resourceslices", Cluster, NONE, Dependencies),
    row("scheduling.k8s.io", "PriorityClass", "priorityclasses", Cluster, NONE, Dependencies),
    row("storage.k8s.io", "CSIDriver", "csidrivers", Cluster, NONE, Dependencies),
    row("storage.k8s.io", "CSINode", "csinodes", Cluster, NONE, Dependencies),
    row("storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities", Namespaced, NONE, Dependencies),
    row("storage.k8s.io", "StorageClass", "storageclasses", Cluster, NONE, Dependencies),
    row("storage.k8s.io", "VolumeAttachment", "volumeattachments", Cluster, NONE, Workloads),
    row("storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses", Cluster, NONE, Dependencies),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(KINDS.is_sorted_by(|a, b| (a.group, a.kind) < (b.group, b.kind)));
    }

    #[test]
    fn a_kind_is_found_in_its_own_group_only() {
        let deployment = kind_info("apps", "Deployment").map(|info| info.plural);
        assert_eq!(deployment, Some("deployments"));
        assert!(kind_info("", "Deployment").is_none());
    }
}
