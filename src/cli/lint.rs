//! `gitops-lab lint`

use super::{ExitStatus, Failure};

/// Lint manifests
#[derive(Debug, clap::Args)]
pub struct LintArgs {}

/// Runs the subcommand.
pub fn run(arguments: &LintArgs) -> Result<ExitStatus, Failure> {
    let _ = arguments;
    Ok(ExitStatus::Success)
}
