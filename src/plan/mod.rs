//! Desired × live → [`Plan`]. `diff` prints it, `apply` executes it: one code path.

use serde_json::Value;

use crate::object::ObjectId;
use crate::source::Span;

/// What is to be done to a cluster, in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The changes in the order in which they are applied.
    pub changes: Vec<Change>,
}

/// What is to be done to one object.
#[derive(Clone, Debug)]
pub struct Change {
    /// The object.
    pub object: ObjectId,
    /// What is done.
    pub action: Action,
    /// The object as it is in the cluster.
    pub live: Option<Value>,
    /// The object as it would be: the answer of the dry run.
    pub merged: Option<Value>,
    /// What is sent: the manifest's JSON with the set's label.
    pub desired: Option<Value>,
    /// Where the manifest says it.
    pub origin: Option<Span>,
}

/// What is done to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It does not exist yet.
    Create,
    /// It exists and differs.
    Configure,
    /// It exists and is as the manifest says.
    Unchanged,
    /// It left git: it is deleted.
    Prune,
    /// It cannot be changed in place: it is deleted and created.
    Recreate,
    /// Nothing is done, for this reason.
    Skip(String),
}
