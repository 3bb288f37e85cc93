//! Objects of which nothing is known, so that nobody takes silence for a yes.

use super::Report;
use crate::lint::api_lifecycle::retired;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::schema::{api_versions, is_builtin};

/// Reports a kind without a schema at the first object of the run that is of it.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let id = &object.id;
    let api_version = object.api_version();
    let minor = context.kubernetes.minor();
    // `removed-api` says more about those.
    let is_retired = retired(&api_version, &id.kind, minor).is_some();
    if is_retired
        || is_builtin(context.kubernetes, &api_version, &id.kind)
        || context
            .custom_kinds()
            .is_known(&id.group, &id.kind, &object.version)
    {
        return;
    }
    let same = context.of_kind(&id.group, &id.kind).iter();
    let same: Vec<&&Object> = same
        .filter(|other| other.version == object.version)
        .collect();
    let is_first = same
        .first()
        .is_some_and(|first| std::ptr::eq(**first, object));
    if !is_first {
        return;
    }
    let objects = match same.len() {
        1 => "this object was".to_owned(),
        number => format!("this and {} more objects were", number - 1),
    };
    let root = object.root();
    let node = root.get("apiVersion").or(root.get("kind"));
    let span = node.unwrap_or(root).label_span();
    reports.push(Report {
        message: format!(
            "there is no schema for {} of `{api_version}`, so {objects} not compared with one",
            id.kind
        ),
        primary: Label {
            span,
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: help(context, object),
        fix: None,
    });
}

/// Where the kind is known in another version.
fn help(context: &Context<'_>, object: &Object) -> Option<String> {
    let id = &object.id;
    let known = api_versions(context.kubernetes, &id.group, &id.kind);
    if !known.is_empty() {
        let known = known.join("`, `");
        let version = context.kubernetes;
        return Some(format!("Kubernetes {version} has it in `{known}`"));
    }
    let known = context.custom_kinds().versions(&id.group, &id.kind);
    (!known.is_empty()).then(|| {
        let known = known.join("`, `");
        format!("its CustomResourceDefinition in this repository has the versions `{known}`")
    })
}
