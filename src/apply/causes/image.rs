//! Why an image could not be pulled, from the text that the runtime gives.
//!
//! The texts are those of containerd, CRI-O and dockershim's successors; a registry that cannot be
//! reached is looked for first, because its errors quote everything that was tried before.

use super::printable;
use super::problem::Problem;

/// What the kubelet's reason and text say about a pull.
pub(super) fn pull_problem(image: &str, text: &str) -> Problem {
    let image = image.to_owned();
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(UNREACHABLE) {
        let text = innermost(text);
        return Problem::RegistryUnreachable { image, text };
    }
    if says(BUSY) || has_server_error(&lower) {
        let text = innermost(text);
        return Problem::RegistryBusy { image, text };
    }
    if says(&["no match for platform", "no matching manifest for"]) {
        return Problem::WrongPlatform { image };
    }
    if says(UNAUTHORIZED) {
        let text = innermost(text);
        return Problem::PullUnauthorized { image, text };
    }
    if says(&[
        "not found",
        "manifest unknown",
        "name unknown",
        "code = notfound",
    ]) {
        return Problem::ImageNotFound { image };
    }
    let text = innermost(text);
    Problem::PullFailed { image, text }
}

const UNREACHABLE: &[&str] = &[
    "dial tcp",
    "no such host",
    "connection refused",
    "connection reset",
    "i/o timeout",
    "tls handshake",
    "network is unreachable",
    "no route to host",
    "x509:",
    "server gave http response to https client",
    "server misbehaving",
    "context deadline exceeded",
    "client.timeout",
    ": eof",
    "registryunavailable",
];

const BUSY: &[&str] = &[
    "toomanyrequests",
    "too many requests",
    "429",
    "pull qps exceeded",
];

const UNAUTHORIZED: &[&str] = &[
    "unauthorized",
    "access denied",
    "denied:",
    "authorization failed",
    "authentication required",
    "no basic auth credentials",
    "403 forbidden",
    "insufficient_scope",
];

/// A status of 5xx in the words that containerd and Go's HTTP client use.
fn has_server_error(lower: &str) -> bool {
    [
        "500 internal server error",
        "502 bad gateway",
        "503 service unavailable",
        "504 gateway time",
    ]
    .iter()
    .any(|status| lower.contains(status))
}

/// Where the innermost error begins.
const MARKERS: &[&str] = &[
    "dial tcp",
    "x509:",
    "net/http:",
    "http: server gave",
    "toomanyrequests",
    "unexpected status",
    "server message:",
    "pull access denied",
];

/// The innermost part of a chain of errors.
fn innermost(text: &str) -> String {
    let start = MARKERS
        .iter()
        .filter_map(|marker| text.rfind(marker))
        .min()
        .or_else(|| text.find("desc = ").map(|start| start + "desc = ".len()))
        .unwrap_or(0);
    printable::line(&text[start..])
}

/// The part of `Back-off pulling image "x": ErrImagePull: …` that says why; older kubelets give none.
pub(super) fn backoff_text(message: &str) -> Option<&str> {
    let (_, text) = message.split_once("ErrImagePull: ")?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_FOUND: &str = "rpc error: code = NotFound desc = failed to pull and unpack image \
        \"docker.io/library/nginx:1.27-no-such-tag\": failed to resolve reference \
        \"docker.io/library/nginx:1.27-no-such-tag\": docker.io/library/nginx:1.27-no-such-tag: not found";
    const REFUSED: &str = "rpc error: code = Unknown desc = failed to pull and unpack image \
        \"127.0.0.1:1/x:1\": failed to resolve reference \"127.0.0.1:1/x:1\": failed to do request: \
        Head \"http://127.0.0.1:1/v2/x/manifests/1\": dial tcp 127.0.0.1:1: connect: connection refused";

    fn problem(text: &str) -> Problem {
        pull_problem("nginx:1", text)
    }

    #[test]
    fn a_missing_tag_is_not_found() {
        assert!(matches!(problem(NOT_FOUND), Problem::ImageNotFound { .. }));
        let crio = "reading manifest 1.27-no in docker.io/library/nginx: manifest unknown";
        assert!(matches!(problem(crio), Problem::ImageNotFound { .. }));
    }

    #[test]
    fn a_refused_connection_is_an_unreachable_registry_with_the_innermost_text() {
        let Problem::RegistryUnreachable { text, .. } = problem(REFUSED) else {
            panic!("{:?}", problem(REFUSED));
        };
        assert_eq!(text, "dial tcp 127.0.0.1:1: connect: connection refused");
    }

    #[test]
    fn outages_are_never_called_not_found() {
        for text in [
            "failed to do request: Head \"https://r.example/v2/x/manifests/1\": dial tcp: lookup r.example on 10.0.0.2:53: no such host",
            "failed to do request: Head \"https://r.example/v2/\": net/http: TLS handshake timeout",
            "failed to do request: Head \"https://r.example/v2/\": x509: certificate signed by unknown authority",
            "failed to do request: Head \"https://r.example/v2/\": http: server gave HTTP response to HTTPS client",
            "failed to authorize: failed to fetch anonymous token: Get \"https://auth.docker.io/token\": dial tcp 1.2.3.4:443: i/o timeout",
        ] {
            assert!(
                matches!(problem(text), Problem::RegistryUnreachable { .. }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_rate_limit_and_a_server_error_are_a_busy_registry() {
        for text in [
            "unexpected status code https://r.example/v2/x/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.",
            "unexpected status from HEAD request to https://r.example/v2/x/manifests/1: 503 Service Unavailable",
        ] {
            assert!(
                matches!(problem(text), Problem::RegistryBusy { .. }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_refused_access_is_unauthorized_even_where_it_hides_a_missing_repository() {
        for text in [
            "failed to resolve reference \"docker.io/library/nope:1\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
            "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
            "unexpected status from HEAD request to https://ghcr.io/v2/a/b/manifests/1: 403 Forbidden",
        ] {
            assert!(
                matches!(problem(text), Problem::PullUnauthorized { .. }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_missing_platform_is_not_a_missing_image() {
        let text = "rpc error: code = NotFound desc = failed to pull and unpack image \"x\": no match for platform in manifest: not found";
        assert!(matches!(problem(text), Problem::WrongPlatform { .. }));
    }

    #[test]
    fn an_unknown_text_is_kept() {
        let text =
            "rpc error: code = Unknown desc = failed to extract layer: no space left on device";
        let Problem::PullFailed { text, .. } = problem(text) else {
            panic!("{:?}", problem(text));
        };
        assert_eq!(text, "failed to extract layer: no space left on device");
    }

    #[test]
    fn the_text_behind_a_backoff_is_found() {
        let message = "Back-off pulling image \"x\": ErrImagePull: rpc error: code = NotFound";
        assert_eq!(backoff_text(message), Some("rpc error: code = NotFound"));
        assert_eq!(backoff_text("Back-off pulling image \"x\""), None);
    }
}
