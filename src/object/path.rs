//! Field paths: `spec.containers[0].image`.

use std::fmt;

use crate::source::Span;
use crate::yaml::{Kind, NodeRef};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An index of a list.
    Index(usize),
}

/// A path from an object's root to a field, as the API server writes it (`spec.ports[0].name`,
/// `metadata.annotations[a/b]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// Reads a path as the API server writes it in an error: brackets hold an index, or a key that
    /// has dots or slashes. `None` where brackets do not match.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text.strip_prefix('.').unwrap_or(text);
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (inside, after) = inner.split_once(']')?;
                steps.push(match inside.parse() {
                    Ok(index) => Step::Index(index),
                    Err(_) => Step::Key(inside.trim_matches('"').to_owned()),
                });
                rest = after.strip_prefix('.').unwrap_or(after);
                continue;
            }
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(Step::Key(rest[..end].to_owned()));
            let after = &rest[end..];
            rest = after.strip_prefix('.').unwrap_or(after);
        }
        Some(Self(steps))
    }

    /// The path from `root` down to `node`; `None` where the node does not stand beneath it.
    pub fn of(node: NodeRef<'_>, root: NodeRef<'_>) -> Option<Self> {
        let mut steps = Vec::new();
        let mut at = node;
        while at.id() != root.id() {
            let parent = at.parent()?;
            if let Some(key) = at.key() {
                steps.push(Step::Key(key.raw()?.into_owned()));
            } else {
                let index = parent.items().position(|item| item.id() == at.id())?;
                steps.push(Step::Index(index));
            }
            at = parent;
        }
        steps.reverse();
        Some(Self(steps))
    }

    /// The path from `root` down to the innermost field or item that holds the whole span.
    pub fn around(span: Span, root: NodeRef<'_>) -> Self {
        let holds = |start: u32, end: u32| start <= span.start && span.end <= end;
        let mut steps = Vec::new();
        let mut node = root;
        loop {
            let next = match node.kind() {
                Kind::Mapping => node.entries().find_map(|(key, value)| {
                    let end = value.span().end.max(key.span().end);
                    let name = key.raw().filter(|_| holds(key.span().start, end))?;
                    Some((Step::Key(name.into_owned()), value))
                }),
                Kind::Sequence => node.items().enumerate().find_map(|(at, item)| {
                    let start = item.label_span().start.min(item.span().start);
                    holds(start, item.span().end).then_some((Step::Index(at), item))
                }),
                Kind::Scalar | Kind::Alias => None,
            };
            let Some((step, inner)) = next else {
                return Self(steps);
            };
            steps.push(step);
            node = inner;
        }
    }

    /// The path with one more step.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The node at the path, and how many steps led there: all of them, or those up to the nearest
    /// ancestor that the text has.
    pub fn find<'t>(&self, root: NodeRef<'t>) -> (NodeRef<'t>, usize) {
        let mut node = root;
        for (taken, step) in self.0.iter().enumerate() {
            let next = match step {
                Step::Key(key) => node.get(key),
                Step::Index(index) => node.items().nth(*index),
            };
            match next {
                Some(next) => node = next,
                None => return (node, taken),
            }
        }
        (node, self.0.len())
    }

    /// The value at the path in a JSON value.
    pub fn get<'v>(&self, root: &'v serde_json::Value) -> Option<&'v serde_json::Value> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        })
    }
}

/// As the API server writes it: keys that are not plain words stand in brackets.
impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Key(key) if is_plain(key) && at == 0 => formatter.write_str(key)?,
                Step::Key(key) if is_plain(key) => write!(formatter, ".{key}")?,
                Step::Key(key) => write!(formatter, "[{key}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    !key.is_empty() && key.chars().all(plain) && key.parse::<usize>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_as_it_was_read() {
        for text in [
            "spec.template.spec.containers[0].image",
            "metadata.annotations[example.com/a]",
            "data[index.html]",
            "spec",
            "",
        ] {
            let path = FieldPath::parse(text).expect("the test's path is valid");
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn the_field_around_a_span_is_the_innermost_one() {
        let text = "kind: A\nspec:\n  ports:\n  - name: web\n    port: 80\n  list: [a, b]\n";
        let trees = crate::yaml::parse(crate::source::SourceId(0), &text.into()).documents;
        for (word, path) in [
            ("A", "kind"),
            ("spec:", "spec"),
            ("- name", "spec.ports[0]"),
            ("80", "spec.ports[0].port"),
            ("web\n    port", "spec.ports[0]"),
            ("b", "spec.ports[0].name"),
            ("b]", "spec.list"),
        ] {
            let start = text.find(word).expect("the text holds the word");
            let at = |at| u32::try_from(at).expect("the text is short");
            let span = Span {
                source: crate::source::SourceId(0),
                start: at(start),
                end: at(start + word.len()),
            };
            let found = FieldPath::around(span, trees[0].root());
            assert_eq!(found.to_string(), path, "{word}");
        }
    }

    #[test]
    fn an_open_bracket_is_refused() {
        assert_eq!(FieldPath::parse("spec.ports[0"), None);
    }
}
