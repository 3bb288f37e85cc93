//! `ingress-tls-host-mismatch`: a certificate for hosts that nobody serves.

use super::Report;
use crate::lint::Context;
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports an entry of `tls` none of whose hosts is the host of a rule.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_ingress = matches!(object.id.group.as_str(), "networking.k8s.io" | "extensions");
    let spec = object.root().get("spec");
    let Some(spec) = spec.filter(|_| is_ingress && object.id.kind == "Ingress") else {
        return;
    };
    let rules: Vec<_> = spec
        .get("rules")
        .into_iter()
        .flat_map(NodeRef::items)
        .collect();
    let hosts: Option<Vec<_>> = rules
        .iter()
        .map(|rule| rule.get("host")?.as_str())
        .collect();
    // A rule without a host is for every host.
    let Some(hosts) = hosts.filter(|hosts| !hosts.is_empty()) else {
        return;
    };
    for entry in spec.get("tls").into_iter().flat_map(NodeRef::items) {
        let secured = entry.get("hosts").into_iter().flat_map(NodeRef::items);
        let secured: Vec<_> = secured
            .filter_map(|node| Some((node, node.as_str()?)))
            .collect();
        let is_served = |host: &str| {
            host.contains(['$', '{'])
                || hosts
                    .iter()
                    .any(|rule| covers(host, rule) || covers(rule, host))
        };
        let Some((first, name)) = secured.first() else {
            continue;
        };
        if secured.iter().any(|(_, host)| is_served(host)) {
            continue;
        }
        let message = format!("no rule serves `{name}`, and its certificate is for nothing");
        let place = rules[0].get("host").unwrap_or(rules[0]);
        let report = Report::new(message, first.label_span());
        reports.push(report.with_related(
            place.label_span(),
            "this is served, and without a certificate",
        ));
    }
}

/// Whether a host is another one; `*` stands for one label.
fn covers(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let (Some(domain), Some((label, rest))) = (pattern.strip_prefix("*."), host.split_once('.'))
    else {
        return false;
    };
    !label.is_empty() && rest.eq_ignore_ascii_case(domain)
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_wildcard_covers_one_label() {
        assert!(covers("*.example.com", "shop.example.com"));
        assert!(!covers("*.example.com", "a.shop.example.com"));
        assert!(!covers("*.example.com", "example.com"));
        assert!(covers("Shop.example.com", "shop.example.com"));
    }
}
