//! `inline-certificate-or-key`: private keys outside of Secrets.

use std::sync::LazyLock;

use regex::Regex;

use super::Report;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::{Kind, NodeRef};

/// A private key with the start of its content; a text about keys has none.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----\s*([A-Za-z-]+: [^\n]*\n)*\s*[A-Za-z0-9+/]{40}",
    )
    .expect("a valid pattern")
});

/// Reports every value outside of Secrets that holds a private key.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_secret = object.id.group.is_empty() && object.id.kind == "Secret";
    if !is_secret {
        walk(object.root(), reports);
    }
}

fn walk(node: NodeRef<'_>, reports: &mut Vec<Report>) {
    match node.kind() {
        Kind::Scalar => {
            let holds_key = node.raw().is_some_and(|text| {
                text.contains("PRIVATE KEY-----") && KEY.is_match(&text.replace("\\n", "\n"))
            });
            if holds_key {
                reports.push(report(node));
            }
        }
        Kind::Sequence => node.items().for_each(|item| walk(item, reports)),
        Kind::Mapping => node.entries().for_each(|(_, value)| walk(value, reports)),
        // What it stands for is looked at where it is written.
        Kind::Alias => {}
    }
}

/// The label stands at the key, so that nothing of the value is shown.
fn report(node: NodeRef<'_>) -> Report {
    Report {
        message: "a private key stands here for everybody who can read this file".to_owned(),
        primary: Label {
            span: node.key().map_or_else(|| node.label_span(), NodeRef::span),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    }
}
