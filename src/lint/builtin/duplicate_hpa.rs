//! `duplicate-hpa`: two autoscalers of one workload.

use super::Report;
use crate::lint::Context;
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports an autoscaler whose target an earlier one has too.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if context.is_patch(object) {
        return;
    }
    let mut others = context.scalers().beside(object);
    let other = others.find(|other| {
        other.object.span() < object.span()
            && other.object.id != object.id
            && !context.is_patch(other.object)
            && context.are_listed_together(other.object, object)
    });
    let Some(other) = other else {
        return;
    };
    let Some(target) = object.root().at(&["spec", "scaleTargetRef"]) else {
        return;
    };
    let text = |field| {
        target
            .get(field)
            .and_then(NodeRef::as_str)
            .unwrap_or_default()
    };
    let kind = text("kind");
    let kind = if kind.is_empty() {
        "Deployment"
    } else {
        kind.as_ref()
    };
    let message = format!(
        "{kind} `{}` has two autoscalers that overrule each other",
        text("name")
    );
    let report = Report::new(message, target.label_span());
    reports.push(report.with_related(other.target.label_span(), "the same target"));
}
