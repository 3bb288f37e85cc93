//! `service-port-target-missing`: a port of a Service that leads to nothing.

use super::Report;
use super::dangling_service::selector;
use crate::lint::label_selector::equalities;
use crate::lint::suggest::nearest;
use crate::lint::workload::Workload;
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::{NodeRef, Scalar};

/// Reports each target port that no container of the selected Pods declares. A number may be served
/// without a declaration, a name may not.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(selector) = selector(object).filter(|_| !context.is_patch(object)) else {
        return;
    };
    let requirements = equalities(selector);
    if requirements.is_empty() {
        return;
    }
    let namespace = object.id.namespace.as_deref();
    let workloads = context.workloads().selected(namespace, &requirements);
    let is_certain = |workload: &Workload<'_>| {
        workload.object.info().is_some() && !context.is_changed(workload.object)
    };
    if workloads.is_empty() || !workloads.iter().all(is_certain) {
        return;
    }
    let ports = object.root().at(&["spec", "ports"]);
    for port in ports.into_iter().flat_map(NodeRef::items) {
        reports.extend(report(port, &workloads));
    }
}

fn report(port: NodeRef<'_>, workloads: &[Workload<'_>]) -> Option<Report> {
    let target = port.get("targetPort").filter(|target| !target.is_null());
    let target = target.or(port.get("port"))?;
    let protocol = protocol(port);
    let mut declared = workloads.iter().flat_map(Workload::ports);
    let owner = &workloads[0].object.id;
    let owner = format!("{} `{}`", owner.kind, owner.name);
    match target.scalar()? {
        Scalar::String(name) if name.bytes().any(|byte| byte.is_ascii_alphabetic()) => {
            let is_it = |one: NodeRef<'_>| {
                one.get("name").and_then(NodeRef::as_str).as_deref() == Some(name.as_ref())
                    && self::protocol(one) == protocol
            };
            if declared.any(is_it) || name.contains(['$', '{']) {
                return None;
            }
            let names: Vec<_> = workloads
                .iter()
                .flat_map(Workload::ports)
                .filter_map(|port| port.get("name")?.as_str())
                .collect();
            let near = nearest(&name, names.iter().map(AsRef::as_ref));
            let message = format!("no container of {owner} has a {protocol} port named `{name}`");
            let report = Report::new(message, target.label_span());
            let report =
                report.with_related(containers(&workloads[0]).label_span(), "looked for here");
            Some(match near {
                Some(near) if near != name => report.with_help(format!("Did you mean `{near}`?")),
                _ => report,
            })
        }
        Scalar::Int(number) => {
            let is_declared = |one: NodeRef<'_>| {
                one.get("containerPort").and_then(NodeRef::as_i64) == Some(number)
            };
            let all_declare = workloads.iter().all(|one| one.ports().next().is_some());
            if !all_declare || declared.any(is_declared) {
                return None;
            }
            let message = format!("no container of {owner} declares port {number}");
            let report = Report::new(message, target.label_span()).weighing(Severity::Info);
            let place = workloads[0].ports().next()?;
            Some(report.with_related(place.label_span(), "other ports are declared"))
        }
        _ => None,
    }
}

fn containers<'a>(workload: &Workload<'a>) -> NodeRef<'a> {
    let containers = workload.pod_spec.get("containers");
    containers.unwrap_or(workload.pod_spec)
}

fn protocol(port: NodeRef<'_>) -> String {
    let protocol = port.get("protocol").and_then(NodeRef::as_str);
    protocol.map_or_else(|| "TCP".to_owned(), std::borrow::Cow::into_owned)
}
