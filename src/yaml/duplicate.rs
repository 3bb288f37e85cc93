//! Keys that stand twice in one mapping.

use std::borrow::Cow;
use std::collections::HashMap;

use super::node::NodeRef;
use super::problem::{Problem, ProblemKind};
use super::tree::{Kind, Tree};

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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use crate::source::SourceId;
    use crate::yaml::{ProblemKind, parse};

    /// For each duplicate the text from its key on, and that from the first key on.
    fn duplicates(text: &str) -> Vec<(&str, &str)> {
        let parsed = parse(SourceId(0), &Arc::from(text));
        let problems = parsed.problems.iter();
        problems
            .map(|problem| {
                assert_eq!(problem.kind, ProblemKind::DuplicateKey);
                let first = problem.related[0].0.start as usize;
                (&text[problem.span.start as usize..], &text[first..])
            })
            .collect()
    }

    #[test]
    fn every_further_key_points_at_the_first() {
        let text = "a: 1\na: 2\na: 3";
        assert_eq!(duplicates(text), [("a: 2\na: 3", text), ("a: 3", text)]);
    }

    #[test]
    fn keys_are_compared_as_json_has_them() {
        assert_eq!(
            duplicates("yes: 1\n'true': 2"),
            [("'true': 2", "yes: 1\n'true': 2")]
        );
        assert_eq!(duplicates("{1: a, \"1\": b}").len(), 1);
        assert_eq!(duplicates("{1: a, 01.5: b}").len(), 0);
    }

    #[test]
    fn merge_keys_and_what_they_override_are_no_duplicates() {
        assert_eq!(
            duplicates("a: &a {x: 1}\nm: {<<: *a, x: 2, <<: *a}").len(),
            0
        );
    }

    #[test]
    fn a_large_mapping_is_searched_as_a_small_one() {
        let mut text = String::new();
        for number in 0..5000 {
            let _ = writeln!(text, "k{number}: 1");
        }
        text.push_str("k7: 2");
        assert_eq!(duplicates(&text)[0].0, "k7: 2");
    }
}
