//! `gitops-lab diff`

use super::{ExitStatus, Failure};

/// Show what apply would change in the cluster
#[derive(Debug, clap::Args)]
pub struct DiffArgs {}

/// Runs the subcommand.
pub fn run(arguments: &DiffArgs) -> Result<ExitStatus, Failure> {
    let _ = arguments;
    Ok(ExitStatus::Success)
}
