//! `port-name-invalid`: a name of a port that the API server refuses.

use super::Report;
use crate::lint::Context;
use crate::object::Object;
use crate::yaml::{NodeRef, Scalar};

/// Longest name of a port.
const LONGEST: usize = 15;

/// Reports each name of a container's port, and each reference to one, that breaks the rules for the
/// names of services (RFC 6335).
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let pod_spec = object.pod_spec();
    let lists = ["containers", "initContainers"].iter();
    let lists = lists.filter_map(|field| pod_spec?.get(field));
    for container in lists.flat_map(NodeRef::items) {
        let ports = container.get("ports").into_iter().flat_map(NodeRef::items);
        let names = ports.filter_map(|port| port.get("name"));
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].iter();
        let probes = probes.filter_map(|field| container.get(field));
        let targets = probes.flat_map(|probe| {
            let handlers = ["httpGet", "tcpSocket"].into_iter();
            handlers.filter_map(move |handler| probe.at(&[handler, "port"]))
        });
        reports.extend(names.chain(targets).filter_map(report));
    }
    let is_service = object.id.group.is_empty() && object.id.kind == "Service";
    let ports = object
        .root()
        .at(&["spec", "ports"])
        .filter(|_| is_service)
        .into_iter();
    let targets = ports
        .flat_map(NodeRef::items)
        .filter_map(|port| port.get("targetPort"));
    reports.extend(targets.filter_map(report));
}

fn report(node: NodeRef<'_>) -> Option<Report> {
    let Scalar::String(name) = node.scalar()? else {
        return None;
    };
    if name.contains(['$', '{']) {
        return None;
    }
    let reason = fault(&name)?;
    Some(Report::new(format!("`{name}` {reason}"), node.label_span()))
}

fn fault(name: &str) -> Option<&'static str> {
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.len() > LONGEST {
        Some("is longer than 15 characters")
    } else if !name.bytes().all(in_name) || name.is_empty() {
        Some("has characters other than a-z, 0-9 and `-`")
    } else if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        Some("begins or ends with `-`, or has two in a row")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("has no letter: a number stands without quotes")
    } else {
        None
    }
}
