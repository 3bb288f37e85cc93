//! `gitops-lab rules`

use super::{ExitStatus, Failure};

/// List and explain the rules
#[derive(Debug, clap::Args)]
pub struct RulesArgs {}

/// Runs the subcommand.
pub fn run(arguments: &RulesArgs) -> Result<ExitStatus, Failure> {
    let _ = arguments;
    Ok(ExitStatus::Success)
}
