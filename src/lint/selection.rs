//! What a selector selects: some workloads, none, or nobody can know.

use super::builtin::Report;
use super::label_selector::{Demand, Requirement};
use super::workload::Workload;
use super::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// What became of a selector.
#[derive(Clone, Copy, Debug)]
pub(super) enum Selected {
    /// Some workload has such Pods.
    Some,
    /// No workload has; all that may be selected is in this run.
    None,
    /// Somebody else may make such Pods.
    Unknowable,
}

/// What an object selects by these requirements in a namespace.
///
/// Labels that appear on running Pods only (of StatefulSets, of elected leaders, of kustomizations) are
/// no part of the question.
pub(super) fn selected(
    context: &Context<'_>,
    object: &Object,
    namespace: Option<&str>,
    requirements: &[Requirement<'_>],
) -> Selected {
    let workloads = context.workloads();
    let count = requirements.len();
    let lasting = requirements
        .iter()
        .filter(|requirement| !workloads.is_added_later(&requirement.key));
    let requirements: Vec<Requirement<'_>> = lasting.cloned().collect();
    let found = workloads.selected(namespace, &requirements);
    if requirements.is_empty() && count > 0 {
        return Selected::Unknowable;
    }
    if !found.is_empty() {
        return Selected::Some;
    }
    if !context.is_complete || context.is_patch(object) {
        return Selected::Unknowable;
    }
    let is_open =
        |value: &str| value.contains("${") || value.contains("$(") || value.contains("{{");
    let providers = context.providers();
    let mut values = requirements.iter().flat_map(|requirement| {
        let values: &[_] = match &requirement.demand {
            Demand::In(values) => values,
            _ => &[],
        };
        values.iter()
    });
    let could_be =
        |value: &str| is_open(value) || providers.could_come_unseen(object, namespace, value);
    if could_be(&object.id.name) || values.any(|value| could_be(value)) {
        return Selected::Unknowable;
    }
    Selected::None
}

/// The workload that fulfils most of these requirements, but not all; or all, in another namespace.
pub(super) fn closest<'a>(
    context: &Context<'a>,
    namespace: Option<&str>,
    requirements: &[Requirement<'_>],
) -> Option<Workload<'a>> {
    let workloads = context.workloads();
    let elsewhere = workloads.selected(None, requirements);
    if let Some(elsewhere) = elsewhere.first() {
        return Some(*elsewhere);
    }
    let alike = requirements.iter().flat_map(|requirement| {
        let asks_for_one = matches!(&requirement.demand, Demand::In(values) if values.len() == 1);
        let alike =
            asks_for_one.then(|| workloads.selected(namespace, std::slice::from_ref(requirement)));
        alike.unwrap_or_default()
    });
    let met = |workload: &Workload<'_>| {
        let met = requirements.iter();
        met.filter(|one| one.is_met_by(workload.labels)).count()
    };
    alike.max_by_key(met)
}

/// Whether any workload of the run may be in the namespace.
pub(super) fn has_workloads(context: &Context<'_>, namespace: Option<&str>) -> bool {
    context.workloads().any_in(namespace)
}

/// A report that a selector selects nothing, at the selector; with the nearest miss.
pub(super) fn nothing_selected(
    context: &Context<'_>,
    object: &Object,
    selector: NodeRef<'_>,
    requirements: &[Requirement<'_>],
) -> Report {
    let namespace = object.id.namespace.as_deref();
    let (kind, name) = (&object.id.kind, &object.id.name);
    let message = format!("{kind} `{name}` selects no Pods: no workload has such labels");
    let report = Report::new(message, selector.label_span());
    let report = if has_workloads(context, namespace) {
        report
    } else {
        report.weighing(Severity::Info)
    };
    let Some(near) = closest(context, namespace, requirements) else {
        return report;
    };
    let unmet: Vec<String> = requirements
        .iter()
        .filter(|one| !one.is_met_by(near.labels))
        .map(|one| format!("`{}`", one.key))
        .collect();
    let owner = format!("{} `{}`", near.object.id.kind, near.object.id.name);
    let text = match (unmet.is_empty(), near.object.id.namespace.as_deref()) {
        (true, other) => format!("{owner} is in namespace `{}`", other.unwrap_or_default()),
        (false, _) => format!("the Pods of {owner} differ in {}", unmet.join(", ")),
    };
    let place = near.labels.unwrap_or_else(|| near.object.root());
    report.with_related(place.label_span(), text)
}
