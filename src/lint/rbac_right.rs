//! Rights that lead further than they look, as data.

/// A right that gives more than its words say.
#[derive(Debug)]
pub(super) struct Right {
    /// The API group; empty for the core group.
    pub(super) group: &'static str,
    /// The resource, with its subresource.
    pub(super) resource: &'static str,
    /// Any of these verbs gives the right.
    pub(super) verbs: &'static [&'static str],
    /// What its holder can do: "whoever holds it …".
    pub(super) meaning: &'static str,
}

const fn right(
    group: &'static str,
    resource: &'static str,
    verbs: &'static [&'static str],
    meaning: &'static str,
) -> Right {
    Right {
        group,
        resource,
        verbs,
        meaning,
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const WRITE: &[&str] = &["create", "update", "patch"];
const ANY_CHANGE: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
const REMOVE: &[&str] = &["delete", "deletecollection"];
const POD_MAKER: &str = "can run Pods as every account of the namespace, and mount its Secrets";
const HOOK: &str = "sees and changes what everybody sends to the API server";

#[rustfmt::skip]
pub(super) const RIGHTS: &[Right] = &[
    right(RBAC, "roles", &["escalate"], "can write roles with rights beyond their own"),
    right(RBAC, "clusterroles", &["escalate"], "can write roles with rights beyond their own"),
    right(RBAC, "roles", &["bind"], "can bind roles with rights beyond their own"),
    right(RBAC, "clusterroles", &["bind"], "can bind roles with rights beyond their own"),
    right("", "users", &["impersonate"], "can act as somebody else"),
    right("", "groups", &["impersonate"], "can act as any group, `system:masters` too"),
    right("", "serviceaccounts", &["impersonate"], "can act as other accounts"),
    right("", "serviceaccounts/token", &["create"], "can make tokens of other accounts"),
    right("", "pods/exec", &["create", "get"], "can run commands in every Pod in reach"),
    right("", "pods/attach", &["create", "get"], "can talk to the processes of every Pod in reach"),
    right("", "pods/portforward", &["create", "get"], "reaches every port of every Pod, past NetworkPolicies"),
    right("", "pods/ephemeralcontainers", &["update", "patch"], "can run programs of their own in every Pod in reach"),
    right("", "pods", WRITE, POD_MAKER),
    right("", "replicationcontrollers", WRITE, POD_MAKER),
    right("apps", "deployments", WRITE, POD_MAKER),
    right("apps", "daemonsets", WRITE, POD_MAKER),
    right("apps", "statefulsets", WRITE, POD_MAKER),
    right("apps", "replicasets", WRITE, POD_MAKER),
    right("batch", "jobs", WRITE, POD_MAKER),
    right("batch", "cronjobs", WRITE, POD_MAKER),
    right("", "nodes/proxy", &["get", "create", "update", "patch", "delete"], "can run commands in every Pod of every node, without an audit log"),
    right("", "nodes", &["update", "patch"], "can draw Pods to a node of their choice"),
    right("", "persistentvolumes", &["create"], "can mount any directory of a node"),
    right("admissionregistration.k8s.io", "mutatingwebhookconfigurations", WRITE, HOOK),
    right("admissionregistration.k8s.io", "validatingwebhookconfigurations", WRITE, HOOK),
    right("certificates.k8s.io", "certificatesigningrequests/approval", &["update", "patch"], "can approve certificates for any user"),
    right("certificates.k8s.io", "signers", &["approve", "sign"], "can sign certificates for any user"),
    right("apiregistration.k8s.io", "apiservices", ANY_CHANGE, "can put a server of their own in the place of an API"),
    right("networking.k8s.io", "networkpolicies", ANY_CHANGE, "can open and close the network between Pods"),
    right("", "events", REMOVE, "can remove traces of what happened"),
    right("events.k8s.io", "events", REMOVE, "can remove traces of what happened"),
];
