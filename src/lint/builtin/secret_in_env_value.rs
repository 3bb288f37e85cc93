//! `secret-in-env-value` and `secret-in-configmap`: passwords and tokens where nothing hides them.
//!
//! Labels stand at names, so that no value is shown more than it must be.

use std::sync::LazyLock;

use regex::Regex;

use super::Report;
use super::plaintext_secret_in_git::key_label;
use crate::lint::credential::is_exposed;
use crate::lint::substring_span::substring_span;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// A line of a configuration file that sets something.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^[ \t]*(?:export )?["']?([A-Za-z][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;#]+)["']?,?[ \t]*$"#)
        .expect("a valid pattern")
});

/// Reports variables of containers whose value is a secret.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let kinds = ["initContainers", "containers", "ephemeralContainers"];
    let spec = object.pod_spec().into_iter();
    let containers = spec.flat_map(|spec| kinds.into_iter().filter_map(move |kind| spec.get(kind)));
    let variables = containers.flat_map(NodeRef::items);
    let variables = variables.filter_map(|container| container.get("env"));
    for variable in variables.flat_map(NodeRef::items) {
        let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) else {
            continue;
        };
        let (Some(key), Some(text)) = (name.raw(), value.raw()) else {
            continue;
        };
        if !value.is_null() && is_exposed(&key, &text) && !names_a_secret(context, &text) {
            reports.push(report(
                format!("the value of `{key}` is a secret, and everybody can read it here"),
                Label {
                    span: name.span(),
                    text: String::new(),
                },
            ));
        }
    }
}

/// Reports keys of ConfigMaps, and settings in the files that they hold, whose value is a secret.
pub(super) fn check_config_map(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if !object.id.group.is_empty() || object.id.kind != "ConfigMap" {
        return;
    }
    let Some(data) = object.root().get("data") else {
        return;
    };
    for (key, value) in data.fields() {
        let Some(text) = value.raw().filter(|_| !value.is_null()) else {
            continue;
        };
        if !text.trim().contains('\n') {
            if is_exposed(&key, &text) && !names_a_secret(context, text.trim()) {
                reports.push(report(message(&key), key_label(value)));
            }
            continue;
        }
        for setting in SETTING.captures_iter(&text) {
            let (Some(name), Some(content)) = (setting.get(1), setting.get(2)) else {
                continue;
            };
            if is_exposed(name.as_str(), content.as_str()) {
                let label = Label {
                    span: substring_span(value, name.range()),
                    text: String::new(),
                };
                reports.push(report(message(name.as_str()), label));
            }
        }
    }
}

/// Whether a value is the name of a Secret that is there.
fn names_a_secret(context: &Context<'_>, text: &str) -> bool {
    let secrets = context.of_kind("", "Secret");
    secrets.iter().any(|secret| secret.id.name == text)
}

fn message(name: &str) -> String {
    format!("the value of `{name}` is a secret, and ConfigMaps are read by everybody")
}

fn report(message: String, primary: Label) -> Report {
    Report {
        message,
        primary,
        related: Vec::new(),
        severity: None,
        help: None,
        fix: None,
    }
}
