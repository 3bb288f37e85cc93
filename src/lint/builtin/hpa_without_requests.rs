//! `hpa-without-requests`: a share of nothing cannot be measured.

use super::Report;
use crate::lint::Context;
use crate::lint::scaler::is_autoscaler;
use crate::lint::workload::Workload;
use crate::object::Object;
use crate::yaml::NodeRef;

/// A metric that is a share of what containers request.
struct Share<'t> {
    resource: String,
    /// The only container that counts.
    container: Option<String>,
    place: NodeRef<'t>,
}

/// Reports each utilisation metric of a resource that a container of the target does not request.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if !is_autoscaler(object) || is_filled_in(context, object) {
        return;
    }
    let Some(workload) = target(context, object) else {
        return;
    };
    for share in shares(object) {
        let containers = workload.pod_spec.get("containers");
        let mut containers = containers.into_iter().flat_map(NodeRef::items);
        let lacking = containers.find(|container| {
            let name = container.get("name").and_then(NodeRef::raw);
            let counts = share.container.is_none() || share.container.as_deref() == name.as_deref();
            counts && !requests(*container, &share.resource)
        });
        let of_pod = requests(workload.pod_spec, &share.resource);
        let Some(container) = lacking.filter(|_| !of_pod || share.container.is_some()) else {
            continue;
        };
        let resource = &share.resource;
        let name = container.get("name").unwrap_or(container);
        let message = format!(
            "container `{}` of the target requests no {resource}, so its use is a share of nothing",
            name.raw().unwrap_or_default()
        );
        let report = Report::new(message, share.place.label_span());
        reports
            .push(report.with_related(name.label_span(), format!("no `requests.{resource}` here")));
    }
}

fn target<'a>(context: &Context<'a>, object: &Object) -> Option<Workload<'a>> {
    let target = object.root().at(&["spec", "scaleTargetRef"])?;
    let name = target.get("name")?.as_str()?;
    let named = context.named(&name).iter().copied();
    let mut targets = named.filter(|other| {
        let mut scalers = context.scalers().of(other);
        scalers.any(|scaler| std::ptr::eq(scaler.object, object))
    });
    let found = targets.find(|other| context.surely_meet(other, object))?;
    let is_whole = !context.is_changed(found) && !context.is_patch(object);
    Workload::of(found).filter(|_| is_whole)
}

/// Whether somebody may give the containers their requests: a `LimitRange`, or a vertical autoscaler.
fn is_filled_in(context: &Context<'_>, object: &Object) -> bool {
    let limits = context.of_kind("", "LimitRange").iter();
    let vertical = context
        .of_kind("autoscaling.k8s.io", "VerticalPodAutoscaler")
        .iter();
    limits.chain(vertical).any(|other| {
        other.id.namespace.is_none()
            || object.id.namespace.is_none()
            || other.id.namespace == object.id.namespace
    })
}

fn requests(owner: NodeRef<'_>, resource: &str) -> bool {
    let has = |field| {
        owner
            .at(&["resources", field, resource])
            .is_some_and(|node| !node.is_null())
    };
    has("requests") || has("limits")
}

fn shares(object: &Object) -> Vec<Share<'_>> {
    let Some(spec) = object.root().get("spec") else {
        return Vec::new();
    };
    let classic = spec.get("targetCPUUtilizationPercentage");
    let mut shares: Vec<Share<'_>> = classic
        .map(|place| Share {
            resource: "cpu".to_owned(),
            container: None,
            place,
        })
        .into_iter()
        .collect();
    let metrics = spec.get("metrics").into_iter().flat_map(NodeRef::items);
    shares.extend(metrics.filter_map(share));
    shares
}

fn share(metric: NodeRef<'_>) -> Option<Share<'_>> {
    let text = |node: NodeRef<'_>, field| Some(node.get(field)?.as_str()?.into_owned());
    let (source, container) = match text(metric, "type")?.as_str() {
        "Resource" => (metric.get("resource")?, None),
        "ContainerResource" => {
            let source = metric.get("containerResource")?;
            (source, Some(text(source, "container")?))
        }
        _ => return None,
    };
    // `autoscaling/v2beta1` has no `target`.
    let place = match source.get("target") {
        Some(target) => target.get("averageUtilization")?,
        None => source.get("targetAverageUtilization")?,
    };
    Some(Share {
        resource: text(source, "name")?,
        container,
        place,
    })
}
