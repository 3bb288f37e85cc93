//! What a check may look at beside its own object.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::config_lookup::Providers;
use super::ingress_path::{self, IngressPath, IngressPaths};
use super::scaler::Scalers;
use super::workload::Workloads;
use crate::object::Object;
use crate::schema::{Completeness, CustomKinds, Version};
use crate::source::Sources;
use crate::yaml::Tree;

/// The objects of a run and indexes over them, built once.
#[derive(Debug)]
pub struct Context<'a> {
    /// The sources that all spans name.
    pub sources: &'a Sources,
    /// All objects of the run.
    pub objects: &'a [Object],
    /// All documents of the run, those without objects too: kustomizations are among them.
    pub documents: &'a [Arc<Tree>],
    /// Whether everything that is applied together was read. In part of it nothing can be missing.
    pub is_complete: bool,
    /// The version of Kubernetes that the objects are meant for.
    pub kubernetes: Version,
    custom_kinds: OnceLock<CustomKinds<'a>>,
    providers: OnceLock<Providers<'a>>,
    workloads: OnceLock<Workloads<'a>>,
    scalers: OnceLock<Scalers<'a>>,
    ingress_paths: OnceLock<IngressPaths<'a>>,
    by_name: OnceLock<HashMap<&'a str, Vec<&'a Object>>>,
    by_kind: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Object>>>,
}

impl<'a> Context<'a> {
    /// Builds the indexes over a run that read everything and has no documents but those of its objects.
    pub fn new(sources: &'a Sources, objects: &'a [Object]) -> Self {
        let mut by_kind: BTreeMap<&str, BTreeMap<&str, Vec<_>>> = BTreeMap::new();
        for object in objects {
            let group = by_kind.entry(&object.id.group).or_default();
            group.entry(&object.id.kind).or_default().push(object);
        }
        Self {
            sources,
            objects,
            documents: &[],
            is_complete: true,
            kubernetes: Version::NEWEST,
            custom_kinds: OnceLock::new(),
            providers: OnceLock::new(),
            workloads: OnceLock::new(),
            scalers: OnceLock::new(),
            ingress_paths: OnceLock::new(),
            by_name: OnceLock::new(),
            by_kind,
        }
    }

    /// The same with all documents of the run.
    #[must_use]
    pub fn with_documents(self, documents: &'a [Arc<Tree>]) -> Self {
        Self { documents, ..self }
    }

    /// The same for a run that read only some of the files that are applied together.
    #[must_use]
    pub fn partial(self) -> Self {
        Self {
            is_complete: false,
            ..self
        }
    }

    /// The same for objects that are meant for another version of Kubernetes.
    #[must_use]
    pub fn for_kubernetes(self, kubernetes: Version) -> Self {
        Self { kubernetes, ..self }
    }

    /// The kinds that CustomResourceDefinitions of the run bring; looked up once.
    pub(super) fn custom_kinds(&self) -> &CustomKinds<'a> {
        self.custom_kinds.get_or_init(|| {
            let definitions = self.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
            CustomKinds::new(definitions.iter().map(|object| object.root()))
        })
    }

    /// Whether an object is sent as it is, or merged into another by a kustomization.
    pub(super) fn completeness(&self, object: &Object) -> Completeness {
        let is_directive = object.root().get("$patch").is_some();
        if is_directive || self.is_patch(object) {
            Completeness::Part
        } else {
            Completeness::Whole
        }
    }

    /// What makes ConfigMaps and Secrets; looked up once.
    pub(super) fn providers(&self) -> &Providers<'a> {
        self.providers
            .get_or_init(|| Providers::new(self.sources, self.objects, self.documents))
    }

    /// What makes Pods, by their labels; looked up once.
    pub(super) fn workloads(&self) -> &Workloads<'a> {
        self.workloads.get_or_init(|| {
            Workloads::new(
                self.objects,
                self.sources,
                self.providers().kustomizations(),
            )
        })
    }

    /// What scales workloads; looked up once.
    pub(super) fn scalers(&self) -> &Scalers<'a> {
        self.scalers
            .get_or_init(|| Scalers::new(self.objects, self.documents))
    }

    /// What Ingresses serve at a host and path.
    pub(super) fn ingress_paths(&self, host: &str, path: &str) -> &[IngressPath<'a>] {
        let paths = self.ingress_paths.get_or_init(|| {
            let current = self.of_kind("networking.k8s.io", "Ingress").iter();
            let old = self.of_kind("extensions", "Ingress").iter();
            ingress_path::index(current.chain(old).copied())
        });
        let key = (host.to_owned(), path.to_owned());
        paths.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The objects of a name, in the order of the run.
    pub(super) fn named(&self, name: &str) -> &[&'a Object] {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: HashMap<&str, Vec<_>> = HashMap::new();
            for object in self.objects {
                by_name.entry(&object.id.name).or_default().push(object);
            }
            by_name
        });
        by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The path of an object's file.
    pub(super) fn file_of(&self, object: &Object) -> &str {
        &self.sources.get(object.tree.source).path
    }

    /// Whether two objects surely meet in one namespace of one cluster.
    pub(super) fn surely_meet(&self, left: &Object, right: &Object) -> bool {
        left.id.namespace == right.id.namespace
            && self
                .providers()
                .kustomizations()
                .are_together(self.file_of(left), self.file_of(right))
    }

    /// The same where sharing a directory is not enough, as it may hold alternatives.
    pub(super) fn are_listed_together(&self, left: &Object, right: &Object) -> bool {
        left.id.namespace == right.id.namespace
            && self
                .providers()
                .kustomizations()
                .are_listed_together(self.file_of(left), self.file_of(right))
    }

    /// Whether an object is part of one: a patch.
    pub(super) fn is_patch(&self, object: &Object) -> bool {
        let kustomizations = self.providers().kustomizations();
        kustomizations.is_patch(self.file_of(object))
    }

    /// Whether a kustomization of the run writes the selectors of its workloads.
    pub(super) fn writes_selectors(&self) -> bool {
        self.providers().kustomizations().write_selectors()
    }

    /// Whether the object that is applied may differ from what is written: it is a patch, or a
    /// kustomization patches it.
    pub(super) fn is_changed(&self, object: &Object) -> bool {
        let kustomizations = self.providers().kustomizations();
        self.is_patch(object) || kustomizations.is_changed(self.file_of(object))
    }

    /// The objects of a kind, in the order of the run.
    pub fn of_kind(&self, group: &str, kind: &str) -> &[&'a Object] {
        let kinds = self.by_kind.get(group);
        kinds
            .and_then(|kinds| kinds.get(kind))
            .map_or(&[], Vec::as_slice)
    }
}
