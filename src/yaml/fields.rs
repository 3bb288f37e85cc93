//! The fields of a mapping: merge keys applied, the last of equal keys.

use std::borrow::Cow;
use std::collections::HashMap;

use super::node::NodeRef;
use super::scalar::Tag;
use super::tree::{Kind, Style};

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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use crate::source::SourceId;
    use crate::yaml::parse;

    fn fields(text: &str, key: &str) -> Vec<(String, String)> {
        let parsed = parse(SourceId(0), &Arc::from(text));
        let root = parsed.documents[0].root();
        let mapping = root.get(key).expect("the key is there");
        let fields = mapping.fields().into_iter();
        fields
            .map(|(key, value)| (key.into_owned(), value.to_json().to_string()))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_last_of_equal_keys_stands_at_the_first_place() {
        let found = fields("m: {yes: 1, b: 2, true: 3}\n", "m");
        assert_eq!(found, pairs(&[("true", "3"), ("b", "2")]));
    }

    #[test]
    fn a_merge_replaces_what_stands_above_it_and_not_what_follows() {
        let found = fields("x: &x {a: 1, b: 1}\nm: {a: 0, <<: *x, b: 2}\n", "m");
        assert_eq!(found, pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn the_first_of_several_merged_mappings_has_precedence() {
        let found = fields("m: {<<: [{a: 1}, {a: 2, b: 2}]}\n", "m");
        assert_eq!(found, pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn many_fields_are_found_as_few_are() {
        let mut text = "m:\n".to_owned();
        for number in 0..40 {
            let _ = writeln!(text, "  k{}: {number}", number % 30);
        }
        let found = fields(&text, "m");
        assert_eq!(found.len(), 30);
        assert_eq!(found[0], ("k0".to_owned(), "30".to_owned()));
        assert_eq!(found[29], ("k29".to_owned(), "29".to_owned()));
    }
}
