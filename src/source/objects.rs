//! Files of the object database: which of a snapshot are read, and their texts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use git2::{Odb, Oid};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::selection::{Filter, Root, is_manifest_name, join, roots};
use super::snapshot::{Node, Resolved, Snapshot, is_beneath, repository_path, take};
use super::suggestion::nearest;
use super::{Reading, Request, Source, SourceError};
use super::{content, repository};

struct Chosen {
    name: String,
    id: Oid,
}

/// Reads a revision or the index.
pub(super) fn read(request: &Request) -> Result<Reading, SourceError> {
    let directory = repository::canonical(&request.directory)?;
    let repository = repository::open(&directory)?;
    let (snapshot, commit) = take(&repository, &request.place)?;
    let filter = Filter::new(request)?;
    let mut reading = Reading {
        repository: Some(repository::info(&repository, commit)),
        ..Reading::default()
    };
    let mut chosen = BTreeMap::new();
    for root in roots(request) {
        let path = repository_path(&repository, &directory, &root.asked)?;
        choose(&snapshot, &root, &path, &filter, &mut chosen, &mut reading)?;
    }
    load(&snapshot, &chosen, &mut reading)?;
    Ok(reading)
}

/// Adds the files that one root means.
fn choose(
    snapshot: &Snapshot<'_>,
    root: &Root,
    path: &str,
    filter: &Filter,
    chosen: &mut BTreeMap<String, Chosen>,
    reading: &mut Reading,
) -> Result<(), SourceError> {
    let is_named = !root.asked.as_os_str().is_empty();
    let (path, node) = match snapshot.resolve(path)? {
        Resolved::Node(path, node) => (path, node),
        Resolved::Missing if !is_named => return Ok(()),
        Resolved::Missing => return Err(no_such_path(snapshot, root, path)),
        Resolved::Outside(target) => {
            let path = root.name.clone();
            reading
                .failures
                .push(SourceError::OutsideTree { path, target });
            return Ok(());
        }
        Resolved::Dangling(target) => {
            let path = root.name.clone();
            reading
                .failures
                .push(SourceError::DanglingSymlink { path, target });
            return Ok(());
        }
    };
    match node {
        Node::File(id) if filter.admits(&path) => {
            let name = root.name_of("");
            chosen.entry(path).or_insert(Chosen { name, id });
        }
        Node::Directory => choose_beneath(snapshot, root, &path, filter, chosen, reading)?,
        Node::Unmerged => reading.failures.push(SourceError::Unmerged { path }),
        Node::File(_) | Node::Link(_) | Node::Submodule => {}
    }
    Ok(())
}

fn choose_beneath(
    snapshot: &Snapshot<'_>,
    root: &Root,
    directory: &str,
    filter: &Filter,
    chosen: &mut BTreeMap<String, Chosen>,
    reading: &mut Reading,
) -> Result<(), SourceError> {
    let mut links = Vec::new();
    for (path, node) in snapshot.beneath(directory)? {
        if !filter.admits(&path) {
            continue;
        }
        match node {
            Node::File(id) if is_manifest_name(&path) => {
                let name = root.name_of(rest(directory, &path));
                chosen.entry(path).or_insert(Chosen { name, id });
            }
            Node::Unmerged if is_manifest_name(&path) => {
                reading.failures.push(SourceError::Unmerged { path });
            }
            Node::Link(_) => links.push(path),
            _ => {}
        }
    }
    for path in links {
        let name = root.name_of(rest(directory, &path));
        follow(snapshot, directory, &path, name, chosen, reading)?;
    }
    Ok(())
}

/// A link to a file is read when nothing else brings that file; its path is the file's.
fn follow(
    snapshot: &Snapshot<'_>,
    directory: &str,
    link: &str,
    name: String,
    chosen: &mut BTreeMap<String, Chosen>,
    reading: &mut Reading,
) -> Result<(), SourceError> {
    let is_manifest = is_manifest_name(link);
    let path = name.clone();
    match snapshot.resolve(link)? {
        Resolved::Node(target, Node::File(id)) if is_manifest => match chosen.entry(target) {
            Entry::Occupied(entry) => {
                let target = entry.key().clone();
                let left_out = SourceError::SymlinkLeftOut { path, target };
                reading.warnings.push(left_out);
            }
            Entry::Vacant(entry) => {
                entry.insert(Chosen { name, id });
            }
        },
        Resolved::Node(target, Node::Directory) if !is_beneath(directory, &target) => {
            let left_out = SourceError::SymlinkLeftOut { path, target };
            reading.warnings.push(left_out);
        }
        Resolved::Outside(target) if is_manifest => {
            reading
                .failures
                .push(SourceError::OutsideTree { path, target });
        }
        Resolved::Outside(target) => {
            let left_out = SourceError::SymlinkLeftOut { path, target };
            reading.warnings.push(left_out);
        }
        Resolved::Dangling(target) if is_manifest => {
            let dangling = SourceError::DanglingSymlink { path, target };
            reading.failures.push(dangling);
        }
        _ => {}
    }
    Ok(())
}

/// Reads the chosen blobs, many at a time, in the order of their paths.
fn load(
    snapshot: &Snapshot<'_>,
    chosen: &BTreeMap<String, Chosen>,
    reading: &mut Reading,
) -> Result<(), SourceError> {
    let objects = snapshot
        .repository
        .odb()
        .map_err(|cause| snapshot.failure("open the objects", cause))?;
    // Alone it may go to other threads, the repository may not.
    let origin = &snapshot.origin;
    let chosen: Vec<(&String, &Chosen)> = chosen.iter().collect();
    let sources: Vec<Result<Source, SourceError>> = chosen
        .par_iter()
        .map(|(path, chosen)| {
            let text = load_blob(&objects, chosen)?;
            let name = chosen.name.clone();
            Ok(Source::new(name, (*path).clone(), origin.clone(), text))
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
    Ok(())
}

fn load_blob(objects: &Odb<'_>, chosen: &Chosen) -> Result<String, SourceError> {
    let missing = |_| SourceError::MissingObject {
        path: chosen.name.clone(),
        id: chosen.id.to_string(),
    };
    let (size, _) = objects.read_header(chosen.id).map_err(missing)?;
    content::check_size(&chosen.name, size as u64)?;
    let object = objects.read(chosen.id).map_err(missing)?;
    content::decode(&chosen.name, object.data().to_vec())
}

fn no_such_path(snapshot: &Snapshot<'_>, root: &Root, path: &str) -> SourceError {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let siblings = snapshot.beneath(parent).unwrap_or_default();
    let names = siblings
        .iter()
        .filter_map(|(sibling, _)| rest(parent, sibling).split('/').next());
    let help = match nearest(name, names) {
        Some(near) => {
            let shown = root.name.rsplit_once('/').map_or("", |(shown, _)| shown);
            format!("did you mean {}?", join(shown, near))
        }
        None => "paths are relative to the current directory".to_owned(),
    };
    SourceError::NoSuchPath {
        path: root.asked.clone(),
        place: snapshot.place.clone(),
        help,
    }
}

/// What follows a directory in a path.
fn rest<'p>(directory: &str, path: &'p str) -> &'p str {
    let after = path.strip_prefix(directory).unwrap_or(path);
    after.strip_prefix('/').unwrap_or(after)
}
