//! Files in the object database: the tree of a revision, or the index.

use std::path::Path;

use git2::{Index, IndexEntryExtendedFlag, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::selection::{absolute, beneath, join};
use super::{Origin, Place, SourceError};
use super::{repository, revision};

/// The most links that are followed to one file, as in Linux.
const MOST_LINKS: usize = 40;
/// The longest target of a link.
const LONGEST_TARGET: usize = 4096;

/// The files of one moment.
enum Files<'r> {
    Tree(Tree<'r>),
    Index(Index),
}

/// One thing in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    File(Oid),
    Link(Oid),
    Directory,
    Submodule,
    Unmerged,
}

/// The files of one moment, and where they are.
pub(super) struct Snapshot<'r> {
    pub(super) repository: &'r Repository,
    files: Files<'r>,
    /// Where people say that something is.
    pub(super) place: String,
    pub(super) origin: Origin,
}

/// What a path leads to when links are followed.
pub(super) enum Resolved {
    /// This thing, under its own path.
    Node(String, Node),
    /// A link that leaves the tree, and what it says.
    Outside(String),
    /// A link to nothing or in a circle, and what it says.
    Dangling(String),
    /// Nothing.
    Missing,
}

/// Finds the snapshot of a place, and the commit that it belongs to.
pub(super) fn take<'r>(
    repository: &'r Repository,
    place: &Place,
) -> Result<(Snapshot<'r>, Option<String>), SourceError> {
    if let Place::Revision(name) = place {
        let (commit, tree) = revision::find_tree(repository, name)?;
        let id = commit.clone().unwrap_or_else(|| tree.id().to_string());
        let snapshot = Snapshot {
            repository,
            files: Files::Tree(tree),
            place: format!("in the revision {name}"),
            origin: Origin::Revision(id),
        };
        return Ok((snapshot, commit));
    }
    let snapshot = Snapshot {
        repository,
        files: Files::Index(open_index(repository)?),
        place: "in the index".to_owned(),
        origin: Origin::Index,
    };
    Ok((snapshot, revision::head_commit(repository)))
}

/// The index of a repository; the one that git told its hook about.
pub(super) fn open_index(repository: &Repository) -> Result<Index, SourceError> {
    let root = repository::root(repository);
    if repository.is_bare() {
        return Err(SourceError::BareRepository { root });
    }
    repository
        .index()
        .map_err(|cause| SourceError::UnsupportedIndex { root, cause })
}

/// The paths of the files that git tracks beneath a directory.
pub(super) fn staged_files(
    repository: &Repository,
    directory: &str,
) -> Result<Vec<String>, SourceError> {
    let entries = index_entries(&open_index(repository)?, directory);
    let files = entries
        .into_iter()
        .filter(|(_, node)| matches!(node, Node::File(_)));
    Ok(files.map(|(path, _)| path).collect())
}

/// Where in the repository a path is that was asked for relative to a directory.
pub(crate) fn repository_path(
    repository: &Repository,
    directory: &Path,
    asked: &Path,
) -> Result<String, SourceError> {
    // Outside the work tree (a bare repository, a hook in the git directory) paths start at the root.
    let root = match repository.workdir() {
        Some(root) if !directory.starts_with(repository.path()) => root,
        _ => directory,
    };
    beneath(root, &absolute(directory, asked)).ok_or_else(|| SourceError::OutsideRepository {
        path: asked.to_owned(),
        root: root.components().collect(),
    })
}

impl Snapshot<'_> {
    pub(super) fn failure(&self, action: &'static str, cause: git2::Error) -> SourceError {
        SourceError::Git {
            action,
            path: repository::root(self.repository),
            cause,
        }
    }

    /// The thing of exactly this path.
    fn lookup(&self, path: &str) -> Option<Node> {
        if path.is_empty() {
            return Some(Node::Directory);
        }
        // git2 panics on it, and a link in a tree may say anything.
        if path.contains('\0') {
            return None;
        }
        match &self.files {
            Files::Tree(tree) => node_of(&tree.get_path(Path::new(path)).ok()?),
            Files::Index(index) => lookup_in_index(index, path),
        }
    }

    /// Everything but directories beneath a directory, sorted by path.
    pub(super) fn beneath(&self, directory: &str) -> Result<Vec<(String, Node)>, SourceError> {
        match &self.files {
            Files::Tree(tree) => walk(self.repository, tree, directory)
                .map_err(|cause| self.failure("walk a tree", cause)),
            Files::Index(index) => Ok(index_entries(index, directory)),
        }
    }

    /// Follows the links in a path, in every component.
    pub(super) fn resolve(&self, path: &str) -> Result<Resolved, SourceError> {
        let mut pending: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut done: Vec<String> = Vec::new();
        let mut last_target: Option<String> = None;
        let mut links = 0;
        let mut found = Node::Directory;
        let nothing = |target: Option<String>| target.map_or(Resolved::Missing, Resolved::Dangling);
        while let Some(component) = pending.pop() {
            match component.as_str() {
                "" | "." => continue,
                ".." if done.pop().is_none() => {
                    return Ok(Resolved::Outside(last_target.unwrap_or_default()));
                }
                ".." => {
                    found = Node::Directory;
                    continue;
                }
                _ if found != Node::Directory => return Ok(nothing(last_target)),
                _ => done.push(component),
            }
            let Some(node) = self.lookup(&done.join("/")) else {
                return Ok(nothing(last_target));
            };
            found = node;
            if let Node::Link(id) = node {
                let target = self.link_target(id)?;
                links += 1;
                if target.starts_with('/') {
                    return Ok(Resolved::Outside(target));
                }
                if links > MOST_LINKS || target.len() > LONGEST_TARGET {
                    return Ok(Resolved::Dangling(target));
                }
                done.pop();
                found = Node::Directory;
                pending.extend(target.rsplit('/').map(str::to_owned));
                last_target.get_or_insert(target);
            }
        }
        Ok(Resolved::Node(done.join("/"), found))
    }

    fn link_target(&self, id: Oid) -> Result<String, SourceError> {
        let blob = self
            .repository
            .find_blob(id)
            .map_err(|cause| self.failure("read a symbolic link", cause))?;
        Ok(String::from_utf8_lossy(blob.content()).into_owned())
    }
}

fn node_of(entry: &TreeEntry<'_>) -> Option<Node> {
    match entry.kind()? {
        ObjectType::Tree => Some(Node::Directory),
        ObjectType::Commit => Some(Node::Submodule),
        ObjectType::Blob => Some(blob_node(entry.filemode().cast_unsigned(), entry.id())),
        _ => None,
    }
}

fn blob_node(mode: u32, id: Oid) -> Node {
    match mode {
        0o120_000 => Node::Link(id),
        0o160_000 => Node::Submodule,
        0o040_000 => Node::Directory,
        _ => Node::File(id),
    }
}

fn lookup_in_index(index: &Index, path: &str) -> Option<Node> {
    if let Some(entry) = index.get_path(Path::new(path), 0) {
        return Some(blob_node(entry.mode, entry.id));
    }
    let is_unmerged = (1..=3).any(|stage| index.get_path(Path::new(path), stage).is_some());
    if is_unmerged {
        return Some(Node::Unmerged);
    }
    let directory = format!("{path}/");
    index
        .find_prefix(directory.as_str())
        .is_ok()
        .then_some(Node::Directory)
}

/// What is staged beneath a directory. A file that is only to be added (`git add --intent-to-add`) is not.
fn index_entries(index: &Index, directory: &str) -> Vec<(String, Node)> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    for entry in index.iter() {
        let flags = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
        if flags.contains(IndexEntryExtendedFlag::INTENT_TO_ADD) {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path).into_owned();
        if !is_beneath(directory, &path) {
            continue;
        }
        let stage = (entry.flags >> 12) & 3;
        let node = match stage {
            0 => blob_node(entry.mode, entry.id),
            _ => Node::Unmerged,
        };
        if entries.last().is_none_or(|(last, _)| *last != path) {
            entries.push((path, node));
        }
    }
    entries
}

/// Everything but directories beneath a directory of a tree. Without recursion: a tree may be deeper than the stack.
fn walk(
    repository: &Repository,
    tree: &Tree<'_>,
    directory: &str,
) -> Result<Vec<(String, Node)>, git2::Error> {
    let start = if directory.is_empty() {
        tree.id()
    } else {
        tree.get_path(Path::new(directory))?.id()
    };
    let mut entries = Vec::new();
    let mut pending = vec![(directory.to_owned(), start)];
    while let Some((parent, id)) = pending.pop() {
        let tree = repository.find_tree(id)?;
        for entry in &tree {
            let path = join(&parent, &String::from_utf8_lossy(entry.name_bytes()));
            match node_of(&entry) {
                Some(Node::Directory) => pending.push((path, entry.id())),
                Some(node) => entries.push((path, node)),
                None => {}
            }
        }
    }
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(entries)
}

/// Whether a path is this directory or lies beneath it.
pub(super) fn is_beneath(directory: &str, path: &str) -> bool {
    let after = path.strip_prefix(directory);
    directory.is_empty() || after.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
