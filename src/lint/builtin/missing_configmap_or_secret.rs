//! `missing-configmap-or-secret`: a Pod that waits for configuration that nothing makes.

use super::Report;
use crate::lint::config_lookup::Answer;
use crate::lint::config_reference::{Holder, Reference, references};
use crate::lint::{Context, Label, Severity};
use crate::object::Object;

/// Reports each ConfigMap and Secret that a workload needs and the run does not have, once.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object.pod_spec().filter(|_| context.is_complete) else {
        return;
    };
    let references = references(pod_spec);
    for (at, reference) in references.iter().enumerate() {
        let is_same = |other: &&Reference<'_>| {
            other.holder == reference.holder && other.name == reference.name
        };
        if references[..at].iter().any(|other| is_same(&other)) {
            continue;
        }
        let again: Vec<_> = references[at + 1..].iter().filter(is_same).collect();
        reports.extend(report(context, object, reference, &again));
    }
}

fn report(
    context: &Context<'_>,
    object: &Object,
    reference: &Reference<'_>,
    again: &[&Reference<'_>],
) -> Option<Report> {
    let kind = reference.holder.kind();
    let name = &reference.name;
    let providers = context.providers();
    let (message, near, help) = match providers.find(object, reference.holder, name) {
        Answer::Provided(_) | Answer::Unknowable => return None,
        Answer::Elsewhere(other) => {
            let namespace = object.id.namespace.as_deref().unwrap_or_default();
            let label = Label {
                span: other.place.label_span(),
                text: format!(
                    "this one is in namespace `{}`",
                    other.namespace.unwrap_or_default()
                ),
            };
            let message = format!("there is no {kind} `{name}` in namespace `{namespace}`");
            let help = format!("A Pod can only use a {kind} of its own namespace");
            (message, Some(label), Some(help))
        }
        Answer::Missing(similar) => {
            let label = similar.map(|(name, other)| Label {
                span: other.place.label_span(),
                text: format!("`{name}` is here"),
            });
            let help = similar.map(|(name, _)| format!("Did you mean `{name}`?"));
            (format!("there is no {kind} `{name}`"), label, help)
        }
    };
    let related = again.iter().map(|other| Label {
        span: other.place.span(),
        text: "needed here too".to_owned(),
    });
    Some(Report {
        message,
        primary: Label {
            span: reference.place.span(),
            text: String::new(),
        },
        related: near.into_iter().chain(related).collect(),
        severity: severity(context, object, reference),
        help,
        fix: None,
    })
}

/// A Secret may well be made by hand, as it has no place in git: where none is made here, or where a Pod
/// can start without it, its absence is only worth knowing.
fn severity(context: &Context<'_>, object: &Object, reference: &Reference<'_>) -> Option<Severity> {
    let is_kept_here = context.providers().are_kept_beside(object, Holder::Secret);
    let is_by_hand = reference.holder == Holder::Secret && !is_kept_here;
    (reference.is_pull_secret || is_by_hand).then_some(Severity::Info)
}
