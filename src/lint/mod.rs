//! Objects → findings: rules, CEL, builtin checks, indexes, ignores.

pub mod builtin;
mod context;
mod finding;

pub use context::Context;
pub use finding::{Applicability, Edit, Finding, Fix, Label, Severity};
