//! What several subcommands read: sources → documents → objects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{ExitStatus, Failure};
use crate::lint::Context;
use crate::object::{self, Object, Skipped};
use crate::source::{self, Place, Reading, Request, Source, SourceError};
use crate::yaml::{self, Parsed, Problem, Tree};

/// Which manifests a subcommand reads.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    /// Files and directories; `-` reads standard input [default: the current directory]
    #[arg(value_name = "PATH", help_heading = "Arguments")]
    pub(super) paths: Vec<PathBuf>,
    /// Read this git revision from the object database, without a checkout
    #[arg(long, value_name = "REV", conflicts_with_all = ["staged", "worktree"])]
    pub(super) rev: Option<String>,
    /// Read the index: what the next commit will hold
    #[arg(long, conflicts_with = "worktree")]
    pub(super) staged: bool,
    /// Read the files as they are on disk
    #[arg(long)]
    pub(super) worktree: bool,
    /// Read only files whose path in the repository matches this glob (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// Leave out files whose path in the repository matches this glob (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
}

impl InputArgs {
    /// The place that the options name, or else `default`.
    pub(super) fn place(&self, default: Place) -> Place {
        if self.paths.len() == 1 && self.paths[0] == Path::new("-") {
            Place::Stdin
        } else if let Some(revision) = &self.rev {
            Place::Revision(revision.clone())
        } else if self.staged {
            Place::Staged
        } else if self.worktree {
            Place::WorkTree
        } else {
            default
        }
    }

    /// What is to be read.
    pub(super) fn request(&self, default: Place) -> Result<Request, InputError> {
        let place = self.place(default);
        if place == Place::Stdin && (self.rev.is_some() || self.staged) {
            return Err(InputError::StdinHasNoRevision);
        }
        if place != Place::Stdin && self.paths.iter().any(|path| path == Path::new("-")) {
            return Err(InputError::StdinBesidesFiles);
        }
        let directory = std::env::current_dir().map_err(InputError::NoDirectory)?;
        let paths = match place {
            Place::Stdin => Vec::new(),
            _ => self.paths.clone(),
        };
        Ok(Request {
            place,
            directory,
            paths,
            include: self.include.clone(),
            exclude: self.exclude.clone(),
        })
    }
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum InputError {
    /// Standard input has one text only.
    #[error("standard input has no revision and no index")]
    #[diagnostic(
        code(input::stdin),
        help("leave out `--rev` and `--staged`, or name a path instead of `-`")
    )]
    StdinHasNoRevision,
    /// `-` stands beside other paths.
    #[error("standard input cannot be read together with files")]
    #[diagnostic(code(input::stdin), help("give `-` alone, or only paths"))]
    StdinBesidesFiles,
    /// The current directory cannot be found out.
    #[error("cannot find out the current directory")]
    #[diagnostic(
        code(input::directory),
        help("change to a directory that exists and that you may read")
    )]
    NoDirectory(#[source] std::io::Error),
}

/// What was read, taken apart.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The texts, the files that could not be read, and the repository.
    pub(super) reading: Reading,
    /// The documents that could be read, in the order of the sources.
    pub(super) documents: Vec<Arc<Tree>>,
    /// The objects in the order of the sources.
    pub(super) objects: Vec<Object>,
    /// What is wrong with documents.
    pub(super) problems: Vec<Problem>,
    /// Documents that hold no object.
    pub(super) skipped: Vec<Skipped>,
}

impl Loaded {
    /// What rules may look at, for manifests that are all that is applied together.
    pub(super) fn context(&self) -> Context<'_> {
        Context::new(&self.reading.sources, &self.objects).with_documents(&self.documents)
    }
}

/// Reads and parses what the options name; `default` is the place that is read without any.
///
/// A file that cannot be read is in [`Reading::failures`], a document that cannot be parsed in
/// [`Loaded::problems`]; the others are there all the same.
pub(super) fn load(arguments: &InputArgs, default: Place) -> Result<Loaded, Failure> {
    let request = arguments
        .request(default)
        .map_err(|error| Failure::new(ExitStatus::Usage, error))?;
    let reading = source::read(&request).map_err(unreadable)?;
    Ok(parse(reading))
}

fn unreadable(error: SourceError) -> Failure {
    let status = match error {
        SourceError::BadGlob { .. } => ExitStatus::Usage,
        _ => ExitStatus::Failed,
    };
    Failure::new(status, error)
}

/// Parses all sources in parallel; the order of the result is that of the sources.
pub(super) fn parse(reading: Reading) -> Loaded {
    let sources: Vec<_> = reading.sources.iter().collect();
    let parsed: Vec<(Parsed, Vec<Object>, Vec<Skipped>)> = sources
        .into_par_iter()
        .map(|(id, source)| {
            let mut parsed = yaml::parse(id, &source.text);
            if !may_be_manifest(source) {
                parsed.problems.clear();
            }
            let (objects, skipped) = object::read(&parsed.documents);
            (parsed, objects, skipped)
        })
        .collect();
    let mut loaded = Loaded {
        reading,
        ..Loaded::default()
    };
    for (parsed, objects, skipped) in parsed {
        loaded.documents.extend(parsed.documents);
        loaded.problems.extend(parsed.problems);
        loaded.objects.extend(objects);
        loaded.skipped.extend(skipped);
    }
    loaded
}

/// Whether what is wrong with a text matters. JSON that names no API is somebody else's file
/// (an editor's settings with comments in them, say), not a manifest that cannot be read.
fn may_be_manifest(source: &Source) -> bool {
    let path = Path::new(&source.path);
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    !is_json || source.text.contains("\"apiVersion\"")
}
