//! The grammars of names, labels and keys, as the API server holds them.

/// Whether a text is a DNS label: lower-case letters, digits and `-` within, 63 bytes at most.
pub(super) fn is_dns_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a text is DNS labels of any length with dots between them, 253 bytes at most.
pub(super) fn is_dns_subdomain(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(is_inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

/// Whether a text can stand between the slashes of a URL's path.
pub(super) fn is_path_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '%'])
}

/// Whether a text is the key of a label or an annotation: a name, with a domain and `/` before it or not.
pub(super) fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => is_dns_subdomain(domain) && is_word(name),
        None => is_word(text),
    }
}

/// Whether a text is the value of a label: nothing, or a word.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_word(text)
}

/// Whether a text is a port's name: lower case, 15 bytes at most, a letter in it, no `--`.
pub(super) fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_dns_label(text)
        && !text.contains("--")
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Whether a text is a key of a ConfigMap or a Secret.
pub(super) fn is_config_key(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (1..=253).contains(&text.len())
        && text.bytes().all(is_letter)
        && text != "."
        && !text.starts_with("..")
}

/// Letters and digits with `-`, `_` and `.` between them, 63 bytes at most.
fn is_word(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_outer = |text: Option<&u8>| text.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    (1..=63).contains(&text.len())
        && text.bytes().all(is_inner)
        && is_outer(bytes.first())
        && is_outer(bytes.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_subdomains_differ_in_dots_and_length() {
        assert!(is_dns_label("web-1") && is_dns_subdomain("web-1.example.com"));
        assert!(is_dns_subdomain(&"a".repeat(253)) && is_dns_label(&"a".repeat(63)));
        for text in ["", "Web", "web_1", "-web", "web-", "web.a", &"a".repeat(64)] {
            assert!(!is_dns_label(text), "{text}");
        }
        for text in ["", "a..b", ".a", "a.", "a.-b", "A", &"a".repeat(254)] {
            assert!(!is_dns_subdomain(text), "{text}");
        }
    }

    #[test]
    fn keys_have_one_slash_and_values_none() {
        assert!(is_qualified_name("example.com/Owner_1") && is_qualified_name("app"));
        for text in [
            "",
            "/a",
            "a/",
            "a/b/c",
            "Example.com/a",
            "a b",
            "-a",
            "a/.b",
        ] {
            assert!(!is_qualified_name(text), "{text}");
        }
        assert!(is_label_value("") && is_label_value("v1.2_A"));
        for text in ["a/b", "-a", "a ", "a:b", &"a".repeat(64)] {
            assert!(!is_label_value(text), "{text}");
        }
    }

    #[test]
    fn names_of_ports_are_short_and_have_a_letter() {
        assert!(is_port_name("http-1") && is_port_name("8080a"));
        for text in ["", "8080", "http--1", "HTTP", "-http", "sixteen-letters1"] {
            assert!(!is_port_name(text), "{text}");
        }
    }

    #[test]
    fn keys_of_configuration_are_names_of_files() {
        assert!(is_config_key(".dockerconfigjson") && is_config_key("A_b-c.conf"));
        for text in ["", ".", "..", "..a", "a/b", "a b", "a:b"] {
            assert!(!is_config_key(text), "{text}");
        }
    }
}
