//! git revert → the reverted tree's plan.
//!
//! [`prepare`] reads and decides, [`write`] writes: a dry run is not calling `write`. `prepare` may leave objects that
//! nothing refers to, as `git stash` and `git merge-tree` do, so that the tree can be read before it is committed.

mod error;
mod history;
mod message;
mod target;
mod work_tree;
mod write;

pub use error::RollbackError;
pub use write::{check, write};

use std::path::PathBuf;

use git2::{Commit, Repository};

use crate::source::{self, ChangedPath, CommitInfo};

/// What is to be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Everything since this revision: the files become what they were.
    BackTo(String),
    /// These commits only; what came after them stays.
    Commits(Vec<String>),
}

/// A rollback that somebody asks for.
#[derive(Clone, Debug)]
pub struct RevertRequest {
    /// Where the search for the repository starts, and what the paths are relative to.
    pub directory: PathBuf,
    /// What is to be undone.
    pub undo: Undo,
    /// Only files beneath these paths go back: environments share a repository. Empty means all.
    pub paths: Vec<PathBuf>,
    /// A paragraph for the commit's message: why.
    pub reason: Option<String>,
}

/// A revert that is decided and not yet written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// Where the repository was found.
    pub directory: PathBuf,
    /// The branch that gets the commit; `None` on a detached HEAD, where none can be written.
    pub branch: Option<String>,
    /// The commit that HEAD named.
    pub head: String,
    /// The tree after the revert; a revision for [`crate::source::read`].
    pub tree: String,
    /// The message of the commit, in git's own form.
    pub message: String,
    /// The commits that are undone, newest first.
    pub reverted: Vec<CommitInfo>,
    /// The files that change.
    pub files: Vec<ChangedPath>,
    /// `commit.gpgSign` asks for a signature, and this commit will have none: somebody should be told.
    pub lacks_signature: bool,
    /// Repository paths that the revert is limited to; empty means all.
    paths: Vec<String>,
}

/// Decides what a revert writes, and changes no reference, index or file.
pub fn prepare(request: &RevertRequest) -> Result<Revert, RollbackError> {
    let repository = source::open(&request.directory)?;
    let head = source::find_commit(&repository, "HEAD")?;
    let paths = limits(&repository, request)?;
    let (commits, good) = match &request.undo {
        Undo::BackTo(revision) => {
            let good = source::find_commit(&repository, revision)?;
            let commits = history::since(&repository, &head, &good, &paths)?;
            (commits, Some(good))
        }
        Undo::Commits(revisions) => (history::named(&repository, &head, revisions)?, None),
    };
    let failed = |cause| RollbackError::git("build the reverted tree", &repository, cause);
    let head_tree = head.tree().map_err(failed)?;
    let wanted = match &good {
        Some(good) => good.tree().map_err(failed)?,
        None => target::without(&repository, &head_tree, &commits)?,
    };
    let tree = target::limited(&repository, &head_tree, wanted, &paths).map_err(failed)?;
    let files = source::changes(&repository, &head_tree, &tree).map_err(failed)?;
    if files.is_empty() {
        return Err(RollbackError::NothingToRevert {
            paths: shown(&paths),
        });
    }
    let message = message::write(&repository, &commits, good.as_ref(), &paths, request)?;
    Ok(Revert {
        directory: request.directory.clone(),
        branch: on_branch(&repository)
            .then(|| source::branch(&repository))
            .flatten(),
        head: head.id().to_string(),
        tree: tree.id().to_string(),
        message,
        reverted: commits.iter().map(source::describe).collect(),
        files,
        lacks_signature: wants_signature(&repository),
        paths,
    })
}

fn wants_signature(repository: &Repository) -> bool {
    let config = repository.config();
    config.is_ok_and(|config| config.get_bool("commit.gpgSign").unwrap_or(false))
}

fn on_branch(repository: &Repository) -> bool {
    matches!(repository.head_detached(), Ok(false))
}

/// The repository paths of a request; empty when one of them is everything.
fn limits(repository: &Repository, request: &RevertRequest) -> Result<Vec<String>, RollbackError> {
    let directory = request
        .directory
        .canonicalize()
        .unwrap_or_else(|_| request.directory.clone());
    let mut paths = Vec::new();
    for path in &request.paths {
        paths.push(source::repository_path(repository, &directory, path)?);
    }
    if paths.iter().any(String::is_empty) {
        paths.clear();
    }
    Ok(paths)
}

/// Paths in a sentence.
fn shown(paths: &[String]) -> String {
    match paths {
        [] => "the repository".to_owned(),
        paths => paths.join(", "),
    }
}

/// Whether a path is among these paths or beneath one of them; no paths are all.
fn is_within(paths: &[String], path: &str) -> bool {
    let is_beneath = |limit: &String| {
        path.strip_prefix(limit.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    paths.is_empty() || paths.iter().any(is_beneath)
}

/// The first parent's tree; `None` for a commit without parents, before which there was nothing.
fn tree_before<'r>(commit: &Commit<'r>) -> Result<Option<git2::Tree<'r>>, git2::Error> {
    match commit.parent_count() {
        0 => Ok(None),
        _ => commit.parent(0)?.tree().map(Some),
    }
}
