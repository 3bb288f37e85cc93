//! Makes a git repository of Kubernetes manifests trustworthy, and keeps a cluster equal to it.
//!
//! The modules stand in the order of the data, and code names only what stands above it
//! (`tests/it/architecture.rs` holds the table):
//!
//! ```text
//! source → yaml → schema → object → lint ──────────────┐
//!                            └─ cluster → plan → apply → report
//! source → rollback
//! ```
//!
//! `cli` sees everything, and nobody sees `cli`. Lint is synchronous; async begins where a socket is.
#![forbid(unsafe_code)]

pub mod source;

pub mod yaml;

pub mod schema;

pub mod object;

pub mod lint;

pub mod cluster;

pub mod plan;

pub mod apply;

pub mod rollback;

pub mod report;

mod cli;

pub use cli::run;
