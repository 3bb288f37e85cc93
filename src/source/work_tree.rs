//! Files on disk: the work tree of a repository, or plain directories.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, FileType, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use git2::Repository;
use ignore::{DirEntry, WalkBuilder};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::selection::{Filter, Root, absolute, beneath, is_manifest_name, join, roots, slashes};
use super::suggestion::nearest;
use super::{Origin, Reading, Request, Source, SourceError};
use super::{content, repository, revision, snapshot};

struct Chosen {
    name: String,
    file: PathBuf,
    origin: Origin,
}

/// Collects what is to be read.
struct Search {
    /// The work tree's root with its links resolved.
    tree: Option<PathBuf>,
    filter: Filter,
    chosen: BTreeMap<String, Chosen>,
    /// The chosen files, for links that point at them.
    files: HashSet<PathBuf>,
    reading: Reading,
}

/// Reads files as they are on disk.
pub(super) fn read(request: &Request) -> Result<Reading, SourceError> {
    let directory = repository::canonical(&request.directory)?;
    let mut reading = Reading::default();
    let opened = open(&directory, request, &mut reading);
    if let Some(bare) = opened.as_ref().filter(|opened| opened.is_bare())
        && request.paths.is_empty()
    {
        let root = repository::root(bare);
        return Err(SourceError::BareRepository { root });
    }
    reading.repository = opened
        .as_ref()
        .map(|opened| repository::info(opened, revision::head_commit(opened)));
    let tree = match &opened {
        Some(opened) => opened.workdir().and_then(|tree| tree.canonicalize().ok()),
        None => repository::enclosing_work_tree(&directory),
    };
    let mut search = Search {
        tree,
        filter: Filter::new(request)?,
        chosen: BTreeMap::new(),
        files: HashSet::new(),
        reading,
    };
    for root in roots(request) {
        search.choose(&directory, &root, opened.as_ref())?;
    }
    Ok(load(search))
}

/// The repository of the directory or, when that is in none, of the first path. Files can be read without: a repository
/// that cannot be opened is a warning.
fn open(directory: &Path, request: &Request, reading: &mut Reading) -> Option<Repository> {
    let mut start = directory.to_owned();
    if repository::enclosing_work_tree(directory).is_none()
        && let Some(first) = request.paths.first()
    {
        let path = absolute(directory, first);
        let parent = path.parent().unwrap_or(directory).to_owned();
        start = if path.is_dir() { path } else { parent };
    }
    match repository::open(&start) {
        Ok(opened) => Some(opened),
        Err(SourceError::NotARepository { .. } | SourceError::Unreadable { .. }) => None,
        Err(problem) => {
            reading.warnings.push(problem);
            None
        }
    }
}

impl Search {
    /// Adds the files that one root means.
    fn choose(
        &mut self,
        directory: &Path,
        root: &Root,
        repository: Option<&Repository>,
    ) -> Result<(), SourceError> {
        let path = absolute(directory, &root.asked);
        let metadata = path
            .symlink_metadata()
            .map_err(|cause| unreadable(root, &path, cause))?;
        let boundary = self.tree.clone().filter(|tree| path.starts_with(tree));
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(cause) if metadata.is_symlink() => {
                let failure = broken_link(&root.name, &path, cause);
                self.reading.failures.push(failure);
                return Ok(());
            }
            Err(cause) => return Err(unreadable(root, &path, cause)),
        };
        if boundary.as_ref().is_some_and(|tree| leaves(tree, &target)) {
            self.reading.failures.push(SourceError::OutsideTree {
                path: root.name.clone(),
                target: slashes(&target),
            });
            return Ok(());
        }
        let metadata = target
            .metadata()
            .map_err(|cause| unreadable(root, &path, cause))?;
        if metadata.is_dir() {
            self.walk(root, &target, boundary.as_deref());
            if boundary.is_some()
                && let Some(repository) = repository
            {
                self.add_tracked(root, &target, repository);
            }
            return Ok(());
        }
        self.add(root.name.clone(), target, &metadata);
        Ok(())
    }

    /// Adds a file unless a glob forbids it.
    fn add(&mut self, name: String, file: PathBuf, metadata: &Metadata) {
        if !metadata.is_file() {
            let kind = kind_of(metadata.file_type());
            let failure = SourceError::NotAFile { path: name, kind };
            self.reading.failures.push(failure);
            return;
        }
        let (path, origin) = self.place(&name, &file);
        if self.filter.admits(&path) {
            self.files.insert(file.clone());
            let chosen = Chosen { name, file, origin };
            self.chosen.entry(path).or_insert(chosen);
        }
    }

    /// The repository path of a file; its name outside of the repository.
    fn place(&self, name: &str, file: &Path) -> (String, Origin) {
        let tree = self.tree.as_deref();
        match tree.and_then(|tree| beneath(tree, file)) {
            Some(path) => (path, Origin::WorkTree),
            None => (name.to_owned(), Origin::File),
        }
    }

    /// Adds the manifests beneath a directory that git does not ignore.
    fn walk(&mut self, root: &Root, directory: &Path, boundary: Option<&Path>) {
        let mut links = Vec::new();
        let walk = WalkBuilder::new(directory)
            .hidden(false)
            .ignore(false)
            .follow_links(false)
            .filter_entry(is_of_this_repository)
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.reading.failures.push(unwalkable(directory, error));
                    continue;
                }
            };
            let name = root.name_of(&beneath(directory, entry.path()).unwrap_or_default());
            match entry.file_type() {
                Some(kind) if kind.is_symlink() => links.push((name, entry.into_path())),
                Some(kind) if !kind.is_dir() && is_manifest_name(&name) => {
                    self.add_found(name, entry);
                }
                _ => {}
            }
        }
        links.sort();
        for (name, link) in links {
            self.follow(name, &link, directory, boundary.unwrap_or(directory));
        }
    }

    fn add_found(&mut self, name: String, entry: DirEntry) {
        match entry.metadata() {
            Ok(metadata) => self.add(name, entry.into_path(), &metadata),
            Err(error) => {
                let failure = unwalkable(entry.path(), error);
                self.reading.failures.push(failure);
            }
        }
    }

    /// A link to a file is read when nothing else brings that file; its path is the file's.
    fn follow(&mut self, path: String, link: &Path, directory: &Path, boundary: &Path) {
        let is_manifest = is_manifest_name(&path);
        if !self.filter.admits(&self.place(&path, link).0) {
            return;
        }
        let found = link
            .canonicalize()
            .and_then(|target| Ok((target.metadata()?, target)));
        let (metadata, target) = match found {
            Ok(found) => found,
            Err(cause) if is_manifest => {
                let failure = broken_link(&path, link, cause);
                return self.reading.failures.push(failure);
            }
            Err(_) => return,
        };
        let shown = slashes(target.strip_prefix(boundary).unwrap_or(&target));
        if metadata.is_dir() {
            if !target.starts_with(directory) {
                let target = shown;
                let left_out = SourceError::SymlinkLeftOut { path, target };
                self.reading.warnings.push(left_out);
            }
            return;
        }
        if !is_manifest {
            return;
        }
        if leaves(boundary, &target) {
            let target = shown;
            let failure = SourceError::OutsideTree { path, target };
            return self.reading.failures.push(failure);
        }
        if self.files.contains(&target) {
            let target = shown;
            let left_out = SourceError::SymlinkLeftOut { path, target };
            return self.reading.warnings.push(left_out);
        }
        self.add(path, target, &metadata);
    }

    /// Adds files that git tracks although a .gitignore names them: git ignores only what it does not track.
    fn add_tracked(&mut self, root: &Root, directory: &Path, repository: &Repository) {
        let Some(tree) = self.tree.clone() else {
            return;
        };
        let tracked = match snapshot::staged_files(repository, &beneath_or_empty(&tree, directory))
        {
            Ok(tracked) => tracked,
            Err(problem) => return self.reading.warnings.push(problem),
        };
        for path in tracked {
            if !is_manifest_name(&path) || self.chosen.contains_key(&path) {
                continue;
            }
            let file = tree.join(&path);
            // A directory on the way may have become a link since.
            let is_itself = file.canonicalize().is_ok_and(|target| target == file);
            let Ok(metadata) = file.symlink_metadata() else {
                continue;
            };
            if is_itself && metadata.is_file() {
                let name = root.name_of(&beneath_or_empty(directory, &file));
                self.add(name, file, &metadata);
            }
        }
    }
}

fn beneath_or_empty(root: &Path, path: &Path) -> String {
    beneath(root, path).unwrap_or_default()
}

/// Whether the walk goes on here: not into git's own directory, nor into a repository within (a submodule).
fn is_of_this_repository(entry: &DirEntry) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if entry.file_name() == ".git" {
        return false;
    }
    let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
    !is_directory || entry.path().join(".git").symlink_metadata().is_err()
}

/// Whether a file lies outside of a tree, or in git's own directory.
fn leaves(tree: &Path, target: &Path) -> bool {
    target.strip_prefix(tree).map_or(true, |rest| {
        rest.components().any(|part| part.as_os_str() == ".git")
    })
}

fn broken_link(name: &str, link: &Path, cause: std::io::Error) -> SourceError {
    match link.read_link() {
        Ok(target) if cause.kind() != std::io::ErrorKind::PermissionDenied => {
            SourceError::DanglingSymlink {
                path: name.to_owned(),
                target: slashes(&target),
            }
        }
        _ => SourceError::Unreadable {
            path: PathBuf::from(name),
            cause,
        },
    }
}

fn unwalkable(directory: &Path, error: ignore::Error) -> SourceError {
    let path = match &error {
        ignore::Error::WithPath { path, .. } => path.clone(),
        _ => directory.to_owned(),
    };
    let message = error.to_string();
    let cause = error
        .into_io_error()
        .unwrap_or_else(|| std::io::Error::other(message));
    SourceError::Unreadable { path, cause }
}

fn unreadable(root: &Root, path: &Path, cause: std::io::Error) -> SourceError {
    let is_missing = matches!(
        cause.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    );
    if !is_missing {
        let path = root.asked.clone();
        return SourceError::Unreadable { path, cause };
    }
    SourceError::NoSuchPath {
        path: root.asked.clone(),
        place: "on disk".to_owned(),
        help: help_for_missing(root, path),
    }
}

fn help_for_missing(root: &Root, path: &Path) -> String {
    let siblings = path.parent().and_then(|parent| parent.read_dir().ok());
    let mut names: Vec<String> = siblings
        .into_iter()
        .flatten()
        .flatten()
        .map(|sibling| sibling.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match nearest(&name, names.iter().map(String::as_str)) {
        Some(near) => {
            let shown = root.name.rsplit_once('/').map_or("", |(shown, _)| shown);
            format!("did you mean {}?", join(shown, near))
        }
        None => "paths are relative to the current directory".to_owned(),
    }
}

#[cfg(unix)]
fn kind_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_socket() => "a socket",
        _ if kind.is_block_device() || kind.is_char_device() => "a device",
        _ => "something else",
    }
}

#[cfg(not(unix))]
fn kind_of(_: FileType) -> &'static str {
    "something else"
}

/// Reads the chosen files, many at a time, in the order of their paths.
fn load(search: Search) -> Reading {
    let mut reading = search.reading;
    let chosen: Vec<(String, Chosen)> = search.chosen.into_iter().collect();
    let sources: Vec<Result<Source, SourceError>> = chosen
        .into_par_iter()
        .map(|(path, chosen)| {
            let text = load_file(&chosen)?;
            Ok(Source::new(chosen.name, path, chosen.origin, text))
        })
        .collect();
    for source in sources {
        match source {
            Ok(source) => {
                reading.sources.add(source);
            }
            Err(failure) => reading.failures.push(failure),
        }
    }
    reading
}

fn load_file(chosen: &Chosen) -> Result<String, SourceError> {
    let unreadable = |cause| SourceError::Unreadable {
        path: PathBuf::from(&chosen.name),
        cause,
    };
    let file = File::open(&chosen.file).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    content::check_size(&chosen.name, size)?;
    content::decode(&chosen.name, read_at_most(file, &chosen.name)?)
}

/// Reads a stream up to the limit, whatever its size was said to be.
pub(super) fn read_at_most(stream: impl Read, name: &str) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    stream
        .take(content::LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| SourceError::Unreadable {
            path: PathBuf::from(name),
            cause,
        })?;
    content::check_size(name, bytes.len() as u64)?;
    Ok(bytes)
}
