//! Writing a revert that was decided.

use std::path::PathBuf;

use git2::build::CheckoutBuilder;
use git2::{ErrorClass, ErrorCode, Oid, Repository, RepositoryState, Signature, Tree};

use super::{Revert, RollbackError, work_tree};
use crate::source;

/// Everything that writing needs, checked.
struct Ready {
    repository: Repository,
    reference: String,
    author: Signature<'static>,
    committer: Signature<'static>,
}

/// Says whether a revert can be written, and changes nothing.
pub fn check(revert: &Revert) -> Result<(), RollbackError> {
    ready(revert).map(|_| ())
}

/// Writes the revert commit, moves the branch, the index and the work tree to it, and gives the commit's id.
///
/// Order: objects, then files and index, then the branch. A run that is killed in between leaves the branch where it
/// was and files that are either old or already reverted; the next run recognises those and finishes. (The other
/// order would leave a branch that is reverted beneath files that are not, and the next `git commit -a` would undo the
/// rollback.) Any failure puts the files back.
pub fn write(revert: &Revert) -> Result<String, RollbackError> {
    let ready = ready(revert)?;
    let repository = &ready.repository;
    let failed = |cause| RollbackError::git("write the revert commit", repository, cause);
    let head_id = Oid::from_str(&revert.head).map_err(failed)?;
    let head = repository.find_commit(head_id).map_err(failed)?;
    let head_tree = head.tree().map_err(failed)?;
    let tree = find_tree(repository, &revert.tree).map_err(failed)?;
    let (author, committer) = (&ready.author, &ready.committer);
    let id = repository
        .commit(None, author, committer, &revert.message, &tree, &[&head])
        .map_err(failed)?;
    check_out(repository, revert, &tree)
        .and_then(|()| move_branch(&ready, revert, head_id, id))
        .map_err(|cause| {
            // The first failure is the one to report; this one has the same reason.
            let _ = check_out(repository, revert, &head_tree);
            explain(&ready, revert, cause)
        })?;
    Ok(id.to_string())
}

fn ready(revert: &Revert) -> Result<Ready, RollbackError> {
    let repository = source::open(&revert.directory)?;
    let branch = revert.branch.as_ref().ok_or(RollbackError::DetachedHead)?;
    let found = source::find_commit(&repository, "HEAD")?.id().to_string();
    let is_same_branch = source::branch(&repository).as_ref() == Some(branch);
    if found != revert.head || !is_same_branch {
        return Err(RollbackError::BranchMoved {
            branch: branch.clone(),
            expected: revert.head.clone(),
            found,
        });
    }
    if let Some(operation) = operation(repository.state()) {
        return Err(RollbackError::OperationInProgress { operation });
    }
    let reference = format!("refs/heads/{branch}");
    for lock in locks(&repository, &reference) {
        if lock.exists() {
            return Err(RollbackError::Locked { path: lock });
        }
    }
    let (author, committer) = identity(&repository)?;
    refuse_dirty(&repository, revert)?;
    Ok(Ready {
        repository,
        reference,
        author,
        committer,
    })
}

fn refuse_dirty(repository: &Repository, revert: &Revert) -> Result<(), RollbackError> {
    let failed = |cause| RollbackError::git("compare the work tree to HEAD", repository, cause);
    let head = find_tree(repository, &revert.head).map_err(failed)?;
    let target = find_tree(repository, &revert.tree).map_err(failed)?;
    let files = work_tree::dirty_files(repository, revert, &head, &target).map_err(failed)?;
    if files.is_empty() {
        return Ok(());
    }
    Err(RollbackError::Dirty { files })
}

/// The tree of a commit, or a tree itself.
fn find_tree<'r>(repository: &'r Repository, id: &str) -> Result<Tree<'r>, git2::Error> {
    let object = repository.find_object(Oid::from_str(id)?, None)?;
    object.peel_to_tree()
}

/// What git is in the middle of.
fn operation(state: RepositoryState) -> Option<&'static str> {
    match state {
        RepositoryState::Clean => None,
        RepositoryState::Merge => Some("merge"),
        RepositoryState::Revert | RepositoryState::RevertSequence => Some("revert"),
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some("cherry-pick"),
        RepositoryState::Bisect => Some("bisect"),
        RepositoryState::Rebase
        | RepositoryState::RebaseInteractive
        | RepositoryState::RebaseMerge => Some("rebase"),
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some("`git am`"),
    }
}

/// The locks that git holds while it writes the index or the branch.
fn locks(repository: &Repository, reference: &str) -> [PathBuf; 2] {
    [
        repository.path().join("index.lock"),
        repository.commondir().join(format!("{reference}.lock")),
    ]
}

fn identity(
    repository: &Repository,
) -> Result<(Signature<'static>, Signature<'static>), RollbackError> {
    let failed = |cause: git2::Error| match (cause.code(), cause.class()) {
        // Not configured, or configured as an empty name.
        (ErrorCode::NotFound, _) | (_, ErrorClass::Invalid) => RollbackError::NoIdentity,
        _ => RollbackError::git("read who commits", repository, cause),
    };
    let author = repository.author_from_env().map_err(failed)?;
    let committer = repository.committer_from_env().map_err(failed)?;
    Ok((author, committer))
}

/// Makes exactly the reverted files, on disk and in the index, what they are in a tree.
fn check_out(repository: &Repository, revert: &Revert, tree: &Tree<'_>) -> Result<(), git2::Error> {
    if repository.is_bare() {
        return Ok(());
    }
    let mut options = CheckoutBuilder::new();
    // Forced: what would be lost was looked for before. Limited to the files by their names, which are no patterns.
    options
        .force()
        .remove_untracked(true)
        .disable_pathspec_match(true);
    for file in &revert.files {
        options.path(&file.path);
    }
    repository.checkout_tree(tree.as_object(), Some(&mut options))
}

/// Moves the branch if it still is where it was.
fn move_branch(ready: &Ready, revert: &Revert, from: Oid, to: Oid) -> Result<(), git2::Error> {
    let subject = revert.message.lines().next().unwrap_or_default();
    let log = format!("revert: {subject}");
    ready
        .repository
        .reference_matching(&ready.reference, to, true, from, &log)
        .map(|_| ())
}

fn explain(ready: &Ready, revert: &Revert, cause: git2::Error) -> RollbackError {
    let found = ready.repository.refname_to_id(&ready.reference).ok();
    let lock = locks(&ready.repository, &ready.reference)
        .into_iter()
        .find(|lock| lock.exists());
    match (cause.code(), found, lock) {
        (ErrorCode::Locked, _, Some(path)) => RollbackError::Locked { path },
        (ErrorCode::Modified, Some(found), _) => RollbackError::BranchMoved {
            branch: revert.branch.clone().unwrap_or_default(),
            expected: revert.head.clone(),
            found: found.to_string(),
        },
        _ => RollbackError::git("write the revert commit", &ready.repository, cause),
    }
}
