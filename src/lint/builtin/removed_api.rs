//! `removed-api` and `deprecated-api`: a version of an API that the cluster does not serve, or not for long.

use super::Report;
use crate::lint::api_lifecycle::{Minor, Replacement, Retired, retired};
use crate::lint::each::label_of;
use crate::lint::{Applicability, Context, Edit, Fix, Label};
use crate::object::Object;
use crate::yaml::{NodeRef, Style};

/// Reports an object whose version the release does not serve.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    reports.extend(report(context.kubernetes.minor(), object, true));
}

/// Reports an object whose version a later release will not serve.
pub(super) fn check_deprecated(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    reports.extend(report(context.kubernetes.minor(), object, false));
}

fn report(release: Minor, object: &Object, removed: bool) -> Option<Report> {
    let api_version = object.api_version();
    let entry = retired(&api_version, &object.id.kind, release)?;
    if entry.is_removed_in(release) != removed {
        return None;
    }
    let place = object.root().get("apiVersion");
    let replacement = entry.replacement_in(release);
    let fix = place
        .zip(replacement)
        .and_then(|(place, replacement)| fix(object, place, replacement));
    Some(Report {
        message: message(release, entry),
        primary: Label {
            span: place.map_or_else(|| label_of(object.root()), NodeRef::label_span),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: Some(help(entry, replacement)),
        fix,
    })
}

fn message(release: Minor, entry: &Retired) -> String {
    let (api_version, kind) = (entry.api_version, entry.kind);
    let deprecated = entry.deprecated;
    match entry.removed {
        Some(removed) if removed <= release => {
            format!("Kubernetes 1.{removed} and later do not serve {kind} in `{api_version}`")
        }
        Some(removed) => format!(
            "{kind} in `{api_version}` is deprecated since Kubernetes 1.{deprecated}, and 1.{removed} does not serve it"
        ),
        None => format!("{kind} in `{api_version}` is deprecated since Kubernetes 1.{deprecated}"),
    }
}

fn help(entry: &Retired, replacement: Option<&Replacement>) -> String {
    let Some(replacement) = replacement else {
        return format!("Remove it: nothing takes the place of {}", entry.kind);
    };
    let api_version = replacement.api_version;
    match replacement.kind {
        Some(kind) => format!("Use {kind} in `{api_version}`"),
        None if replacement.changes_fields => {
            format!("Write it for `{api_version}`, whose fields differ")
        }
        None => format!("Use `{api_version}`, which has the same fields"),
    }
}

/// Another version, where nothing else has to change.
fn fix(object: &Object, place: NodeRef<'_>, replacement: &Replacement) -> Option<Fix> {
    if replacement.changes_fields || selects_nothing_yet(object) {
        return None;
    }
    let version = replacement.api_version;
    let text = match place.style() {
        Style::Plain => version.to_owned(),
        Style::SingleQuoted => format!("'{version}'"),
        Style::DoubleQuoted => format!("\"{version}\""),
        _ => return None,
    };
    Some(Fix {
        title: format!("Use `{version}`"),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span: place.span(),
            text,
        }],
    })
}

/// An empty selector of a PodDisruptionBudget means no Pod in `policy/v1beta1`, and every Pod in `v1`.
fn selects_nothing_yet(object: &Object) -> bool {
    let selector = object.root().at(&["spec", "selector"]);
    object.id.kind == "PodDisruptionBudget"
        && selector.is_none_or(|selector| selector.fields().is_empty())
}
