//! `rolling-update-with-rwo-volume`: a new Pod that waits for the disk of the old one.

use super::Report;
use crate::lint::Context;
use crate::lint::object_lookup::{Found, find};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each claim of a Deployment that only one node can mount, where a new Pod starts before the old
/// one is gone.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != "apps" || object.id.kind != "Deployment" || context.is_changed(object) {
        return;
    }
    let (Some(spec), Some(pod_spec)) = (object.root().get("spec"), object.pod_spec()) else {
        return;
    };
    if !starts_before_it_stops(spec) {
        return;
    }
    for volume in pod_spec.get("volumes").into_iter().flat_map(NodeRef::items) {
        reports.extend(
            volume
                .get("persistentVolumeClaim")
                .and_then(|claim| report(context, object, claim)),
        );
    }
}

fn starts_before_it_stops(spec: NodeRef<'_>) -> bool {
    let kind = spec.at(&["strategy", "type"]).and_then(NodeRef::as_str);
    let surge = spec
        .at(&["strategy", "rollingUpdate", "maxSurge"])
        .and_then(NodeRef::raw);
    let replicas = spec.get("replicas").and_then(NodeRef::as_i64);
    kind.as_deref() != Some("Recreate")
        && !matches!(surge.as_deref(), Some("0" | "0%"))
        && replicas != Some(0)
}

fn report(context: &Context<'_>, object: &Object, claim: NodeRef<'_>) -> Option<Report> {
    let place = claim.get("claimName")?;
    let name = place.as_str()?;
    let namespace = object.id.namespace.as_deref();
    let kind = ("", "PersistentVolumeClaim");
    let Found::Here(claims) = find(context, object, kind, namespace, &name) else {
        return None;
    };
    let claims = claims
        .into_iter()
        .filter(|claim| context.surely_meet(claim, object));
    let modes: Vec<NodeRef<'_>> = claims
        .filter_map(|claim| claim.root().at(&["spec", "accessModes"]))
        .collect();
    let is_for_one_node = |modes: &NodeRef<'_>| {
        let mut modes = modes.items().filter_map(NodeRef::as_str).peekable();
        modes.peek().is_some()
            && modes.all(|mode| matches!(mode.as_ref(), "ReadWriteOnce" | "ReadWriteOncePod"))
    };
    let first = *modes
        .first()
        .filter(|_| modes.iter().all(is_for_one_node))?;
    let message = format!(
        "the new Pod of an update may wait for volume `{name}`, which the old Pod holds on its node"
    );
    Some(
        Report::new(message, place.label_span())
            .with_related(first.label_span(), "one node at a time"),
    )
}
