//! Bytes and where they came from: a revision, the index, the work tree, files, stdin.

mod error;
mod files;
mod git;
mod text;

pub use error::SourceError;
pub use text::{LineColumn, Origin, Source, SourceId, Sources, Span};

use std::path::{Path, PathBuf};

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

/// The repository that sources were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryInfo {
    /// The work tree's root, or the git directory of a bare repository.
    pub root: PathBuf,
    /// The commit that was read (revision), or that HEAD names (index, work tree); `None` on an unborn branch.
    pub commit: Option<String>,
    /// The URL of the remote `origin`, without credentials.
    pub remote: Option<String>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// The texts of all YAML and JSON files, sorted by path.
    pub sources: Sources,
    /// Files that could not be read, each with its reason; the others are there.
    pub failures: Vec<SourceError>,
    /// The repository, where there is one.
    pub repository: Option<RepositoryInfo>,
}

/// Reads all manifests of a request: files that end in `.yaml`, `.yml` or `.json`, and whatever file is named itself.
pub fn read(request: &Request) -> Result<Reading, SourceError> {
    let _ = request;
    todo!()
}

/// Whether the work tree or the index differs from HEAD beneath these paths.
pub fn is_dirty(directory: &Path, paths: &[PathBuf]) -> Result<Vec<String>, SourceError> {
    let _ = (directory, paths);
    todo!()
}
