//! `dangling-pdb`: a PodDisruptionBudget that protects nothing.

use super::Report;
use crate::lint::Context;
use crate::lint::label_selector::{Requirement, requirements};
use crate::lint::selection::{Selected, nothing_selected, selected};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports a PodDisruptionBudget whose selector no Pod template of the run fulfils.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some((selector, requirements)) = selector(object) else {
        return;
    };
    let namespace = object.id.namespace.as_deref();
    if let Selected::None = selected(context, object, namespace, &requirements) {
        reports.push(nothing_selected(context, object, selector, &requirements));
    }
}

/// The selector of a PodDisruptionBudget. An empty one means the whole namespace, and is none here.
pub(super) fn selector(object: &Object) -> Option<(NodeRef<'_>, Vec<Requirement<'_>>)> {
    if object.id.group != "policy" || object.id.kind != "PodDisruptionBudget" {
        return None;
    }
    let selector = object.root().at(&["spec", "selector"])?;
    let requirements = requirements(selector);
    (!requirements.is_empty()).then_some((selector, requirements))
}
