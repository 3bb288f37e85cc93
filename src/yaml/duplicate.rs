//! Keys that stand twice in one mapping.

use std::borrow::Cow;
use std::collections::HashMap;

use super::problem::{Problem, ProblemKind};
use super::tree::{Kind, NodeRef, Tree};

/// Up to this many keys are compared one by one.
const COMPARED_UP_TO: usize = 12;

/// A problem for every key that its mapping has already, compared as JSON has them: `yes` and `true`
/// are one key.
pub(super) fn duplicates(tree: &Tree, problems: &mut Vec<Problem>) {
    let mut keys = Vec::new();
    for mapping in tree.nodes().filter(|node| node.kind() == Kind::Mapping) {
        keys.clear();
        let written = mapping.entries().filter(|(key, _)| !key.is_merge_key());
        keys.extend(written.filter_map(|(key, _)| Some((key.key_text()?, key))));
        if keys.len() <= COMPARED_UP_TO {
            compare(&keys, problems);
        } else {
            compare_many(&keys, problems);
        }
    }
}

fn compare<'t>(keys: &[(Cow<'t, str>, NodeRef<'t>)], problems: &mut Vec<Problem>) {
    for (at, (name, key)) in keys.iter().enumerate() {
        if let Some((_, first)) = keys[..at].iter().find(|(earlier, _)| earlier == name) {
            problems.push(problem(name, *first, *key));
        }
    }
}

fn compare_many<'t>(keys: &[(Cow<'t, str>, NodeRef<'t>)], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, NodeRef<'t>> = HashMap::with_capacity(keys.len());
    for (name, key) in keys {
        let first = *seen.entry(name).or_insert(*key);
        if first.id() != key.id() {
            problems.push(problem(name, first, *key));
        }
    }
}

fn problem(name: &str, first: NodeRef<'_>, key: NodeRef<'_>) -> Problem {
    Problem {
        kind: ProblemKind::DuplicateKey,
        message: format!("key `{name}` is set twice in one mapping"),
        span: key.span(),
        related: vec![(first.span(), "set here first".to_owned())],
        help: Some("kubectl keeps the last value in silence: remove one of the two".to_owned()),
    }
}
