//! Names, labels and keys that break the API server's grammars.

use super::Report;
use crate::lint::each::Query;
use crate::lint::syntax::{
    is_config_key, is_dns_label, is_dns_subdomain, is_label_value, is_path_segment, is_port_name,
    is_qualified_name,
};
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::source::Span;
use crate::yaml::NodeRef;

const DNS_LABEL: &str =
    "Use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends";
const SUBDOMAIN: &str = "Use at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends and around each `.`";
const PATH_SEGMENT: &str = "Leave out `/` and `%`";

/// A CronJob's Jobs are named for it with a number of 11 bytes.
const CRON_JOB_BYTES: usize = 52;
/// A Job's name becomes a label of its Pods.
const JOB_BYTES: usize = 63;

/// Reports the object's name, and those of its containers and volumes, that the API server refuses.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if let Some(name) = object.root().at(&["metadata", "name"]) {
        let text = &object.id.name;
        let help = (!is_open(text))
            .then(|| broken_rule(object, text))
            .flatten();
        reports.extend(help.map(|help| {
            report(
                name.span(),
                format!("`{text}` is no name that a {} may have", object.id.kind),
                help,
            )
        }));
    }
    for (query, what) in [
        (
            "podSpec.{initContainers,containers,ephemeralContainers}[*].name",
            "container",
        ),
        ("podSpec.volumes[*].name", "volume"),
    ] {
        for node in nodes(object, query) {
            let broken = node
                .as_str()
                .filter(|text| !is_open(text) && !is_dns_label(text));
            reports.extend(broken.map(|text| {
                report(
                    node.span(),
                    format!("`{text}` is no name that a {what} may have"),
                    DNS_LABEL,
                )
            }));
        }
    }
}

/// Reports names of ports that the API server refuses.
pub(super) fn check_ports(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    const HELP: &str =
        "Use at most 15 lower-case letters, digits and single `-`, with at least one letter";
    let of_pods = nodes(
        object,
        "podSpec.{initContainers,containers}[*].ports[*].name",
    );
    let of_service = nodes(object, "spec.ports[*].name");
    let is_service = object.id.group.is_empty() && object.id.kind == "Service";
    let of_service = of_service.into_iter().filter(|_| is_service);
    let names = of_pods
        .into_iter()
        .map(|node| (node, is_port_name as fn(&str) -> bool, HELP));
    let targets = nodes(object, "spec.ports[*].targetPort")
        .into_iter()
        .filter(|_| is_service);
    let names = names.chain(targets.map(|node| (node, is_port_name as _, HELP)));
    let names = names.chain(of_service.map(|node| (node, is_dns_label as _, DNS_LABEL)));
    for (node, is_valid, help) in names {
        let broken = node.as_str();
        let broken = broken.filter(|text| !text.is_empty() && !is_open(text) && !is_valid(text));
        reports.extend(broken.map(|text| {
            report(
                node.span(),
                format!("`{text}` is no name that a port may have"),
                help,
            )
        }));
    }
}

/// Reports labels and annotations whose key or value the API server refuses.
pub(super) fn check_labels(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    const KEY: &str = "Use letters, digits, `-`, `_` and `.`, at most 63 of them, after a domain and `/` if need be";
    const VALUE: &str = "Use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; longer texts go into annotations";
    let annotations = ["metadata.annotations", "podMetadata.annotations"];
    for mapping in annotations.iter().flat_map(|query| nodes(object, query)) {
        for (key, value) in mapping.fields() {
            if !is_open(&key) && !is_qualified_name(&key.to_ascii_lowercase()) {
                let message = format!("`{key}` is no key that an annotation may have");
                reports.push(report(key_span(value), message, KEY));
            }
        }
    }
    let labels = [
        "metadata.labels",
        "podMetadata.labels",
        "podSpec.nodeSelector",
    ];
    for mapping in labels.iter().flat_map(|query| nodes(object, query)) {
        for (key, value) in mapping.fields() {
            if !is_open(&key) && !is_qualified_name(&key) {
                let message = format!("`{key}` is no key that a label may have");
                reports.push(report(key_span(value), message, KEY));
            }
            let broken = value.as_str();
            let broken = broken.filter(|text| !is_open(text) && !is_label_value(text));
            reports.extend(broken.map(|text| {
                report(
                    value.span(),
                    format!("`{text}` is no value that a label may have"),
                    VALUE,
                )
            }));
        }
    }
}

/// Reports keys of ConfigMaps and Secrets that the API server refuses.
pub(super) fn check_keys(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    const HELP: &str = "Use letters, digits, `-`, `_` and `.`; the path of a file belongs into the volume's `items`";
    let holds_configuration =
        object.id.group.is_empty() && matches!(object.id.kind.as_str(), "ConfigMap" | "Secret");
    if !holds_configuration {
        return;
    }
    for mapping in nodes(object, "{data,binaryData,stringData}") {
        for (key, value) in mapping.fields() {
            if !is_open(&key) && !is_config_key(&key) {
                let message = format!("`{key}` is no key that a {} may have", object.id.kind);
                reports.push(report(key_span(value), message, HELP));
            }
        }
    }
}

/// What a name should look like, where it does not.
fn broken_rule(object: &Object, name: &str) -> Option<&'static str> {
    let kind = object.id.kind.as_str();
    match (object.id.group.as_str(), kind) {
        ("", "Namespace" | "Service") | ("apps", "StatefulSet") => {
            (!is_dns_label(name)).then_some(DNS_LABEL)
        }
        ("batch", "CronJob") if name.len() > CRON_JOB_BYTES => {
            Some("Use at most 52 bytes: its Jobs get longer names")
        }
        ("batch", "Job") if name.len() > JOB_BYTES => {
            Some("Use at most 63 bytes: the name becomes a label of its Pods")
        }
        ("rbac.authorization.k8s.io", _) | ("policy", "PodDisruptionBudget") => {
            (!is_path_segment(name)).then_some(PATH_SEGMENT)
        }
        (_, _) if !has_usual_name(object) => None,
        _ => (!is_dns_subdomain(name)).then_some(SUBDOMAIN),
    }
}

/// Whether a kind's objects are named by subdomains: most built-in kinds, and none that an aggregated
/// server may serve, whose grammar nobody here knows.
fn has_usual_name(object: &Object) -> bool {
    let is_odd = matches!(
        object.id.kind.as_str(),
        "APIService"
            | "CertificateSigningRequest"
            | "ClusterTrustBundle"
            | "IPAddress"
            | "FlowSchema"
            | "PriorityLevelConfiguration"
            | "ComponentStatus"
            | "Event"
    );
    object.info().is_some() && !is_odd
}

/// Whether a text is filled in later (`${NAME}`, `<name>`, `_`).
fn is_open(text: &str) -> bool {
    text.contains(['$', '{', '<']) || text == "_"
}

fn nodes<'o>(object: &'o Object, query: &str) -> Vec<NodeRef<'o>> {
    let query = Query::parse(query).expect("the queries of this file are valid");
    query.matches(object)
}

fn key_span(value: NodeRef<'_>) -> Span {
    value
        .key()
        .map_or_else(|| value.label_span(), NodeRef::span)
}

fn report(span: Span, message: String, help: &str) -> Report {
    Report {
        message,
        primary: Label {
            span,
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: Some(help.to_owned()),
        fix: None,
    }
}
