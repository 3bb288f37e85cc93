//! `service-account-token-mounted`: a Pod with credentials for the API server that it may not need.

use super::Report;
use crate::lint::patch::is_patch;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

const FIELD: &str = "automountServiceAccountToken";

/// Reports a Pod that gets a token: neither it nor its ServiceAccount, where that is at hand, says no. What the Pod
/// says wins.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object.pod_spec().filter(|_| !is_patch(object)) else {
        return;
    };
    let own = pod_spec.get(FIELD);
    let account = service_account(context, object, pod_spec);
    let of_account = account.and_then(|account| account.root().get(FIELD));
    let word = own.or(of_account).and_then(NodeRef::as_bool);
    if word == Some(false) {
        return;
    }
    let place = own.or_else(|| pod_spec.get("serviceAccountName"));
    reports.push(Report {
        message: "every container of this Pod gets a token for the API server".to_owned(),
        primary: Label {
            span: place.unwrap_or(pod_spec).label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    });
}

fn service_account<'a>(
    context: &Context<'a>,
    object: &Object,
    pod_spec: NodeRef<'_>,
) -> Option<&'a Object> {
    let name = pod_spec
        .get("serviceAccountName")
        .or_else(|| pod_spec.get("serviceAccount"))
        .and_then(NodeRef::as_str);
    let name = name.as_deref().unwrap_or("default");
    let mut accounts = context.of_kind("", "ServiceAccount").iter().copied();
    accounts.find(|account| account.id.namespace == object.id.namespace && account.id.name == name)
}
