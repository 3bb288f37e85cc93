//! Why a revert cannot be written.

use std::path::PathBuf;

use git2::Repository;

use crate::source::{self, SourceError};

/// A revert that was not written; the repository is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RollbackError {
    /// The repository or a revision cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Source(#[from] SourceError),

    /// The files are what they would become.
    #[error("nothing to revert in {paths}: the files are the same already")]
    #[diagnostic(
        code(rollback::nothing_to_revert),
        help(
            "if the cluster differs, `gitops-lab diff` shows how and `gitops-lab apply` mends it"
        )
    )]
    NothingToRevert {
        /// Where.
        paths: String,
    },

    /// The good revision is not in the history of HEAD.
    #[error("{good} is not in the history of HEAD")]
    #[diagnostic(
        code(rollback::not_an_ancestor),
        help(
            "name a revision that HEAD was built on: `git log` lists them; `git fetch --unshallow` completes a shallow clone"
        )
    )]
    NotAnAncestor {
        /// The revision.
        good: String,
    },

    /// Undoing a commit would undo a part of a later one.
    #[error("reverting {commit} conflicts with later changes in {}", files.join(", "))]
    #[diagnostic(
        code(rollback::conflict),
        help(
            "nothing was changed; revert the later commits too, or go back to a revision with --to"
        )
    )]
    Conflict {
        /// The commit, short.
        commit: String,
        /// The files in conflict.
        files: Vec<String>,
    },

    /// A commit on a detached HEAD would be on no branch.
    #[error("HEAD is detached: a revert commit would be on no branch")]
    #[diagnostic(
        code(rollback::detached_head),
        help("switch to the branch that is deployed: `git switch BRANCH`")
    )]
    DetachedHead,

    /// A merge, rebase or the like is not finished.
    #[error("the repository is in the middle of a {operation}")]
    #[diagnostic(
        code(rollback::operation_in_progress),
        help("finish or abort it; `git status` says how")
    )]
    OperationInProgress {
        /// What git is doing.
        operation: &'static str,
    },

    /// Files that the revert touches or that belong to the same environment have changes that no commit holds.
    #[error("there are changes that are not committed: {}", files.join(", "))]
    #[diagnostic(
        code(rollback::dirty),
        help(
            "commit them, put them aside with `git stash`, or give them up with `git restore --source=HEAD --staged --worktree PATH`"
        )
    )]
    Dirty {
        /// The files.
        files: Vec<String>,
    },

    /// git does not know who commits.
    #[error("the author of the revert commit is not known")]
    #[diagnostic(
        code(rollback::no_identity),
        help(
            "run `git config user.name NAME` and `git config user.email ADDRESS`, or set GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
        )
    )]
    NoIdentity,

    /// Somebody committed in the meantime.
    #[error("{branch} moved from {expected} to {found} in the meantime")]
    #[diagnostic(
        code(rollback::branch_moved),
        help("nothing was changed; look at the new commits and start again")
    )]
    BranchMoved {
        /// The branch.
        branch: String,
        /// Where it was.
        expected: String,
        /// Where it is.
        found: String,
    },

    /// Another git works on the index or the branch, or was killed when it did.
    #[error("{} exists: another git process is at work", path.display())]
    #[diagnostic(
        code(rollback::locked),
        help("wait for it; if none runs, it was killed: remove the file")
    )]
    Locked {
        /// The lock.
        path: PathBuf,
    },

    /// git's library failed.
    #[error("cannot {action} in the repository {}", path.display())]
    #[diagnostic(
        code(rollback::git),
        help("look at the repository with `git status` and `git fsck`")
    )]
    Git {
        /// What was tried.
        action: &'static str,
        /// The repository.
        path: PathBuf,
        /// The library's answer.
        #[source]
        cause: git2::Error,
    },
}

impl RollbackError {
    /// A failure of git's library.
    pub(super) fn git(action: &'static str, repository: &Repository, cause: git2::Error) -> Self {
        Self::Git {
            action,
            path: source::root(repository),
            cause,
        }
    }
}
