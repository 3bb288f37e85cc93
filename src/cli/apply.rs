//! `gitops-lab apply`

use super::{ExitStatus, Failure};

/// Apply a revision to a cluster
#[derive(Debug, clap::Args)]
pub struct ApplyArgs {}

/// Runs the subcommand.
pub fn run(arguments: &ApplyArgs) -> Result<ExitStatus, Failure> {
    let _ = arguments;
    Ok(ExitStatus::Success)
}
