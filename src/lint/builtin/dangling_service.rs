//! `dangling-service`: a Service without Pods.

use super::Report;
use crate::lint::Context;
use crate::lint::label_selector::equalities;
use crate::lint::selection::{Selected, nothing_selected, selected};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports a Service whose selector no Pod template of the run fulfils.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(selector) = selector(object) else {
        return;
    };
    let requirements = equalities(selector);
    let namespace = object.id.namespace.as_deref();
    if requirements.is_empty() {
        return;
    }
    if let Selected::None = selected(context, object, namespace, &requirements) {
        reports.push(nothing_selected(context, object, selector, &requirements));
    }
}

/// The selector of a Service; one with an external name has none that counts.
pub(super) fn selector(object: &Object) -> Option<NodeRef<'_>> {
    if !object.id.group.is_empty() || object.id.kind != "Service" {
        return None;
    }
    let spec = object.root().get("spec")?;
    let kind = spec.get("type").and_then(NodeRef::as_str);
    let selector = spec.get("selector")?;
    (kind.as_deref() != Some("ExternalName")).then_some(selector)
}
