//! The fields of a mapping: merge keys applied, the last of equal keys.

use std::borrow::Cow;
use std::collections::HashMap;

use super::scalar::Tag;
use super::tree::{Kind, NodeRef, Style};

/// From this many fields on an index replaces the search from the front.
const INDEXED_FROM: usize = 16;

/// Fields in the order in which their keys came first.
#[derive(Default)]
pub(super) struct Fields<'t> {
    fields: Vec<(Cow<'t, str>, NodeRef<'t>)>,
    index: HashMap<Cow<'t, str>, usize>,
}

impl<'t> Fields<'t> {
    /// Adds all entries of a mapping, each replacing an earlier one of the same key. go-yaml v2 does
    /// so for merge keys too: what is merged replaces what stands above it.
    pub(super) fn add(&mut self, mapping: NodeRef<'t>) {
        for (key, value) in mapping.entries() {
            if is_merge(key) {
                self.merge(value);
            } else if let Some(key) = key.key_text() {
                self.set(key, value);
            }
        }
    }

    pub(super) fn finish(self) -> Vec<(Cow<'t, str>, NodeRef<'t>)> {
        self.fields
    }

    /// Of several mappings the first has precedence.
    fn merge(&mut self, merged: NodeRef<'t>) {
        if merged.resolved().kind() != Kind::Sequence {
            self.add(merged);
            return;
        }
        let mappings: Vec<_> = merged.items().collect();
        for mapping in mappings.into_iter().rev() {
            self.add(mapping);
        }
    }

    fn set(&mut self, key: Cow<'t, str>, value: NodeRef<'t>) {
        match self.position(&key) {
            Some(at) => self.fields[at].1 = value,
            None => self.push(key, value),
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.fields.len() < INDEXED_FROM {
            return self.fields.iter().position(|(name, _)| name == key);
        }
        self.index.get(key).copied()
    }

    fn push(&mut self, key: Cow<'t, str>, value: NodeRef<'t>) {
        self.fields.push((key, value));
        if self.fields.len() == INDEXED_FROM {
            let all = self.fields.iter().enumerate();
            self.index = all.map(|(at, (key, _))| (key.clone(), at)).collect();
        } else if let Some((key, _)) = self.fields.last()
            && self.fields.len() > INDEXED_FROM
        {
            self.index.insert(key.clone(), self.fields.len() - 1);
        }
    }
}

/// Whether a key is a merge key: `<<` without quotes (`!` is as good as none), or tagged `!!merge`.
pub(super) fn is_merge(key: NodeRef<'_>) -> bool {
    if key.kind() != Kind::Scalar || key.raw().as_deref() != Some("<<") {
        return false;
    }
    match key.tag_name() {
        None => key.style() == Style::Plain,
        Some(name) => name == "!" || Tag::named(name) == Tag::Merge,
    }
}
