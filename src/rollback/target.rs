//! The tree after a revert.

use git2::{Commit, Delta, Index, IndexEntry, IndexTime, Repository, Tree};

use super::{RollbackError, is_within, tree_before};
use crate::source;

/// A tree without what some commits (newest first) did, by three-way merges as `git revert` makes them.
pub(super) fn without<'r>(
    repository: &'r Repository,
    head: &Tree<'r>,
    commits: &[Commit<'r>],
) -> Result<Tree<'r>, RollbackError> {
    let failed = |cause| RollbackError::git("revert a commit", repository, cause);
    let mut current = head.clone();
    for commit in commits {
        let undone = commit.tree().map_err(failed)?;
        let before = match tree_before(commit).map_err(failed)? {
            Some(before) => before,
            None => empty(repository).map_err(failed)?,
        };
        let mut merged = repository
            .merge_trees(&undone, &current, &before, None)
            .map_err(failed)?;
        if merged.has_conflicts() {
            return Err(RollbackError::Conflict {
                commit: source::describe(commit).short_id,
                files: conflicts(&merged).map_err(failed)?,
            });
        }
        let id = merged.write_tree_to(repository).map_err(failed)?;
        current = repository.find_tree(id).map_err(failed)?;
    }
    Ok(current)
}

/// The tree of HEAD, with the files within the paths as another tree has them.
pub(super) fn limited<'r>(
    repository: &'r Repository,
    head: &Tree<'r>,
    wanted: Tree<'r>,
    paths: &[String],
) -> Result<Tree<'r>, git2::Error> {
    if paths.is_empty() {
        return Ok(wanted);
    }
    let mut index = Index::new()?;
    index.read_tree(head)?;
    let diff = repository.diff_tree_to_tree(Some(head), Some(&wanted), None)?;
    let mut added = Vec::new();
    for delta in diff.deltas() {
        let file = match delta.status() {
            Delta::Deleted => delta.old_file(),
            _ => delta.new_file(),
        };
        let path = file.path_bytes().unwrap_or_default().to_vec();
        if !is_within(paths, &String::from_utf8_lossy(&path)) {
            continue;
        }
        if delta.status() != Delta::Deleted {
            added.push(entry(path, &file));
        } else if let Some(path) = file.path() {
            index.remove(path, 0)?;
        }
    }
    // After all removals: a file may take the place of a directory.
    for entry in added {
        index.add(&entry)?;
    }
    let id = index.write_tree_to(repository)?;
    repository.find_tree(id)
}

fn entry(path: Vec<u8>, file: &git2::DiffFile<'_>) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: u32::from(file.mode()),
        uid: 0,
        gid: 0,
        file_size: 0,
        id: file.id(),
        flags: 0,
        flags_extended: 0,
        path,
    }
}

fn empty(repository: &Repository) -> Result<Tree<'_>, git2::Error> {
    let id = repository.treebuilder(None)?.write()?;
    repository.find_tree(id)
}

fn conflicts(index: &Index) -> Result<Vec<String>, git2::Error> {
    let mut files = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let sides = [conflict.our, conflict.ancestor, conflict.their];
        if let Some(entry) = sides.into_iter().flatten().next() {
            files.push(String::from_utf8_lossy(&entry.path).into_owned());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
