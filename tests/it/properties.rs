//! What a rule says of an object depends on the object, not on how its text is written.
//!
//! Every example of every rule is written again in other ways; all rules judge each of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use gitops_lab::lint::{Catalog, Check, Context, Example, Linter, Selection, without_marks};
use gitops_lab::object::{self, FieldPath};
use gitops_lab::source::{Origin, Source, Sources};
use gitops_lab::yaml::{self, Kind, Parsed};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Rules about the text itself, for which another way to write a value is another case. Examples of
/// which they say something are compared from the first form on.
const ABOUT_TEXT: &[&str] = &["yaml11-ambiguous-scalar"];

/// Rules about several objects that report one of them, by its place: another order makes it another one.
const ABOUT_SEVERAL: &[&str] = &[
    "duplicate-hpa",
    "duplicate-ingress-host-path",
    "namespace-not-declared",
    "overlapping-pdb",
    "overlapping-selectors",
    "unknown-kind",
];

/// How often each rule says something about a field of an object.
type Said = BTreeMap<(String, String, String), usize>;

/// A stream of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let limit = u64::try_from(limit).expect("limits are small");
        usize::try_from((self.0 >> 33) % limit).expect("it is below the limit")
    }
}

/// How a document is written.
struct Writer {
    numbers: Option<Numbers>,
    comments: bool,
    flow_from: usize,
    text: String,
}

impl Writer {
    fn new(seed: Option<u64>, comments: bool, flow_from: usize) -> Self {
        Self {
            numbers: seed.map(Numbers),
            comments,
            flow_from,
            text: String::new(),
        }
    }

    fn stream(mut self, documents: &[Value]) -> String {
        for document in documents {
            // The line of the separator takes nothing but a comment.
            self.text
                .push_str(if self.flow_from == 0 { "---\n" } else { "---" });
            self.node(document, 0);
        }
        self.text
    }

    fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        if let Some(numbers) = &mut self.numbers {
            for at in (1..count).rev() {
                order.swap(at, numbers.below(at + 1));
            }
        }
        order
    }

    /// What follows a key or a dash, from the space or line break on.
    fn node(&mut self, value: &Value, depth: usize) {
        let is_empty = match value {
            Value::Object(map) => map.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => true,
        };
        if is_empty || depth >= self.flow_from {
            self.text.push(' ');
            self.flow(value);
            return self.end_line(depth);
        }
        self.end_line(depth);
        match value {
            Value::Object(map) => {
                let entries: Vec<_> = map.iter().collect();
                for at in self.order(entries.len()) {
                    let (key, value) = entries[at];
                    self.indent(depth);
                    self.text.push_str(&scalar(&json!(key)));
                    self.text.push(':');
                    self.node(value, depth + 1);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.indent(depth);
                    self.text.push('-');
                    self.node(item, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn flow(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                let entries: Vec<_> = map.iter().collect();
                self.text.push('{');
                for (count, at) in self.order(entries.len()).into_iter().enumerate() {
                    let (key, value) = entries[at];
                    self.text.push_str(if count == 0 { "" } else { ", " });
                    self.text.push_str(&scalar(&json!(key)));
                    self.text.push_str(": ");
                    self.flow(value);
                }
                self.text.push('}');
            }
            Value::Array(items) => {
                self.text.push('[');
                for (count, item) in items.iter().enumerate() {
                    self.text.push_str(if count == 0 { "" } else { ", " });
                    self.flow(item);
                }
                self.text.push(']');
            }
            other => self.text.push_str(&scalar(other)),
        }
    }

    fn indent(&mut self, depth: usize) {
        write!(self.text, "{:1$}", "", depth * 2).expect("a String takes everything");
    }

    fn end_line(&mut self, depth: usize) {
        self.text.push_str(if self.comments {
            " # a: comment\n"
        } else {
            "\n"
        });
        if self.comments {
            self.indent(depth);
            self.text.push_str("# - another: [one\n\n");
        }
    }
}

/// Words as they are, everything else as JSON has it.
fn scalar(value: &Value) -> String {
    let Some(text) = value.as_str() else {
        return value.to_string();
    };
    let is_word = text.len() > 5
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphabetic() || letter == '-')
        && !text.starts_with('-');
    if is_word {
        text.to_owned()
    } else {
        value.to_string()
    }
}

/// The same objects, written in other ways.
fn forms(parsed: &Parsed) -> Vec<(&'static str, String)> {
    let roots = parsed.documents.iter().map(|tree| tree.root());
    let documents: Vec<Value> = roots
        .filter(|root| !root.is_null())
        .map(yaml::NodeRef::to_json)
        .collect();
    let reversed: Vec<Value> = documents.iter().rev().cloned().collect();
    let json: Vec<String> = documents
        .iter()
        .map(|value| format!("---\n{value:#}\n"))
        .collect();
    let block = usize::MAX;
    vec![
        ("block", Writer::new(None, false, block).stream(&documents)),
        ("flow", Writer::new(None, false, 0).stream(&documents)),
        (
            "flow within block",
            Writer::new(None, false, 2).stream(&documents),
        ),
        ("JSON", json.concat()),
        (
            "comments",
            Writer::new(None, true, block).stream(&documents),
        ),
        (
            "keys in another order",
            Writer::new(Some(1), false, block).stream(&documents),
        ),
        (
            "keys in a third order",
            Writer::new(Some(2), true, 3).stream(&documents),
        ),
        (
            "documents in another order",
            Writer::new(None, false, block).stream(&reversed),
        ),
        (
            "a List",
            Writer::new(None, false, block).stream(&listed(parsed)),
        ),
    ]
}

/// All objects in one List, and the documents that are none after it.
fn listed(parsed: &Parsed) -> Vec<Value> {
    let (objects, skipped) = object::read(&parsed.documents);
    let items: Vec<Value> = objects.iter().map(object::Object::value).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    let rest = skipped
        .iter()
        .map(|skipped| skipped.tree.node(skipped.node).to_json());
    std::iter::once(list)
        .chain(rest.filter(|value| !value.is_null()))
        .collect()
}

struct Judge {
    linter: Linter,
    about_text: Vec<String>,
}

impl Judge {
    /// All rules, those that are off by default too.
    fn new() -> Self {
        let catalog = Catalog::builtin().expect("the rule files are valid");
        let ids = catalog.rules().iter().map(|rule| rule.id.clone());
        let selection = Selection {
            enable: ids.collect(),
            ..Selection::default()
        };
        let is_about_text = |check: &Check| matches!(check, Check::Reader | Check::Ignores);
        let rules = catalog.rules().iter();
        let rules =
            rules.filter(|rule| is_about_text(&rule.check) || ABOUT_TEXT.contains(&&*rule.id));
        let about_text = rules.map(|rule| rule.id.clone()).collect();
        Self {
            linter: Linter::new(catalog, &selection).expect("the rules exist"),
            about_text,
        }
    }

    /// What is said of objects, the text's documents, and whether something was said of the text itself.
    fn said(&self, text: &str) -> (Said, Parsed, bool) {
        let mut sources = Sources::default();
        let text: Arc<str> = Arc::from(text);
        let name = "example.yaml".to_owned();
        let source = Source::new(name.clone(), name, Origin::File, Arc::clone(&text));
        let parsed = yaml::parse(sources.add(source), &text);
        let (objects, skipped) = object::read(&parsed.documents);
        let context = Context::new(&sources, &objects).with_documents(&parsed.documents);
        let outcome = self.linter.run(&context, &parsed.problems, &skipped);
        let mut said = Said::new();
        let mut is_about_text = !outcome.suppressed.is_empty();
        for finding in outcome.findings {
            if self.about_text.contains(&finding.rule) {
                is_about_text = true;
                continue;
            }
            let Some(id) = &finding.object else { continue };
            let span = finding.primary.span;
            let holder = objects.iter().find(|object| {
                let whole = object.span();
                object.id == *id && whole.start <= span.start && span.end <= whole.end
            });
            let path = holder.map(|object| FieldPath::around(span, object.root()).to_string());
            let path = path.unwrap_or_else(|| "outside of the object".to_owned());
            let what = if ABOUT_SEVERAL.contains(&&*finding.rule) {
                (finding.rule, "one of several".to_owned(), String::new())
            } else {
                (finding.rule, id.to_string(), path)
            };
            *said.entry(what).or_default() += 1;
        }
        (said, parsed, is_about_text)
    }
}

/// Whether a value stands in two places: JSON has no word for that.
fn has_aliases(parsed: &Parsed) -> bool {
    let mut nodes = parsed.documents.iter().flat_map(|tree| tree.nodes());
    nodes.any(|node| node.kind() == Kind::Alias)
}

#[test]
fn what_is_said_of_an_object_does_not_depend_on_how_it_is_written() {
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let judge = Judge::new();
    let examples: Vec<(&str, String)> = catalog
        .rules()
        .iter()
        .flat_map(|rule| {
            rule.examples.iter().map(move |example| match example {
                Example::Bad { text, .. } | Example::Good { text } => {
                    (&*rule.id, without_marks(text))
                }
            })
        })
        .collect();
    let differences: Vec<String> = examples
        .par_iter()
        .flat_map_iter(|(rule, text)| differences(&judge, rule, text))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

fn differences(judge: &Judge, rule: &str, text: &str) -> Vec<String> {
    let (as_written, parsed, is_about_text) = judge.said(text);
    let mut forms = forms(&parsed).into_iter();
    let mut expected = as_written;
    if is_about_text || has_aliases(&parsed) {
        let (_, block) = forms.next().expect("block comes first");
        expected = judge.said(&block).0;
    }
    let mut differences = Vec::new();
    for (form, other) in forms {
        let (said, ..) = judge.said(&other);
        if said != expected {
            differences.push(format!(
                "an example of {rule} as {form}:\n  only before: {:?}\n  only after: {:?}",
                beyond(&expected, &said),
                beyond(&said, &expected)
            ));
        }
    }
    differences
}

/// What one says more often than the other.
fn beyond<'s>(one: &'s Said, other: &Said) -> Vec<&'s (String, String, String)> {
    let more = one
        .iter()
        .filter(|(what, count)| other.get(what).is_none_or(|known| known < *count));
    more.map(|(what, _)| what).collect()
}

#[test]
fn a_form_is_another_text_of_the_same_documents() {
    let text = "kind: Pod\nmetadata: {name: a, labels: {}}\nspec:\n  list:\n  - a: \"x\\ny\"\n    b: 0.5\n  - [1, null, 'true']\n";
    let parsed = yaml::parse(gitops_lab::source::SourceId(0), &text.into());
    let values = |parsed: &Parsed| -> Vec<Value> {
        parsed
            .documents
            .iter()
            .map(|tree| tree.root().to_json())
            .collect()
    };
    for (form, other) in forms(&parsed)
        .into_iter()
        .filter(|(form, _)| *form != "a List")
    {
        let again = yaml::parse(gitops_lab::source::SourceId(0), &other.clone().into());
        assert_eq!(again.problems, [], "{form}: {other}");
        assert_eq!(values(&again), values(&parsed), "{form}: {other}");
        assert_ne!(other, text, "{form}");
    }
}
