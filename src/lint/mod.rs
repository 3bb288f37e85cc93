//! Objects → findings: rules, CEL, builtin checks, indexes, ignores.

mod address;
mod address_field;
mod book;
pub mod builtin;
mod catalog;
mod config_lookup;
mod config_provider;
mod config_reference;
mod context;
mod each;
mod embedded_document;
mod error;
mod expression;
mod finding;
mod fix;
mod functions;
mod ignore;
mod judgement;
mod kustomization;
mod label_selector;
mod line_names;
mod linter;
mod load;
mod message;
mod names;
mod outcome;
mod problems;
mod rule;
#[cfg(test)]
mod sample;
mod scalar_reading;
mod script;
mod shell;
mod string_field;
mod substring_span;
mod suggest;
mod value;

pub use book::rules_chapter;
pub use catalog::Catalog;
pub use context::Context;
pub use error::{RuleFileError, UnknownRule};
pub use finding::{Applicability, Edit, Finding, Fix, Label, Severity};
pub use fix::apply_fixes;
pub use linter::{Linter, Selection};
pub use outcome::{Outcome, RuleFailure, Suppressed};
pub use rule::{Category, Check, Example, Rule};
