//! Finding and opening a repository, and what is known of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Once;

use git2::{ErrorCode, Repository, RepositoryOpenFlags};

use super::SourceError;

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

/// Opens the repository that holds a directory.
///
/// git tells its hooks by environment variables which repository and which index they are about (`git commit -a` and
/// `git commit FILE` make another index file). They are followed when they are about the repository that is asked for:
/// a hook may also look into a second repository.
pub(crate) fn open(directory: &Path) -> Result<Repository, SourceError> {
    trust_object_names();
    let directory = canonical(directory)?;
    if std::env::var_os("GIT_DIR").is_some() {
        return open_beside_git_dir(&directory);
    }
    let flags = if index_file_is_meant_for(&directory) {
        RepositoryOpenFlags::FROM_ENV
    } else {
        RepositoryOpenFlags::empty()
    };
    open_near(&directory, flags).map_err(|cause| explain(&directory, cause))
}

/// The root that people see: the work tree, or the git directory of a bare repository.
pub(crate) fn root(repository: &Repository) -> PathBuf {
    let root = repository.workdir().unwrap_or_else(|| repository.path());
    // libgit2 ends directories with a slash; components do not.
    root.components().collect()
}

/// What is known of a repository when this commit is read.
pub(super) fn info(repository: &Repository, commit: Option<String>) -> RepositoryInfo {
    RepositoryInfo {
        root: root(repository),
        commit,
        remote: remote(repository),
    }
}

/// The directory with all symbolic links resolved.
pub(super) fn canonical(directory: &Path) -> Result<PathBuf, SourceError> {
    directory
        .canonicalize()
        .map_err(|cause| SourceError::Unreadable {
            path: directory.to_owned(),
            cause,
        })
}

/// Turns off the check of every object against its name: it costs more than reading, and git itself does without.
fn trust_object_names() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| git2::opts::strict_hash_verification(false));
}

fn open_near(directory: &Path, flags: RepositoryOpenFlags) -> Result<Repository, git2::Error> {
    let ceilings = std::env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let ceilings: Vec<PathBuf> = std::env::split_paths(&ceilings)
        .filter(|path| path.is_absolute())
        .collect();
    Repository::open_ext(directory, flags, ceilings)
}

/// `GIT_DIR` is about the current directory. Another directory may lie in another repository.
fn open_beside_git_dir(directory: &Path) -> Result<Repository, SourceError> {
    let from_environment = Repository::open_from_env();
    let is_current = std::env::current_dir()
        .and_then(|current| current.canonicalize())
        .is_ok_and(|current| current == directory);
    if is_current {
        return from_environment.map_err(|cause| explain(directory, cause));
    }
    let near = open_near(directory, RepositoryOpenFlags::empty());
    match (from_environment, near) {
        (Ok(meant), Ok(near)) if meant.path() == near.path() => Ok(meant),
        (Ok(meant), Err(_))
            if meant
                .workdir()
                .is_some_and(|tree| directory.starts_with(tree)) =>
        {
            Ok(meant)
        }
        (_, near) => near.map_err(|cause| explain(directory, cause)),
    }
}

/// Whether `GIT_INDEX_FILE` belongs to this directory's repository: it is about the current directory's one.
fn index_file_is_meant_for(directory: &Path) -> bool {
    if std::env::var_os("GIT_INDEX_FILE").is_none() {
        return true;
    }
    let git_directory = |path: &Path| Repository::discover(path).ok();
    match (git_directory(Path::new(".")), git_directory(directory)) {
        (Some(current), Some(asked)) => current.path() == asked.path(),
        _ => false,
    }
}

/// Why a repository cannot be opened, with the next step.
fn explain(directory: &Path, cause: git2::Error) -> SourceError {
    let path = directory.to_owned();
    match cause.code() {
        ErrorCode::NotFound => return SourceError::NotARepository { directory: path },
        ErrorCode::Owner => {
            return SourceError::ForeignOwner {
                path: safe_directory(directory),
            };
        }
        _ => {}
    }
    // libgit2 says these by text only.
    let message = cause.message();
    if message.contains("unknown object format 'sha256'") {
        return SourceError::Sha256Repository { path };
    }
    match message.strip_prefix("unsupported extension name extensions.") {
        Some("refstorage") => SourceError::Reftable { path },
        Some(name) => SourceError::UnsupportedExtension {
            path,
            extension: format!("extensions.{name}"),
        },
        None => SourceError::Git {
            action: "open",
            path,
            cause,
        },
    }
}

/// The path that `safe.directory` has to name: the work tree, or the git directory of a bare repository.
fn safe_directory(directory: &Path) -> PathBuf {
    let git_directory = || {
        let found = Repository::discover_path(directory, std::iter::empty::<&OsStr>()).ok()?;
        Some(found.components().collect())
    };
    enclosing_work_tree(directory)
        .or_else(git_directory)
        .unwrap_or_else(|| directory.to_owned())
}

/// The nearest directory with a `.git`, without opening a repository.
pub(super) fn enclosing_work_tree(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .find(|ancestor| ancestor.join(".git").symlink_metadata().is_ok())
        .map(Path::to_owned)
}

/// The URL of `origin` as it is configured: not rewritten by `insteadOf`, which differs from machine to machine.
fn remote(repository: &Repository) -> Option<String> {
    let config = repository.config().ok()?;
    let url = config.get_string("remote.origin.url").ok()?;
    Some(without_credentials(&url))
}

/// A URL without user, password and query; `user@host:path`, the form of ssh, has no secret in it.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest
        .find('/')
        .map_or((rest, ""), |slash| rest.split_at(slash));
    let (user, host) = authority
        .rsplit_once('@')
        .map_or(("", authority), |(user, host)| (user, host));
    if scheme.starts_with("http") {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        return format!("{scheme}://{host}{path}");
    }
    match user.split(':').next().unwrap_or_default() {
        "" => format!("{scheme}://{host}{path}"),
        user => format!("{scheme}://{user}@{host}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_never_shows_credentials() {
        let cases = [
            (
                "https://me:secret@host.example/a.git",
                "https://host.example/a.git",
            ),
            (
                "https://secret@host.example/a.git?token=secret",
                "https://host.example/a.git",
            ),
            (
                "https://a@b:secret@host.example/a.git",
                "https://host.example/a.git",
            ),
            (
                "ssh://git:secret@host.example:22/a.git",
                "ssh://git@host.example:22/a.git",
            ),
            ("git@host.example:a/b.git", "git@host.example:a/b.git"),
            ("/srv/git/a.git", "/srv/git/a.git"),
        ];
        for (url, shown) in cases {
            assert_eq!(without_credentials(url), shown);
        }
    }
}
