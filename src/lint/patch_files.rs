//! Files that kustomizations merge into objects.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::kustomization::{directory, is_kustomization, join};
use crate::source::{SourceId, Sources};
use crate::yaml::{NodeRef, Tree};

/// The sources that a kustomization of the run names as patches.
pub(super) fn patch_files(sources: &Sources, documents: &[Arc<Tree>]) -> BTreeSet<SourceId> {
    let mut files: BTreeMap<&str, SourceId> = BTreeMap::new();
    for (id, source) in sources.iter() {
        files.insert(&source.path, id);
    }
    let mut patches = BTreeSet::new();
    for tree in documents {
        let root = tree.root();
        let path = &sources.get(tree.source).path;
        if !is_kustomization(path, root) {
            continue;
        }
        let named = named(root).filter_map(|name| join(directory(path), &name));
        patches.extend(named.filter_map(|path| files.get(&*path).copied()));
    }
    patches
}

/// Whether a kustomization of the run writes the selectors of its workloads.
pub(super) fn writes_selectors(sources: &Sources, documents: &[Arc<Tree>]) -> bool {
    documents.iter().any(|tree| {
        let root = tree.root();
        let includes = |labels: NodeRef<'_>| labels.get("includeSelectors")?.as_bool();
        let mut labels = root.get("labels").into_iter().flat_map(NodeRef::items);
        is_kustomization(&sources.get(tree.source).path, root)
            && (root.get("commonLabels").is_some()
                || labels.any(|labels| includes(labels) == Some(true)))
    })
}

fn named(root: NodeRef<'_>) -> impl Iterator<Item = Cow<'_, str>> {
    let items = |field| root.get(field).into_iter().flat_map(NodeRef::items);
    let with_path = items("patches").chain(items("patchesJson6902"));
    let with_path = with_path.filter_map(|patch| patch.get("path"));
    let paths = with_path.chain(items("patchesStrategicMerge"));
    paths.filter_map(NodeRef::as_str)
}
