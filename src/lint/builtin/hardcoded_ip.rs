//! `hardcoded-ip`: the address of a host where a name could stand.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;

use super::Report;
use crate::lint::address::{self, Class, Found};
use crate::lint::address_field::{
    Meaning, is_network_object, is_own_address, meaning, names_a_host,
};
use crate::lint::line_names::{is_comment, names_before};
use crate::lint::substring_span::substring_span;
use crate::lint::{Context, Label, Severity};
use crate::object::{Object, ObjectId};
use crate::yaml::{Kind, NodeRef};

const DNS_HELP: &str =
    "Name the Service (`name.namespace.svc`) instead: its name outlives every address";

/// Reports addresses of hosts in fields that would take a name.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_secret = object.id.group.is_empty() && object.id.kind == "Secret";
    if is_secret || is_network_object(&object.id) {
        return;
    }
    let mut walk = Walk {
        object: &object.id,
        names: Vec::new(),
        in_annotations: false,
        found: Vec::new(),
    };
    walk.root(object.root());
    if is_endpoints(&object.id) {
        reports.extend(one_report(&walk.found));
    } else {
        reports.extend(walk.found.iter().map(Place::report));
    }
}

/// One address in one scalar, with its first place and the others.
struct Place {
    address: IpAddr,
    severity: Option<Severity>,
    labels: Vec<Label>,
}

/// The way from the object's root to a scalar.
struct Walk<'t> {
    object: &'t ObjectId,
    names: Vec<String>,
    in_annotations: bool,
    found: Vec<Place>,
}

impl<'t> Walk<'t> {
    fn root(&mut self, root: NodeRef<'t>) {
        for (key, value) in root.entries() {
            match key.raw().as_deref() {
                Some("apiVersion" | "kind" | "status") | None => {}
                Some("metadata") => self.metadata(value),
                Some(name) => self.field(name, value),
            }
        }
    }

    fn metadata(&mut self, metadata: NodeRef<'t>) {
        let annotations = metadata
            .entries()
            .filter(|(key, _)| key.raw().as_deref() == Some("annotations"));
        for (_, annotations) in annotations {
            self.field("annotations", annotations);
        }
    }

    fn field(&mut self, name: &str, value: NodeRef<'t>) {
        let lower = name.to_lowercase();
        if lower.ends_with("labels") || lower == "nodeselector" || is_own_address(self.object, name)
        {
            return;
        }
        let outside = self.in_annotations;
        self.in_annotations |= lower.ends_with("annotations");
        self.names.push(name.to_owned());
        self.node(value, None);
        self.names.pop();
        self.in_annotations = outside;
    }

    fn node(&mut self, node: NodeRef<'t>, flag: Option<&str>) {
        match node.kind() {
            Kind::Mapping => self.mapping(node),
            Kind::Sequence => self.sequence(node),
            Kind::Scalar => self.scalar(node, flag),
            Kind::Alias => {}
        }
    }

    /// Of `name: A` with `value: B` beside it (environment, parameters), A is what names B.
    fn mapping(&mut self, node: NodeRef<'t>) {
        let given_name = node.get("name").and_then(NodeRef::as_str);
        for (key, value) in node.entries() {
            match (key.raw().as_deref(), &given_name) {
                (Some("value"), Some(name)) => self.field(name, value),
                (Some(name), _) => self.field(name, value),
                (None, _) => {}
            }
        }
    }

    /// In a list of arguments, a flag names the argument after it.
    fn sequence(&mut self, node: NodeRef<'t>) {
        let mut flag: Option<String> = None;
        for item in node.items() {
            self.node(item, flag.as_deref());
            let text = item.as_str();
            flag = text
                .filter(|text| text.starts_with('-') && !text.contains(['=', ' ']))
                .map(|text| text.trim_start_matches('-').to_owned());
        }
    }

    fn scalar(&mut self, node: NodeRef<'t>, flag: Option<&str>) {
        let Some(text) = node.as_str() else {
            return;
        };
        let is_document = text.trim_end().contains('\n');
        if self.excuses(is_document, flag) {
            return;
        }
        let mut places: BTreeMap<IpAddr, Vec<Range<usize>>> = BTreeMap::new();
        let mut order = Vec::new();
        for found in address::addresses(&text) {
            if !self.counts(&text, &found) {
                continue;
            }
            let ranges = places.entry(found.address).or_default();
            if ranges.is_empty() {
                order.push(found.address);
            }
            ranges.push(found.range);
        }
        for address in order {
            let ranges = places.remove(&address).unwrap_or_default();
            self.found.push(Place {
                address,
                severity: self.severity(address),
                labels: labels(node, ranges),
            });
        }
    }

    /// Whether the fields around a scalar make its addresses a matter of course.
    fn excuses(&self, is_document: bool, flag: Option<&str>) -> bool {
        let Some((own, outer)) = self.names.split_last() else {
            return false;
        };
        if is_document {
            // A file's name says little about its lines; any other name says what they are.
            let is_file = own.contains('.');
            return is_prose(own) || !is_file && meaning(own) == Meaning::ByDesign;
        }
        if flag.is_some_and(|flag| meaning(flag) == Meaning::ByDesign)
            || meaning(own) == Meaning::ByDesign
        {
            return true;
        }
        let parent = outer.last();
        !names_a_host(own) && parent.is_some_and(|parent| meaning(parent) == Meaning::ByDesign)
    }

    fn counts(&self, text: &str, found: &Found) -> bool {
        if address::classify(found.address) == Class::NoHost || is_comment(text, found.range.start)
        {
            return false;
        }
        let before = &text[..found.range.start];
        let is_url_host = before.trim_end_matches('[').ends_with("//");
        if self.in_annotations && !is_url_host {
            return false;
        }
        if self.names.last().is_some_and(|own| own == "image") && before.contains(['/', ':']) {
            return false;
        }
        let mut names = names_before(text, found.range.start).into_iter();
        !names.any(|name| meaning(&name) == Meaning::ByDesign)
    }

    /// Addresses of Pods and Services are wrong; where an address is the way to name a foreign host,
    /// it is worth knowing.
    fn severity(&self, address: IpAddr) -> Option<Severity> {
        if address::classify(address) == Class::InCluster {
            return Some(Severity::Error);
        }
        let within = |name: &str| self.names.iter().any(|outer| outer == name);
        let foreign = is_endpoints(self.object) || within("hostAliases") || within("iscsi");
        foreign.then_some(Severity::Info)
    }
}

impl Place {
    fn report(&self) -> Report {
        let in_cluster = address::classify(self.address) == Class::InCluster;
        let message = if in_cluster {
            format!(
                "`{}` looks like the address of a Pod or Service, which changes when it is recreated",
                self.address
            )
        } else {
            format!("the address `{}` is hard-coded", self.address)
        };
        report(message, &self.labels, self.severity, in_cluster)
    }
}

/// Manual endpoints are one list of addresses, and one thing to know.
fn one_report(places: &[Place]) -> Option<Report> {
    let worst = places.iter().filter_map(|place| place.severity).max();
    let labels: Vec<Label> = places
        .iter()
        .flat_map(|place| place.labels.clone())
        .collect();
    let first = places.first()?;
    let message = match places.len() {
        1 => format!("the back end `{}` is a fixed address", first.address),
        count => format!("the {count} back ends are fixed addresses"),
    };
    Some(report(
        message,
        &labels,
        worst,
        worst == Some(Severity::Error),
    ))
}

fn report(
    message: String,
    labels: &[Label],
    severity: Option<Severity>,
    in_cluster: bool,
) -> Report {
    Report {
        message,
        primary: labels[0].clone(),
        related: labels[1..].to_vec(),
        severity,
        help: in_cluster.then(|| DNS_HELP.to_owned()),
        fix: None,
    }
}

fn labels(node: NodeRef<'_>, ranges: Vec<Range<usize>>) -> Vec<Label> {
    let spans = ranges.into_iter().map(|range| substring_span(node, range));
    let labels = spans.map(|span| Label {
        span,
        text: String::new(),
    });
    labels.collect()
}

fn is_endpoints(id: &ObjectId) -> bool {
    matches!(
        (id.group.as_str(), id.kind.as_str()),
        ("", "Endpoints") | ("discovery.k8s.io", "EndpointSlice")
    )
}

/// Whether a key names a text for people.
fn is_prose(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_prose_file = [".md", ".rst", ".adoc"]
        .iter()
        .any(|suffix| lower.ends_with(suffix));
    is_prose_file
        || [
            "description",
            "notes.txt",
            "readme",
            "message",
            "expr",
            "query",
        ]
        .contains(&lower.as_str())
}
