//! `dangling-subject`: a binding for an account that is not there.

use super::Report;
use super::dangling_role_ref::GROUP;
use crate::lint::object_lookup::missing;
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each `ServiceAccount` among the subjects that no manifest of the run makes, and those without
/// a namespace, which the API server refuses.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_binding = matches!(
        object.id.kind.as_str(),
        "RoleBinding" | "ClusterRoleBinding"
    );
    if !is_binding || object.id.group != GROUP {
        return;
    }
    let subjects = object.root().get("subjects").into_iter();
    for subject in subjects.flat_map(NodeRef::items) {
        reports.extend(report(context, object, subject));
    }
}

fn report(context: &Context<'_>, object: &Object, subject: NodeRef<'_>) -> Option<Report> {
    let text = |field| subject.get(field).and_then(NodeRef::as_str);
    if text("kind")? != "ServiceAccount" {
        return None;
    }
    let name = text("name")?;
    let place = subject.get("name").unwrap_or(subject).label_span();
    let namespace = text("namespace").filter(|namespace| !namespace.is_empty());
    let Some(namespace) = namespace else {
        // Kustomize fills the namespace in, where it knows the account.
        let is_filled_in =
            context.is_changed(object) || context.providers().kustomizations().set_namespaces();
        return (!is_filled_in).then(|| {
            let message = format!("ServiceAccount `{name}` is named without its namespace");
            let report = Report::new(message, place).weighing(Severity::Error);
            report.with_help("Add `namespace`: the API server refuses the binding without")
        });
    };
    let is_by_the_cluster = namespace.starts_with("kube-") || namespace.starts_with("openshift-");
    if name == "default" || is_by_the_cluster {
        return None;
    }
    let place = subject.get("name")?;
    missing(
        context,
        object,
        ("", "ServiceAccount"),
        Some(&namespace),
        place,
    )
}
