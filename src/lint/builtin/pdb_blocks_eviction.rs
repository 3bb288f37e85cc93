//! `pdb-blocks-eviction`: a PodDisruptionBudget that never lets a Pod go.

use super::Report;
use super::dangling_pdb::selector;
use crate::lint::workload::Workload;
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports a budget that allows no disruption even when every Pod is healthy.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != "policy" || object.id.kind != "PodDisruptionBudget" {
        return;
    }
    let Some(spec) = object.root().get("spec") else {
        return;
    };
    if let Some(node) = spec.get("maxUnavailable")
        && matches!(node.raw().as_deref(), Some("0" | "0%"))
    {
        let message = "no Pod may ever be unavailable: every eviction is refused".to_owned();
        reports.push(Report::new(message, node.label_span()));
    }
    if let Some(node) = spec.get("minAvailable") {
        reports.extend(minimum(context, object, node));
    }
}

fn minimum(context: &Context<'_>, object: &Object, node: NodeRef<'_>) -> Option<Report> {
    let written = node.raw()?;
    if written == "100%" {
        let message = "all Pods must stay available: every eviction is refused".to_owned();
        return Some(Report::new(message, node.label_span()));
    }
    let (_, requirements) = selector(object).filter(|_| context.is_complete)?;
    let namespace = object.id.namespace.as_deref();
    let workloads = context.workloads().selected(namespace, &requirements);
    let counted = workloads
        .iter()
        .map(|workload| expected(context, object, workload));
    let expected: i64 = counted.sum::<Option<i64>>().filter(|count| *count > 0)?;
    // The disruption controller rounds percentages up.
    let needed = match written.strip_suffix('%') {
        Some(percent) => (percent.parse::<i64>().ok()?.checked_mul(expected)? + 99) / 100,
        None => written.parse().ok()?,
    };
    if needed < expected {
        return None;
    }
    let pods = if expected == 1 { "is 1 Pod" } else { "are" };
    let count = if expected == 1 {
        String::new()
    } else {
        format!(" {expected} Pods")
    };
    let message = format!(
        "{needed} of the Pods must stay available and there {pods}{count}: every eviction is refused"
    );
    let report = Report::new(message, node.label_span());
    let report = workloads.iter().fold(report, |report, workload| {
        let root = workload.object.root();
        let replicas = root.at(&["spec", "replicas"]).unwrap_or(root);
        report.with_related(replicas.label_span(), "these are meant")
    });
    Some(if expected == 1 {
        report
            .weighing(Severity::Warning)
            .with_help("Run two replicas, or say `maxUnavailable: 1` if the Pod may be evicted")
    } else {
        report
    })
}

/// How many Pods a workload has at least; `None` where that is not said in these files.
fn expected(context: &Context<'_>, budget: &Object, workload: &Workload<'_>) -> Option<i64> {
    let object = workload.object;
    let is_counted = matches!(
        (object.id.group.as_str(), object.id.kind.as_str()),
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController")
    );
    if !is_counted || context.is_changed(object) || !context.surely_meet(budget, object) {
        return None;
    }
    let scaled = context
        .scalers()
        .of(object)
        .map(|scaler| scaler.minimum)
        .max();
    let replicas = object.root().at(&["spec", "replicas"]);
    match (scaled, replicas) {
        (Some(minimum), _) => Some(minimum),
        (None, Some(replicas)) => replicas.as_i64(),
        (None, None) => Some(1),
    }
}
