//! Plain scalars that kubectl (YAML 1.1) and YAML 1.2 read differently.
//!
//! Where a string is needed this check has the word, and `non-string-value` is silent: it is the
//! spelling that surprises, not the type.

use std::collections::BTreeSet;

use super::Report;
use crate::lint::scalar_reading::{is_ambiguous, shown};
use crate::lint::string_field::string_places;
use crate::lint::{Applicability, Context, Edit, Fix, Label, Severity};
use crate::object::Object;
use crate::yaml::{Kind, NodeId, NodeRef, Scalar};

/// Reports every scalar and every key of an object that has two readings.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let mut walk = Walk {
        object,
        strings: None,
        reports,
    };
    walk.node(object.root());
}

struct Walk<'a> {
    object: &'a Object,
    /// Found when first asked for: few objects have an ambiguous scalar.
    strings: Option<BTreeSet<NodeId>>,
    reports: &'a mut Vec<Report>,
}

impl Walk<'_> {
    fn node(&mut self, node: NodeRef<'_>) {
        match node.kind() {
            Kind::Scalar => self.value(node),
            Kind::Sequence => node.items().for_each(|item| self.node(item)),
            Kind::Mapping => {
                for (key, value) in node.entries() {
                    self.key(key);
                    self.node(value);
                }
            }
            // What it stands for is looked at where it is written.
            Kind::Alias => {}
        }
    }

    fn key(&mut self, key: NodeRef<'_>) {
        if !is_ambiguous(key) {
            return;
        }
        let written = key.raw().unwrap_or_default();
        let read = key.scalar().map(|scalar| text(&scalar)).unwrap_or_default();
        self.reports.push(Report {
            message: format!(
                "kubectl reads the key `{written}` as `{read}`, YAML 1.2 as `{written}`"
            ),
            primary: label(key),
            related: Vec::new(),
            severity: Some(Severity::Error),
            help: Some("Quote the key".to_owned()),
            fix: Some(quote(key)),
        });
    }

    fn value(&mut self, node: NodeRef<'_>) {
        if !is_ambiguous(node) || is_octal_mode(node) {
            return;
        }
        let object = self.object;
        let strings = self.strings.get_or_insert_with(|| string_places(object));
        let is_string = strings.contains(&node.id());
        let Some(scalar) = node.scalar() else {
            return;
        };
        let read = text(&scalar);
        let is_secret = shown(node, object) == "this value";
        let message = match &scalar {
            _ if is_secret => "kubectl and YAML 1.2 read this value differently".to_owned(),
            Scalar::String(_) => format!(
                "kubectl reads {} as a string, YAML 1.2 as a number",
                shown(node, object)
            ),
            _ if is_number_in_core(node) => format!(
                "kubectl reads {} as {read}, YAML 1.2 as another number",
                shown(node, object)
            ),
            _ => format!(
                "kubectl reads {} as {read}, YAML 1.2 as a string",
                shown(node, object)
            ),
        };
        let (severity, help, fix) = if is_string {
            let help =
                "Quote it: a string is needed here, and the API server refuses what kubectl sends";
            (Severity::Error, help.to_owned(), Some(quote(node)))
        } else if is_secret {
            let help = "Quote it if it is a string, or write it so that both read the same";
            (Severity::Warning, help.to_owned(), None)
        } else if matches!(scalar, Scalar::String(_)) {
            (Severity::Warning, "Quote it".to_owned(), Some(quote(node)))
        } else {
            let help = format!("Write `{read}`, or quote it if it is a string");
            (Severity::Warning, help, Some(rewrite(node, read)))
        };
        self.reports.push(Report {
            message,
            primary: label(node),
            related: Vec::new(),
            severity: Some(severity),
            help: Some(help),
            fix,
        });
    }
}

/// Whether a node is a file mode, whose octal digits everybody means as kubectl reads them.
fn is_octal_mode(node: NodeRef<'_>) -> bool {
    let is_octal = node.raw().is_some_and(|text| {
        text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
    });
    let Some(key) = node.key().and_then(NodeRef::raw) else {
        return false;
    };
    let key = key.to_ascii_lowercase();
    is_octal && (key.ends_with("mode") || key.ends_with("umask") || key.ends_with("permissions"))
}

fn is_number_in_core(node: NodeRef<'_>) -> bool {
    node.raw()
        .is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A scalar as kubectl writes it into JSON.
fn text(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Uint(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::String(text) => text.clone().into_owned(),
    }
}

fn label(node: NodeRef<'_>) -> Label {
    Label {
        span: node.span(),
        text: String::new(),
    }
}

/// Puts a plain scalar into quotes.
pub(super) fn quote(node: NodeRef<'_>) -> Fix {
    let written = node.raw().unwrap_or_default();
    Fix {
        title: "Quote it".to_owned(),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span: node.span(),
            // What has a second reading is a word or a number: nothing in it needs an escape.
            text: format!("\"{written}\""),
        }],
    }
}

fn rewrite(node: NodeRef<'_>, read: String) -> Fix {
    Fix {
        title: format!("Write `{read}`, as kubectl reads it"),
        applicability: Applicability::Unsafe,
        edits: vec![Edit {
            span: node.span(),
            text: read,
        }],
    }
}
