//! Checks that need code. Each is one function in the file of its name.
//!
//! A check may look at all objects of the [`Context`], and reports on its own object only. It says
//! where and why; the rule's file says severity and help.

mod content_baked_in_container;
mod dangerous_rbac;
mod hardcoded_ip;
mod mismatching_selector;
mod missing_config_key;
mod missing_configmap_or_secret;
mod non_string_value;
mod plaintext_secret_in_git;
mod removed_api;
mod yaml11_ambiguous_scalar;

use crate::lint::{Context, Fix, Label};
use crate::object::Object;

/// What a builtin check says of its object.
#[derive(Clone, Debug)]
pub struct Report {
    /// One sentence without a full stop.
    pub message: String,
    /// The text that causes it.
    pub primary: Label,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// Takes the place of the rule's severity, where the rule knows degrees.
    pub severity: Option<crate::lint::Severity>,
    /// Takes the place of the rule's help.
    pub help: Option<String>,
    /// A change of the text that mends it.
    pub fix: Option<Fix>,
}

/// A builtin check.
pub type Check = fn(&Context<'_>, &Object, &mut Vec<Report>);

/// The check of this name, as a rule's `builtin:` gives it.
pub fn check(name: &str) -> Option<Check> {
    Some(match name {
        "content_baked_in_container" => content_baked_in_container::check,
        "dangerous_rbac" => dangerous_rbac::check,
        "deprecated_api" => removed_api::check_deprecated,
        "hardcoded_ip" => hardcoded_ip::check,
        "mismatching_selector" => mismatching_selector::check,
        "missing_config_key" => missing_config_key::check,
        "missing_configmap_or_secret" => missing_configmap_or_secret::check,
        "non_string_value" => non_string_value::check,
        "plaintext_secret_in_git" => plaintext_secret_in_git::check,
        "removed_api" => removed_api::check,
        "yaml11_ambiguous_scalar" => yaml11_ambiguous_scalar::check,
        _ => return None,
    })
}
