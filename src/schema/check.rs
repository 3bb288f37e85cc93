//! Objects against the types of a Kubernetes version, as the API server's strict decoding reads them.

use super::catalogue::{Catalogue, Field, Shape};
use super::format::{is_base64, is_placeholder, is_quantity, is_time};
use super::place::{Path, shape_of};
use super::violation::{Violation, ViolationKind};
use super::{Completeness, Version, nearest};
use crate::yaml::{Kind, NodeRef, Scalar};

/// Compares nodes with shapes.
pub(super) struct Checker {
    pub(super) version: Version,
    pub(super) completeness: Completeness,
    pub(super) path: Path,
    pub(super) violations: Vec<Violation>,
}

impl Checker {
    pub(super) fn new(version: Version, completeness: Completeness) -> Self {
        Self {
            version,
            completeness,
            path: Path::default(),
            violations: Vec::new(),
        }
    }

    /// Null is an absent value wherever it stands.
    pub(super) fn value(&mut self, node: NodeRef<'_>, shape: &Shape) {
        if node.is_null() {
            return;
        }
        match shape {
            Shape::Any => {}
            Shape::Fields(name) => self.fields(node, name),
            Shape::List(item) => self.list(node, item),
            Shape::Map(item) => self.map(node, item),
            leaf => self.leaf(node, leaf),
        }
    }

    fn fields(&mut self, node: NodeRef<'_>, type_name: &str) {
        if node.resolved().kind() != Kind::Mapping {
            return self.wrong_type(node, "a mapping");
        }
        let known = Catalogue::builtin().fields(type_name);
        let is_status = self.path.is_status();
        let bit = self.version.bit();
        let written = node.fields();
        for (name, value) in &written {
            let of_name = || known.iter().filter(|field| *field.name == **name);
            let Some(field) = of_name().find(|field| field.mask & bit != 0) else {
                let others = of_name().fold(0, |mask, field| mask | field.mask);
                self.unknown_field(node, name, *value, known, others);
                continue;
            };
            self.path.enter(name);
            self.value(*value, &field.shape);
            if !is_status {
                self.listed(*value, field);
            }
            self.path.leave();
        }
        if self.completeness == Completeness::Part || is_status {
            return;
        }
        for field in known {
            let is_there = || {
                let mut written = written.iter();
                written.any(|(name, value)| **name == *field.name && !value.is_null())
            };
            if field.is_required && field.mask & bit != 0 && !is_there() {
                self.missing(node, field.name);
            }
        }
    }

    fn list(&mut self, node: NodeRef<'_>, item: &Shape) {
        if node.resolved().kind() != Kind::Sequence {
            return self.wrong_type(node, "a list");
        }
        for (at, node) in node.items().enumerate() {
            self.path.enter_item(at);
            self.value(node, item);
            self.path.leave();
        }
    }

    fn map(&mut self, node: NodeRef<'_>, item: &Shape) {
        if node.resolved().kind() != Kind::Mapping {
            return self.wrong_type(node, "a mapping");
        }
        for (name, node) in node.fields() {
            self.path.enter(&name);
            self.value(node, item);
            self.path.leave();
        }
    }

    fn leaf(&mut self, node: NodeRef<'_>, shape: &Shape) {
        let word = word(shape);
        let Some(scalar) = node.scalar() else {
            return self.wrong_type(node, word);
        };
        if matches!(&scalar, Scalar::String(text) if is_placeholder(text)) {
            return;
        }
        match (shape, scalar) {
            (Shape::String | Shape::IntOrString, Scalar::String(_))
            | (Shape::Boolean, Scalar::Bool(_))
            | (Shape::Int64, Scalar::Int(_))
            | (
                Shape::Number | Shape::Quantity,
                Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_),
            ) => {}
            (Shape::Bytes, Scalar::String(text)) => self.format(node, is_base64(&text), word),
            (Shape::Time, Scalar::String(text)) => self.format(node, is_time(&text), word),
            (Shape::Quantity, Scalar::String(text)) => {
                self.format(node, is_quantity(&text), word);
            }
            (Shape::Int32 | Shape::IntOrString, Scalar::Int(number)) => {
                self.range(node, i32::try_from(number).is_ok());
            }
            (Shape::Int32 | Shape::Int64 | Shape::IntOrString, Scalar::Uint(_)) => {
                self.range(node, false);
            }
            _ => self.wrong_type(node, word),
        }
    }

    /// Refuses a string that is none of its field's values; an empty one is like an absent one.
    fn listed(&mut self, node: NodeRef<'_>, field: &Field) {
        if field.values.is_empty() {
            return;
        }
        let bit = self.version.bit();
        let nodes = match node.resolved().kind() {
            Kind::Sequence => node.items().collect(),
            _ => vec![node],
        };
        for node in nodes {
            let Some(text) = node.as_str().filter(|text| !is_placeholder(text)) else {
                continue;
            };
            let mut values = field.values.iter();
            if text.is_empty() || values.any(|(value, mask)| **value == *text && mask & bit != 0) {
                continue;
            }
            let values = field.values.iter().filter(|(_, mask)| mask & bit != 0);
            let values: Vec<&str> = values.map(|(value, _)| *value).collect();
            self.bad_value(node, &text, &values);
        }
    }

    pub(super) fn bad_value(&mut self, node: NodeRef<'_>, text: &str, values: &[&str]) {
        let near = nearest(text, values.iter().copied());
        let help = near.map_or_else(
            || format!("it may be {}", list(values)),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("`{}` cannot be `{text}`", self.path);
        self.report(ViolationKind::BadValue, node, message, Some(help));
    }

    fn unknown_field(
        &mut self,
        holder: NodeRef<'_>,
        name: &str,
        value: NodeRef<'_>,
        known: &[Field],
        others: u32,
    ) {
        if self.completeness == Completeness::Part && name.starts_with('$') {
            return;
        }
        if self.path.is_root() && name == "sops" {
            return;
        }
        let bit = self.version.bit();
        if others != 0 {
            let help = match Version::first_of(others) {
                Some(first) if first > self.version => format!("it came with Kubernetes {first}"),
                _ => "it was dropped".to_owned(),
            };
            let message = format!(
                "Kubernetes {} has no field `{name}`{}",
                self.version,
                self.path.inside()
            );
            return self.report_key(value, message, Some(help));
        }
        let names = known.iter().filter(|field| field.mask & bit != 0);
        let names = names.map(|field| field.name);
        let names = names.filter(|name| holder.get(name).is_none());
        let near = nearest(name, names);
        self.no_such_field(name, value, near);
    }

    pub(super) fn no_such_field(&mut self, name: &str, value: NodeRef<'_>, near: Option<&str>) {
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let message = format!("there is no field `{name}`{}", self.path.inside());
        self.report_key(value, message, help);
    }

    pub(super) fn missing(&mut self, holder: NodeRef<'_>, name: &str) {
        self.path.enter(name);
        let message = format!("`{}` is missing", self.path);
        self.path.leave();
        self.report(ViolationKind::MissingField, holder, message, None);
    }

    pub(super) fn format(&mut self, node: NodeRef<'_>, is_good: bool, needed: &str) {
        if !is_good {
            let message = format!("`{}` is not {needed}", self.path);
            self.report(ViolationKind::BadFormat, node, message, None);
        }
    }

    pub(super) fn range(&mut self, node: NodeRef<'_>, is_good: bool) {
        if !is_good {
            let message = format!("`{}` is out of range", self.path);
            self.report(ViolationKind::BadValue, node, message, None);
        }
    }

    pub(super) fn wrong_type(&mut self, node: NodeRef<'_>, needed: &str) {
        if node.as_str().is_some_and(|text| is_placeholder(&text)) {
            return;
        }
        let message = format!(
            "`{}` is {}, but {needed} is needed",
            self.path,
            shape_of(node)
        );
        self.report(ViolationKind::WrongType, node, message, None);
    }

    fn report_key(&mut self, value: NodeRef<'_>, message: String, help: Option<String>) {
        let key = value.key().unwrap_or(value);
        self.violations.push(Violation {
            kind: ViolationKind::UnknownField,
            node: value.id(),
            span: key.span(),
            message,
            help,
        });
    }

    pub(super) fn report(
        &mut self,
        kind: ViolationKind,
        node: NodeRef<'_>,
        message: String,
        help: Option<String>,
    ) {
        let is_scalar = node.resolved().kind() == Kind::Scalar;
        let span = if is_scalar && node.span().start < node.span().end {
            node.span()
        } else if self.path.is_root() {
            node.get("kind").unwrap_or(node).label_span()
        } else {
            node.label_span()
        };
        self.violations.push(Violation {
            kind,
            node: node.id(),
            span,
            message,
            help,
        });
    }
}

/// What a leaf has to be, in words.
fn word(shape: &Shape) -> &'static str {
    match shape {
        Shape::Boolean => "`true` or `false`",
        Shape::Int32 | Shape::Int64 => "a whole number",
        Shape::Number => "a number",
        Shape::Bytes => "base64 text",
        Shape::Time => "a time such as `2006-01-02T15:04:05Z`",
        Shape::Quantity => "a quantity such as `500m` or `128Mi`",
        Shape::IntOrString => "a whole number or a string",
        _ => "a string",
    }
}

/// The values that a field takes, so many as fit a line.
fn list(values: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = values
        .iter()
        .filter(|value| !value.is_empty())
        .take(SHOWN)
        .map(|value| format!("`{value}`"))
        .collect();
    let more = if values.len() > SHOWN { ", …" } else { "" };
    shown.join(", ") + more
}
