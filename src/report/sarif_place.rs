//! Places as SARIF writes them.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::view::View;
use crate::source::{RepositoryInfo, Span};

/// What paths are relative to; viewers know it by this name.
pub(super) const ROOT: &str = "%SRCROOT%";

/// A file with a region of it.
pub(super) fn physical(view: &View<'_>, span: Span) -> Value {
    json!({"artifactLocation": artifact(view, span), "region": region(view, span)})
}

/// The file of a span.
pub(super) fn artifact(view: &View<'_>, span: Span) -> Value {
    let path = view.raw_path(span);
    let uri = percent_encoded(path);
    if path.starts_with('/') {
        json!({"uri": format!("file://{uri}")})
    } else {
        json!({"uri": uri, "uriBaseId": ROOT})
    }
}

/// Lines, columns in characters, and bytes; the end column is excluded.
pub(super) fn region(view: &View<'_>, span: Span) -> Value {
    let (start, end) = (view.start(span), view.end(span));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
    })
}

/// The commit that was read, where it has a home that others can reach.
pub(super) fn provenance(repository: &RepositoryInfo, commit: &str) -> Option<Value> {
    let uri = repository_uri(repository.remote.as_deref()?)?;
    Some(json!([{
        "repositoryUri": uri,
        "revisionId": commit,
        "mappedTo": {"uriBaseId": ROOT},
    }]))
}

/// A remote as a URI: `git@host:path` is ssh. A path on this machine is nobody else's business.
fn repository_uri(remote: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_graphic() && !"\"<>\\^`{|}".contains(letter);
    if !remote.chars().all(is_plain) {
        return None;
    }
    if let Some((scheme, _)) = remote.split_once("://") {
        return (scheme != "file").then(|| remote.to_owned());
    }
    let (host, path) = remote.split_once(':')?;
    let is_host = !host.is_empty() && !host.contains('/');
    is_host.then(|| format!("ssh://{host}/{}", path.trim_start_matches('/')))
}

/// A path as the path of a URI.
fn percent_encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            write!(uri, "%{byte:02X}").expect("a String takes everything");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(percent_encoded("a b/ü:%.yaml"), "a%20b/%C3%BC%3A%25.yaml");
    }

    #[test]
    fn a_remote_becomes_a_uri_unless_it_is_a_path() {
        let uri = |remote| repository_uri(remote);
        let https = "https://example.com/shop/gitops.git";
        assert_eq!(uri(https).as_deref(), Some(https));
        assert_eq!(
            uri("git@example.com:shop/gitops.git").as_deref(),
            Some("ssh://git@example.com/shop/gitops.git")
        );
        for path in ["/srv/git/shop.git", "../shop", "file:///srv/git", "a b:c"] {
            assert_eq!(uri(path), None, "{path}");
        }
    }
}
