//! `overlapping-pdb`: two PodDisruptionBudgets over one Pod.

use super::Report;
use super::dangling_pdb::selector;
use crate::lint::Context;
use crate::object::Object;

/// Reports a PodDisruptionBudget that selects Pods of a workload that an earlier one selects too.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some((place, requirements)) = selector(object).filter(|_| !context.is_patch(object)) else {
        return;
    };
    let namespace = object.id.namespace.as_deref();
    let mut workloads = context.workloads().selected(namespace, &requirements);
    workloads.retain(|workload| context.surely_meet(workload.object, object));
    if workloads.is_empty() {
        return;
    }
    for other in context.of_kind("policy", "PodDisruptionBudget") {
        let is_earlier = other.span() < object.span() && !context.is_patch(other);
        if !is_earlier || other.id == object.id || !context.are_listed_together(other, object) {
            continue;
        }
        let Some((other_place, of_other)) = selector(other) else {
            continue;
        };
        let Some(shared) = workloads
            .iter()
            .find(|workload| workload.fulfils(&of_other))
        else {
            continue;
        };
        let (kind, name) = (&shared.object.id.kind, &shared.object.id.name);
        let message = format!(
            "Pods of {kind} `{name}` have two budgets, `{}` and `{}`: none of them can be evicted",
            other.id.name, object.id.name
        );
        let report = Report::new(message, place.label_span());
        reports.push(report.with_related(other_place.label_span(), "selected here too"));
    }
}
