//! The paths and queries of requests.

use std::fmt::Write as _;

use super::Resource;

/// The path of a resource's collection, or of one object of it.
pub(super) fn path(resource: &Resource, namespace: Option<&str>, name: Option<&str>) -> String {
    let mut path = if resource.group.is_empty() {
        format!("/api/{}", encoded(&resource.version))
    } else {
        format!(
            "/apis/{}/{}",
            encoded(&resource.group),
            encoded(&resource.version)
        )
    };
    let mut push = |part: &str| {
        path.push('/');
        path.push_str(&encoded(part));
    };
    if let Some(namespace) = namespace.filter(|_| resource.namespaced) {
        push("namespaces");
        push(namespace);
    }
    push(&resource.plural);
    if let Some(name) = name {
        push(name);
    }
    path
}

/// `?a=b&c=d`; nothing for no pairs.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (at, (key, value)) in pairs.iter().enumerate() {
        query.push(if at == 0 { '?' } else { '&' });
        query.push_str(key);
        query.push('=');
        query.push_str(&encoded(value));
    }
    query
}

/// A text with everything escaped that has a meaning in a URL.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes everything");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(group: &str, plural: &str, namespaced: bool) -> Resource {
        Resource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            kind: String::new(),
            plural: plural.to_owned(),
            namespaced,
            verbs: Vec::new(),
            subresources: Vec::new(),
        }
    }

    #[test]
    fn the_core_group_has_its_own_root() {
        let pods = resource("", "pods", true);
        assert_eq!(
            path(&pods, Some("prod"), Some("web")),
            "/api/v1/namespaces/prod/pods/web"
        );
        assert_eq!(path(&pods, None, None), "/api/v1/pods");
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let roles = resource("rbac.authorization.k8s.io", "clusterroles", false);
        assert_eq!(
            path(&roles, None, Some("system:a/../b?c")),
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:a%2F..%2Fb%3Fc"
        );
    }

    #[test]
    fn a_selector_is_escaped() {
        assert_eq!(
            query(&[("labelSelector", "a/b=c"), ("limit", "500")]),
            "?labelSelector=a%2Fb%3Dc&limit=500"
        );
    }
}
