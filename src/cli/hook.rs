//! `gitops-lab hook`

use super::{ExitStatus, Failure};

/// Install the pre-commit hook
#[derive(Debug, clap::Args)]
pub struct HookArgs {}

/// Runs the subcommand.
pub fn run(arguments: &HookArgs) -> Result<ExitStatus, Failure> {
    let _ = arguments;
    Ok(ExitStatus::Success)
}
