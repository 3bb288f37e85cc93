//! `duplicate-object`: one object written twice.

use super::Report;
use crate::lint::Context;
use crate::object::Object;

/// Reports an object that an earlier manifest of its set defines too.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let named = context.named(&object.id.name);
    if object.id.name.is_empty() || named.len() < 2 || context.is_patch(object) {
        return;
    }
    let earlier = named.iter().find(|other| {
        other.span() < object.span()
            && other.id.kind == object.id.kind
            && group(other) == group(object)
            && !context.is_patch(other)
            && context.are_listed_together(other, object)
    });
    let Some(earlier) = earlier else {
        return;
    };
    let (kind, name) = (&object.id.kind, &object.id.name);
    let message = format!("{kind} `{name}` is written twice: the last one applied wins");
    let report = Report::new(message, object.span_of_name());
    let report = report.with_related(earlier.span_of_name(), "first here");
    reports.push(report);
}

/// The group, one for those that show the same objects.
fn group(object: &Object) -> &str {
    match (object.id.group.as_str(), object.id.kind.as_str()) {
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io",
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps",
        (group, _) => group,
    }
}
