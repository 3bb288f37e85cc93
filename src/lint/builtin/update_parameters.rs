//! `update-parameters`: an update that cannot go on, or that the API server refuses.

use super::Report;
use crate::lint::Context;
use crate::object::Object;
use crate::yaml::NodeRef;

/// Seconds that a Deployment waits for progress where it does not say.
const DEFAULT_DEADLINE: i64 = 600;

/// Reports parameters of an update that exclude each other.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(spec) = object
        .root()
        .get("spec")
        .filter(|_| object.id.group == "apps")
    else {
        return;
    };
    let report = match object.id.kind.as_str() {
        "Deployment" => {
            reports.extend(deadline(spec));
            spec.get("strategy").and_then(deployment)
        }
        "DaemonSet" => spec.get("updateStrategy").and_then(daemon_set),
        _ => None,
    };
    reports.extend(report);
}

fn deployment(strategy: NodeRef<'_>) -> Option<Report> {
    let rolling = strategy
        .get("rollingUpdate")
        .filter(|node| !node.is_null())?;
    let kind = strategy.get("type").and_then(NodeRef::as_str);
    if kind.as_deref() == Some("Recreate") {
        let message =
            "`rollingUpdate` says nothing to `type: Recreate`: the API server refuses both"
                .to_owned();
        return Some(Report::new(message, rolling.label_span()));
    }
    let unavailable = rolling.get("maxUnavailable")?;
    let surge = rolling.get("maxSurge")?;
    if !is_zero(unavailable) || !is_zero(surge) {
        return None;
    }
    let message = "no Pod may go and none may come first: the API server refuses it".to_owned();
    Some(
        Report::new(message, unavailable.label_span())
            .with_related(surge.label_span(), "and this is 0 too"),
    )
}

/// A `DaemonSet` surges or takes down, one of both: by default it takes down one and does not surge.
fn daemon_set(strategy: NodeRef<'_>) -> Option<Report> {
    let rolling = strategy
        .get("rollingUpdate")
        .filter(|node| !node.is_null())?;
    let unavailable = rolling.get("maxUnavailable");
    let surge = rolling.get("maxSurge");
    match (unavailable, surge) {
        (Some(unavailable), _) if is_zero(unavailable) && surge.is_none_or(is_zero) => {
            let message =
                "no Pod may go and none may come first: the API server refuses it".to_owned();
            Some(Report::new(message, unavailable.label_span()))
        }
        (unavailable, Some(surge)) if !is_zero(surge) && !unavailable.is_some_and(is_zero) => {
            let message =
                "a DaemonSet that surges takes no Pod down first: the API server refuses both"
                    .to_owned();
            let report = Report::new(message, surge.label_span());
            Some(report.with_help("Say `maxUnavailable: 0` (it is 1 where it is not said)"))
        }
        _ => None,
    }
}

fn deadline(spec: NodeRef<'_>) -> Option<Report> {
    let ready = spec.get("minReadySeconds");
    let written = spec.get("progressDeadlineSeconds");
    let deadline = match written {
        Some(deadline) => deadline.as_i64()?,
        None => DEFAULT_DEADLINE,
    };
    let ready_seconds = match ready {
        Some(ready) => ready.as_i64()?,
        None => 0,
    };
    let place = written.or(ready)?;
    (deadline <= ready_seconds).then(|| {
        let message = format!(
            "a Pod is ready after {ready_seconds} seconds, and the update has failed after {deadline}: the API server refuses it"
        );
        let report = Report::new(message, place.label_span());
        report.with_help("Raise `progressDeadlineSeconds` above `minReadySeconds`")
    })
}

fn is_zero(node: NodeRef<'_>) -> bool {
    matches!(node.raw().as_deref(), Some("0" | "0%"))
}
