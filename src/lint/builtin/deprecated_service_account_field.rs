//! `deprecated-service-account-field`: the old name of `serviceAccountName`.

use super::Report;
use crate::lint::line_removal::without_line;
use crate::lint::{Applicability, Context, Edit, Fix, Label, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports `serviceAccount` in a pod spec; an error where it contradicts `serviceAccountName`.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(spec) = object.pod_spec() else {
        return;
    };
    let Some(old) = spec.get("serviceAccount").filter(|node| !node.is_null()) else {
        return;
    };
    let new = spec.get("serviceAccountName");
    let new = new.filter(|node| !node.is_null());
    let Some(new) = new else {
        reports.push(report(old, rename(old)));
        return;
    };
    if new.raw() == old.raw() {
        reports.push(report(old, without_line(old, "Remove it")));
        return;
    }
    reports.push(Report {
        message: "`serviceAccount` and `serviceAccountName` name different accounts".to_owned(),
        related: vec![Label {
            span: new.span(),
            text: "this one wins".to_owned(),
        }],
        severity: Some(Severity::Error),
        help: Some("Remove `serviceAccount`".to_owned()),
        ..report(old, None)
    });
}

fn report(old: NodeRef<'_>, fix: Option<Fix>) -> Report {
    Report {
        message: "`serviceAccount` is the old name of `serviceAccountName`".to_owned(),
        primary: Label {
            span: old.key().map_or_else(|| old.label_span(), NodeRef::span),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix,
    }
}

fn rename(old: NodeRef<'_>) -> Option<Fix> {
    Some(Fix {
        title: "Use `serviceAccountName`".to_owned(),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span: old.key()?.span(),
            text: "serviceAccountName".to_owned(),
        }],
    })
}
