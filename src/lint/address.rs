//! IP addresses in running text.
//!
//! The standard library's types decide what an address is; this file decides where one can start and
//! end, so that versions, object identifiers, ranges and networks are not taken for hosts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// The host part of a text that is an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The bytes of the address alone, without port and brackets.
    pub(super) range: Range<usize>,
    /// The address.
    pub(super) address: IpAddr,
}

/// What an address says about the host behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A host somewhere in a network.
    Host,
    /// From a range that clusters give to Pods and Services by default.
    InCluster,
    /// No particular host: loopback, wildcard, link-local, multicast, documentation, netmasks, public resolvers.
    NoHost,
}

/// Names that resolve to the address that they contain.
const WILDCARD_DOMAINS: [&str; 3] = [".nip.io", ".sslip.io", ".xip.io"];

/// Words before a single slash that announce an address (`/dev/tcp/10.0.0.1/80`, multiaddr).
const PROTOCOL_SEGMENTS: [&str; 4] = ["tcp", "udp", "ip4", "ip6"];

/// Finds the addresses of hosts; networks (`/24`), address ranges and version look-alikes are none.
pub(super) fn addresses(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some(next) = candidate(text, at) else {
            at += 1;
            continue;
        };
        at = next.range.end;
        found.push(next);
    }
    found
}

/// Says what kind of host an address can mean.
pub(super) fn classify(address: IpAddr) -> Class {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn candidate(text: &str, at: usize) -> Option<Found> {
    let first = *text.as_bytes().get(at)?;
    if !(first.is_ascii_hexdigit() || first == b':') {
        return None;
    }
    candidate_v6(text, at).or_else(|| candidate_v4(text, at))
}

fn candidate_v4(text: &str, at: usize) -> Option<Found> {
    let before = &text[..at];
    let run = run_length(&text[at..], |byte| byte.is_ascii_digit() || byte == b'.');
    let literal = text[at..at + run].trim_end_matches('.');
    let end = at + literal.len();
    let after = &text[end..];
    let in_wildcard_name = WILDCARD_DOMAINS
        .iter()
        .any(|domain| after.starts_with(domain));
    let starts = if in_wildcard_name {
        !before.ends_with(|last: char| last.is_ascii_digit())
    } else {
        can_start_after(before)
    };
    if !starts || !(in_wildcard_name || can_end_before(after)) {
        return None;
    }
    let address: Ipv4Addr = literal.parse().ok()?;
    if is_prefix_length(before, after, 32) {
        return None;
    }
    Some(Found {
        range: at..end,
        address: IpAddr::V4(address),
    })
}

fn candidate_v6(text: &str, at: usize) -> Option<Found> {
    let before = &text[..at];
    let joined = |last: char| last.is_ascii_alphanumeric() || "_.:-/\\".contains(last);
    if before.ends_with(joined) && !before.ends_with("//") {
        return None;
    }
    let run = run_length(&text[at..], |byte| {
        byte.is_ascii_hexdigit() || byte == b':' || byte == b'.'
    });
    let literal = text[at..at + run].trim_end_matches('.');
    if literal.bytes().filter(|byte| *byte == b':').count() < 2 {
        return None;
    }
    let end = at + literal.len();
    let after = &text[end..];
    let address: Ipv6Addr = literal.parse().ok()?;
    if !can_end_before(after) || is_prefix_length(before, after, 128) {
        return None;
    }
    Some(Found {
        range: at..end,
        address: IpAddr::V6(address),
    })
}

fn run_length(text: &str, accepted: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| accepted(*byte)).count()
}

/// Whether an IPv4 address can follow this text: not within a name, a version or a longer number.
fn can_start_after(before: &str) -> bool {
    let mut backwards = before.chars().rev();
    let Some(last) = backwards.next() else {
        return true;
    };
    let second = backwards.next();
    let second_is_word = second.is_some_and(|character| character.is_ascii_alphanumeric());
    match last {
        '.' | '_' | '~' | '^' | '+' => false,
        '-' => !second_is_word,
        '=' => !second.is_some_and(|character| "<>=~!^".contains(character)),
        '\\' => second == Some('\\'),
        '/' => second == Some('/') || PROTOCOL_SEGMENTS.contains(&last_segment(before)),
        other => !other.is_alphanumeric(),
    }
}

fn last_segment(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether an address can stand before this text: not a longer name, a version or a range.
fn can_end_before(after: &str) -> bool {
    let mut characters = after.chars();
    let Some(first) = characters.next() else {
        return true;
    };
    let second_is_word = characters
        .next()
        .is_some_and(|character| character.is_alphanumeric() || character == '*');
    match first {
        '_' | '*' => false,
        '-' | '.' | '+' => !second_is_word,
        other => !other.is_alphanumeric(),
    }
}

/// Whether a network follows (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`) rather than a URL's path.
fn is_prefix_length(before: &str, after: &str, bits: u8) -> bool {
    if before.ends_with(['/', '@']) {
        return false;
    }
    let Some(rest) = after.strip_prefix('/') else {
        return false;
    };
    let digits = run_length(rest, |byte| byte.is_ascii_digit() || byte == b'.');
    let length = rest[..digits].trim_end_matches('.');
    let is_length = length.parse::<u8>().is_ok_and(|length| length <= bits);
    is_length || length.parse::<Ipv4Addr>().is_ok()
}

fn classify_v4(address: Ipv4Addr) -> Class {
    let octets = address.octets();
    let no_host = octets[0] == 0
        || octets[0] >= 240
        || octets[3] == 0
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || address == Ipv4Addr::new(1, 2, 3, 4)
        || PUBLIC_RESOLVERS_V4.contains(&octets);
    if no_host {
        return Class::NoHost;
    }
    let in_cluster = CLUSTER_NETWORKS
        .iter()
        .any(|(network, length)| contains(*network, *length, address));
    if in_cluster {
        Class::InCluster
    } else {
        Class::Host
    }
}

fn classify_v6(address: Ipv6Addr) -> Class {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return classify_v4(mapped);
    }
    let segments = address.segments();
    let global = segments[0] & 0xe000 == 0x2000;
    let documentation = (segments[0], segments[1]) == (0x2001, 0xdb8)
        || segments[0] == 0x3fff && segments[1] < 0x1000;
    let host = (global && !documentation) || address.is_unique_local();
    if !host || segments[4..] == [0; 4] || PUBLIC_RESOLVERS_V6.contains(&segments) {
        return Class::NoHost;
    }
    Class::Host
}

fn contains(network: [u8; 4], length: u32, address: Ipv4Addr) -> bool {
    let mask = u32::MAX << (32 - length);
    u32::from(Ipv4Addr::from(network)) & mask == u32::from(address) & mask
}

/// What kubeadm, k3s, flannel, OpenShift, EKS and MicroK8s give to Pods and Services when nobody says
/// otherwise. Ranges that private networks use as often (192.168.0.0/16, 10.0.0.0/16) are left out.
const CLUSTER_NETWORKS: [([u8; 4], u32); 7] = [
    ([10, 96, 0, 0], 12),
    ([10, 42, 0, 0], 16),
    ([10, 43, 0, 0], 16),
    ([10, 244, 0, 0], 16),
    ([10, 152, 183, 0], 24),
    ([172, 20, 0, 0], 16),
    ([172, 30, 0, 0], 16),
];

/// Anycast resolvers: a resolver cannot be given by name.
const PUBLIC_RESOLVERS_V4: [[u8; 4]; 40] = [
    [1, 0, 0, 1],
    [1, 0, 0, 2],
    [1, 0, 0, 3],
    [1, 1, 1, 1],
    [1, 1, 1, 2],
    [1, 1, 1, 3],
    [4, 2, 2, 1],
    [4, 2, 2, 2],
    [4, 2, 2, 3],
    [4, 2, 2, 4],
    [8, 8, 4, 4],
    [8, 8, 8, 8],
    [8, 20, 247, 20],
    [8, 26, 56, 26],
    [9, 9, 9, 9],
    [9, 9, 9, 10],
    [9, 9, 9, 11],
    [9, 9, 9, 12],
    [64, 6, 64, 6],
    [64, 6, 65, 6],
    [76, 76, 2, 2],
    [76, 76, 10, 2],
    [76, 76, 19, 19],
    [77, 88, 8, 1],
    [77, 88, 8, 8],
    [84, 200, 69, 80],
    [84, 200, 70, 40],
    [94, 140, 14, 14],
    [94, 140, 14, 15],
    [94, 140, 15, 15],
    [114, 114, 114, 114],
    [119, 29, 29, 29],
    [149, 112, 112, 10],
    [149, 112, 112, 11],
    [149, 112, 112, 112],
    [185, 228, 168, 9],
    [208, 67, 220, 220],
    [208, 67, 222, 222],
    [223, 5, 5, 5],
    [223, 6, 6, 6],
];

/// The same resolvers.
const PUBLIC_RESOLVERS_V6: [[u16; 8]; 8] = [
    [0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111],
    [0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1001],
    [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888],
    [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8844],
    [0x2620, 0xfe, 0, 0, 0, 0, 0, 0xfe],
    [0x2620, 0xfe, 0, 0, 0, 0, 0, 0x9],
    [0x2620, 0x119, 0x35, 0, 0, 0, 0, 0x35],
    [0x2620, 0x119, 0x53, 0, 0, 0, 0, 0x53],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let found = addresses(text);
        let literals = found
            .iter()
            .map(|found| text[found.range.clone()].to_owned());
        literals.collect()
    }

    #[test]
    fn addresses_stand_alone_with_a_port_in_urls_and_lists() {
        assert_eq!(found("10.0.0.5"), ["10.0.0.5"]);
        assert_eq!(found("10.0.0.5:8080"), ["10.0.0.5"]);
        assert_eq!(found("http://user@10.0.0.5:80/24"), ["10.0.0.5"]);
        assert_eq!(found("http://10.0.0.5/24"), ["10.0.0.5"]);
        assert_eq!(found("a=10.0.0.5,10.0.0.6;"), ["10.0.0.5", "10.0.0.6"]);
        assert_eq!(found("nfs at 10.0.0.5."), ["10.0.0.5"]);
        assert_eq!(found("10.0.0.5:/export"), ["10.0.0.5"]);
        assert_eq!(found("${HOST:-10.0.0.5}"), ["10.0.0.5"]);
        assert_eq!(found("cat < /dev/tcp/10.0.0.5/80"), ["10.0.0.5"]);
        assert_eq!(found(r"\\10.0.0.5\share"), ["10.0.0.5"]);
    }

    #[test]
    fn addresses_of_version_six_need_a_whole_address() {
        assert_eq!(found("http://[fd00::5]:80"), ["fd00::5"]);
        assert_eq!(found("fd00:1:2:3:4:5:6:7"), ["fd00:1:2:3:4:5:6:7"]);
        assert_eq!(found("fd00:1:2:3:4:5:6"), [""; 0]);
        assert_eq!(found("aa:bb:cc:dd:ee:ff at 12:30:45"), [""; 0]);
        assert_eq!(found("std::fd00::x"), [""; 0]);
        assert_eq!(found("fd00::/64"), [""; 0]);
    }

    #[test]
    fn networks_and_ranges_are_no_hosts() {
        for text in [
            "10.0.0.5/24",
            "10.0.0.5/255.255.255.0",
            "10.0.0.5-10.0.0.9",
            "10.0.0.*",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn versions_and_identifiers_are_no_hosts() {
        for text in [
            "v10.0.0.5",
            "10.0.0.5-alpha",
            "app-10.0.0.5",
            "1.3.6.1.4.1",
            "999.1.1.1",
            "010.0.0.1",
            "agent/10.0.0.5",
            "pkg==10.0.0.5",
            ">=10.0.0.5",
            "5.0.0.10.in-addr.arpa",
            "10.0.0.5x",
            "x_10.0.0.5",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn names_that_resolve_to_their_address_count() {
        assert_eq!(found("app.192.168.1.5.nip.io"), ["192.168.1.5"]);
        assert_eq!(found("app.192.168.1.5.example.com"), [""; 0]);
    }

    #[test]
    fn the_class_follows_the_registries() {
        let class = |text: &str| classify(text.parse().expect("an address"));
        for text in [
            "0.0.0.0",
            "127.0.0.53",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.0",
            "192.0.2.7",
            "203.0.113.9",
            "8.8.8.8",
            "10.0.0.0",
            "::",
            "::1",
            "fe80::1",
            "2001:db8::1",
            "2606:4700:4700::1111",
            "1200:0:ab00:1234:0:2552:7777:1313",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(class(text), Class::NoHost, "{text}");
        }
        for text in ["10.0.0.5", "192.168.1.1", "52.1.2.3", "fd00::5", "2a00::5"] {
            assert_eq!(class(text), Class::Host, "{text}");
        }
        for text in ["10.96.0.10", "10.244.3.4", "10.43.0.10", "172.30.0.1"] {
            assert_eq!(class(text), Class::InCluster, "{text}");
        }
    }
}
