//! What a check may look at beside its own object.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::config_lookup::Providers;
use crate::object::Object;
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
    providers: OnceLock<Providers<'a>>,
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
            providers: OnceLock::new(),
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

    /// What makes ConfigMaps and Secrets; looked up once.
    pub(super) fn providers(&self) -> &Providers<'a> {
        self.providers
            .get_or_init(|| Providers::new(self.sources, self.objects, self.documents))
    }

    /// The objects of a kind, in the order of the run.
    pub fn of_kind(&self, group: &str, kind: &str) -> &[&'a Object] {
        let kinds = self.by_kind.get(group);
        kinds
            .and_then(|kinds| kinds.get(kind))
            .map_or(&[], Vec::as_slice)
    }
}
