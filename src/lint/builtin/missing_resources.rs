//! `missing-cpu-request` and its siblings: containers that do not say what they need.

use super::Report;
use crate::lint::containers::{Container, Role, containers};
use crate::lint::patch::is_patch;
use crate::lint::quantities::Resources;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// What a container should have.
struct Wanted {
    list: &'static str,
    resource: &'static str,
    /// What happens without it.
    consequence: &'static str,
}

/// Reports each container without a request for CPU.
pub(super) fn cpu_request(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let wanted = Wanted {
        list: "requests",
        resource: "cpu",
        consequence: "says nothing of the CPU that it needs: it gets what others leave",
    };
    check(context, object, &wanted, reports);
}

/// Reports each container without a request for memory.
pub(super) fn memory_request(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let wanted = Wanted {
        list: "requests",
        resource: "memory",
        consequence: "says nothing of the memory that it needs: it is put where there may be none",
    };
    check(context, object, &wanted, reports);
}

/// Reports each container without a limit of memory.
pub(super) fn memory_limit(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let wanted = Wanted {
        list: "limits",
        resource: "memory",
        consequence: "has no limit of memory: when it leaks, its neighbours are killed too",
    };
    check(context, object, &wanted, reports);
}

/// Reports each container without a limit of CPU.
pub(super) fn cpu_limit(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let wanted = Wanted {
        list: "limits",
        resource: "cpu",
        consequence: "has no limit of CPU",
    };
    check(context, object, &wanted, reports);
}

fn check(context: &Context<'_>, object: &Object, wanted: &Wanted, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object.pod_spec().filter(|_| !is_patch(object)) else {
        return;
    };
    if has(pod_spec, wanted) || is_given_by_limit_range(context, object, wanted) {
        return;
    }
    let containers = containers(pod_spec).into_iter();
    let lacking = containers
        .filter(|container| container.role != Role::Ephemeral && !has(container.node, wanted));
    reports.extend(lacking.map(|container| report(container, wanted)));
}

/// Whether a container or a Pod has it. The API server makes a request of a limit that stands alone.
fn has(holder: NodeRef<'_>, wanted: &Wanted) -> bool {
    let Some(node) = holder.get("resources") else {
        return false;
    };
    let resources = Resources { node };
    resources.amount(wanted.list, wanted.resource).is_some()
        || resources.amount("limits", wanted.resource).is_some()
}

/// Whether a LimitRange of the same namespace fills it in.
fn is_given_by_limit_range(context: &Context<'_>, object: &Object, wanted: &Wanted) -> bool {
    let lists: &[&str] = match wanted.list {
        "requests" => &["defaultRequest", "default"],
        _ => &["default"],
    };
    let ranges = context.of_kind("", "LimitRange").iter();
    let mut limits = ranges
        .filter(|range| range.id.namespace == object.id.namespace)
        .filter_map(|range| range.root().at(&["spec", "limits"]))
        .flat_map(NodeRef::items);
    limits.any(|limit| {
        let of_containers = limit.get("type").and_then(NodeRef::as_str);
        let default = |list: &&str| limit.get(list).and_then(|list| list.get(wanted.resource));
        of_containers.as_deref() == Some("Container") && lists.iter().find_map(default).is_some()
    })
}

fn report(container: Container<'_>, wanted: &Wanted) -> Report {
    let node = container.node;
    let name = node.get("name").and_then(NodeRef::raw).unwrap_or_default();
    let place = node.get("resources").or_else(|| node.get("name"));
    Report {
        message: format!("container `{name}` {}", wanted.consequence),
        primary: Label {
            span: place.unwrap_or(node).label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    }
}
