//! `plaintext-secret-in-git`: a Secret whose values everybody can read who can read the repository.
//!
//! A value is decoded to be judged and goes no further: neither a message nor a label holds it.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use super::Report;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// What stands for a value that somebody else fills in.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?is)^[_\s]*(",
        r"<[^<>]*>",
        r"|\$\{[^}]*\}|\$\([^)]*\)|(?-i:\$[A-Z_]+)",
        r"|.*\{\{.*\}\}.*",
        r"|ENC\[.*\]",
        r"|(vault|op|ref\+[a-z0-9]+|awssm|gcpsm|azurekv|bao)(://|:).*",
        r"|[x*.#_?-]+",
        r"|(change|replace|fill|set|put|insert)[ _-]*(me|this|it)?([ _-]*(in|here|please|now|before.*))?",
        r"|(todo|tbd|tba|dummy|placeholder|redacted|example|sample|fake|none|null|unused|to[ _-]?be[ _-].*)",
        r"|(your|my|change|insert|replace|enter|fill|update)[ _-].*",
        r")[_\s]*$",
    ))
    .expect("a valid pattern")
});

/// Words that say that something is confidential.
static CONFIDENTIAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)passw|pwd|passphrase|secret|token|api[_.-]?key|access[_.-]?key|account[_.-]?key|private|credential|auth|cert|salt|htpass|users|jaas|pem$|key$|cookie|license")
        .expect("a valid pattern")
});

/// A line that sets something confidential.
static CONFIDENTIAL_SETTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?im)^[^#\n]*(passw\w*|pwd|passphrase|secret\w*|token|\w*key|credentials?|auth)["']?\s*[:=]\s*\S"#)
        .expect("a valid pattern")
});

/// Keys that name a configuration file.
static CONFIGURATION_FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\.(properties|conf|cfg|config|ini|ya?ml|json|toml|xml)$").expect("a valid pattern")
});

/// Keys that say who and where, which is no secret.
static DESCRIPTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[_.-]|[a-z])(user|user[_-]?name|login|e?mail|host|host[_-]?name|port|database|db|db[_-]?name|name|type|path|file|region|zone|endpoint|url|uri|server|address|project|registry|bucket|issuer|scheme|protocol|version|enabled)$")
        .expect("a valid pattern")
});

/// What is no secret whatever its key is: a path, a URL without a password, true and false.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(/[^\s:]*|[a-z][a-z0-9+.-]*://[^\s:@]*(:\d+)?(/[^\s@?]*)?|true|false)$")
        .expect("a valid pattern")
});

/// A URL that holds a password.
static WITH_PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"://[^/\s@]*:[^/\s@]+@").expect("a valid pattern"));

/// Reports a Secret's keys that hold values in the clear.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_secret = object.id.group.is_empty() && object.id.kind == "Secret";
    let is_encrypted = object.root().get("sops").is_some();
    if !is_secret || is_encrypted {
        return;
    }
    let mut keys = Vec::new();
    for (field, is_base64) in [("data", true), ("stringData", false)] {
        let Some(values) = object.root().get(field) else {
            continue;
        };
        // By name, so that the finding stays what it is when the keys move.
        let mut fields = values.fields();
        fields.sort_by(|(left, _), (right, _)| left.cmp(right));
        let exposed = fields
            .into_iter()
            .filter(|(key, value)| exposes(key, *value, is_base64));
        keys.extend(exposed.map(|(_, value)| (value, is_base64)));
    }
    reports.extend(report(&object.id.name, &keys));
}

fn report(name: &str, keys: &[(NodeRef<'_>, bool)]) -> Option<Report> {
    let (first, first_is_base64) = keys.first()?;
    let encoding = if *first_is_base64 {
        "; base64 is no encryption"
    } else {
        ""
    };
    let values = match keys.len() {
        1 => "a value".to_owned(),
        count => format!("{count} values"),
    };
    let related = keys.iter().skip(1).map(|(value, _)| key_label(*value));
    Some(Report {
        message: format!(
            "Secret `{name}` holds {values} that everybody can read who can read this file{encoding}"
        ),
        primary: key_label(*first),
        related: related.collect(),
        severity: None,
        help: None,
        fix: None,
    })
}

pub(super) fn key_label(value: NodeRef<'_>) -> Label {
    Label {
        span: value
            .key()
            .map_or_else(|| value.label_span(), NodeRef::span),
        text: String::new(),
    }
}

/// Whether a key's value is there to be read, and should not be.
fn exposes(key: &str, value: NodeRef<'_>, is_base64: bool) -> bool {
    let Some(written) = value.raw().filter(|_| !value.is_null()) else {
        return false;
    };
    let written = written.trim();
    if is_harmless(key, written) {
        return false;
    }
    !is_base64 || !decoded(written).is_some_and(|text| is_harmless(key, text.trim()))
}

/// The text that base64 stands for; bytes that are no text are none of the harmless ones.
pub(super) fn decoded(written: &str) -> Option<Cow<'static, str>> {
    let compact: String = written.split_whitespace().collect();
    let bytes = STANDARD.decode(compact).ok()?;
    Some(Cow::Owned(String::from_utf8(bytes).ok()?))
}

/// Nothing, a placeholder, or what is no secret.
pub(super) fn is_harmless(key: &str, text: &str) -> bool {
    text.is_empty()
        || PLACEHOLDER.is_match(text)
        || text.eq_ignore_ascii_case(key)
        || is_public(key, text)
        || !WITH_PASSWORD.is_match(text) && is_plain(key, text)
}

/// Whether a value says who or where, or is a whole configuration in which nothing is confidential.
fn is_plain(key: &str, text: &str) -> bool {
    let is_line = !text.contains('\n');
    if is_line && DESCRIPTIVE.is_match(key) {
        return true;
    }
    let is_file = CONFIGURATION_FILE.is_match(key);
    let is_configuration = (is_file || !is_line) && !CONFIDENTIAL_SETTING.is_match(text);
    !CONFIDENTIAL.is_match(key) && (PLAIN.is_match(text) || is_configuration)
}

/// Certificates, public keys and host keys are made to be given away.
fn is_public(key: &str, text: &str) -> bool {
    let is_public_pem = text.starts_with("-----BEGIN ")
        && !text.contains("PRIVATE KEY-----")
        && (text.contains("CERTIFICATE-----") || text.contains("PUBLIC KEY-----"));
    let is_public_key = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"]
        .iter()
        .any(|start| text.starts_with(start));
    is_public_pem || is_public_key || key == "known_hosts"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_values() {
        for text in [
            "<password>",
            "<path:secret/data/db#password>",
            "${DB_PASSWORD}",
            "$(DB_PASSWORD)",
            "{{ .Values.password }}",
            "ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]",
            "vault:secret/data/db#password",
            "ref+vault://secret/db#/password",
            "CHANGEME",
            "change-me",
            "REPLACE_ME",
            "replace me please",
            "xxxxxxxx",
            "********",
            "TODO",
            "your-password-here",
            "UPDATE_AWS_ACCESS_KEY_ID",
            "__REPLACE_ME__",
            "",
        ] {
            assert!(is_harmless("password", text), "{text}");
        }
        for text in [
            "hunter2",
            "admin",
            "changed-it",
            "settings",
            "$ecret",
            "examples-2024",
            "p<a>b",
        ] {
            assert!(!is_harmless("password", text), "{text}");
        }
    }

    #[test]
    fn what_says_who_and_where_is_no_secret() {
        for (key, text) in [
            ("username", "admin"),
            ("DB_HOST", "db.example.com"),
            ("keyStorePath", "/amq/keystore.jks"),
            ("target", "https://example.com:8443/x"),
            ("ha.properties", "policy=SHARED"),
            ("logging.properties", "level=INFO\nhandlers=console\n"),
        ] {
            assert!(is_harmless(key, text), "{key}");
        }
        for (key, text) in [
            ("DATABASE_URL", "postgres://shop:hunter2@db/shop"),
            ("config.yaml", "level: info\npassword: hunter2\n"),
            ("users.properties", "guest=guest\nadmin=hunter2\n"),
            ("value", "hunter2"),
        ] {
            assert!(!is_harmless(key, text), "{key}");
        }
    }

    #[test]
    fn certificates_are_public_and_their_keys_are_not() {
        assert!(is_harmless(
            "tls.crt",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"
        ));
        assert!(!is_harmless(
            "tls.key",
            "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----"
        ));
        assert!(!is_harmless(
            "tls.pem",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"
        ));
        assert!(is_harmless("known_hosts", "github.com ssh-ed25519 AAAA"));
    }
}
