//! What differs from HEAD.

use std::path::{Path, PathBuf};

use git2::{Status, StatusOptions};

use super::selection::is_manifest_name;
use super::{SourceError, repository, snapshot};

/// The files beneath these paths (all files for none) whose work tree or index differs from HEAD, sorted by path.
///
/// Files that git does not track count when they look like manifests: somebody forgot to add them.
pub fn is_dirty(directory: &Path, paths: &[PathBuf]) -> Result<Vec<String>, SourceError> {
    let directory = repository::canonical(directory)?;
    let repository = repository::open(&directory)?;
    if repository.is_bare() {
        return Ok(Vec::new());
    }
    let mut options = StatusOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .exclude_submodules(true)
        .disable_pathspec_match(true);
    for path in paths {
        let path = snapshot::repository_path(&repository, &directory, path)?;
        if path.is_empty() {
            options.pathspec("*").disable_pathspec_match(false);
            break;
        }
        options.pathspec(path);
    }
    let statuses = repository
        .statuses(Some(&mut options))
        .map_err(|cause| SourceError::Git {
            action: "compare the work tree to HEAD",
            path: repository::root(&repository),
            cause,
        })?;
    let mut dirty: Vec<String> = statuses
        .iter()
        .map(|entry| {
            let path = String::from_utf8_lossy(entry.path_bytes()).into_owned();
            (entry.status(), path)
        })
        .filter(|(status, path)| *status != Status::WT_NEW || is_manifest_name(path))
        .map(|(_, path)| path)
        .collect();
    dirty.sort();
    Ok(dirty)
}
