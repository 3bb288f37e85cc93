//! What a check may look at beside its own object.

use std::collections::BTreeMap;

use crate::object::Object;
use crate::source::Sources;

/// The objects of a run and indexes over them, built once.
#[derive(Debug)]
pub struct Context<'a> {
    /// The sources that all spans name.
    pub sources: &'a Sources,
    /// All objects of the run.
    pub objects: &'a [Object],
    by_kind: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Object>>>,
}

impl<'a> Context<'a> {
    /// Builds the indexes.
    pub fn new(sources: &'a Sources, objects: &'a [Object]) -> Self {
        let mut by_kind: BTreeMap<&str, BTreeMap<&str, Vec<_>>> = BTreeMap::new();
        for object in objects {
            let group = by_kind.entry(&object.id.group).or_default();
            group.entry(&object.id.kind).or_default().push(object);
        }
        Self {
            sources,
            objects,
            by_kind,
        }
    }

    /// The objects of a kind, in the order of the run.
    pub fn of_kind(&self, group: &str, kind: &str) -> &[&'a Object] {
        let kinds = self.by_kind.get(group);
        kinds
            .and_then(|kinds| kinds.get(kind))
            .map_or(&[], Vec::as_slice)
    }
}
