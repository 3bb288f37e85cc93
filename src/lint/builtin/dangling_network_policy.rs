//! `dangling-network-policy`: a NetworkPolicy that protects nothing.

use super::Report;
use crate::lint::Context;
use crate::lint::label_selector::requirements;
use crate::lint::selection::{Selected, nothing_selected, selected};
use crate::object::Object;

/// Reports a NetworkPolicy whose `podSelector` no Pod template of the run fulfils. An empty one means the
/// whole namespace.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != "networking.k8s.io" || object.id.kind != "NetworkPolicy" {
        return;
    }
    let Some(selector) = object.root().at(&["spec", "podSelector"]) else {
        return;
    };
    let requirements = requirements(selector);
    let namespace = object.id.namespace.as_deref();
    if requirements.is_empty() {
        return;
    }
    if let Selected::None = selected(context, object, namespace, &requirements) {
        reports.push(nothing_selected(context, object, selector, &requirements));
    }
}
