//! The kinds that CustomResourceDefinitions of a run bring.

use std::collections::BTreeMap;
use std::sync::Mutex;

use regex::Regex;

use super::check::Checker;
use super::structural::Structural;
use super::violation::Violation;
use super::{Completeness, Version};
use crate::yaml::NodeRef;

/// The kinds of the CustomResourceDefinitions of a run.
#[derive(Debug, Default)]
pub struct CustomKinds<'a> {
    /// By group, kind and version. Two definitions of one kind may stand in one repository.
    kinds: BTreeMap<Name, Vec<Option<NodeRef<'a>>>>,
    patterns: Patterns,
}

/// Group, kind and version.
type Name = (String, String, String);

/// The patterns that were used, compiled; `None` for one that this program's regular expressions do not
/// have.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    compiled: Mutex<BTreeMap<String, Option<Regex>>>,
}

impl Patterns {
    /// Whether a text matches; true where nothing can be said.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        let Ok(mut compiled) = self.compiled.lock() else {
            return true;
        };
        let found = compiled
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).ok());
        let found = found.clone();
        drop(compiled);
        found.is_none_or(|pattern| pattern.is_match(text))
    }
}

impl<'a> CustomKinds<'a> {
    /// Reads the definitions of a run.
    pub fn new(definitions: impl IntoIterator<Item = NodeRef<'a>>) -> Self {
        let mut custom = Self::default();
        for definition in definitions {
            custom.add(definition);
        }
        custom
    }

    fn add(&mut self, definition: NodeRef<'a>) -> Option<()> {
        let spec = definition.get("spec")?;
        let group = spec.get("group")?.as_str()?;
        let kind = spec.at(&["names", "kind"])?.as_str()?;
        let mut add = |version: &str, schema: Option<NodeRef<'a>>| {
            let name = (group.to_string(), kind.to_string(), version.to_owned());
            self.kinds.entry(name).or_default().push(schema);
        };
        // Before `v1`, one schema could stand for all versions; it need not be structural.
        let is_old = definition.get("apiVersion")?.as_str()? != "apiextensions.k8s.io/v1";
        if let Some(version) = spec.get("version").and_then(NodeRef::as_str) {
            add(&version, None);
        }
        for version in spec.get("versions")?.items() {
            let Some(name) = version.get("name").and_then(NodeRef::as_str) else {
                continue;
            };
            let schema = version.at(&["schema", "openAPIV3Schema"]);
            add(&name, schema.filter(|_| !is_old));
        }
        Some(())
    }

    /// Whether a definition of the kind was found.
    pub fn is_known(&self, group: &str, kind: &str, version: &str) -> bool {
        let name = (group.to_owned(), kind.to_owned(), version.to_owned());
        self.kinds.contains_key(&name)
    }

    /// The versions in which a kind was found.
    pub fn versions(&self, group: &str, kind: &str) -> Vec<&str> {
        let kinds = self.kinds.keys();
        let kinds = kinds.filter(|name| name.0 == group && name.1 == kind);
        kinds.map(|name| &*name.2).collect()
    }

    /// What is wrong with an object; `None` where no definition says it. Of several definitions, that is
    /// asked which the object fits best.
    pub fn check(
        &self,
        (group, kind, version): (&str, &str, &str),
        object: NodeRef<'_>,
        kubernetes: Version,
        completeness: Completeness,
    ) -> Option<Vec<Violation>> {
        let name = (group.to_owned(), kind.to_owned(), version.to_owned());
        let schemas = self.kinds.get(&name)?;
        let schemas: Option<Vec<NodeRef<'a>>> = schemas.iter().copied().collect();
        let judged = schemas?.into_iter().map(|schema| {
            let mut checker = Checker::new(kubernetes, completeness);
            Structural {
                checker: &mut checker,
                patterns: &self.patterns,
            }
            .object(object, schema);
            checker.violations
        });
        judged.min_by_key(Vec::len)
    }
}
