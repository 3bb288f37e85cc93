//! `dangling-gateway-backend`: a route of a Gateway that leads to nothing.

use super::Report;
use super::dangling_ingress::missing_port;
use crate::lint::object_lookup::{Found, find, missing};
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

const GROUP: &str = "gateway.networking.k8s.io";
const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// Reports each `backendRef` whose Service, or its port, is not there, and each into another namespace
/// that no `ReferenceGrant` allows.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != GROUP || !ROUTES.contains(&object.id.kind.as_str()) {
        return;
    }
    let rules = object.root().at(&["spec", "rules"]).into_iter();
    let backends = rules
        .flat_map(NodeRef::items)
        .filter_map(|rule| rule.get("backendRefs"));
    for backend in backends.flat_map(NodeRef::items) {
        reports.extend(report(context, object, backend));
    }
}

fn report(context: &Context<'_>, object: &Object, backend: NodeRef<'_>) -> Option<Report> {
    let text = |field| backend.get(field).and_then(NodeRef::as_str);
    let group = text("group").unwrap_or_default();
    let kind = text("kind").unwrap_or("Service".into());
    if !group.is_empty() || kind != "Service" {
        return None;
    }
    let place = backend.get("name")?;
    let name = place.as_str()?;
    let own = object.id.namespace.as_deref();
    let written = text("namespace");
    let namespace = written.as_deref().or(own);
    if let (Some(own), Some(other)) = (own, written.as_deref())
        && own != other
        && !may_be_granted(context, object, own, other, &name)
    {
        let place = backend.get("namespace")?;
        let message = format!("no ReferenceGrant lets routes of `{own}` use Services of `{other}`");
        let report = Report::new(message, place.label_span()).weighing(Severity::Error);
        return Some(report.with_help(format!(
            "Add a ReferenceGrant from {} in `{own}` to Service in namespace `{other}`",
            object.id.kind
        )));
    }
    let found = find(context, object, ("", "Service"), namespace, &name);
    if let Found::Here(services) = &found {
        return missing_port(context, services, backend.get("port")?);
    }
    missing(context, object, ("", "Service"), namespace, place)
}

/// Whether a grant allows the reference, or may do so unseen.
fn may_be_granted(
    context: &Context<'_>,
    object: &Object,
    own: &str,
    other: &str,
    name: &str,
) -> bool {
    let providers = context.providers();
    let is_unknown = !context.is_complete
        || context.is_patch(object)
        || providers.kustomizations().set_namespaces()
        || providers.could_come_unseen(object, Some(other), name);
    let grants = context.of_kind(GROUP, "ReferenceGrant").iter();
    is_unknown
        || grants.copied().any(|grant| {
            let is_there = grant
                .id
                .namespace
                .as_deref()
                .is_none_or(|namespace| namespace == other);
            let list = |field| {
                let list = grant.root().at(&["spec", field]).into_iter();
                list.flat_map(NodeRef::items)
            };
            let says = |entry: NodeRef<'_>, field: &str, value: &str| {
                entry
                    .get(field)
                    .and_then(NodeRef::as_str)
                    .is_none_or(|text| text == value)
            };
            let from = list("from")
                .any(|entry| says(entry, "kind", &object.id.kind) && says(entry, "namespace", own));
            let to =
                list("to").any(|entry| says(entry, "kind", "Service") && says(entry, "name", name));
            is_there && from && to
        })
}
