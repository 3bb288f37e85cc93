//! `overlapping-selectors`: two workloads that take each other's Pods for their own.

use super::Report;
use crate::lint::Context;
use crate::lint::workload::{Workload, own_selector};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports a workload whose selector fits the Pods of an earlier one, whose selector fits its own.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(own) = Workload::of(object).filter(|_| !context.is_patch(object)) else {
        return;
    };
    let selector = own_selector(object).filter(|selector| !selector.is_empty());
    let Some(selector) = selector.filter(|selector| own.fulfils(selector)) else {
        return;
    };
    let namespace = object.id.namespace.as_deref();
    let mut others = context.workloads().selected(namespace, &selector);
    others.retain(|other| {
        let is_earlier = other.object.span() < object.span() && other.object.id != object.id;
        let of_other = own_selector(other.object).filter(|selector| !selector.is_empty());
        is_earlier
            && context.are_listed_together(other.object, object)
            && of_other.is_some_and(|of_other| own.fulfils(&of_other))
    });
    let place = |object: &Object| {
        let selector = object.root().at(&["spec", "selector"]);
        selector.map(NodeRef::label_span)
    };
    let (Some(first), Some(here)) = (others.first(), place(object)) else {
        return;
    };
    let (kind, name) = (&object.id.kind, &object.id.name);
    let other = format!("{} `{}`", first.object.id.kind, first.object.id.name);
    let message = format!("{kind} `{name}` and {other} select each other's Pods");
    let places = others.iter().filter_map(|other| place(other.object));
    let report = Report::new(message, here);
    reports.push(places.fold(report, |report, there| {
        report.with_related(there, "selected here too")
    }));
}
