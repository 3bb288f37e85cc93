//! Fields whose purpose is an address, a network or a text about them.
//!
//! A fixed address is only worth a word where a name could stand. Load balancers, routes, resolvers
//! and allow lists take nothing else, and documentation, versions and queries only look like addresses.

use crate::object::ObjectId;

/// What a name says about the addresses beneath it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing: an address here stands for a host.
    Host,
    /// Addresses are the point, or the text is no reference.
    ByDesign,
}

/// API groups that describe networks, machines or name records: addresses are their content.
const NETWORK_GROUPS: [&str; 22] = [
    "agent-install.openshift.io",
    "apiextensions.k8s.io",
    "cilium.io",
    "cluster.x-k8s.io",
    "config.openshift.io",
    "crd.antrea.io",
    "crd.projectcalico.org",
    "externaldns.k8s.io",
    "k8s.cni.cncf.io",
    "k8s.ovn.org",
    "kubeovn.io",
    "metal3.io",
    "metallb.io",
    "network.openshift.io",
    "networking.k8s.io",
    "nmstate.io",
    "operator.tigera.io",
    "projectcalico.org",
    "sriovnetwork.openshift.io",
    "submariner.io",
    "tinkerbell.org",
    "whereabouts.cni.cncf.io",
];

/// Words of a name that can only stand before a host, whatever list it is in.
const HOST_WORDS: [&str; 7] = [
    "endpoint", "host", "hostname", "server", "uri", "url", "urls",
];

/// Words of a name that make addresses by design: networks, lists of who may pass, resolvers,
/// addresses that are given out, and texts that are no references.
const WORDS: [&str; 72] = [
    "allow",
    "allowed",
    "allowlist",
    "blacklist",
    "blocklist",
    "bypass",
    "chart",
    "cidr",
    "cidrs",
    "comment",
    "denied",
    "deny",
    "denylist",
    "description",
    "dns",
    "doc",
    "docs",
    "documentation",
    "example",
    "examples",
    "exclude",
    "excluded",
    "excludes",
    "exclusions",
    "expr",
    "expression",
    "ignore",
    "ignored",
    "ignores",
    "ipam",
    "mask",
    "message",
    "nameserver",
    "nameservers",
    "netmask",
    "networks",
    "note",
    "notes",
    "oid",
    "oids",
    "pattern",
    "patterns",
    "permit",
    "permitted",
    "pool",
    "pools",
    "promql",
    "query",
    "range",
    "ranges",
    "readme",
    "regex",
    "regexp",
    "release",
    "replacement",
    "resolver",
    "resolvers",
    "runbook",
    "san",
    "sans",
    "subnet",
    "subnets",
    "summary",
    "tag",
    "title",
    "trusted",
    "version",
    "versions",
    "vip",
    "vips",
    "whitelist",
    "whitelisted",
];

/// Whole names, without separators and in lower case: fields that take an address and nothing else.
const NAMES: [&str; 22] = [
    "clusterip",
    "clusterips",
    "dnsserviceip",
    "externalip",
    "externalips",
    "hostip",
    "ipaddresses",
    "ipblock",
    "ipblocks",
    "lbip",
    "loadbalancerip",
    "loadbalancerips",
    "nexthop",
    "nodeip",
    "nonproxyhosts",
    "noproxy",
    "peeraddress",
    "podip",
    "podips",
    "routerid",
    "setrealipfrom",
    "staticip",
];

/// Whether an object's whole purpose is addresses, names that map to them, or schemas.
pub(super) fn is_network_object(id: &ObjectId) -> bool {
    // An Ingress sends requests to hosts, in its annotations too.
    id.kind != "Ingress"
        && NETWORK_GROUPS.iter().any(|group| {
            let before = id.group.strip_suffix(group);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
}

/// Whether a field of this kind holds addresses that the object gives itself.
pub(super) fn is_own_address(id: &ObjectId, field: &str) -> bool {
    id.group == "networking.istio.io" && id.kind == "ServiceEntry" && field == "addresses"
}

/// What a key, an environment variable, a flag or a directive says about the addresses that follow.
pub(super) fn meaning(name: &str) -> Meaning {
    let words = words(name);
    let joined = words.concat();
    let by_design = NAMES.binary_search(&joined.as_str()).is_ok()
        || words.iter().any(|word| {
            let word = word.trim_end_matches(|last: char| last.is_ascii_digit());
            WORDS.binary_search(&word).is_ok()
        })
        || joined.starts_with("noproxy")
        || joined.ends_with("noproxy");
    if by_design {
        Meaning::ByDesign
    } else {
        Meaning::Host
    }
}

/// Whether a name says by itself that a host follows.
pub(super) fn names_a_host(name: &str) -> bool {
    words(name)
        .iter()
        .any(|word| HOST_WORDS.contains(&word.as_str()))
}

/// The words of `camelCase`, `snake_case`, `kebab-case` and `dotted.names`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = '-';
    for (at, character) in name.char_indices() {
        if !character.is_alphanumeric() {
            words.push(String::new());
            previous = character;
            continue;
        }
        let next_is_lower = name[at + character.len_utf8()..]
            .chars()
            .next()
            .is_some_and(char::is_lowercase);
        let starts_word = character.is_uppercase()
            && (!previous.is_uppercase() && previous.is_alphanumeric()
                || next_is_lower && previous.is_uppercase());
        if starts_word {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        previous = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_for_the_search() {
        assert!(WORDS.is_sorted());
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn names_split_into_words() {
        assert_eq!(
            words("dns01RecursiveNameservers"),
            ["dns01", "recursive", "nameservers"]
        );
        assert_eq!(words("QUI__ALLOWED_CIDRS"), ["qui", "allowed", "cidrs"]);
        assert_eq!(words("loadBalancerIP"), ["load", "balancer", "ip"]);
        assert_eq!(words("HTTPServer"), ["http", "server"]);
    }

    #[test]
    fn allocations_and_lists_of_networks_are_by_design() {
        for name in [
            "loadBalancerIP",
            "clusterIPs",
            "NO_PROXY",
            "no_proxy",
            "trustedProxies",
            "ipv4NativeRoutingCIDR",
            "dnsPolicyNameservers",
            "whitelist-source-range",
            "app_version",
        ] {
            assert_eq!(meaning(name), Meaning::ByDesign, "{name}");
        }
    }

    #[test]
    fn names_of_peers_are_hosts() {
        for name in [
            "server",
            "DB_HOST",
            "monitors",
            "ADVERTISE_URL",
            "ip",
            "http_proxy",
            "description2x",
        ] {
            assert_eq!(meaning(name), Meaning::Host, "{name}");
        }
    }
}
