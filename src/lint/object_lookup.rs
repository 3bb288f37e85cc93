//! Whether an object that another one names can be missing.
//!
//! The answers are those of [`config_lookup`](super::config_lookup): it is there, it is missing, or
//! nobody can know from these files.

use super::builtin::Report;
use super::config_lookup::is_same_namespace;
use super::suggest::nearest;
use super::{Context, Severity};
use crate::object::{Object, Scope, kind_info};
use crate::source::Span;
use crate::yaml::NodeRef;

/// What became of a name.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// These are it.
    Here(Vec<&'a Object>),
    /// It is in another namespace only.
    Elsewhere(&'a Object),
    /// Nothing has this name. Perhaps this one was meant.
    Missing(Option<&'a Object>),
    /// It may well be there.
    Unknowable,
}

/// Finds what `object` names: an object of a kind, in a namespace.
pub(super) fn find<'a>(
    context: &Context<'a>,
    object: &Object,
    (group, kind): (&str, &str),
    namespace: Option<&str>,
    name: &str,
) -> Found<'a> {
    let is_cluster_wide = kind_info(group, kind).is_some_and(|info| info.scope == Scope::Cluster);
    let is_in = |other: &&&Object| {
        is_cluster_wide || is_same_namespace(other.id.namespace.as_deref(), namespace)
    };
    let is_kind = |other: &&&Object| other.id.group == group && other.id.kind == kind;
    let named: Vec<&Object> = context
        .named(name)
        .iter()
        .filter(is_kind)
        .copied()
        .collect();
    let here: Vec<&Object> = named.iter().filter(is_in).copied().collect();
    if !here.is_empty() {
        return Found::Here(here);
    }
    let providers = context.providers();
    let kustomizations = providers.kustomizations();
    if !context.is_complete
        || context.is_patch(object)
        || name.contains(['$', '{'])
        || providers.could_come_unseen(object, namespace, name)
    {
        return Found::Unknowable;
    }
    if let Some(elsewhere) = named.first() {
        return if kustomizations.set_namespaces() {
            Found::Unknowable
        } else {
            Found::Elsewhere(elsewhere)
        };
    }
    let all = context.of_kind(group, kind);
    if all
        .iter()
        .any(|other| kustomizations.could_rename(&other.id.name, name))
    {
        return Found::Unknowable;
    }
    let candidates = || all.iter().filter(is_in);
    let near = nearest(name, candidates().map(|other| other.id.name.as_str()));
    Found::Missing(near.and_then(|near| candidates().find(|other| other.id.name == near).copied()))
}

/// Whether anything of the kind is written beside an object: in the namespace that is meant, or in its
/// directory. Then its author keeps such things here, and one that is missing is likely a mistake.
fn are_kept_beside(
    context: &Context<'_>,
    object: &Object,
    (group, kind): (&str, &str),
    namespace: Option<&str>,
) -> bool {
    let directory = |object: &Object| {
        let file = context.file_of(object);
        file.rsplit_once('/')
            .map_or("", |(directory, _)| directory)
            .to_owned()
    };
    let own = directory(object);
    context.of_kind(group, kind).iter().any(|other| {
        let is_meant = namespace.is_some() && other.id.namespace.as_deref() == namespace;
        is_meant || directory(other) == own
    })
}

/// A report that what `object` names is not there; `None` where it is, or where nobody can know. It is only
/// worth knowing (info) where nothing of the kind is written beside it.
pub(super) fn missing(
    context: &Context<'_>,
    object: &Object,
    (group, kind): (&str, &str),
    namespace: Option<&str>,
    place: NodeRef<'_>,
) -> Option<Report> {
    let name = place.as_str()?;
    let found = find(context, object, (group, kind), namespace, &name);
    let report = missing_report(&found, (kind, &name), namespace, place.label_span())?;
    Some(
        if are_kept_beside(context, object, (group, kind), namespace) {
            report
        } else {
            report.weighing(Severity::Info)
        },
    )
}

fn missing_report(
    found: &Found<'_>,
    (kind, name): (&str, &str),
    namespace: Option<&str>,
    place: Span,
) -> Option<Report> {
    match found {
        Found::Here(_) | Found::Unknowable => None,
        Found::Elsewhere(other) => {
            let namespace = namespace.unwrap_or_default();
            let message = format!("there is no {kind} `{name}` in namespace `{namespace}`");
            let of_other = other.id.namespace.as_deref().unwrap_or_default();
            let text = format!("this one is in namespace `{of_other}`");
            Some(Report::new(message, place).with_related(other.span_of_name(), text))
        }
        Found::Missing(near) => {
            let report = Report::new(format!("there is no {kind} `{name}`"), place);
            Some(match near {
                Some(near) => report
                    .with_related(near.span_of_name(), format!("`{}` is here", near.id.name))
                    .with_help(format!("Did you mean `{}`?", near.id.name)),
                None => report,
            })
        }
    }
}
