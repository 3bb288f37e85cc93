//! `probe-port-not-declared`: a probe of a port that its container does not have.

use super::Report;
use crate::lint::patch::is_patch;
use crate::lint::probes::{Probe, probes};
use crate::lint::suggest::nearest;
use crate::lint::{Context, Label, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each port of a probe that no port of the container has: by name it is never found, by number it is only
/// not written down.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if is_patch(object) {
        return;
    }
    for probe in probes(object) {
        let handlers = ["httpGet", "tcpSocket", "grpc"].into_iter();
        let ports = handlers.filter_map(|handler| probe.node.at(&[handler, "port"]));
        reports.extend(ports.filter_map(|port| report(&probe, port)));
    }
}

fn report(probe: &Probe<'_>, port: NodeRef<'_>) -> Option<Report> {
    let declared = probe.container.node.get("ports");
    let declared = || declared.into_iter().flat_map(NodeRef::items);
    let text = port.raw().filter(|text| !text.contains("${"))?;
    let (message, severity, help) = if let Some(name) = port.as_str() {
        let names: Vec<_> = declared()
            .filter_map(|port| port.get("name")?.raw())
            .collect();
        if name.is_empty() || names.contains(&name) {
            return None;
        }
        let near = nearest(&name, names.iter().map(AsRef::as_ref));
        let message =
            format!("this container has no port named `{name}`: the probe never succeeds");
        let help = near.map(|near| format!("Did you mean `{near}`?"));
        (message, None, help)
    } else {
        let number = port.as_i64()?;
        let mut numbers = declared().filter_map(|port| port.get("containerPort")?.as_i64());
        // Without any port declared, nobody can tell a forgotten one from a habit.
        if declared().next().is_none() || numbers.any(|declared| declared == number) {
            return None;
        }
        let message = format!("this container declares ports, and {text} is not among them");
        let help = "Declare the port, or probe the one that is declared".to_owned();
        (message, Some(Severity::Info), Some(help))
    };
    Some(Report {
        message,
        primary: Label {
            span: port.label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity,
        help,
        fix: None,
    })
}
