//! `deprecated-ingress-class-annotation`: the class of an Ingress in its old place.

use super::Report;
use crate::lint::{Context, Severity};
use crate::object::Object;

/// Reports the annotation; beside `ingressClassName` it is an error.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != "networking.k8s.io" || object.id.kind != "Ingress" {
        return;
    }
    let root = object.root();
    let Some(node) = root.at(&["metadata", "annotations", "kubernetes.io/ingress.class"]) else {
        return;
    };
    let class = node.raw().unwrap_or_default();
    if let Some(field) = root.at(&["spec", "ingressClassName"]) {
        let message = "the class is said twice: the API server refuses a new Ingress with both";
        let report = Report::new(message.to_owned(), node.label_span());
        let report = report.with_related(field.label_span(), "and here");
        reports.push(
            report
                .weighing(Severity::Error)
                .with_help("Remove the annotation"),
        );
        return;
    }
    let message =
        format!("`spec.ingressClassName: {class}` has taken the place of this annotation");
    reports.push(Report::new(message, node.label_span()));
}
