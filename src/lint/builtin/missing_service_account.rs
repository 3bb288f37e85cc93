//! `missing-service-account`: Pods that are refused because their account is not there.

use super::Report;
use crate::lint::Context;
use crate::lint::object_lookup::missing;
use crate::object::Object;

/// Accounts that the cluster puts into every namespace.
const BY_THE_CLUSTER: [&str; 4] = ["default", "builder", "deployer", "pipeline"];

/// Reports a `serviceAccountName` that no manifest of the run makes in the namespace.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object
        .pod_spec()
        .filter(|pod_spec| pod_spec.get("containers").is_some())
    else {
        return;
    };
    let place = pod_spec
        .get("serviceAccountName")
        .or(pod_spec.get("serviceAccount"));
    let Some((place, name)) = place.and_then(|place| Some((place, place.as_str()?))) else {
        return;
    };
    let namespace = object.id.namespace.as_deref();
    let of_the_cluster = namespace.is_some_and(|namespace| namespace.starts_with("kube-"));
    if name.is_empty() || BY_THE_CLUSTER.contains(&name.as_ref()) || of_the_cluster {
        return;
    }
    reports.extend(missing(
        context,
        object,
        ("", "ServiceAccount"),
        namespace,
        place,
    ));
}
