//! Names that must differ within an object: of containers, volumes, variables, mounts and ports.

use super::Report;
use crate::lint::repetition::{field, repetitions, report};
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports containers and volumes of a Pod that share a name.
pub(super) fn of_pod_parts(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let volumes = object
        .pod_spec()
        .into_iter()
        .flat_map(|spec| list(spec, "volumes"));
    for (what, found) in [
        (
            "container",
            repetitions(containers(object), |item| field(item, "name")),
        ),
        ("volume", repetitions(volumes, |item| field(item, "name"))),
    ] {
        let all = found.iter();
        reports.extend(all.map(|again| {
            report(
                again,
                format!("the Pod has another {what} `{}`", again.name),
            )
        }));
    }
}

/// Reports variables of a container that are set twice.
pub(super) fn of_variables(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    for container in containers(object) {
        let found = repetitions(list(container, "env"), |item| field(item, "name"));
        reports.extend(found.iter().map(|again| {
            report(
                again,
                format!(
                    "the variable `{}` is set twice, and the last one wins",
                    again.name
                ),
            )
        }));
    }
}

/// Reports paths of a container that two volumes are mounted at.
pub(super) fn of_mount_paths(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    for container in containers(object) {
        let found = repetitions(list(container, "volumeMounts"), |item| {
            field(item, "mountPath")
        });
        reports.extend(found.iter().map(|again| {
            report(
                again,
                format!("something is mounted at `{}` already", again.name),
            )
        }));
    }
}

/// Reports ports of a container that share a name, and those that share number and protocol.
pub(super) fn of_container_ports(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    for container in containers(object) {
        let named = repetitions(list(container, "ports"), |port| field(port, "name"));
        let numbered = repetitions(list(container, "ports"), |port| {
            with_protocol(port, "containerPort")
        });
        reports.extend(named.iter().map(|again| {
            report(
                again,
                format!("the container has another port `{}`", again.name),
            )
        }));
        reports.extend(numbered.iter().map(|again| Report {
            severity: Some(Severity::Warning),
            ..report(
                again,
                format!("the container has another port {}", again.name),
            )
        }));
    }
}

/// Reports ports of a Service that share a name, number and protocol, or a node's port.
pub(super) fn of_service_ports(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if !object.id.group.is_empty() || object.id.kind != "Service" {
        return;
    }
    let ports = || {
        let ports = object.root().at(&["spec", "ports"]);
        ports.into_iter().flat_map(NodeRef::items)
    };
    let found = [
        repetitions(ports(), |port| field(port, "name")),
        repetitions(ports(), |port| with_protocol(port, "port")),
        repetitions(ports(), |port| with_protocol(port, "nodePort")),
    ];
    let words = ["port", "port", "node port"];
    for (word, found) in words.into_iter().zip(&found) {
        reports.extend(found.iter().map(|again| {
            report(
                again,
                format!("the Service has another {word} `{}`", again.name),
            )
        }));
    }
}

/// `8080/TCP`: two ports may have the same number for different protocols, and for different addresses of the node.
fn with_protocol<'t>(port: NodeRef<'t>, number: &str) -> Option<(String, NodeRef<'t>)> {
    let (digits, place) = field(port, number)?;
    if digits == "0" {
        return None;
    }
    let protocol = field(port, "protocol").map_or_else(|| "TCP".to_owned(), |(text, _)| text);
    let address = field(port, "hostIP").map_or_else(String::new, |(text, _)| format!(" on {text}"));
    Some((format!("{digits}/{protocol}{address}"), place))
}

fn containers(object: &Object) -> impl Iterator<Item = NodeRef<'_>> {
    let kinds = ["initContainers", "containers", "ephemeralContainers"];
    let spec = object.pod_spec().into_iter();
    spec.flat_map(move |spec| kinds.into_iter().flat_map(move |kind| list(spec, kind)))
}

fn list<'t>(node: NodeRef<'t>, name: &str) -> impl Iterator<Item = NodeRef<'t>> + use<'t> {
    node.get(name).into_iter().flat_map(NodeRef::items)
}
