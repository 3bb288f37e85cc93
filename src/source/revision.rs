//! Names of revisions → commits and trees.

use std::path::Path;

use git2::{ErrorCode, Object, ObjectType, Repository, Tree};

use super::suggestion::nearest;
use super::{SourceError, repository};

/// What people want to know of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The full hexadecimal id.
    pub id: String,
    /// The shortest id that is unique in the repository.
    pub short_id: String,
    /// Name and address of the author.
    pub author: String,
    /// The committer's time in seconds since 1970.
    pub time: i64,
    /// The first paragraph of the message as one line.
    pub summary: String,
}

/// A file that differs between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedPath {
    /// The path relative to the repository's root.
    pub path: String,
    /// How it differs.
    pub kind: ChangeKind,
}

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the second revision has it.
    Added,
    /// Both have it, with other content or mode.
    Modified,
    /// Only the first revision has it.
    Deleted,
}

impl ChangeKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
        }
    }
}

/// The full id of the commit that a revision names.
pub fn resolve(directory: &Path, revision: &str) -> Result<String, SourceError> {
    let repository = repository::open(directory)?;
    Ok(find_commit(&repository, revision)?.id().to_string())
}

/// What is known of the commit that a revision names.
pub fn commit_info(directory: &Path, revision: &str) -> Result<CommitInfo, SourceError> {
    let repository = repository::open(directory)?;
    let commit = find_commit(&repository, revision)?;
    Ok(describe(&commit))
}

/// The short name of the branch that HEAD names, born or not; `None` when HEAD is detached.
pub fn current_branch(directory: &Path) -> Result<Option<String>, SourceError> {
    let repository = repository::open(directory)?;
    Ok(branch(&repository))
}

/// The files that differ between two revisions, sorted by path.
pub fn changed_paths(
    directory: &Path,
    from: &str,
    to: &str,
) -> Result<Vec<ChangedPath>, SourceError> {
    let repository = repository::open(directory)?;
    let (_, from) = find_tree(&repository, from)?;
    let (_, to) = find_tree(&repository, to)?;
    changes(&repository, &from, &to).map_err(|cause| SourceError::Git {
        action: "compare two revisions",
        path: repository::root(&repository),
        cause,
    })
}

/// The files that differ between two trees, sorted by path.
pub(crate) fn changes(
    repository: &Repository,
    from: &Tree<'_>,
    to: &Tree<'_>,
) -> Result<Vec<ChangedPath>, git2::Error> {
    let diff = repository.diff_tree_to_tree(Some(from), Some(to), None)?;
    let mut changed: Vec<ChangedPath> = diff
        .deltas()
        .map(|delta| {
            let kind = match delta.status() {
                git2::Delta::Added => ChangeKind::Added,
                git2::Delta::Deleted => ChangeKind::Deleted,
                _ => ChangeKind::Modified,
            };
            let file = match kind {
                ChangeKind::Deleted => delta.old_file(),
                _ => delta.new_file(),
            };
            let path = String::from_utf8_lossy(file.path_bytes().unwrap_or_default());
            ChangedPath {
                path: path.into_owned(),
                kind,
            }
        })
        .collect();
    changed.sort();
    Ok(changed)
}

/// What is known of a commit.
pub(crate) fn describe(commit: &git2::Commit<'_>) -> CommitInfo {
    let id = commit.id().to_string();
    let short_id = commit
        .as_object()
        .short_id()
        .ok()
        .and_then(|buffer| buffer.as_str().ok().map(str::to_owned))
        .unwrap_or_else(|| id[..7].to_owned());
    let author = commit.author();
    let name = String::from_utf8_lossy(author.name_bytes());
    let address = String::from_utf8_lossy(author.email_bytes());
    let summary = commit.summary_bytes().unwrap_or_default();
    CommitInfo {
        short_id,
        author: format!("{name} <{address}>"),
        time: commit.time().seconds(),
        summary: String::from_utf8_lossy(summary).into_owned(),
        id,
    }
}

/// The short name of the branch that HEAD names, born or not.
pub(crate) fn branch(repository: &Repository) -> Option<String> {
    let head = repository.find_reference("HEAD").ok()?;
    let target = head.symbolic_target().ok().flatten()?;
    let short = target.strip_prefix("refs/heads/").unwrap_or(target);
    Some(short.to_owned())
}

/// The commit that a revision names.
pub(crate) fn find_commit<'r>(
    repository: &'r Repository,
    revision: &str,
) -> Result<git2::Commit<'r>, SourceError> {
    let object = find_object(repository, revision)?;
    object
        .peel_to_commit()
        .map_err(|_| not_a_commit(revision, object.kind()))
}

/// The tree that a revision names, and its commit; a tree may also be named itself.
pub(super) fn find_tree<'r>(
    repository: &'r Repository,
    revision: &str,
) -> Result<(Option<String>, Tree<'r>), SourceError> {
    let object = find_object(repository, revision)?;
    let commit = object
        .peel_to_commit()
        .ok()
        .map(|commit| commit.id().to_string());
    let tree = object
        .peel_to_tree()
        .map_err(|_| not_a_commit(revision, object.kind()))?;
    Ok((commit, tree))
}

/// The commit that HEAD names; `None` on an unborn branch.
pub(super) fn head_commit(repository: &Repository) -> Option<String> {
    let commit = repository.head().ok()?.peel_to_commit().ok()?;
    Some(commit.id().to_string())
}

fn not_a_commit(revision: &str, kind: Option<ObjectType>) -> SourceError {
    let found = match kind {
        Some(ObjectType::Blob) => "a file",
        Some(ObjectType::Tree) => "a tree",
        _ => "another object",
    };
    SourceError::NotACommit {
        revision: revision.to_owned(),
        found: found.to_owned(),
    }
}

fn find_object<'r>(repository: &'r Repository, revision: &str) -> Result<Object<'r>, SourceError> {
    let cause = match repository.revparse_single(revision) {
        Ok(object) => return Ok(object),
        Err(cause) => cause,
    };
    if revision.contains("..") {
        return Err(SourceError::NotACommit {
            revision: revision.to_owned(),
            found: "a range".to_owned(),
        });
    }
    if names_head(revision) && is_unborn(repository) {
        return Err(SourceError::UnbornBranch {
            branch: branch(repository).unwrap_or_else(|| "HEAD".to_owned()),
        });
    }
    match cause.code() {
        ErrorCode::Ambiguous => Err(SourceError::AmbiguousRevision {
            revision: revision.to_owned(),
        }),
        ErrorCode::NotFound | ErrorCode::InvalidSpec => Err(SourceError::UnknownRevision {
            revision: revision.to_owned(),
            help: help_for_unknown(repository, revision),
        }),
        _ => Err(SourceError::Git {
            action: "resolve a revision",
            path: repository::root(repository),
            cause,
        }),
    }
}

fn names_head(revision: &str) -> bool {
    let base = revision.split(['~', '^', ':', '@']).next();
    matches!(base, Some("HEAD" | ""))
}

fn is_unborn(repository: &Repository) -> bool {
    repository
        .head()
        .is_err_and(|error| error.code() == ErrorCode::UnbornBranch)
}

fn help_for_unknown(repository: &Repository, revision: &str) -> String {
    let base = revision.split(['~', '^', ':']).next().unwrap_or(revision);
    let names = reference_names(repository);
    if let Some(near) = nearest(base, names.iter().map(String::as_str)) {
        if near != base {
            return format!("did you mean {near}?");
        }
        return format!("{near} exists, what follows it in `{revision}` does not");
    }
    if repository.is_shallow() {
        return "the clone is shallow: `git fetch --unshallow` gets the rest of the history"
            .to_owned();
    }
    "list branches and tags with `git branch --all` and `git tag`; a remote branch may need \
     `git fetch` first"
        .to_owned()
}

/// Short names of branches, remote branches and tags.
fn reference_names(repository: &Repository) -> Vec<String> {
    let Ok(references) = repository.references() else {
        return Vec::new();
    };
    let mut names: Vec<String> = references
        .flatten()
        .filter_map(|reference| reference.shorthand().ok().map(str::to_owned))
        .collect();
    names.push("HEAD".to_owned());
    names.sort();
    names
}
