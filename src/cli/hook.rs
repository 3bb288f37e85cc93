//! `gitops-lab hook`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{ExitStatus, Failure};
use crate::source::{self, SourceError};

/// Every script of ours has this line; by it a later run knows it.
const MARK: &str =
    "# Written by `gitops-lab hook install`; `gitops-lab hook uninstall` removes it.";

/// Install the pre-commit hook
#[derive(Debug, clap::Args)]
pub(super) struct HookArgs {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Debug, Subcommand)]
enum HookCommand {
    /// Write a pre-commit hook that lints what is staged; a hook that is there runs first
    Install,
    /// Remove the hook, and put back the one that was there before
    Uninstall,
}

/// Why the hook was not installed or removed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum HookError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Source(#[from] SourceError),

    #[error("core.hooksPath names {}, which is not of this repository alone", path.display())]
    #[diagnostic(
        code(hook::shared),
        help(
            "give this repository its own: `git config core.hooksPath .git/hooks`, then install again"
        )
    )]
    Shared { path: PathBuf },

    #[error("both {} and {} exist", hook.display(), kept.display())]
    #[diagnostic(
        code(hook::both_exist),
        help("the hook would be kept as {}: merge the two into one file first", kept.display())
    )]
    BothExist { hook: PathBuf, kept: PathBuf },

    #[error("cannot {action} {}", path.display())]
    #[diagnostic(
        code(hook::write),
        help("check that the directory of the hooks is writable")
    )]
    Write {
        action: &'static str,
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
}

/// Runs the subcommand.
pub(super) fn run(arguments: &HookArgs) -> Result<ExitStatus, Failure> {
    let done = match arguments.command {
        HookCommand::Install => install(Path::new(".")),
        HookCommand::Uninstall => uninstall(Path::new(".")),
    };
    match done {
        Ok(message) => {
            anstream::println!("{message}");
            Ok(ExitStatus::Success)
        }
        Err(error) => Err(Failure::new(ExitStatus::Failed, error)),
    }
}

/// The hook, and where a hook that was there before is kept.
struct Files {
    hook: PathBuf,
    kept: PathBuf,
}

fn files(directory: &Path) -> Result<Files, HookError> {
    let hooks = source::hooks_directory(directory)?;
    let path = hooks.path;
    if hooks.is_shared {
        return Err(HookError::Shared { path });
    }
    Ok(Files {
        hook: path.join("pre-commit"),
        kept: path.join("pre-commit.local"),
    })
}

fn install(directory: &Path) -> Result<String, HookError> {
    let Files { hook, kept } = files(directory)?;
    if exists(&hook) && !is_ours(&hook) {
        if exists(&kept) {
            return Err(HookError::BothExist { hook, kept });
        }
        rename(&hook, &kept)?;
    }
    write_script(&hook)?;
    let shown = hook.display();
    if exists(&kept) {
        return Ok(format!("installed {shown}; {} runs first", kept.display()));
    }
    Ok(format!("installed {shown}"))
}

fn uninstall(directory: &Path) -> Result<String, HookError> {
    let Files { hook, kept } = files(directory)?;
    let shown = hook.display();
    if !exists(&hook) || !is_ours(&hook) {
        return Ok(format!("nothing to remove: {shown} is not ours"));
    }
    if exists(&kept) {
        // Replaces our hook in one step.
        rename(&kept, &hook)?;
        return Ok(format!("removed our hook; {shown} is what it was before"));
    }
    fs::remove_file(&hook).map_err(|cause| HookError::Write {
        action: "remove",
        path: hook.clone(),
        cause,
    })?;
    Ok(format!("removed {shown}"))
}

/// Whether something has this name, a link to nothing included.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn is_ours(hook: &Path) -> bool {
    fs::read(hook).is_ok_and(|content| String::from_utf8_lossy(&content).contains(MARK))
}

fn rename(from: &Path, to: &Path) -> Result<(), HookError> {
    fs::rename(from, to).map_err(|cause| HookError::Write {
        action: "rename",
        path: from.to_owned(),
        cause,
    })
}

/// Writes the hook beside its place and moves it there: a commit at the same time never meets half of it.
fn write_script(hook: &Path) -> Result<(), HookError> {
    let failed = |cause| HookError::Write {
        action: "write",
        path: hook.to_owned(),
        cause,
    };
    if let Some(directory) = hook.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let program = std::env::current_exe().map_err(failed)?;
    let new = hook.with_extension("new");
    fs::write(&new, script(&program)).map_err(failed)?;
    make_executable(&new).map_err(failed)?;
    fs::rename(&new, hook).map_err(failed)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The hook. It finds the program in PATH, so that an update needs no new hook, or where it was when it was installed
/// (programs with a window often start git with another PATH). Without the program a commit stops: a check that
/// vanishes in silence is none.
fn script(program: &Path) -> String {
    let program = quoted(&program.to_string_lossy());
    format!(
        r#"#!/bin/sh
{MARK}
# Lints what is staged. A hook that was here before is kept as pre-commit.local and runs first.
kept="$(dirname "$0")/pre-commit.local"
if [ -x "$kept" ]; then
    "$kept" "$@" || exit "$?"
fi
program={program}
if command -v gitops-lab >/dev/null 2>&1; then
    program=gitops-lab
elif [ ! -x "$program" ]; then
    echo "gitops-lab: not in PATH and not at $program" >&2
    echo "  install it, or remove this hook: $0" >&2
    exit 3
fi
exec "$program" lint --staged
"#
    )
}

/// A text as one word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quote_in_a_path_stays_in_the_word() {
        assert_eq!(quoted("/it's/here"), r"'/it'\''s/here'");
    }
}
