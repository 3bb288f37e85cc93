//! The API of the supported Kubernetes versions, decoded type by type when it is asked for.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::Version;

/// Written by `tests/schema-generator`; `data/README.md` describes the form.
const DATA: &str = include_str!("data/kubernetes.txt");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(DATA));

/// All versions in one: kinds, and the types that they reach.
#[derive(Debug)]
pub(super) struct Catalogue {
    kinds: BTreeMap<(&'static str, &'static str), Entry>,
    /// Sorted by name.
    types: Vec<Type>,
}

/// A kind's type and its versions.
#[derive(Clone, Copy, Debug)]
struct Entry {
    name: &'static str,
    mask: u32,
}

/// A type whose fields are read at their first use.
#[derive(Debug)]
struct Type {
    name: &'static str,
    body: &'static str,
    fields: OnceLock<Vec<Field>>,
}

/// A field of a type, in the versions of its mask.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Whether an object without it is refused.
    pub(super) is_required: bool,
    /// The values that it takes, each with its versions; empty means any.
    pub(super) values: Vec<(&'static str, u32)>,
    pub(super) mask: u32,
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Any,
    String,
    Boolean,
    Int32,
    Int64,
    Number,
    Bytes,
    Time,
    Quantity,
    IntOrString,
    List(Box<Shape>),
    Map(Box<Shape>),
    /// The fields of the type of this name.
    Fields(String),
}

/// All versions.
const EVERY: u32 = u32::MAX;

impl Catalogue {
    /// The built-in kinds.
    pub(super) fn builtin() -> &'static Self {
        &CATALOGUE
    }

    fn read(data: &'static str) -> Self {
        let mut kinds = BTreeMap::new();
        let mut types: Vec<Type> = Vec::new();
        let mut start = 0;
        let mut at = 0;
        for line in data.split_inclusive('\n') {
            let end = at + line.len();
            if let Some(name) = line.strip_prefix("type ") {
                types.push(Type {
                    name: name.trim_end(),
                    body: "",
                    fields: OnceLock::new(),
                });
                start = end;
            } else if let Some(kind) = line.strip_prefix("kind ") {
                let mut words = kind.split_ascii_whitespace();
                if let (Some(version), Some(kind), Some(name)) =
                    (words.next(), words.next(), words.next())
                {
                    let mask = words.find_map(mask).unwrap_or(EVERY);
                    kinds.insert((version, kind), Entry { name, mask });
                }
            } else if let Some(last) = types.last_mut() {
                last.body = &data[start..end];
            }
            at = end;
        }
        Self { kinds, types }
    }

    /// The shape of a kind's objects in a version.
    pub(super) fn kind(&self, version: Version, api_version: &str, kind: &str) -> Option<Shape> {
        let entry = self.kinds.get(&(api_version, kind))?;
        (entry.mask & version.bit() != 0).then(|| Shape::Fields(entry.name.to_owned()))
    }

    /// The API versions in which a version of Kubernetes has a kind of a group.
    pub(super) fn api_versions(
        &self,
        version: Version,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = &'static str> {
        let kinds = self.kinds.iter();
        kinds
            .filter(move |((api_version, name), entry)| {
                let of_version = api_version.rsplit_once('/').map_or("", |(group, _)| group);
                *name == kind && of_version == group && entry.mask & version.bit() != 0
            })
            .map(|((api_version, _), _)| *api_version)
    }

    /// The fields of a type in all versions; a name may stand there once for each shape.
    pub(super) fn fields(&self, name: &str) -> &[Field] {
        let found = self.types.binary_search_by(|other| other.name.cmp(name));
        let Ok(at) = found else {
            return &[];
        };
        let found = &self.types[at];
        found.fields.get_or_init(|| {
            let lines = found.body.lines();
            lines.filter_map(|line| field(found.name, line)).collect()
        })
    }
}

/// ` name! shape :list ?default @mask =value|value@mask`
fn field(holder: &str, line: &'static str) -> Option<Field> {
    let (line, values) = match line.split_once(" =") {
        Some((line, values)) => (line, values.split('|').map(value).collect()),
        None => (line, Vec::new()),
    };
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?;
    let shape = shape(holder, words.next()?);
    let mut field = Field {
        name: name.trim_end_matches('!'),
        shape,
        is_required: name.ends_with('!'),
        values,
        mask: EVERY,
    };
    for word in words {
        if word.starts_with('?') {
            field.is_required = false;
        } else if let Some(versions) = mask(word) {
            field.mask = versions;
        }
    }
    Some(field)
}

fn value(text: &'static str) -> (&'static str, u32) {
    let masked = text
        .rsplit_once('@')
        .and_then(|(value, mask)| Some((value, u32::from_str_radix(mask, 16).ok()?)));
    masked.unwrap_or((text, EVERY))
}

fn mask(word: &str) -> Option<u32> {
    u32::from_str_radix(word.strip_prefix('@')?, 16).ok()
}

fn shape(holder: &str, text: &str) -> Shape {
    if let Some(item) = text.strip_prefix('[') {
        return Shape::List(Box::new(shape(holder, item.trim_end_matches(']'))));
    }
    if let Some(item) = text.strip_prefix('{') {
        return Shape::Map(Box::new(shape(holder, item.trim_end_matches('}'))));
    }
    match text {
        "any" => Shape::Any,
        "string" | "duration" => Shape::String,
        "boolean" => Shape::Boolean,
        "int32" => Shape::Int32,
        "int64" => Shape::Int64,
        "number" => Shape::Number,
        "bytes" => Shape::Bytes,
        "time" | "micro-time" => Shape::Time,
        "quantity" => Shape::Quantity,
        "int-or-string" => Shape::IntOrString,
        name if name.contains('.') => Shape::Fields(name.to_owned()),
        name => {
            let home = holder.rfind('.').map_or("", |at| &holder[..=at]);
            Shape::Fields(format!("{home}{name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_its_shape_values_and_versions() {
        let field = field("core.v1.Pod", " name! [Container] :map:name @1e =A|B c@3");
        let field = field.expect("it is a field");
        let container = Shape::Fields("core.v1.Container".to_owned());
        assert_eq!(field.shape, Shape::List(Box::new(container)));
        assert_eq!(field.values, [("A", EVERY), ("B c", 3)]);
        assert_eq!((field.is_required, field.mask), (true, 0x1e));
    }

    #[test]
    fn every_type_that_a_field_names_is_there() {
        let catalogue = Catalogue::builtin();
        assert!(
            catalogue
                .types
                .is_sorted_by(|left, right| left.name < right.name)
        );
        for holder in &catalogue.types {
            for field in catalogue.fields(holder.name) {
                assert!(is_there(catalogue, &field.shape), "{holder:?} {field:?}");
            }
        }
        for entry in catalogue.kinds.values() {
            assert!(!catalogue.fields(entry.name).is_empty(), "{entry:?}");
        }
    }

    fn is_there(catalogue: &Catalogue, shape: &Shape) -> bool {
        match shape {
            Shape::List(item) | Shape::Map(item) => is_there(catalogue, item),
            Shape::Fields(name) => catalogue.types.iter().any(|other| other.name == name),
            _ => true,
        }
    }

    #[test]
    fn a_kind_is_known_only_in_its_versions() {
        let kind = |version: Version| {
            Catalogue::builtin().kind(version, "policy/v1beta1", "PodSecurityPolicy")
        };
        assert!(Version::all().all(|version| kind(version).is_none()));
        let kind = |version| Catalogue::builtin().kind(version, "apps/v1", "Deployment");
        assert!(Version::all().all(|version| kind(version).is_some()));
    }
}
