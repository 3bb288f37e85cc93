//! The integration tests that need nothing but Rust and git.
#![forbid(unsafe_code)]

mod architecture;
mod git;
mod hook;
mod rollback;
mod ip_labels;
mod rules;
mod source;
mod source_bad_input;
