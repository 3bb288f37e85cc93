//! `duplicate-ingress-host-path`: two answers to one request.

use super::Report;
use crate::lint::Context;
use crate::lint::ingress_path::{IngressPath, is_canary, paths};
use crate::object::Object;

/// Reports each host and path of an Ingress that an earlier one, or an earlier rule, serves too.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if context.is_patch(object) || is_canary(object) {
        return;
    }
    for path in paths(object) {
        let is_earlier = |other: &&IngressPath<'_>| {
            other.node.span() < path.node.span()
                && other.class == path.class
                && !context.is_patch(other.object)
                && (std::ptr::eq(other.object, object) || meet(context, other.object, object))
        };
        let others = context.ingress_paths(&path.host, &path.path);
        let Some(other) = others.iter().find(is_earlier) else {
            continue;
        };
        let host = if path.host.is_empty() {
            "every host"
        } else {
            &path.host
        };
        let message = format!("`{}` of {host} leads to two places", path.path);
        let report = Report::new(message, path.place().label_span());
        reports.push(report.with_related(other.place().label_span(), "first here"));
    }
}

/// Whether both are applied to one cluster; the namespaces may differ, as hosts are everybody's.
fn meet(context: &Context<'_>, left: &Object, right: &Object) -> bool {
    let kustomizations = context.providers().kustomizations();
    left.id != right.id
        && kustomizations.are_listed_together(context.file_of(left), context.file_of(right))
}
