//! What names an object in a cluster.

use std::fmt;

/// An API group with a kind; the version is not part of an object's identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

/// Group, kind, namespace and name: what names an object in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace as the manifest says it; `None` where it says none.
    pub namespace: Option<String>,
    /// The name; empty where only `generateName` is given.
    pub name: String,
}

impl ObjectId {
    /// Group and kind alone.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind {
            group: self.group.clone(),
            kind: self.kind.clone(),
        }
    }
}

/// `Kind.group` as kubectl writes it; the kind alone for the core group.
impl fmt::Display for GroupKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.kind)?;
        if self.group.is_empty() {
            return Ok(());
        }
        write!(formatter, ".{}", self.group)
    }
}

/// `Deployment/prod/web`, or `Namespace/prod` without a namespace.
impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(formatter, "{}/{}", self.kind, self.name),
        }
    }
}
