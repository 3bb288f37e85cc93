//! `lint --base` and `--baseline`: only what is new.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::input::{InputArgs, Loaded, parse};
use super::{ExitStatus, Failure};
use crate::lint::{Baseline, Known};
use crate::source::{self, Place, SourceError};

/// The version of the file's form.
const VERSION: u32 = 1;

/// Which findings are known already.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Only what is new")]
pub(super) struct BaseArgs {
    /// Leave out what this git revision has too, wherever its lines moved
    #[arg(long, value_name = "REV")]
    pub(super) base: Option<String>,
    /// Leave out the findings in this file
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write all findings into the file of `--baseline`
    #[arg(long, requires = "baseline")]
    pub(super) write_baseline: bool,
}

/// Why it is not known what is new.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum BaselineError {
    /// Standard input has no history.
    #[error("standard input has no revision to compare with")]
    #[diagnostic(
        code(baseline::stdin),
        help("leave out `--base`, or name a path instead of `-`")
    )]
    Stdin,
    /// The file cannot be read or written.
    #[error("cannot use the baseline {}", path.display())]
    #[diagnostic(
        code(baseline::file),
        help("`--write-baseline` writes the file with all findings that there are now")
    )]
    File {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is not a baseline", path.display())]
    #[diagnostic(
        code(baseline::form),
        help("`--write-baseline` writes the file with all findings that there are now")
    )]
    Form {
        path: PathBuf,
        #[source]
        cause: serde_json::Error,
    },
    /// The file was written by another version of the program.
    #[error("{} has version {version} of baselines, and this program knows {VERSION}", path.display())]
    #[diagnostic(
        code(baseline::version),
        help("write it again with `--write-baseline`")
    )]
    Version { path: PathBuf, version: u32 },
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Known>,
}

/// Reads the same manifests at another revision. Paths that it does not have are empty there.
pub(super) fn load_base(input: &InputArgs, revision: &str) -> Result<Loaded, Failure> {
    if input.place(Place::WorkTree) == Place::Stdin {
        return Err(Failure::new(ExitStatus::Usage, BaselineError::Stdin));
    }
    let mut input = InputArgs {
        rev: Some(revision.to_owned()),
        staged: false,
        worktree: false,
        ..input.clone()
    };
    let asked = std::mem::take(&mut input.paths);
    let is_whole = asked.is_empty();
    for path in asked {
        let alone = InputArgs {
            paths: vec![path.clone()],
            ..input.clone()
        };
        if read(&alone)?.is_some() {
            input.paths.push(path);
        }
    }
    if input.paths.is_empty() && !is_whole {
        return Ok(Loaded::default());
    }
    Ok(read(&input)?.unwrap_or_default())
}

/// What there is; nothing where the path does not exist.
fn read(input: &InputArgs) -> Result<Option<Loaded>, Failure> {
    let request = input
        .request(Place::WorkTree)
        .map_err(|error| Failure::new(ExitStatus::Usage, error))?;
    match source::read(&request) {
        Ok(reading) => Ok(Some(parse(reading))),
        Err(SourceError::NoSuchPath { .. }) => Ok(None),
        Err(error) => Err(Failure::new(ExitStatus::Failed, error)),
    }
}

/// Reads a baseline.
pub(super) fn read_file(path: &Path) -> Result<Baseline, Failure> {
    let usage = |error: BaselineError| Failure::new(ExitStatus::Usage, error);
    let path = path.to_owned();
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(cause) => return Err(usage(BaselineError::File { path, cause })),
    };
    let file: File = match serde_json::from_slice(&text) {
        Ok(file) => file,
        Err(cause) => return Err(usage(BaselineError::Form { path, cause })),
    };
    if file.version != VERSION {
        let version = file.version;
        return Err(usage(BaselineError::Version { path, version }));
    }
    Ok(Baseline::new(file.findings))
}

/// Writes a baseline.
pub(super) fn write_file(path: &Path, baseline: &Baseline) -> Result<(), Failure> {
    let file = File {
        version: VERSION,
        findings: baseline.known().to_vec(),
    };
    let mut text =
        serde_json::to_string_pretty(&file).expect("the file is structs of texts and a number");
    text.push('\n');
    std::fs::write(path, text).map_err(|cause| {
        let path = path.to_owned();
        Failure::new(ExitStatus::Failed, BaselineError::File { path, cause })
    })
}
