//! `missing-readiness-probe`: a container that gets requests before it can answer.

use super::Report;
use crate::lint::containers::{Container, containers};
use crate::lint::label_selector::equalities;
use crate::lint::patch::is_patch;
use crate::lint::{Context, Label, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each lasting container with ports and without a readiness probe; and where no container of a Pod has
/// either, the Pod's first one, which matters less if no Service sends requests to it.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object.pod_spec() else {
        return;
    };
    if is_patch(object) || comes_to_an_end(object, pod_spec) {
        return;
    }
    let containers = containers(pod_spec).into_iter();
    let lasting: Vec<_> = containers
        .filter(|container| container.role.is_lasting())
        .collect();
    let has_ports = |container: &&Container<'_>| {
        let ports = container.node.get("ports").into_iter();
        ports.flat_map(NodeRef::items).next().is_some()
    };
    let has_probe = |container: &&Container<'_>| {
        container
            .node
            .get("readinessProbe")
            .is_some_and(|probe| !probe.is_null())
    };
    if lasting.iter().any(|container| has_ports(&container)) {
        let lacking = lasting
            .iter()
            .filter(|container| has_ports(container) && !has_probe(container));
        reports.extend(lacking.map(|container| report(*container)));
        return;
    }
    if lasting.iter().any(|container| has_probe(&container)) {
        return;
    }
    let Some(first) = lasting.first() else {
        return;
    };
    reports.push(if is_served(context, object) {
        report(*first)
    } else {
        Report {
            severity: Some(Severity::Info),
            message: "an update goes on as soon as the process of a new Pod starts".to_owned(),
            ..report(*first)
        }
    });
}

/// Jobs, and Pods that are not started again, are never asked anything.
fn comes_to_an_end(object: &Object, pod_spec: NodeRef<'_>) -> bool {
    let policy = pod_spec.get("restartPolicy").and_then(NodeRef::as_str);
    object.id.group == "batch" || policy.is_some_and(|policy| policy != "Always")
}

/// Whether a Service sends requests to the object's Pods. One without a selector sends none by itself.
fn is_served(context: &Context<'_>, object: &Object) -> bool {
    let labels = object
        .pod_metadata()
        .and_then(|metadata| metadata.get("labels"));
    let services = context.of_kind("", "Service").iter();
    let mut services = services.filter(|service| service.id.namespace == object.id.namespace);
    services.any(|service| {
        let selector = service.root().at(&["spec", "selector"]);
        let requirements = selector.map(equalities).unwrap_or_default();
        !requirements.is_empty() && requirements.iter().all(|one| one.is_met_by(labels))
    })
}

fn report(container: Container<'_>) -> Report {
    let node = container.node;
    let name = node.get("name").and_then(NodeRef::raw).unwrap_or_default();
    Report {
        message: format!("container `{name}` gets requests from its first moment, ready or not"),
        primary: Label {
            span: node.get("name").unwrap_or(node).label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    }
}
