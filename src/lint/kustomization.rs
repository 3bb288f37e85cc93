//! Kustomizations: which files belong together, and what is made outside of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::config_reference::Holder;
use crate::source::Sources;
use crate::yaml::{NodeRef, Tree};

/// The kustomizations of a run.
#[derive(Debug, Default)]
pub(super) struct Kustomizations<'a> {
    all: Vec<Kustomization<'a>>,
    /// Which kustomizations name a file.
    by_file: BTreeMap<String, Vec<usize>>,
    /// Which kustomizations name another one.
    parents: BTreeMap<usize, Vec<usize>>,
    /// Files that hold patches: parts of objects, and none themselves.
    patch_files: BTreeSet<String>,
}

#[derive(Debug)]
struct Kustomization<'a> {
    node: NodeRef<'a>,
    directory: String,
    /// The kustomizations that it builds on.
    children: Vec<usize>,
    /// Whether it takes in what this run cannot see: remote or unread files, charts, generator plugins.
    is_open: bool,
}

/// A ConfigMap or a Secret that a kustomization generates.
#[derive(Debug)]
pub(super) struct Generated<'a> {
    /// What it makes.
    pub(super) holder: Holder,
    /// The entry of the generator.
    pub(super) node: NodeRef<'a>,
}

/// Fields that name files and directories.
const PATH_FIELDS: [&str; 4] = ["resources", "bases", "components", "crds"];
/// Fields that change objects in ways that only a build shows.
const CHANGE_FIELDS: [&str; 6] = [
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "replacements",
    "replicas",
    "components",
];
/// Fields that bring objects from somewhere else.
const OPEN_FIELDS: [&str; 4] = [
    "helmCharts",
    "helmChartInflationGenerator",
    "generators",
    "transformers",
];

impl<'a> Kustomizations<'a> {
    /// Finds the kustomizations among all documents of a run.
    pub(super) fn new(sources: &'a Sources, documents: &'a [Arc<Tree>]) -> Self {
        let mut all: Vec<Kustomization<'a>> = documents
            .iter()
            .filter_map(|tree| kustomization(sources, tree))
            .collect();
        let directories: BTreeMap<String, usize> = (0..)
            .zip(&all)
            .map(|(at, found)| (found.directory.clone(), at))
            .collect();
        let files: BTreeSet<&str> = sources
            .iter()
            .map(|(_, source)| source.path.as_str())
            .collect();
        let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut parents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, kustomization) in all.iter_mut().enumerate() {
            for entry in paths(kustomization.node) {
                let path = join(&kustomization.directory, &entry);
                if let Some(child) = path.as_ref().and_then(|path| directories.get(path)) {
                    kustomization.children.push(*child);
                    parents.entry(*child).or_default().push(at);
                } else if let Some(path) = path.filter(|path| files.contains(path.as_str())) {
                    by_file.entry(path).or_default().push(at);
                } else {
                    kustomization.is_open = true;
                }
            }
        }
        let patch_files = all.iter().flat_map(|kustomization| {
            let paths = patch_paths(kustomization.node).into_iter();
            paths.filter_map(|path| join(&kustomization.directory, &path))
        });
        Self {
            patch_files: patch_files.collect(),
            all,
            by_file,
            parents,
        }
    }

    /// Whether a file holds patches.
    pub(super) fn is_patch(&self, file: &str) -> bool {
        self.patch_files.contains(file)
    }

    /// Whether one of them writes the selectors of its workloads.
    pub(super) fn write_selectors(&self) -> bool {
        self.all.iter().any(|kustomization| {
            let node = kustomization.node;
            let includes = |labels: NodeRef<'_>| labels.get("includeSelectors")?.as_bool();
            let mut labels = node.get("labels").into_iter().flat_map(NodeRef::items);
            node.get("commonLabels").is_some()
                || labels.any(|labels| includes(labels) == Some(true))
        })
    }

    /// Whether two files surely go to one cluster in one step: they are one file, a kustomization takes
    /// in both, or they share a directory that no kustomization speaks of.
    pub(super) fn are_together(&self, left: &str, right: &str) -> bool {
        let (of_left, of_right) = (self.upwards(left), self.upwards(right));
        if of_left.is_empty() && of_right.is_empty() {
            let directory = |file: &str| file.rsplit_once('/').map_or(0, |(start, _)| start.len());
            return directory(left) == directory(right)
                && left[..directory(left)] == right[..directory(right)];
        }
        left == right || of_left.intersection(&of_right).next().is_some()
    }

    /// The same without the directory, which may hold alternatives.
    pub(super) fn are_listed_together(&self, left: &str, right: &str) -> bool {
        let listed = || !self.upwards(left).is_disjoint(&self.upwards(right));
        left == right || listed()
    }

    /// Whether a kustomization changes the objects of a file in a way that only a build shows.
    pub(super) fn is_changed(&self, file: &str) -> bool {
        let changes = |at: &usize| {
            let node = self.all[*at].node;
            CHANGE_FIELDS.iter().any(|field| node.get(field).is_some())
        };
        self.upwards(file).iter().any(changes)
    }

    /// The keys of labels that kustomizations add.
    pub(super) fn label_keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for kustomization in &self.all {
            let common = kustomization.node.get("commonLabels").into_iter();
            let listed = kustomization.node.get("labels").into_iter();
            let pairs = listed
                .flat_map(NodeRef::items)
                .filter_map(|entry| entry.get("pairs"));
            let fields = common.chain(pairs).flat_map(NodeRef::fields);
            keys.extend(fields.map(|(key, _)| key.into_owned()));
        }
        keys
    }

    /// Whether a kustomization may make one of these names of the other: by a prefix, a suffix, or both.
    pub(super) fn could_rename(&self, from: &str, to: &str) -> bool {
        self.all.iter().any(|kustomization| {
            let text = |field| kustomization.node.get(field).and_then(NodeRef::raw);
            let (prefix, suffix) = (text("namePrefix"), text("nameSuffix"));
            let prefix = prefix.as_deref().unwrap_or_default();
            let suffix = suffix.as_deref().unwrap_or_default();
            let rest = to.strip_prefix(prefix);
            (!prefix.is_empty() || !suffix.is_empty())
                && rest.and_then(|rest| rest.strip_suffix(suffix)) == Some(from)
        })
    }

    /// The kustomizations that take in a file, and those that build on them.
    fn upwards(&self, file: &str) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = self.by_file.get(file).cloned().unwrap_or_default();
        while let Some(at) = open.pop() {
            if reached.insert(at) {
                open.extend(self.parents.get(&at).into_iter().flatten());
            }
        }
        reached
    }

    /// Everything that the kustomizations generate.
    pub(super) fn generated(&self) -> impl Iterator<Item = Generated<'a>> {
        let generators = [
            ("configMapGenerator", Holder::ConfigMap),
            ("secretGenerator", Holder::Secret),
        ];
        self.all.iter().flat_map(move |kustomization| {
            generators.into_iter().flat_map(move |(field, holder)| {
                let entries = kustomization
                    .node
                    .get(field)
                    .into_iter()
                    .flat_map(NodeRef::items);
                entries.map(move |node| Generated { holder, node })
            })
        })
    }

    /// Whether any of them moves objects into another namespace.
    pub(super) fn set_namespaces(&self) -> bool {
        self.all
            .iter()
            .any(|kustomization| kustomization.node.get("namespace").is_some())
    }

    /// Whether what a file is applied with includes something that this run cannot see.
    pub(super) fn is_open(&self, file: &str) -> bool {
        let mut reached = self.upwards(file);
        let mut downwards: Vec<usize> = reached.iter().copied().collect();
        while let Some(at) = downwards.pop() {
            let children = self.all[at].children.iter().copied();
            downwards.extend(children.filter(|child| reached.insert(*child)));
        }
        reached.into_iter().any(|at| self.all[at].is_open)
    }
}

fn kustomization<'a>(sources: &'a Sources, tree: &'a Arc<Tree>) -> Option<Kustomization<'a>> {
    let path = sources.get(tree.source).path.as_str();
    let node = tree.root();
    is_kustomization(path, node).then(|| Kustomization {
        node,
        directory: directory(path).to_owned(),
        children: Vec::new(),
        is_open: OPEN_FIELDS.iter().any(|field| node.get(field).is_some()),
    })
}

/// Whether the document of a file is a kustomization.
pub(super) fn is_kustomization(path: &str, node: NodeRef<'_>) -> bool {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    match node.get("apiVersion").and_then(NodeRef::raw) {
        Some(version) => version.starts_with("kustomize.config.k8s.io/"),
        None => matches!(
            file,
            "kustomization.yaml" | "kustomization.yml" | "Kustomization"
        ),
    }
}

/// The directory of a file; empty at the top.
pub(super) fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// The files and directories that a kustomization names.
fn paths(node: NodeRef<'_>) -> Vec<String> {
    let fields = PATH_FIELDS.iter().filter_map(|field| node.get(field));
    let listed = fields.flat_map(NodeRef::items).filter_map(NodeRef::as_str);
    let paths = listed.map(std::borrow::Cow::into_owned);
    paths.chain(patch_paths(node)).collect()
}

/// The files of patches that a kustomization names. A patch may also be written into the list itself.
fn patch_paths(node: NodeRef<'_>) -> Vec<String> {
    let merged = node.get("patchesStrategicMerge").into_iter();
    let merged = merged.flat_map(NodeRef::items).filter_map(NodeRef::as_str);
    let patches = ["patches", "patchesJson6902"]
        .iter()
        .filter_map(|field| node.get(field));
    let patch_files = patches
        .flat_map(NodeRef::items)
        .filter_map(|patch| patch.get("path")?.as_str());
    let paths = merged
        .chain(patch_files)
        .filter(|path| !path.contains('\n'));
    paths.map(std::borrow::Cow::into_owned).collect()
}

/// A path of the repository; `None` for a URL, or for what leads out of it.
pub(super) fn join(directory: &str, path: &str) -> Option<String> {
    let is_remote = path.contains("://")
        || path.contains("?ref=")
        || path.starts_with("git@")
        || path.contains("//");
    if is_remote || path.starts_with('/') {
        return None;
    }
    let mut steps: Vec<&str> = directory
        .split('/')
        .filter(|step| !step.is_empty())
        .collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            _ => steps.push(step),
        }
    }
    let top = if directory.starts_with('/') { "/" } else { "" };
    Some(format!("{top}{}", steps.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Source};

    /// Whether `base/app.yaml` is applied with something that cannot be seen.
    fn is_open(files: &[(&str, &str)]) -> bool {
        let mut sources = Sources::default();
        let mut documents = Vec::new();
        for (path, text) in files {
            let text: Arc<str> = Arc::from(*text);
            let id = sources.add(Source::new(
                (*path).into(),
                (*path).into(),
                Origin::File,
                Arc::clone(&text),
            ));
            documents.extend(crate::yaml::parse(id, &text).documents);
        }
        Kustomizations::new(&sources, &documents).is_open("base/app.yaml")
    }

    const BASE: (&str, &str) = ("base/kustomization.yaml", "resources: [app.yaml]\n");
    const APP: (&str, &str) = ("base/app.yaml", "kind: X\n");

    #[test]
    fn a_set_of_files_that_are_all_there_is_closed() {
        assert!(!is_open(&[APP]));
        assert!(!is_open(&[BASE, APP]));
        assert!(!is_open(&[
            BASE,
            APP,
            (
                "overlays/dev/kustomization.yaml",
                "resources: [../../base]\npatches: [{path: p.yaml}]\n"
            ),
            ("overlays/dev/p.yaml", "kind: X\n"),
        ]));
    }

    #[test]
    fn an_overlay_that_takes_in_something_else_opens_its_base() {
        for entry in [
            "resources: [../../base, https://example.com/x.yaml]",
            "resources: [../../base, ../missing]",
            "resources: [../../base]\nhelmCharts: [{name: x}]",
            "resources: [../../base, ../other]",
        ] {
            let overlay = ("overlays/dev/kustomization.yaml", entry);
            let other = (
                "overlays/other/kustomization.yaml",
                "resources: ['git@example.com:x']\n",
            );
            assert!(is_open(&[BASE, APP, overlay, other]), "{entry}");
        }
    }
}
