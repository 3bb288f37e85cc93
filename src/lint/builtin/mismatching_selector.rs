//! `mismatching-selector`: a workload that does not select its own Pods.

use super::Report;
use crate::lint::label_selector::{Requirement, equalities, requirements};
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each requirement of a workload's selector that its Pod template does not meet.
///
/// Looks at every kind with a selector beside a Pod template, custom ones included. A template whose
/// containers have no image is a patch, and complete only together with what it patches.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(spec) = object.root().get("spec") else {
        return;
    };
    let (Some(selector), Some(template)) = (spec.get("selector"), spec.get("template")) else {
        return;
    };
    if selects_by_controller(object, spec) || !is_complete(template) {
        return;
    }
    let labels = template.at(&["metadata", "labels"]);
    let is_map_of_labels = matches!(
        (object.id.group.as_str(), object.id.kind.as_str()),
        ("", "ReplicationController") | ("apps.openshift.io", "DeploymentConfig")
    );
    let requirements = if is_map_of_labels {
        equalities(selector)
    } else {
        requirements(selector)
    };
    let unmet = requirements
        .iter()
        .filter(|requirement| !is_left_open(requirement, labels) && !requirement.is_met_by(labels));
    reports.extend(unmet.map(|requirement| report(object, requirement, template, labels)));
}

/// A Job gets its selector from its controller, unless it says that it brings its own.
fn selects_by_controller(object: &Object, spec: NodeRef<'_>) -> bool {
    let is_manual = spec.get("manualSelector").and_then(NodeRef::as_bool) == Some(true);
    object.id.group == "batch" && object.id.kind == "Job" && !is_manual
}

fn is_complete(template: NodeRef<'_>) -> bool {
    let Some(containers) = template.at(&["spec", "containers"]) else {
        return false;
    };
    let mut containers = containers.items().peekable();
    containers.peek().is_some() && containers.all(|container| container.get("image").is_some())
}

/// Whether a side of the comparison is only filled in later (`${NAME}`).
fn is_left_open(requirement: &Requirement<'_>, labels: Option<NodeRef<'_>>) -> bool {
    let text = |node: NodeRef<'_>| node.raw().is_some_and(|text| text.contains("${"));
    let label = labels.and_then(|labels| labels.get(&requirement.key));
    text(requirement.node) || label.is_some_and(text)
}

fn report(
    object: &Object,
    requirement: &Requirement<'_>,
    template: NodeRef<'_>,
    labels: Option<NodeRef<'_>>,
) -> Report {
    let key = &requirement.key;
    let label = labels.and_then(|labels| labels.get(key));
    let (place, text) = match (label, labels) {
        (Some(label), _) => (label.label_span(), "its Pods get this".to_owned()),
        (None, Some(labels)) => (
            labels.label_span(),
            format!("its Pods get no label `{key}`"),
        ),
        (None, None) => {
            let metadata = template.get("metadata").unwrap_or(template);
            (metadata.label_span(), "its Pods get no labels".to_owned())
        }
    };
    Report {
        message: format!(
            "the selector of {} `{}` does not match its own Pods",
            object.id.kind, object.id.name
        ),
        primary: Label {
            span: requirement.node.label_span(),
            text: "selected here".to_owned(),
        },
        related: vec![Label { span: place, text }],
        severity: None,
        help: None,
        fix: None,
    }
}
