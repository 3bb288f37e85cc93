//! `topology-spread-invalid`: Pods that are spread by a rule that does not work.

use super::Report;
use crate::lint::Context;
use crate::lint::label_selector::requirements;
use crate::lint::workload::Workload;
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports constraints that the API server refuses, and those that do not count the Pods they are for.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(workload) = Workload::of(object) else {
        return;
    };
    let constraints = workload
        .pod_spec
        .get("topologySpreadConstraints")
        .into_iter();
    for constraint in constraints.flat_map(NodeRef::items) {
        reports.extend(refused(constraint));
        reports.extend(ineffective(context, &workload, constraint));
    }
}

fn refused(constraint: NodeRef<'_>) -> Option<Report> {
    let report =
        |node: NodeRef<'_>, message: &str| Some(Report::new(message.to_owned(), node.label_span()));
    if let Some(skew) = constraint.get("maxSkew")
        && skew.as_i64().is_some_and(|skew| skew < 1)
    {
        return report(
            skew,
            "`maxSkew` must be at least 1: the API server refuses it",
        );
    }
    let reaction = constraint.get("whenUnsatisfiable");
    let word = reaction.and_then(NodeRef::as_str);
    if let (Some(reaction), Some(word)) = (reaction, &word)
        && !matches!(word.as_ref(), "DoNotSchedule" | "ScheduleAnyway")
    {
        let message = "`whenUnsatisfiable` is `DoNotSchedule` or `ScheduleAnyway`";
        return report(reaction, message);
    }
    let domains = constraint.get("minDomains")?;
    if word.as_deref() == Some("ScheduleAnyway") {
        return report(
            domains,
            "`minDomains` needs `DoNotSchedule`: the API server refuses it",
        );
    }
    if domains.as_i64().is_some_and(|domains| domains < 1) {
        return report(
            domains,
            "`minDomains` must be at least 1: the API server refuses it",
        );
    }
    None
}

/// The scheduler counts the Pods that the selector selects; without one it counts none.
fn ineffective(
    context: &Context<'_>,
    workload: &Workload<'_>,
    constraint: NodeRef<'_>,
) -> Option<Report> {
    let Some(selector) = constraint.get("labelSelector") else {
        let has_keys = constraint.get("matchLabelKeys").is_some();
        return (!has_keys).then(|| {
            let message =
                "without `labelSelector` no Pods are counted, so they are not spread".to_owned();
            Report::new(message, constraint.label_span())
        });
    };
    let requirements = requirements(selector);
    let unmet = requirements.iter().find(|one| {
        let is_open = one.node.raw().is_some_and(|text| text.contains(['$', '{']));
        !one.is_met_by(workload.labels) && !is_open && !context.workloads().is_added_later(&one.key)
    })?;
    let message = "the constraint does not count these Pods, so they are not spread".to_owned();
    let report = Report::new(message, unmet.node.label_span());
    Some(match workload.labels {
        Some(labels) => report.with_related(labels.label_span(), "its Pods get these labels"),
        None => report,
    })
}
