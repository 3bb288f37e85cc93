//! Makes a git repository of Kubernetes manifests trustworthy, and keeps a cluster equal to it.
//!
//! The modules stand in the order of the data; code depends on what stands above it:
//!
//! ```text
//! source → yaml → object → lint → report
//!                   └ cluster → plan → apply → report
//! source → rollback → plan            cli sees everything, nobody sees cli
//! ```
#![forbid(unsafe_code)]

pub mod apply;
mod cli;
pub mod cluster;
pub mod lint;
pub mod object;
pub mod plan;
pub mod report;
pub mod rollback;
pub mod source;
pub mod yaml;

pub use cli::run;
