//! Image references by the distribution grammar.
//!
//! Follows `github.com/distribution/reference` (grammar in its package comment): the part before the
//! first `/` is a registry only when it has a `.` or a `:`, or is `localhost`, or has an upper-case
//! letter (which no repository may have).

use std::fmt;

/// `[registry/]repository[:tag][@digest]`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The registry as it is written; empty where Docker Hub is implied.
    pub registry: String,
    /// The repository without registry, as it is written (`nginx`, `team/app`).
    pub repository: String,
    /// The tag; empty where there is none.
    pub tag: String,
    /// The digest with its algorithm; empty where there is none.
    pub digest: String,
}

/// Why a text is no image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImageReferenceError(pub String);

/// A repository's name with its registry may not be longer.
const NAME_LIMIT: usize = 255;
const TAG_LIMIT: usize = 128;

impl ImageReference {
    /// Takes a reference apart.
    pub fn parse(text: &str) -> Result<Self, ImageReferenceError> {
        if text.is_empty() {
            return refuse("the reference is empty");
        }
        if let Some(scheme) = text.find("://") {
            return refuse(format!(
                "`{}` does not belong into a reference",
                &text[..scheme + 3]
            ));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, check_digest(digest)?),
            None => (text, ""),
        };
        // A colon in the last part starts a tag; one before the last slash belongs to a port.
        let last_part = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[last_part..].find(':') {
            Some(colon) => {
                let colon = last_part + colon;
                (&rest[..colon], check_tag(&rest[colon + 1..])?)
            }
            None => (rest, ""),
        };
        let (registry, repository) = split_registry(name);
        check_registry(registry)?;
        check_repository(repository)?;
        if name.len() > NAME_LIMIT {
            return refuse(format!("the name is longer than {NAME_LIMIT} characters"));
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
        })
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.registry.is_empty() {
            write!(formatter, "{}/", self.registry)?;
        }
        formatter.write_str(&self.repository)?;
        if !self.tag.is_empty() {
            write!(formatter, ":{}", self.tag)?;
        }
        if !self.digest.is_empty() {
            write!(formatter, "@{}", self.digest)?;
        }
        Ok(())
    }
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, ImageReferenceError> {
    Err(ImageReferenceError(reason.into()))
}

fn split_registry(name: &str) -> (&str, &str) {
    let Some((first, rest)) = name.split_once('/') else {
        return ("", name);
    };
    let is_registry = first == "localhost"
        || first.contains(['.', ':'])
        || first.contains(|letter: char| letter.is_ascii_uppercase());
    if is_registry {
        (first, rest)
    } else {
        ("", name)
    }
}

fn check_registry(registry: &str) -> Result<(), ImageReferenceError> {
    if registry.is_empty() {
        return Ok(());
    }
    let (host, port) = match registry.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
                return check_port(registry, port.strip_prefix(':'));
            }
            _ => return refuse(format!("`{registry}` is not a registry")),
        },
        None => match registry.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (registry, None),
        },
    };
    let is_host = host.split('.').all(|label| {
        let inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        !label.is_empty()
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    });
    if !is_host {
        return refuse(format!("`{registry}` is not a registry"));
    }
    check_port(registry, port)
}

fn check_port(registry: &str, port: Option<&str>) -> Result<(), ImageReferenceError> {
    match port {
        Some(port) if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            refuse(format!("`{registry}` has no valid port"))
        }
        _ => Ok(()),
    }
}

fn check_repository(repository: &str) -> Result<(), ImageReferenceError> {
    if repository.is_empty() {
        return refuse("the repository is missing");
    }
    for component in repository.split('/') {
        if component.contains(|letter: char| letter.is_ascii_uppercase()) {
            return refuse(format!("`{component}` has upper-case letters"));
        }
        if !is_component(component) {
            return refuse(format!("`{component}` is not a valid part of a repository"));
        }
    }
    Ok(())
}

/// Lower-case letters and digits, parted by `.`, `_`, `__` or any number of `-`.
fn is_component(component: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let separators = bytes
        .split(alphanumeric)
        .filter(|separator| !separator.is_empty());
    let valid = |separator: &[u8]| {
        matches!(separator, b"." | b"_" | b"__") || separator.iter().all(|byte| *byte == b'-')
    };
    alphanumeric(first) && alphanumeric(last) && separators.into_iter().all(valid)
}

fn check_tag(tag: &str) -> Result<&str, ImageReferenceError> {
    if tag.is_empty() {
        return refuse("the tag is empty");
    }
    if tag.len() > TAG_LIMIT {
        return refuse(format!("the tag is longer than {TAG_LIMIT} characters"));
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let inner = |byte: u8| word(byte) || byte == b'.' || byte == b'-';
    if !tag.bytes().next().is_some_and(word) || !tag.bytes().all(inner) {
        return refuse(format!("`{tag}` is not a valid tag"));
    }
    Ok(tag)
}

fn check_digest(digest: &str) -> Result<&str, ImageReferenceError> {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return refuse(format!("`{digest}` is not a digest"));
    };
    let length = match algorithm {
        "sha256" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    };
    let fits = length.map_or(hex.len() >= 32, |length| hex.len() == length);
    let is_algorithm = algorithm.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let is_hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    if !fits || !is_algorithm || !hex.bytes().all(is_hex) {
        return refuse(format!("`{digest}` is not a digest"));
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [String; 4] {
        let image = ImageReference::parse(text).expect("the test's reference is valid");
        [image.registry, image.repository, image.tag, image.digest]
    }

    #[test]
    fn a_name_alone_has_neither_registry_nor_tag() {
        assert_eq!(parts("nginx"), ["", "nginx", "", ""]);
        assert_eq!(parts("team/app"), ["", "team/app", "", ""]);
    }

    #[test]
    fn a_port_is_not_a_tag() {
        assert_eq!(
            parts("localhost:5000/img"),
            ["localhost:5000", "img", "", ""]
        );
        assert_eq!(
            parts("localhost:5000/img:1"),
            ["localhost:5000", "img", "1", ""]
        );
        assert_eq!(parts("[::1]:5000/img"), ["[::1]:5000", "img", "", ""]);
    }

    #[test]
    fn a_digest_stands_beside_a_tag() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let text = format!("ghcr.io/a/b:1.2@{digest}");
        assert_eq!(parts(&text), ["ghcr.io", "a/b", "1.2", &digest]);
    }

    #[test]
    fn a_parsed_reference_prints_as_it_was_written() {
        for text in ["nginx:1.27", "quay.io/a/b", "localhost/x:y"] {
            let image = ImageReference::parse(text).expect("the test's reference is valid");
            assert_eq!(image.to_string(), text);
        }
    }

    #[test]
    fn what_the_grammar_forbids_is_refused() {
        for text in [
            "",
            "Nginx",
            "a//b",
            "nginx:",
            ":1",
            "nginx:-1",
            "nginx:a b",
            " nginx",
            "http://x/y",
            "nginx@sha256:abc",
            "a/b_-c",
            "-a",
            "a---",
            "x.io:port/a",
            "x..io/a",
            "nginx@",
            "a.io/",
        ] {
            assert!(
                ImageReference::parse(text).is_err(),
                "{text:?} was accepted"
            );
        }
    }

    #[test]
    fn separators_may_repeat_only_as_the_grammar_says() {
        for text in ["a---b", "a__b", "a.b", "a_b"] {
            assert!(ImageReference::parse(text).is_ok(), "{text:?} was refused");
        }
        for text in ["a___b", "a..b", "a._b"] {
            assert!(
                ImageReference::parse(text).is_err(),
                "{text:?} was accepted"
            );
        }
    }
}
