//! Whether files may be overwritten without losing anything.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{Index, ObjectType, Oid, Repository, Status, StatusOptions, Tree};

use super::{Revert, is_within};

/// What a tree or an index says of a path.
type Version = Option<(Oid, u32)>;

/// The files with changes that no commit holds: those that the revert would overwrite, and those of its environment.
///
/// A file that the revert changes may already be what it will become, in the index and on disk: that is what a run
/// that was killed leaves behind, and the next run finishes it.
pub(super) fn dirty_files(
    repository: &Repository,
    revert: &Revert,
    head: &Tree<'_>,
    target: &Tree<'_>,
) -> Result<Vec<String>, git2::Error> {
    let Some(root) = repository.workdir() else {
        return Ok(Vec::new());
    };
    let index = repository.index()?;
    let touched: BTreeSet<&str> = revert.files.iter().map(|file| file.path.as_str()).collect();
    let mut dirty: BTreeSet<String> = BTreeSet::new();
    for path in &touched {
        let versions = [version(head, path), version(target, path)];
        let is_staged_otherwise = !versions.contains(&staged(&index, path));
        if is_staged_otherwise || !loses_nothing(repository, root, path, versions, &touched)? {
            dirty.insert((*path).to_owned());
        }
    }
    for path in changed_files(repository)? {
        if !touched.contains(path.as_str()) && is_within(&revert.paths, &path) {
            dirty.insert(path);
        }
    }
    Ok(dirty.into_iter().collect())
}

/// The file (or link or submodule) of this path; a directory is none.
fn version(tree: &Tree<'_>, path: &str) -> Version {
    let entry = tree.get_path(Path::new(path)).ok()?;
    let is_directory = entry.kind() == Some(ObjectType::Tree);
    (!is_directory).then(|| (entry.id(), entry.filemode().cast_unsigned()))
}

fn staged(index: &Index, path: &str) -> Version {
    let entry = index.get_path(Path::new(path), 0)?;
    Some((entry.id, entry.mode))
}

/// Files that git tracks and that differ from HEAD.
fn changed_files(repository: &Repository) -> Result<Vec<String>, git2::Error> {
    let mut options = StatusOptions::new();
    options.include_untracked(false).exclude_submodules(true);
    let statuses = repository.statuses(Some(&mut options))?;
    let paths = statuses
        .iter()
        .map(|entry| String::from_utf8_lossy(entry.path_bytes()).into_owned());
    Ok(paths.collect())
}

/// Whether what is on disk is in one of the two trees, or is the beginning of what will be written.
fn loses_nothing(
    repository: &Repository,
    root: &Path,
    path: &str,
    [head, target]: [Version; 2],
    touched: &BTreeSet<&str>,
) -> Result<bool, git2::Error> {
    let file = root.join(path);
    if !ancestors_are_directories(root, path, touched) {
        return Ok(false);
    }
    let Ok(metadata) = file.symlink_metadata() else {
        return Ok(true);
    };
    if metadata.is_dir() {
        return Ok(is_submodule(head) || holds_only(root, path, touched));
    }
    let content = if metadata.is_symlink() {
        file.read_link()
            .map(|target| target.into_os_string().into_encoded_bytes())
    } else if metadata.is_file() {
        std::fs::read(&file)
    } else {
        return Ok(false);
    };
    let Ok(content) = content else {
        return Ok(false);
    };
    let begins = |version| blob(repository, version).is_ok_and(|blob| blob.starts_with(&content));
    let is_head = blob(repository, head).is_ok_and(|blob| blob == content);
    if is_head || begins(target) {
        return Ok(true);
    }
    // The content on disk may be filtered (line ends): then git knows whether it is what is staged.
    let status = repository.status_file(Path::new(path))?;
    let changed = Status::WT_MODIFIED | Status::WT_NEW | Status::WT_TYPECHANGE | Status::IGNORED;
    Ok(!status.intersects(changed))
}

/// The content of a file; an error for what is none.
fn blob(repository: &Repository, version: Version) -> Result<Vec<u8>, git2::Error> {
    let (id, _) = version.ok_or_else(|| git2::Error::from_str("there is no file"))?;
    Ok(repository.find_blob(id)?.content().to_vec())
}

fn is_submodule(version: Version) -> bool {
    version.is_some_and(|(_, mode)| mode == 0o160_000)
}

/// Whether no file or link stands where a directory has to be, except one that the revert itself removes.
fn ancestors_are_directories(root: &Path, path: &str, touched: &BTreeSet<&str>) -> bool {
    let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
    slashes
        .filter(|ancestor| !touched.contains(ancestor))
        .all(|ancestor| match root.join(ancestor).symlink_metadata() {
            Ok(metadata) => metadata.is_dir(),
            Err(_) => true,
        })
}

/// Whether a directory holds nothing but files that the revert removes.
fn holds_only(root: &Path, directory: &str, touched: &BTreeSet<&str>) -> bool {
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        let Ok(entries) = root.join(&directory).read_dir() else {
            return false;
        };
        for entry in entries {
            let Ok(entry) = entry else {
                return false;
            };
            let path = format!("{directory}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push(path);
            } else if !touched.contains(path.as_str()) {
                return false;
            }
        }
    }
    true
}
