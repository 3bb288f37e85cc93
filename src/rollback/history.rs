//! Which commits are undone.

use git2::{Commit, Oid, Repository, Sort};

use super::{RollbackError, is_within, tree_before};
use crate::source;

/// The commits after a good one that touch the paths, newest first.
///
/// Along first parents: a merge is one commit that is undone as a whole, as by `git revert --mainline 1`.
pub(super) fn since<'r>(
    repository: &'r Repository,
    head: &Commit<'r>,
    good: &Commit<'r>,
    paths: &[String],
) -> Result<Vec<Commit<'r>>, RollbackError> {
    let failed = |cause| RollbackError::git("walk the history", repository, cause);
    let is_ancestor = head.id() == good.id()
        || repository
            .graph_descendant_of(head.id(), good.id())
            .map_err(failed)?;
    if !is_ancestor {
        return Err(RollbackError::NotAnAncestor {
            good: source::describe(good).short_id,
        });
    }
    let mut walk = repository.revwalk().map_err(failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
    walk.simplify_first_parent().map_err(failed)?;
    walk.push(head.id()).map_err(failed)?;
    walk.hide(good.id()).map_err(failed)?;
    let mut commits = Vec::new();
    for id in walk {
        let id = id.map_err(failed)?;
        let commit = repository.find_commit(id).map_err(failed)?;
        if touches(repository, &commit, paths).map_err(failed)? {
            commits.push(commit);
        }
    }
    Ok(commits)
}

/// The named commits, newest first; each must be in the history of HEAD.
pub(super) fn named<'r>(
    repository: &'r Repository,
    head: &Commit<'r>,
    revisions: &[String],
) -> Result<Vec<Commit<'r>>, RollbackError> {
    let failed = |cause| RollbackError::git("walk the history", repository, cause);
    let mut wanted: Vec<Oid> = Vec::new();
    for revision in revisions {
        let id = source::find_commit(repository, revision)?.id();
        if !wanted.contains(&id) {
            wanted.push(id);
        }
    }
    let mut walk = repository.revwalk().map_err(failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
    walk.push(head.id()).map_err(failed)?;
    let mut commits = Vec::new();
    for id in walk {
        if wanted.is_empty() {
            break;
        }
        let id = id.map_err(failed)?;
        if let Some(at) = wanted.iter().position(|wanted| *wanted == id) {
            wanted.remove(at);
            commits.push(repository.find_commit(id).map_err(failed)?);
        }
    }
    match wanted.first() {
        Some(missing) => Err(RollbackError::NotAnAncestor {
            good: missing.to_string(),
        }),
        None => Ok(commits),
    }
}

/// Whether a commit changes a file within the paths.
fn touches(
    repository: &Repository,
    commit: &Commit<'_>,
    paths: &[String],
) -> Result<bool, git2::Error> {
    let touched = touched(repository, commit)?;
    Ok(touched.iter().any(|path| is_within(paths, path)))
}

/// Whether a commit changes a file outside of the paths.
pub(super) fn touches_more(
    repository: &Repository,
    commit: &Commit<'_>,
    paths: &[String],
) -> Result<bool, git2::Error> {
    let touched = touched(repository, commit)?;
    Ok(touched.iter().any(|path| !is_within(paths, path)))
}

fn touched(repository: &Repository, commit: &Commit<'_>) -> Result<Vec<String>, git2::Error> {
    let before = tree_before(commit)?;
    let diff = repository.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), None)?;
    let paths = diff.deltas().filter_map(|delta| {
        let path = delta.new_file().path_bytes()?;
        Some(String::from_utf8_lossy(path).into_owned())
    });
    Ok(paths.collect())
}
