//! The integration tests that need nothing but Rust and git.
#![forbid(unsafe_code)]

mod architecture;
mod rules;
