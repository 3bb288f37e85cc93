//! Field paths: `spec.containers[0].image`.

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An index of a list.
    Index(usize),
}

/// A path from an object's root to a field, as the API server writes it (`spec.ports[0].name`,
/// `metadata.annotations[a/b]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FieldPath(pub Vec<Step>);
