//! Where git looks for the hooks of a repository.

use std::path::{Path, PathBuf};

use git2::{ConfigLevel, Repository};

use super::{SourceError, repository};

/// The directory that git runs hooks from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksDirectory {
    /// The directory; it may not exist yet.
    pub path: PathBuf,
    /// Whether other repositories use it too: `core.hooksPath` of the user or of the machine.
    pub is_shared: bool,
}

/// The directory that git runs the hooks of this directory's repository from. Linked worktrees share one.
pub fn hooks_directory(directory: &Path) -> Result<HooksDirectory, SourceError> {
    let repository = repository::open(directory)?;
    let root = repository::root(&repository);
    if repository.is_bare() {
        return Err(SourceError::BareRepository { root });
    }
    Ok(
        configured(&repository, &root).unwrap_or_else(|| HooksDirectory {
            path: repository.commondir().join("hooks"),
            is_shared: false,
        }),
    )
}

/// What `core.hooksPath` says; a relative path starts where hooks run, at the work tree's root.
fn configured(repository: &Repository, root: &Path) -> Option<HooksDirectory> {
    let config = repository.config().ok()?;
    let path = config.get_path("core.hooksPath").ok()?;
    if path.as_os_str().is_empty() {
        return None;
    }
    let level = config.get_entry("core.hooksPath").ok()?.level();
    let is_own = matches!(level, ConfigLevel::Local | ConfigLevel::Worktree);
    Some(HooksDirectory {
        path: root.join(path),
        is_shared: !is_own,
    })
}
