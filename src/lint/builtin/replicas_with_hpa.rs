//! `replicas-with-hpa`: two who set one number.

use super::Report;
use crate::lint::Context;
use crate::object::Object;

/// Reports `spec.replicas` of whatever an autoscaler scales.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(replicas) = object
        .root()
        .at(&["spec", "replicas"])
        .filter(|node| !node.is_null())
    else {
        return;
    };
    let scalers = context.scalers();
    // Zero replicas switch a HorizontalPodAutoscaler off.
    if scalers.are_replicas_handled || context.is_patch(object) || replicas.as_i64() == Some(0) {
        return;
    }
    let mut of_object = scalers.of(object);
    if let Some(scaler) = of_object.find(|scaler| context.surely_meet(scaler.object, object)) {
        let scaler_name = format!("{} `{}`", scaler.object.id.kind, scaler.object.id.name);
        let message = format!("each apply sets the number of Pods back that {scaler_name} chose");
        let report = Report::new(message, replicas.label_span());
        reports.push(report.with_related(scaler.target.label_span(), "scaled by this"));
    }
}
