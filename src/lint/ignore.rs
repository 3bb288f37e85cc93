//! Inline ignores: `# gitops-lab: ignore[rule-id,other] reason`, and the annotation `gitops-lab/ignore`
//! with `rule-id,other reason` on each of its lines, for manifests that are generated.
//!
//! A reason that starts with `until 2030-01-31` makes it the last day of the ignore.
//!
//! An ignore covers the node beneath it: on a line of its own, what starts on the next line with
//! content (above the first line of a document, the document); behind content, what starts on its
//! line. Above a list item that is the whole item, above a field the field with all that is in it.

use jiff::civil::Date;

use crate::object::Object;
use crate::source::{Source, Span};
use crate::yaml::{Comment, Kind, NodeRef, Tree};

/// An ignore as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ignore {
    /// The comment.
    pub(crate) span: Span,
    /// The names of rules, ids or aliases.
    pub(crate) rules: Vec<String>,
    /// Why.
    pub(crate) reason: String,
    /// Its last day.
    pub(crate) until: Option<Date>,
    /// What it covers; `None` where nothing is beneath it.
    pub(crate) scope: Option<Span>,
}

/// A comment that is meant to be an ignore and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The comment.
    pub(crate) span: Span,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// What a comment is.
enum Meaning {
    Other,
    Ignore(Vec<String>, String, Option<Date>),
    Malformed(String),
}

/// All ignores of a document, and the comments that are none.
pub(crate) fn ignores(tree: &Tree, source: &Source) -> (Vec<Ignore>, Vec<Malformed>) {
    let mut ignores = Vec::new();
    let mut malformed = Vec::new();
    for comment in tree.comments() {
        match meaning(text_of(source, comment.span)) {
            Meaning::Other => {}
            Meaning::Malformed(message) => malformed.push(Malformed {
                span: comment.span,
                message,
            }),
            Meaning::Ignore(rules, reason, until) => ignores.push(Ignore {
                span: comment.span,
                until,
                rules,
                reason,
                scope: scope(tree, source, *comment),
            }),
        }
    }
    (ignores, malformed)
}

/// The annotation that ignores findings of its object.
const ANNOTATION: &str = "gitops-lab/ignore";

/// The ignores of an object's annotation, which cover all of the object, and what is none.
pub(crate) fn of_annotations(object: &Object) -> (Vec<Ignore>, Vec<Malformed>) {
    let mut ignores = Vec::new();
    let mut malformed = Vec::new();
    let annotation = object.root().at(&["metadata", "annotations", ANNOTATION]);
    let Some(annotation) = annotation else {
        return (ignores, malformed);
    };
    let span = annotation.label_span();
    let text = annotation.as_str().unwrap_or_default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (names, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let names = names.trim_end_matches(':').split(',');
        let reason = reason.trim_start_matches([':', '-', ' ']).to_owned();
        let until = match until(&reason) {
            Ok(until) => until,
            Err(message) => {
                malformed.push(Malformed { span, message });
                continue;
            }
        };
        ignores.push(Ignore {
            span,
            rules: names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            until,
            reason,
            scope: Some(object.span()),
        });
    }
    if ignores.is_empty() && malformed.is_empty() {
        malformed.push(Malformed {
            span,
            message: "an ignore names at least one rule".to_owned(),
        });
    }
    (ignores, malformed)
}

/// The last day that a reason starts with. What starts as a day does must be one.
fn until(reason: &str) -> Result<Option<Date>, String> {
    let word = reason.strip_prefix("until ").map(str::trim_start);
    let word = word.and_then(|rest| rest.split_whitespace().next());
    let Some(word) = word.filter(|word| word.starts_with(|first: char| first.is_ascii_digit()))
    else {
        return Ok(None);
    };
    let date = word.trim_end_matches([':', ',']).parse();
    let date = date.map_err(|_| format!("`{word}` is no day: a day is written 2030-01-31"))?;
    Ok(Some(date))
}

fn meaning(comment: &str) -> Meaning {
    let text = comment.trim_start_matches('#').trim();
    let Some(order) = text.strip_prefix("gitops-lab:").map(str::trim_start) else {
        return Meaning::Other;
    };
    let Some(rest) = order.strip_prefix("ignore") else {
        let word = order.split_whitespace().next().unwrap_or_default();
        return Meaning::Malformed(format!("there is no `gitops-lab: {word}`"));
    };
    let list = rest.trim_start().strip_prefix('[');
    let Some((list, reason)) = list.and_then(|rest| rest.split_once(']')) else {
        return Meaning::Malformed("an ignore names its rules in brackets".to_owned());
    };
    let rules = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let rules: Vec<String> = rules.map(str::to_owned).collect();
    if rules.is_empty() {
        return Meaning::Malformed("an ignore names at least one rule".to_owned());
    }
    let reason = reason.trim_start_matches([':', '-']).trim();
    match until(reason) {
        Ok(until) => Meaning::Ignore(rules, reason.to_owned(), until),
        Err(message) => Meaning::Malformed(message),
    }
}

fn scope(tree: &Tree, source: &Source, comment: Comment) -> Option<Span> {
    let line = source.line_index(comment.span.start);
    let is_alone = line_text(source, line).trim_start().starts_with('#');
    let root = tree.root();
    if !is_alone {
        return leftmost(root, source, line);
    }
    let line = (line + 1..source.line_count()).find(|line| {
        let text = line_text(source, *line).trim();
        !text.is_empty() && !text.starts_with('#')
    })?;
    if source.line_index(root.span().start) == line && root.kind() == Kind::Mapping {
        return Some(root.span());
    }
    leftmost(root, source, line)
}

/// The field or item that starts first on a line.
fn leftmost(node: NodeRef<'_>, source: &Source, line: usize) -> Option<Span> {
    let mut parts: Vec<(u32, NodeRef<'_>)> = Vec::new();
    match node.kind() {
        Kind::Mapping => {
            parts.extend(node.entries().map(|(key, value)| (key.span().start, value)));
        }
        Kind::Sequence => {
            parts.extend(node.items().map(|item| (item.label_span().start, item)));
        }
        Kind::Scalar | Kind::Alias => {}
    }
    for (start, part) in parts {
        let end = part.span().end.max(part.label_span().end);
        let first = source.line_index(start);
        if first == line {
            return Some(Span {
                start,
                end,
                ..part.span()
            });
        }
        let last = source.line_index(end.max(start + 1) - 1);
        if first < line && line <= last {
            return leftmost(part, source, line);
        }
    }
    None
}

fn text_of(source: &Source, span: Span) -> &str {
    let range = span.start as usize..span.end as usize;
    source.text.get(range).unwrap_or_default()
}

fn line_text(source: &Source, line: usize) -> &str {
    let range = source.line_start(line) as usize..source.line_start(line + 1) as usize;
    source.text.get(range).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    /// The text that the only ignore of a manifest covers.
    fn covered(text: &str) -> String {
        let sample = Sample::read(text);
        let tree = &sample.objects[0].tree;
        let (ignores, malformed) = ignores(tree, sample.sources.get(tree.source));
        assert_eq!(malformed, []);
        assert_eq!(ignores.len(), 1);
        let scope = ignores[0].scope.expect("something is beneath");
        sample.sources.text(scope).to_owned()
    }

    fn with_spec(spec: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n{spec}")
    }

    #[test]
    fn above_a_field_it_covers_the_field() {
        let text = with_spec(
            "  # gitops-lab: ignore[a] because\n  containers:\n    - name: web\n  volumes: []\n",
        );
        assert_eq!(covered(&text).trim_end(), "containers:\n    - name: web");
    }

    #[test]
    fn above_a_list_item_it_covers_the_item() {
        let text = with_spec(
            "  containers:\n    # gitops-lab: ignore[a] because\n    - name: web\n      image: nginx\n    - name: other\n",
        );
        assert_eq!(covered(&text).trim_end(), "- name: web\n      image: nginx");
    }

    #[test]
    fn behind_a_field_it_covers_the_field() {
        let text = with_spec(
            "  containers:\n    - name: web\n      image: nginx # gitops-lab: ignore[a] because\n      args: [x]\n",
        );
        assert_eq!(covered(&text), "image: nginx");
    }

    #[test]
    fn behind_the_first_field_of_an_item_it_covers_the_item() {
        let text = with_spec(
            "  containers:\n    - name: web # gitops-lab: ignore[a] because\n      image: nginx\n",
        );
        assert_eq!(
            covered(&text).trim_end(),
            "- name: web # gitops-lab: ignore[a] because\n      image: nginx"
        );
    }

    #[test]
    fn above_a_document_it_covers_the_document() {
        let text = format!(
            "# gitops-lab: ignore[a] because\n\n# A Pod.\n{}",
            with_spec("  {}\n")
        );
        assert!(covered(&text).starts_with("apiVersion"));
        assert!(covered(&text).trim_end().ends_with("{}"));
    }

    #[test]
    fn behind_the_first_field_of_a_document_it_covers_the_field() {
        let text =
            "apiVersion: v1 # gitops-lab: ignore[a] because\nkind: Pod\nmetadata: {name: web}\n";
        assert_eq!(covered(text), "apiVersion: v1");
    }

    #[test]
    fn rules_and_reason_are_taken_apart() {
        let Meaning::Ignore(rules, reason, _) = meaning("#gitops-lab:ignore[ a,b ,]: see [docs]")
        else {
            panic!("it is an ignore");
        };
        assert_eq!(rules, ["a", "b"]);
        assert_eq!(reason, "see [docs]");
    }

    #[test]
    fn an_order_that_is_not_understood_is_malformed() {
        for text in [
            "# gitops-lab: ignore a",
            "# gitops-lab: skip[a]",
            "# gitops-lab: ignore[]",
            "# gitops-lab: ignore[a] until 2030-02-31 it moves",
        ] {
            assert!(matches!(meaning(text), Meaning::Malformed(_)), "{text}");
        }
        assert!(matches!(
            meaning("# about gitops-lab: nothing"),
            Meaning::Other
        ));
    }

    #[test]
    fn an_annotation_covers_its_object_line_by_line() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    \
                    gitops-lab/ignore: |\n      a,b: because\n      c until 2030-01-31 it moves\n";
        let sample = Sample::read(text);
        let (ignores, malformed) = of_annotations(&sample.objects[0]);
        assert_eq!(malformed, []);
        assert_eq!(ignores[0].rules, ["a", "b"]);
        assert_eq!(ignores[0].reason, "because");
        assert_eq!(ignores[1].until, Some(jiff::civil::date(2030, 1, 31)));
        assert_eq!(ignores[0].scope, Some(sample.objects[0].span()));
    }
}
