//! `resource-request-over-limit`: a container that is promised more than it may have.

use super::Report;
use crate::lint::quantities::{Amount, resources};
use crate::lint::{Context, Label};
use crate::object::Object;

/// Reports each request that is over the limit of the same resource, and each that differs from the limit where
/// the API server wants them equal.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    for resources in resources(object) {
        let limits = resources.amounts("limits");
        for request in resources.amounts("requests") {
            let limit = limits
                .iter()
                .find(|limit| limit.resource == request.resource);
            reports.extend(limit.and_then(|limit| report(&request, limit)));
        }
    }
}

fn report(request: &Amount<'_>, limit: &Amount<'_>) -> Option<Report> {
    let (wanted, allowed) = (request.quantity()?, limit.quantity()?);
    let resource = &request.resource;
    let message = if wanted > allowed {
        format!(
            "the request for {resource} (`{}`) is over its limit (`{}`)",
            request.text()?,
            limit.text()?
        )
    } else if wanted < allowed && cannot_be_shared(resource) {
        format!("{resource} cannot be shared: its request and its limit must be equal")
    } else {
        return None;
    };
    Some(Report {
        message,
        primary: Label {
            span: request.node.label_span(),
            text: String::new(),
        },
        related: vec![Label {
            span: limit.node.label_span(),
            text: "the limit".to_owned(),
        }],
        severity: None,
        help: None,
        fix: None,
    })
}

/// Huge pages and devices (`nvidia.com/gpu`) are given whole or not at all.
fn cannot_be_shared(resource: &str) -> bool {
    let is_extended = resource
        .split_once('/')
        .is_some_and(|(domain, _)| !domain.ends_with("kubernetes.io"));
    is_extended || resource.starts_with("hugepages-")
}
