//! What makes a finding the same finding after its text moved: rule, object and field.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{Context, Finding};
use crate::object::Object;
use crate::yaml::{Kind, NodeRef};

/// The bytes of a hash that are kept: enough to tell any two findings of a repository apart.
const BYTES: usize = 16;

/// A finding that is known already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The rule.
    pub rule: String,
    /// The file in which it was seen. It may have moved since.
    pub path: String,
    /// The object, for people.
    pub object: Option<String>,
    /// Rule, object and field in one word.
    pub fingerprint: String,
}

/// The findings that are known already.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: Vec<Known>,
}

impl Baseline {
    /// A baseline of these findings.
    pub fn new(mut known: Vec<Known>) -> Self {
        known.sort();
        Self { known }
    }

    /// A baseline of all findings of a run.
    pub fn of(findings: &[Finding], context: &Context<'_>) -> Self {
        let known = findings.iter();
        Self::new(known.map(|finding| known_as(finding, context)).collect())
    }

    /// Its findings, sorted.
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// Those of the findings that it does not hold.
    ///
    /// Each entry stands for one finding: of several that look alike, those in the same file are taken
    /// for it first.
    pub fn new_among(&self, findings: Vec<Finding>, context: &Context<'_>) -> Vec<Finding> {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for known in &self.known {
            let key = (known.fingerprint.clone(), known.path.clone());
            *counts.entry(key).or_default() += 1;
        }
        let findings = findings.into_iter().map(|finding| {
            let Known {
                fingerprint, path, ..
            } = known_as(&finding, context);
            let key = (fingerprint, path);
            let is_known = counts.get_mut(&key).is_some_and(take);
            (finding, key.0, is_known)
        });
        let findings: Vec<_> = findings.collect();
        let mut elsewhere: BTreeMap<String, usize> = BTreeMap::new();
        for ((fingerprint, _), count) in counts {
            *elsewhere.entry(fingerprint).or_default() += count;
        }
        let new = findings.into_iter().filter(|(_, fingerprint, is_known)| {
            let moved = elsewhere.get_mut(fingerprint);
            !*is_known && !moved.is_some_and(take)
        });
        new.map(|(finding, ..)| finding).collect()
    }
}

/// Takes one of what is left.
fn take(count: &mut usize) -> bool {
    let is_left = *count > 0;
    *count -= usize::from(is_left);
    is_left
}

fn known_as(finding: &Finding, context: &Context<'_>) -> Known {
    let path = &context.sources.get(finding.primary.span.source).path;
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    };
    add(&finding.rule);
    if let Some(id) = &finding.object {
        let namespace = id.namespace.as_deref().unwrap_or_default();
        for part in [&id.group, &id.kind, namespace, &id.name] {
            add(part);
        }
        add(&field(finding, context));
    } else {
        add(path);
        add(&finding.message);
    }
    let mut fingerprint = String::with_capacity(2 * BYTES);
    for byte in hash.finalize().iter().take(BYTES) {
        let _ = write!(fingerprint, "{byte:02x}");
    }
    Known {
        rule: finding.rule.clone(),
        path: path.clone(),
        object: finding.object.as_ref().map(ToString::to_string),
        fingerprint,
    }
}

/// The field that a finding points at. Items of lists are told apart by their names, not by their
/// numbers: others may come in front of them.
fn field(finding: &Finding, context: &Context<'_>) -> String {
    let place = finding.primary.span;
    let holds = |object: &&Object| {
        let span = object.span();
        let is_near = span.source == place.source && span.start <= place.start;
        is_near && place.start <= span.end && Some(&object.id) == finding.object.as_ref()
    };
    let alike = finding
        .object
        .as_ref()
        .map_or(&[][..], |id| context.of_kind(&id.group, &id.kind));
    let object = alike.iter().copied().find(holds);
    object.map_or_else(String::new, |object| {
        let mut path = String::new();
        descend(object.root(), place.start, &mut path);
        path
    })
}

fn descend(node: NodeRef<'_>, at: u32, path: &mut String) {
    let holds = |part: NodeRef<'_>| {
        let start = part.key().map_or(part.label_span(), NodeRef::span).start;
        start <= at && at < part.span().end.max(part.label_span().end)
    };
    match node.kind() {
        Kind::Mapping => {
            let mut entries = node.entries();
            if let Some((key, value)) = entries.find(|(_, value)| holds(*value)) {
                let _ = write!(path, ".{}", key.raw().unwrap_or_default());
                descend(value, at, path);
            }
        }
        Kind::Sequence => {
            if let Some(item) = node.items().find(|item| holds(*item)) {
                let name = item.get("name").and_then(NodeRef::as_str);
                let _ = write!(path, "[{}]", name.unwrap_or_default());
                descend(item, at, path);
            }
        }
        Kind::Scalar | Kind::Alias => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, linter_of};

    const RULE: &str = "
summary: Latest
category: style
severity: error
explanation: A rule for tests.
each: podSpec.containers[*]
expression: self.image != 'latest'
at: image
message: Latest
examples: [{good: ''}]
";

    fn pod(containers: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n{containers}"
        )
    }

    /// The lines of what is new after a change.
    fn new_lines(before: &str, after: &str) -> Vec<u32> {
        let linter = linter_of("latest", RULE);
        let before = Sample::read(before);
        let baseline = Baseline::of(
            &before.lint(&linter).findings,
            &Context::new(&before.sources, &before.objects),
        );
        let after = Sample::read(after);
        let context = Context::new(&after.sources, &after.objects);
        let new = baseline.new_among(after.lint(&linter).findings, &context);
        let lines = new
            .iter()
            .map(|finding| after.place(finding.primary.span).0);
        lines.collect()
    }

    const WEB: &str = "    - name: web\n      image: latest\n";
    const PROXY: &str = "    - {name: proxy, image: latest}\n";

    #[test]
    fn what_moved_is_not_new() {
        let before = pod(WEB);
        assert_eq!(
            new_lines(&before, &format!("# one more line\n{before}")),
            [0; 0]
        );
        let flow = pod("    - {image: latest, name: web}\n");
        assert_eq!(new_lines(&before, &flow), [0; 0]);
    }

    #[test]
    fn what_came_in_front_is_new_and_what_was_there_is_not() {
        let after = pod(&format!("{PROXY}{WEB}"));
        assert_eq!(new_lines(&pod(WEB), &after), [6]);
    }

    #[test]
    fn one_more_of_the_same_is_new() {
        let one = pod("    - image: latest\n");
        let two = pod("    - image: latest\n    - image: latest\n");
        assert_eq!(new_lines(&one, &two), [7]);
        assert_eq!(new_lines(&two, &one), [0; 0]);
    }

    #[test]
    fn another_object_is_another_finding() {
        let other = pod(WEB).replace("name: web}", "name: api}");
        assert_eq!(new_lines(&pod(WEB), &other), [7]);
    }
}
