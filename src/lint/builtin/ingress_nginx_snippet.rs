//! `ingress-nginx-snippet`: configuration of the proxy in an annotation.

use super::Report;
use crate::lint::Context;
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports annotations of ingress-nginx that hold configuration, and the setting that allows them.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    match (object.id.group.as_str(), object.id.kind.as_str()) {
        ("networking.k8s.io" | "extensions", "Ingress") => {
            let annotations = object.root().at(&["metadata", "annotations"]);
            let fields = annotations.into_iter().flat_map(NodeRef::fields);
            for (key, node) in fields.filter(|(key, _)| is_snippet(key)) {
                let message = format!(
                    "`{key}` runs whatever it holds inside the proxy, which can read all Secrets"
                );
                reports.push(Report::new(message, node.key().unwrap_or(node).span()));
            }
        }
        ("", "ConfigMap") => {
            let allowed = object.root().at(&["data", "allow-snippet-annotations"]);
            if let Some(node) = allowed.filter(|node| node.raw().as_deref() == Some("true")) {
                let message =
                    "whoever may write an Ingress may run code inside the proxy".to_owned();
                reports.push(Report::new(message, node.label_span()));
            }
        }
        _ => {}
    }
}

fn is_snippet(key: &str) -> bool {
    key.starts_with("nginx.ingress.kubernetes.io/") && key.ends_with("-snippet")
}
