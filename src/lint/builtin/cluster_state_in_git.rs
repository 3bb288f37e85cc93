//! `cluster-state-in-git`: fields that the cluster writes, committed.

use super::Report;
use crate::lint::line_removal::without_line;
use crate::lint::{Context, Label, Severity};
use crate::object::Object;
use crate::yaml::{Kind, NodeRef};

/// What the API server keeps in `metadata`.
const METADATA: &[&str] = &[
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
    "selfLink",
];

/// What `kubectl` and controllers keep in annotations.
const ANNOTATIONS: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
];

/// Reports the fields of an object that only the cluster writes.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let root = object.root();
    let metadata = root.get("metadata");
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    for (parent, fields) in [(metadata, METADATA), (annotations, ANNOTATIONS)] {
        let fields = fields.iter();
        let found = fields.filter_map(|field| Some((*field, parent?.get(field)?)));
        reports.extend(found.filter_map(|(field, node)| state(field, node)));
    }
    if object.info().is_some() {
        let status = root.get("status").filter(|node| says_something(*node));
        reports.extend(status.and_then(|status| state("status", status)));
    }
    reports.extend(address(object));
}

fn state(field: &str, node: NodeRef<'_>) -> Option<Report> {
    let is_null = node.is_null();
    // `creationTimestamp: null` is what tools print that make manifests; it does no harm.
    if is_null {
        return None;
    }
    let is_version = field == "resourceVersion";
    Some(Report {
        message: if is_version {
            "with a `resourceVersion` every apply fails once the object has changed".to_owned()
        } else {
            format!("`{field}` is written by the cluster, and has no place in git")
        },
        primary: label(node),
        related: Vec::new(),
        severity: is_version.then_some(Severity::Error),
        help: None,
        fix: without_line(node, "Remove it"),
    })
}

/// The address of a Service that the cluster gave it. Removed only by hand: some are chosen.
fn address(object: &Object) -> Option<Report> {
    if !object.id.group.is_empty() || object.id.kind != "Service" {
        return None;
    }
    let spec = object.root().get("spec")?;
    let address = spec.get("clusterIP")?;
    let text = address.as_str()?;
    if text == "None" || text.is_empty() || text.contains(['$', '{']) || is_dns(object) {
        return None;
    }
    Some(Report {
        message: format!("`{text}` was given by a cluster, and another one may refuse it"),
        primary: label(address),
        related: Vec::new(),
        severity: None,
        help: Some("Remove it, unless this Service must have this address".to_owned()),
        fix: None,
    })
}

/// A cluster's name server has an address that everybody knows.
fn is_dns(object: &Object) -> bool {
    object.id.namespace.as_deref() == Some("kube-system") || object.id.name.contains("dns")
}

/// `status: {}`, and one whose parts are all empty, is what generators of manifests leave behind.
fn says_something(node: NodeRef<'_>) -> bool {
    match node.resolved().kind() {
        Kind::Mapping => node
            .fields()
            .into_iter()
            .any(|(_, value)| says_something(value)),
        Kind::Sequence => node.items().any(says_something),
        _ => !node.is_null() && node.raw().is_some_and(|text| !text.is_empty()),
    }
}

fn label(node: NodeRef<'_>) -> Label {
    Label {
        span: node.key().map_or_else(|| node.label_span(), NodeRef::span),
        text: String::new(),
    }
}
