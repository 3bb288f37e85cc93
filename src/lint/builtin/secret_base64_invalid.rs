//! `secret-base64-invalid`: values of a Secret that are not the base64 of what was meant.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use super::Report;
use super::plaintext_secret_in_git::{decoded, key_label};
use crate::lint::{Context, Severity};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Keys whose values are files, whose last line ends like every line.
static FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\.|^_|auth$|htpasswd|users|known_?hosts|config|key$|cert|script|file")
        .expect("a valid pattern")
});

/// Shorter words are base64 by chance.
const ENCODED_BYTES: usize = 16;

/// Reports values that are no base64, those encoded twice, and those with the line break of `echo`.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_secret = object.id.group.is_empty() && object.id.kind == "Secret";
    let is_encrypted = object.root().get("sops").is_some();
    let Some(data) = object
        .root()
        .get("data")
        .filter(|_| is_secret && !is_encrypted)
    else {
        return;
    };
    for (key, value) in data.fields() {
        let written = value
            .raw()
            .filter(|text| !value.is_null() && !is_open(text));
        reports.extend(written.and_then(|written| judge(&key, value, &written)));
    }
}

fn judge(key: &str, value: NodeRef<'_>, written: &str) -> Option<Report> {
    if !is_base64(written) {
        return Some(report(
            value,
            format!("the value of `{key}` is no base64"),
            Severity::Error,
            "Encode it with `base64 -w0`, or move it to `stringData` as it is",
        ));
    }
    let text = decoded(written)?;
    if is_base64(text.trim()) && text.len() >= ENCODED_BYTES && is_readable(&text) {
        return Some(report(
            value,
            format!("the value of `{key}` is encoded twice"),
            Severity::Warning,
            "Encode it once: programs get what one decoding makes of it",
        ));
    }
    let line = text.strip_suffix('\n')?;
    let is_value = !line.is_empty() && !line.contains('\n') && !line.starts_with(['{', '[', '<']);
    (is_value && !FILE.is_match(key)).then(|| {
        report(
            value,
            format!("the value of `{key}` ends in a line break"),
            Severity::Warning,
            "Encode it with `printf %s … | base64`: `echo` adds a line break, which becomes part of the value",
        )
    })
}

/// Whether a text is decoded by the API server, which passes over line breaks and nothing else.
fn is_base64(text: &str) -> bool {
    let compact: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\n' | '\r'))
        .collect();
    STANDARD.decode(compact).is_ok()
}

/// Whether base64 stands for words: what is encoded once more. Random keys, which are base64 by
/// nature, stand for bytes and odd signs.
fn is_readable(encoded: &str) -> bool {
    let is_usual = |letter: char| letter.is_ascii_alphanumeric() || " -_.:/@=\n".contains(letter);
    let text: Option<Cow<'_, str>> = decoded(encoded);
    text.is_some_and(|text| !text.is_empty() && text.chars().all(is_usual))
}

/// Whether a value is filled in or decrypted later.
fn is_open(text: &str) -> bool {
    text.is_empty() || text.contains(['$', '{', '<', '[']) || text.contains(':')
}

fn report(value: NodeRef<'_>, message: String, severity: Severity, help: &str) -> Report {
    Report {
        message,
        primary: key_label(value),
        related: Vec::new(),
        severity: Some(severity),
        help: Some(help.to_owned()),
        fix: None,
    }
}
