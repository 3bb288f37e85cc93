//! Checks that need code. Each is one function in the file of its name.
//!
//! A check may look at all objects of the [`Context`], and reports on its own object only. It says
//! where and why; the rule's file says severity and help.

mod cluster_state_in_git;
mod content_baked_in_container;
mod cronjob_schedule_invalid;
mod dangerous_rbac;
mod dangling_gateway_backend;
mod dangling_ingress;
mod dangling_network_policy;
mod dangling_pdb;
mod dangling_role_ref;
mod dangling_service;
mod dangling_subject;
mod deprecated_image_registry;
mod deprecated_ingress_class_annotation;
mod deprecated_service_account_field;
mod duplicate_hpa;
mod duplicate_ingress_host_path;
mod duplicate_name;
mod duplicate_object;
mod hardcoded_ip;
mod hpa_target_missing;
mod hpa_without_requests;
mod ingress_nginx_snippet;
mod ingress_tls_host_mismatch;
mod inline_private_key;
mod invalid_name;
mod invalid_resource_quantity;
mod mismatching_selector;
mod missing_config_key;
mod missing_configmap_or_secret;
mod missing_readiness_probe;
mod missing_resources;
mod missing_service_account;
mod namespace_not_declared;
mod non_string_value;
mod overlapping_pdb;
mod overlapping_selectors;
mod pdb_blocks_eviction;
mod plaintext_secret_in_git;
mod probe_parameters;
mod probe_port_not_declared;
mod removed_api;
mod replicas_with_hpa;
mod resource_request_over_limit;
mod rolling_update_with_rwo_volume;
mod schema_violation;
mod secret_base64_invalid;
mod secret_in_env_value;
mod service_account_token_mounted;
mod service_port_target_missing;
mod sts_service_missing;
mod suspicious_resource_quantity;
mod topology_spread_invalid;
mod unknown_kind;
mod update_parameters;
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

impl Report {
    /// A report of this and nothing more.
    pub(super) fn new(message: String, span: crate::source::Span) -> Self {
        Self {
            message,
            primary: Label {
                span,
                text: String::new(),
            },
            related: Vec::new(),
            severity: None,
            help: None,
            fix: None,
        }
    }

    /// The same with another place that explains it.
    #[must_use]
    pub(super) fn with_related(
        mut self,
        span: crate::source::Span,
        text: impl Into<String>,
    ) -> Self {
        let text = text.into();
        self.related.push(Label { span, text });
        self
    }

    /// The same with another severity.
    #[must_use]
    pub(super) fn weighing(mut self, severity: crate::lint::Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The same with its own help.
    #[must_use]
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A builtin check.
pub type Check = fn(&Context<'_>, &Object, &mut Vec<Report>);

/// The check of this name, as a rule's `builtin:` gives it.
pub fn check(name: &str) -> Option<Check> {
    Some(match name {
        "cluster_state_in_git" => cluster_state_in_git::check,
        "content_baked_in_container" => content_baked_in_container::check,
        "cronjob_schedule_invalid" => cronjob_schedule_invalid::check,
        "dangerous_rbac" => dangerous_rbac::check,
        "dangling_gateway_backend" => dangling_gateway_backend::check,
        "dangling_ingress" => dangling_ingress::check,
        "dangling_network_policy" => dangling_network_policy::check,
        "dangling_pdb" => dangling_pdb::check,
        "dangling_role_ref" => dangling_role_ref::check,
        "dangling_service" => dangling_service::check,
        "dangling_subject" => dangling_subject::check,
        "deprecated_api" => removed_api::check_deprecated,
        "deprecated_image_registry" => deprecated_image_registry::check,
        "deprecated_ingress_class_annotation" => deprecated_ingress_class_annotation::check,
        "duplicate_container_port" => duplicate_name::of_container_ports,
        "duplicate_hpa" => duplicate_hpa::check,
        "duplicate_ingress_host_path" => duplicate_ingress_host_path::check,
        "duplicate_object" => duplicate_object::check,
        "deprecated_service_account_field" => deprecated_service_account_field::check,
        "duplicate_env_var" => duplicate_name::of_variables,
        "duplicate_pod_part" => duplicate_name::of_pod_parts,
        "duplicate_service_port" => duplicate_name::of_service_ports,
        "mount_path_collision" => duplicate_name::of_mount_paths,
        "hardcoded_ip" => hardcoded_ip::check,
        "hpa_target_missing" => hpa_target_missing::check,
        "hpa_without_requests" => hpa_without_requests::check,
        "inline_private_key" => inline_private_key::check,
        "invalid_config_key" => invalid_name::check_keys,
        "invalid_label_value" => invalid_name::check_labels,
        "invalid_name" => invalid_name::check,
        "port_name_invalid" => invalid_name::check_ports,
        "ingress_nginx_snippet" => ingress_nginx_snippet::check,
        "ingress_tls_host_mismatch" => ingress_tls_host_mismatch::check,
        "invalid_resource_quantity" => invalid_resource_quantity::check,
        "mismatching_selector" => mismatching_selector::check,
        "missing_config_key" => missing_config_key::check,
        "missing_configmap_or_secret" => missing_configmap_or_secret::check,
        "missing_cpu_limit" => missing_resources::cpu_limit,
        "missing_cpu_request" => missing_resources::cpu_request,
        "missing_memory_limit" => missing_resources::memory_limit,
        "missing_memory_request" => missing_resources::memory_request,
        "missing_readiness_probe" => missing_readiness_probe::check,
        "missing_service_account" => missing_service_account::check,
        "namespace_not_declared" => namespace_not_declared::check,
        "non_string_value" => non_string_value::check,
        "overlapping_pdb" => overlapping_pdb::check,
        "overlapping_selectors" => overlapping_selectors::check,
        "pdb_blocks_eviction" => pdb_blocks_eviction::check,
        "plaintext_secret_in_git" => plaintext_secret_in_git::check,
        "probe_parameters" => probe_parameters::check,
        "probe_port_not_declared" => probe_port_not_declared::check,
        "removed_api" => removed_api::check,
        "replicas_with_hpa" => replicas_with_hpa::check,
        "resource_request_over_limit" => resource_request_over_limit::check,
        "rolling_update_with_rwo_volume" => rolling_update_with_rwo_volume::check,
        "schema_violation" => schema_violation::check,
        "service_account_token_mounted" => service_account_token_mounted::check,
        "service_port_target_missing" => service_port_target_missing::check,
        "sts_service_missing" => sts_service_missing::check,
        "suspicious_resource_quantity" => suspicious_resource_quantity::check,
        "topology_spread_invalid" => topology_spread_invalid::check,
        "unknown_kind" => unknown_kind::check,
        "secret_base64_invalid" => secret_base64_invalid::check,
        "secret_in_configmap" => secret_in_env_value::check_config_map,
        "secret_in_env_value" => secret_in_env_value::check,
        "update_parameters" => update_parameters::check,
        "yaml11_ambiguous_scalar" => yaml11_ambiguous_scalar::check,
        _ => return None,
    })
}
