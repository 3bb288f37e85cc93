//! `sts-service-missing`: a StatefulSet whose Pods get no names.

use super::Report;
use crate::lint::Context;
use crate::lint::label_selector::equalities;
use crate::lint::object_lookup::{Found, find, missing};
use crate::lint::workload::Workload;
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports a `serviceName` that names no Service, one that is not headless, or one of other Pods.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != "apps" || object.id.kind != "StatefulSet" {
        return;
    }
    let place = object.root().at(&["spec", "serviceName"]);
    let name = place
        .and_then(NodeRef::as_str)
        .filter(|name| !name.is_empty());
    let (Some(place), Some(name), Some(workload)) = (place, name, Workload::of(object)) else {
        return;
    };
    let namespace = object.id.namespace.as_deref();
    let found = find(context, object, ("", "Service"), namespace, &name);
    if let Found::Here(services) = &found {
        reports.extend(unfit(context, &workload, place, services));
    }
    reports.extend(missing(context, object, ("", "Service"), namespace, place));
}

fn unfit(
    context: &Context<'_>,
    workload: &Workload<'_>,
    place: NodeRef<'_>,
    services: &[&Object],
) -> Option<Report> {
    if services.iter().any(|service| context.is_changed(service))
        || context.is_changed(workload.object)
    {
        return None;
    }
    let [service] = services else {
        return None;
    };
    let name = &service.id.name;
    let spec = service.root().get("spec")?;
    let cluster_ip = spec.get("clusterIP").and_then(NodeRef::raw);
    if cluster_ip.as_deref() != Some("None") {
        let message =
            format!("Service `{name}` is not headless: the Pods get no names of their own");
        let report = Report::new(message, place.label_span());
        return Some(
            report.with_related(service.span_of_name(), "`clusterIP: None` is missing here"),
        );
    }
    let selector = spec.get("selector")?;
    let requirements = equalities(selector);
    let is_open = requirements
        .iter()
        .any(|one| context.workloads().is_added_later(&one.key));
    if workload.fulfils(&requirements) || is_open {
        return None;
    }
    let message =
        format!("Service `{name}` does not select the Pods of the StatefulSet: they get no names");
    let report = Report::new(message, place.label_span());
    Some(report.with_related(selector.label_span(), "other labels are selected here"))
}
