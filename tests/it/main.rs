//! The integration tests that need nothing but Rust and git.
#![forbid(unsafe_code)]

mod agreement;
mod architecture;
mod cluster_client;
mod cmd;
mod corpus;
mod git;
mod hook;
mod ip_labels;
mod lint_base;
mod lint_fix;
mod lint_settings;
mod outputs;
mod properties;
mod report;
mod rollback;
mod rollback_refused;
mod rules;
mod rules_test;
mod source;
mod source_bad_input;
mod status;
mod yaml_cases;
mod yaml_oracle;
mod yaml_spans;
