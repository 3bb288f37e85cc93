//! `dangerous-rbac`: rules of a role that give more than they seem to.

use std::collections::BTreeSet;

use super::Report;
use crate::lint::rbac_right::{RIGHTS, Right};
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each rule of a role that gives such a right, with the first resource that does.
///
/// Wildcards are left to `wildcard-rbac`, which has the word on them.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_role = object.id.group == "rbac.authorization.k8s.io"
        && matches!(object.id.kind.as_str(), "Role" | "ClusterRole");
    let Some(rules) = object.root().get("rules").filter(|_| is_role) else {
        return;
    };
    for rule in rules.items() {
        let mut said = BTreeSet::new();
        for resource in rule.get("resources").into_iter().flat_map(NodeRef::items) {
            let right = RIGHTS.iter().find(|right| gives(rule, resource, right));
            reports.extend(
                right
                    .filter(|right| said.insert(right.meaning))
                    .map(|right| report(resource, right)),
            );
        }
    }
}

fn gives(rule: NodeRef<'_>, resource: NodeRef<'_>, right: &Right) -> bool {
    let holds = |field: &str, wanted: &[&str]| {
        let texts = rule.get(field).into_iter().flat_map(NodeRef::items);
        let mut texts = texts.filter_map(NodeRef::as_str);
        texts.any(|text| text == "*" || wanted.contains(&text.as_ref()))
    };
    let is_resource = resource.as_str().is_some_and(|name| name == right.resource);
    is_resource && holds("apiGroups", &[right.group]) && holds("verbs", right.verbs)
}

fn report(resource: NodeRef<'_>, right: &Right) -> Report {
    Report {
        message: format!(
            "whoever holds this right on `{}` {}",
            right.resource, right.meaning
        ),
        primary: Label {
            span: resource.span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    }
}
