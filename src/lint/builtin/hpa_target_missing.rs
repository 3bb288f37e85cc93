//! `hpa-target-missing`: an autoscaler that scales nothing.

use super::Report;
use crate::lint::Context;
use crate::lint::object_lookup::{Found, find, missing};
use crate::lint::scaler::{group_of, is_autoscaler};
use crate::object::{Object, kind_info};
use crate::yaml::NodeRef;

/// Reports a target that is not there, or that is not there under this `apiVersion`.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if !is_autoscaler(object) {
        return;
    }
    let Some(target) = object.root().at(&["spec", "scaleTargetRef"]) else {
        return;
    };
    let text = |field| target.get(field).and_then(NodeRef::as_str);
    let (Some(kind), Some(name)) = (text("kind"), text("name")) else {
        return;
    };
    let group = group_of(target, "");
    let namespace = object.id.namespace.as_deref();
    if kind_info(&group, &kind).is_some() && group != "extensions" {
        let place = target.get("name");
        reports.extend(
            place.and_then(|place| missing(context, object, (&group, &kind), namespace, place)),
        );
        return;
    }
    // A kind that is not built in may be anything; `Deployment` of another group is a slip.
    if kind_info("apps", &kind).is_none() {
        return;
    }
    if let Found::Here(found) = find(context, object, ("apps", &kind), namespace, &name) {
        let written = target.get("apiVersion").unwrap_or(target);
        let message = format!("`{}` has no {kind}", written.raw().unwrap_or_default());
        let report = Report::new(message, written.label_span()).with_help("Say `apps/v1`");
        reports.push(report.with_related(found[0].span_of_name(), "this one is meant"));
    }
}
