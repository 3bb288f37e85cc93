//! `duplicate-container-port`: two ports with one number or one name.

use std::collections::BTreeMap;

use super::Report;
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports a name that a container gives twice, and a number that containers of a Pod declare twice.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(containers) = object
        .pod_spec()
        .and_then(|pod_spec| pod_spec.get("containers"))
    else {
        return;
    };
    let mut numbers: BTreeMap<(String, String), NodeRef<'_>> = BTreeMap::new();
    for container in containers.items() {
        let mut names: BTreeMap<String, NodeRef<'_>> = BTreeMap::new();
        for port in container.get("ports").into_iter().flat_map(NodeRef::items) {
            let text = |field| Some(port.get(field)?.raw()?.into_owned());
            if let Some((place, name)) = port.get("name").zip(text("name")) {
                if let Some(first) = names.get(&name) {
                    let message = format!("two ports of the container are named `{name}`");
                    let report = Report::new(message, place.label_span());
                    reports.push(report.with_related(first.label_span(), "first here"));
                } else {
                    names.insert(name, place);
                }
            }
            let Some((place, number)) = port.get("containerPort").zip(text("containerPort")) else {
                continue;
            };
            let protocol = text("protocol").unwrap_or_else(|| "TCP".to_owned());
            let key = (number, protocol);
            if let Some(first) = numbers.get(&key) {
                let message = format!("the Pod declares port {} {} twice", key.0, key.1);
                let report = Report::new(message, place.label_span()).weighing(Severity::Warning);
                reports.push(report.with_related(first.label_span(), "first here"));
            } else {
                numbers.insert(key, place);
            }
        }
    }
}
