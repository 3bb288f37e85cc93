//! `dangling-ingress`: an Ingress that sends requests to nothing.

use super::Report;
use crate::lint::Context;
use crate::lint::object_lookup::{Found, find, missing};
use crate::object::Object;
use crate::yaml::{NodeRef, Scalar};

/// Reports each backend whose Service, or the Service's port, is not there.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_ingress = matches!(object.id.group.as_str(), "networking.k8s.io" | "extensions");
    let spec = object.root().get("spec");
    let Some(spec) = spec.filter(|_| is_ingress && object.id.kind == "Ingress") else {
        return;
    };
    let default = spec.get("defaultBackend").or(spec.get("backend"));
    let rules = spec.get("rules").into_iter().flat_map(NodeRef::items);
    let paths = rules.filter_map(|rule| rule.at(&["http", "paths"]));
    let backends = paths
        .flat_map(NodeRef::items)
        .filter_map(|path| path.get("backend"));
    for backend in default.into_iter().chain(backends) {
        reports.extend(report(context, object, backend));
    }
}

fn report(context: &Context<'_>, object: &Object, backend: NodeRef<'_>) -> Option<Report> {
    let (place, port) = match backend.get("service") {
        Some(service) => {
            let port = service.get("port");
            let port = port.and_then(|port| port.get("number").or(port.get("name")));
            (service.get("name")?, port)
        }
        None => (backend.get("serviceName")?, backend.get("servicePort")),
    };
    let name = place.as_str()?;
    // The controller of AWS reads this backend from an annotation.
    if port.and_then(NodeRef::as_str).as_deref() == Some("use-annotation") {
        return None;
    }
    let namespace = object.id.namespace.as_deref();
    let found = find(context, object, ("", "Service"), namespace, &name);
    if let Found::Here(services) = &found {
        return missing_port(context, services, port?);
    }
    missing(context, object, ("", "Service"), namespace, place)
}

/// A report of a port that none of these Services has.
pub(super) fn missing_port(
    context: &Context<'_>,
    services: &[&Object],
    port: NodeRef<'_>,
) -> Option<Report> {
    let wanted = port.scalar()?;
    let has = |service: &&Object| {
        let spec = service.root().get("spec");
        let kind = spec.and_then(|spec| spec.get("type")?.as_str());
        let ports = spec.and_then(|spec| spec.get("ports"));
        let mut ports = ports.into_iter().flat_map(NodeRef::items);
        let is_it = |one: NodeRef<'_>| match &wanted {
            Scalar::Int(number) => one.get("port").and_then(NodeRef::as_i64) == Some(*number),
            Scalar::String(name) => {
                one.get("name").and_then(NodeRef::as_str).as_deref() == Some(name)
            }
            _ => true,
        };
        kind.as_deref() == Some("ExternalName") || context.is_changed(service) || ports.any(is_it)
    };
    if services.iter().any(has) || port.raw()?.contains(['$', '{']) {
        return None;
    }
    let service = services.first()?;
    let message = format!(
        "Service `{}` has no port `{}`",
        service.id.name,
        port.raw()?
    );
    let ports = service
        .root()
        .at(&["spec", "ports"])
        .unwrap_or(service.root());
    Some(Report::new(message, port.label_span()).with_related(ports.label_span(), "it has these"))
}
