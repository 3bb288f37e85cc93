//! `gitops-lab rollback`

use super::{ExitStatus, Failure};

/// Revert to the last revision that was applied with success, and apply that
#[derive(Debug, clap::Args)]
pub struct RollbackArgs {}

/// Runs the subcommand.
pub fn run(arguments: &RollbackArgs) -> Result<ExitStatus, Failure> {
    let _ = arguments;
    Ok(ExitStatus::Success)
}
