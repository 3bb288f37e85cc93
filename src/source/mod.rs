//! Bytes and where they came from: a revision, the index, the work tree, files, stdin.

mod content;
mod error;
mod hooks;
mod objects;
mod repository;
mod revision;
mod selection;
mod snapshot;
mod status;
mod stdin;
mod suggestion;
mod text;
mod work_tree;

pub use error::SourceError;
pub use hooks::{HooksDirectory, hooks_directory};
pub use repository::RepositoryInfo;
pub(crate) use repository::{open, root};
pub use revision::{
    ChangeKind, ChangedPath, CommitInfo, changed_paths, commit_info, current_branch, resolve,
};
pub(crate) use revision::{branch, changes, describe, find_commit};
pub(crate) use snapshot::repository_path;
pub use status::is_dirty;
pub(crate) use suggestion::nearest;
pub use text::{LineColumn, Origin, Source, SourceId, Sources, Span};

use std::path::PathBuf;

/// Which bytes are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The tree of a revision (any name that git resolves), from the object database.
    Revision(String),
    /// The index.
    Staged,
    /// Files as they are on disk; in a repository without those that git ignores.
    WorkTree,
    /// Standard input.
    Stdin,
}

/// What is to be read.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which bytes.
    pub place: Place,
    /// The directory that the paths are relative to and where the search for a repository starts.
    pub directory: PathBuf,
    /// Files and directories; empty means everything beneath the directory.
    pub paths: Vec<PathBuf>,
    /// Globs over repository paths: only what one of them matches; empty means everything.
    pub include: Vec<String>,
    /// Globs over repository paths: nothing that one of them matches.
    pub exclude: Vec<String>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// The texts of all YAML and JSON files, sorted by path.
    pub sources: Sources,
    /// Files that could not be read, each with its reason; the others are there.
    pub failures: Vec<SourceError>,
    /// What was left out or done without, and why: the reading is whole, but somebody may miss something.
    pub warnings: Vec<SourceError>,
    /// The repository, where there is one.
    pub repository: Option<RepositoryInfo>,
}

/// Reads all manifests of a request: files that end in `.yaml`, `.yml` or `.json`, and whatever file is named itself.
///
/// Nothing to read is no error here: the caller knows what that means.
pub fn read(request: &Request) -> Result<Reading, SourceError> {
    match request.place {
        Place::Revision(_) | Place::Staged => objects::read(request),
        Place::WorkTree => work_tree::read(request),
        Place::Stdin => stdin::read(std::io::stdin().lock()),
    }
}
