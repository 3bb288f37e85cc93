//! `dangling-role-ref`: a binding that grants nothing.

use super::Report;
use crate::lint::Context;
use crate::lint::object_lookup::missing;
use crate::object::Object;
use crate::yaml::NodeRef;

pub(super) const GROUP: &str = "rbac.authorization.k8s.io";

/// `ClusterRole`s that every cluster has; those of `system:` too.
const BUILT_IN: [&str; 4] = ["cluster-admin", "admin", "edit", "view"];

/// Reports the role of a binding that no manifest of the run makes.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_binding = matches!(
        object.id.kind.as_str(),
        "RoleBinding" | "ClusterRoleBinding"
    );
    let reference = object.root().get("roleRef");
    let Some(reference) = reference.filter(|_| is_binding && object.id.group == GROUP) else {
        return;
    };
    let text = |field| reference.get(field).and_then(NodeRef::as_str);
    let (Some(kind), Some(name)) = (text("kind"), text("name")) else {
        return;
    };
    let is_built_in =
        kind == "ClusterRole" && (BUILT_IN.contains(&name.as_ref()) || name.contains(':'));
    if is_built_in || !matches!(kind.as_ref(), "Role" | "ClusterRole") {
        return;
    }
    let namespace = object.id.namespace.as_deref();
    if namespace.is_some_and(|namespace| namespace.starts_with("kube-")) {
        return;
    }
    let place = reference.get("name");
    reports
        .extend(place.and_then(|place| missing(context, object, (GROUP, &kind), namespace, place)));
}
