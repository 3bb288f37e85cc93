//! Objects against the structural schema of a CustomResourceDefinition, as the API server prunes and
//! validates them.
//!
//! `anyOf`, `oneOf`, `not` and CEL are not looked at: what they refuse is not found here.

use super::catalogue::Shape;
use super::check::Checker;
use super::custom::Patterns;
use super::format::{is_base64, is_placeholder, is_time};
use super::violation::ViolationKind;
use crate::yaml::{Kind, NodeRef, Scalar};

/// Compares nodes with nodes of a schema.
pub(super) struct Structural<'c> {
    pub(super) checker: &'c mut Checker,
    pub(super) patterns: &'c Patterns,
}

/// What every object has, whatever its schema says.
const OF_OBJECTS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// What decides about the fields of a mapping.
const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";

impl Structural<'_> {
    /// An object, or one in a field of another: it has what every object has.
    pub(super) fn object(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        for name in OF_OBJECTS {
            let shape = match name {
                "metadata" => Shape::Fields("meta.v1.ObjectMeta".to_owned()),
                _ => Shape::String,
            };
            match node.get(name) {
                Some(value) => {
                    self.checker.path.enter(name);
                    self.checker.value(value, &shape);
                    self.checker.path.leave();
                }
                // What a `List` says of its items, an item may leave out.
                None if shape == Shape::String
                    && self.is_complete()
                    && !self.checker.path.is_root() =>
                {
                    self.checker.missing(node, name);
                }
                None => {}
            }
        }
        self.mapping(node, schema, true);
    }

    fn value(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        if node.is_null() {
            return;
        }
        if node.as_str().is_some_and(|text| is_placeholder(&text)) {
            return;
        }
        if flag(schema, "x-kubernetes-int-or-string") {
            // It has no range, as the built-in type has.
            if !matches!(node.scalar(), Some(Scalar::Int(_) | Scalar::Uint(_))) {
                self.checker.value(node, &Shape::IntOrString);
            }
        } else if !self.has_type(node, schema) {
            return;
        }
        match node.resolved().kind() {
            Kind::Mapping => {
                if flag(schema, "x-kubernetes-embedded-resource") {
                    self.object(node, schema);
                } else {
                    self.mapping(node, schema, false);
                }
            }
            Kind::Sequence => self.sequence(node, schema),
            Kind::Scalar | Kind::Alias => {}
        }
        self.rules(node, schema);
    }

    /// Whether the type fits; without one it does.
    fn has_type(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) -> bool {
        let Some(name) = schema.get("type").and_then(NodeRef::as_str) else {
            return true;
        };
        let kind = node.resolved().kind();
        let (fits, needed) = match &*name {
            "object" => (kind == Kind::Mapping, "a mapping"),
            "array" => (kind == Kind::Sequence, "a list"),
            "string" => (matches!(node.scalar(), Some(Scalar::String(_))), "a string"),
            "boolean" => (
                matches!(node.scalar(), Some(Scalar::Bool(_))),
                "`true` or `false`",
            ),
            "integer" => {
                let is_whole = matches!(node.scalar(), Some(Scalar::Int(_) | Scalar::Uint(_)));
                (is_whole, "a whole number")
            }
            "number" => {
                let number = matches!(
                    node.scalar(),
                    Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_))
                );
                (number, "a number")
            }
            _ => return true,
        };
        // The server drops the status of what it creates before it looks at types.
        if !fits && !self.checker.path.is_status() {
            self.checker.wrong_type(node, needed);
        }
        fits
    }

    fn mapping(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>, is_object: bool) {
        let properties = schema.get("properties");
        let others = schema.get("additionalProperties");
        let keeps_unknown =
            flag(schema, PRESERVE) || others.is_some_and(|node| node.as_bool() == Some(true));
        let written = node.fields();
        for (name, value) in &written {
            let is_fixed = is_object && OF_OBJECTS.contains(&&**name);
            if is_fixed {
                continue;
            }
            let property = properties.and_then(|properties| properties.get(name));
            let others = others.filter(|node| node.resolved().kind() == Kind::Mapping);
            if let Some(schema) = property.or(others) {
                self.checker.path.enter(name);
                self.value(*value, schema);
                self.checker.path.leave();
            } else if !keeps_unknown {
                self.unknown(node, name, *value, properties);
            }
        }
        // Not in a part, and not where the cluster writes.
        let is_needed = self.is_complete() && !self.checker.path.is_status();
        let required = schema.get("required").into_iter().flat_map(NodeRef::items);
        for name in required.filter_map(NodeRef::as_str) {
            let property = properties.and_then(|properties| properties.get(&name));
            let is_given = property.is_some_and(|property| {
                property.get("default").is_some() || flag(property, "nullable")
            });
            let is_there = written
                .iter()
                .any(|(written, value)| *written == name && (!value.is_null() || is_given));
            let is_defaulted = property.is_some_and(|property| property.get("default").is_some());
            if !is_there && !is_defaulted && is_needed {
                self.checker.missing(node, &name);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.checker.completeness == super::Completeness::Whole
    }

    fn unknown(
        &mut self,
        holder: NodeRef<'_>,
        name: &str,
        value: NodeRef<'_>,
        properties: Option<NodeRef<'_>>,
    ) {
        let is_directive = !self.is_complete() && name.starts_with('$');
        if is_directive || (self.checker.path.is_root() && name == "sops") {
            return;
        }
        let known = properties.map(NodeRef::fields).unwrap_or_default();
        let known = known.iter().map(|(name, _)| &**name);
        let near = super::nearest(name, known.filter(|name| holder.get(name).is_none()));
        self.checker.no_such_field(name, value, near);
    }

    fn sequence(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        let Some(item_schema) = schema.get("items") else {
            return;
        };
        for (at, item) in node.items().enumerate() {
            self.checker.path.enter_item(at);
            if item.is_null() && !flag(item_schema, "nullable") {
                self.has_type(item, item_schema);
            }
            self.value(item, item_schema);
            self.checker.path.leave();
        }
    }

    /// What is said about the value beside its type.
    fn rules(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        if self.checker.path.is_status() {
            return;
        }
        self.values(node, schema);
        match node.scalar() {
            Some(Scalar::String(text)) => self.text(node, &text, schema),
            Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => self.number(node, schema),
            Some(Scalar::Null | Scalar::Bool(_)) => {}
            None => self.sizes(node, schema),
        }
        for schema in schema.get("allOf").into_iter().flat_map(NodeRef::items) {
            self.rules(node, schema);
        }
    }

    fn values(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        let Some(values) = schema.get("enum") else {
            return;
        };
        let value = node.to_json();
        if values.items().any(|allowed| allowed.to_json() == value) {
            return;
        }
        let Some(text) = node.raw() else {
            return;
        };
        let values: Vec<_> = values.items().filter_map(NodeRef::raw).collect();
        let values: Vec<&str> = values.iter().map(|value| &**value).collect();
        self.checker.bad_value(node, &text, &values);
    }

    fn text(&mut self, node: NodeRef<'_>, text: &str, schema: NodeRef<'_>) {
        if let Some(pattern) = schema.get("pattern").and_then(NodeRef::as_str)
            && !self.patterns.matches(&pattern, text)
        {
            let message = format!("`{}` does not match its pattern", self.checker.path);
            let help = Some(format!("the pattern is `{pattern}`"));
            self.checker
                .report(ViolationKind::BadFormat, node, message, help);
        }
        match schema.get("format").and_then(NodeRef::as_str).as_deref() {
            Some("date-time") => {
                let needed = "a time such as `2006-01-02T15:04:05Z`";
                self.checker.format(node, is_time(text), needed);
            }
            Some("byte") => {
                let is_good = !text.is_empty() && is_base64(text);
                self.checker.format(node, is_good, "base64 text");
            }
            _ => {}
        }
        let length = text.chars().count();
        self.size(
            node,
            schema,
            ("minLength", "maxLength"),
            length,
            "characters",
        );
    }

    fn number(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        let Some(number) = number(node) else {
            return;
        };
        let minimum = schema.get("minimum").and_then(self::number);
        let maximum = schema.get("maximum").and_then(self::number);
        let is_below = minimum.is_some_and(|minimum| {
            number < minimum || (flag(schema, "exclusiveMinimum") && number <= minimum)
        });
        let is_above = maximum.is_some_and(|maximum| {
            number > maximum || (flag(schema, "exclusiveMaximum") && number >= maximum)
        });
        let path = &self.checker.path;
        let message = if is_below {
            format!("`{path}` is below {}", minimum.unwrap_or_default())
        } else if is_above {
            format!("`{path}` is above {}", maximum.unwrap_or_default())
        } else {
            return self.int32(node, schema);
        };
        self.checker
            .report(ViolationKind::BadValue, node, message, None);
    }

    fn int32(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        let is_int32 = schema.get("format").and_then(NodeRef::as_str).as_deref() == Some("int32");
        let is_integer = schema.get("type").and_then(NodeRef::as_str).as_deref() == Some("integer");
        if is_int32 && is_integer {
            self.checker.value(node, &Shape::Int32);
        }
    }

    fn sizes(&mut self, node: NodeRef<'_>, schema: NodeRef<'_>) {
        if node.resolved().kind() == Kind::Sequence {
            let count = node.items().count();
            self.size(node, schema, ("minItems", "maxItems"), count, "items");
        } else {
            let count = node.fields().len();
            self.size(
                node,
                schema,
                ("minProperties", "maxProperties"),
                count,
                "fields",
            );
        }
    }

    fn size(
        &mut self,
        node: NodeRef<'_>,
        schema: NodeRef<'_>,
        (least, most): (&str, &str),
        size: usize,
        word: &str,
    ) {
        let limit = |name| {
            let limit = schema.get(name).and_then(NodeRef::as_i64);
            limit.and_then(|limit| usize::try_from(limit).ok())
        };
        let path = &self.checker.path;
        let message = match (limit(least), limit(most)) {
            (Some(least), _) if size < least => format!("`{path}` has fewer than {least} {word}"),
            (_, Some(most)) if size > most => format!("`{path}` has more than {most} {word}"),
            _ => return,
        };
        self.checker
            .report(ViolationKind::BadValue, node, message, None);
    }
}

fn flag(schema: NodeRef<'_>, name: &str) -> bool {
    schema.get(name).and_then(NodeRef::as_bool) == Some(true)
}

// JSON numbers of a schema are doubles to the API server, too.
#[expect(clippy::cast_precision_loss)]
fn number(node: NodeRef<'_>) -> Option<f64> {
    match node.scalar()? {
        Scalar::Int(number) => Some(number as f64),
        Scalar::Uint(number) => Some(number as f64),
        Scalar::Float(number) => Some(number),
        Scalar::Null | Scalar::Bool(_) | Scalar::String(_) => None,
    }
}
