//! `probe-parameters`: a probe whose numbers the API server refuses.

use super::Report;
use crate::lint::probes::{Probe, probes};
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each number of a probe that is out of its range. Zero means the default for most of them.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    for probe in probes(object) {
        let fields = [
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
            "terminationGracePeriodSeconds",
        ];
        let numbers = fields.into_iter().filter_map(|field| {
            let node = probe.node.get(field)?;
            Some((node, wrong(&probe, field, node.as_i64()?)?))
        });
        reports.extend(numbers.map(|(node, message)| report(node, message)));
    }
}

fn wrong(probe: &Probe<'_>, field: &str, number: i64) -> Option<String> {
    let is_readiness = probe.name == "readinessProbe";
    match field {
        "successThreshold" if !is_readiness && number > 1 => Some(format!(
            "one success must be enough for a `{}`: `{field}` can only be 1",
            probe.name
        )),
        "terminationGracePeriodSeconds" if is_readiness => Some(format!(
            "a `{}` ends no container: `{field}` is refused",
            probe.name
        )),
        "terminationGracePeriodSeconds" if number < 1 => {
            Some(format!("`{field}` must be at least 1"))
        }
        _ if number < 0 => Some(format!("`{field}` cannot be negative")),
        _ => None,
    }
}

fn report(node: NodeRef<'_>, message: String) -> Report {
    Report {
        message,
        primary: Label {
            span: node.label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    }
}
