//! One file a subcommand. Sees everything; nobody sees it.

mod apply;
mod baseline;
mod diff;
mod fix;
mod hook;
mod input;
mod lint;
mod lint_settings;
mod manifests;
mod output;
mod progress;
mod replace_file;
mod rollback;
mod rule_files;
mod rules;
mod session;
mod settings;
mod target;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Lint Kubernetes manifests in git, diff and apply them, and roll back by git revert
#[derive(Debug, Parser)]
#[command(name = "gitops-lab", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lint(lint::LintArgs),
    Rules(rules::RulesArgs),
    Diff(diff::DiffArgs),
    Apply(apply::ApplyArgs),
    Rollback(rollback::RollbackArgs),
    Hook(hook::HookArgs),
}

/// The forms in which diff and apply say what they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OutputForm {
    /// For people
    Human,
    /// For programs
    Json,
}

/// How a run ended; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    /// Nothing to say.
    Success = 0,
    /// Findings (lint) or differences (diff).
    Findings = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// The operation failed: input unreadable, cluster, git, rollout failed.
    Failed = 3,
    /// Timed out.
    TimedOut = 5,
    /// Refused: lock held, stale or rejected revision.
    Refused = 6,
}

/// An error on its way to the terminal, with the exit status that it means.
#[derive(Debug)]
pub(crate) struct Failure {
    status: ExitStatus,
    report: miette::Report,
}

impl Failure {
    /// A failure of this status.
    fn new(status: ExitStatus, report: impl Into<miette::Report>) -> Self {
        let report = report.into();
        Self { status, report }
    }
}

/// Runs the program and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = match &cli.command {
        Command::Lint(arguments) => lint::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Apply(arguments) => apply::run(arguments),
        Command::Rollback(arguments) => rollback::run(arguments),
        Command::Hook(arguments) => hook::run(arguments),
    };
    match result {
        Ok(status) => ExitCode::from(status as u8),
        Err(failure) => {
            output::say(&format!("{:?}\n", failure.report));
            ExitCode::from(failure.status as u8)
        }
    }
}
