//! What is to be done to one object.

use serde_json::Value;

use super::compare::{Difference, content};
use super::error::Conflict;
use super::mask::masked;
use crate::cluster::Resource;
use crate::object::{Object, ObjectId};
use crate::source::Span;

/// What is to be done to one object.
#[derive(Clone, Debug)]
pub struct Change {
    /// The object, in the namespace that it really has.
    pub object: ObjectId,
    /// Its kind as the cluster serves it; `None` for one that the same plan makes.
    pub resource: Option<Resource>,
    /// What is done.
    pub action: Action,
    /// The object as it is in the cluster. Values of Secrets are in it: show [`Change::shown`] instead.
    pub live: Option<Value>,
    /// The object as it would be: the answer of the dry run. Values of Secrets are in it.
    pub merged: Option<Value>,
    /// What is sent: the manifest's JSON with the set's label. Values of Secrets are in it.
    pub desired: Option<Value>,
    /// Where the manifest says it.
    pub origin: Option<Span>,
    /// The manifest; `None` for a deletion.
    pub manifest: Option<Object>,
    /// The fields that differ, with the values of Secrets masked.
    pub differences: Vec<Difference>,
    /// What a person should know about it.
    pub notes: Vec<Note>,
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

/// What a person should know about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A field that somebody changed by hand is taken back.
    Taken(Conflict),
    /// A field stays with its owner, and the manifest's value is not applied.
    Kept(Conflict),
    /// No value changes, but fields become ours or cease to be.
    Ownership,
    /// Fields of `kubectl apply` become ours.
    Migrates,
    /// The server could not be asked what would be, for this reason.
    NotTried(String),
}

impl Change {
    /// Whether something changes in the cluster.
    pub fn is_change(&self) -> bool {
        !matches!(self.action, Action::Unchanged | Action::Skip(_))
    }

    /// Both sides as a person may see them: values of Secrets masked, the server's bookkeeping left
    /// out. What is not tried is shown as it is sent.
    pub fn shown(&self) -> (Option<Value>, Option<Value>) {
        let after = match self.action {
            Action::Prune => None,
            Action::Skip(_) => self.live.as_ref(),
            _ => self.merged.as_ref().or(self.desired.as_ref()),
        };
        let before = self.live.as_ref().map(|live| content(live, false));
        let after = after.map(|after| content(after, false));
        masked(before.as_ref(), after.as_ref())
    }
}

/// What is done, as a word.
impl std::fmt::Display for Action {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Create => "create",
            Self::Configure => "configure",
            Self::Unchanged => "unchanged",
            Self::Prune => "prune",
            Self::Recreate => "recreate",
            Self::Skip(_) => "skip",
        })
    }
}

/// One sentence without a full stop.
impl std::fmt::Display for Note {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Taken(conflict) => write!(
                formatter,
                "takes back `{}`, which {} changed",
                conflict.field, conflict.manager
            ),
            Self::Kept(conflict) => write!(
                formatter,
                "leaves `{}` to {}, which writes it",
                conflict.field, conflict.manager
            ),
            Self::Ownership => formatter.write_str("only the ownership of fields changes"),
            Self::Migrates => formatter.write_str("takes over the fields of `kubectl apply`"),
            Self::NotTried(reason) => write!(formatter, "not tried on the server: {reason}"),
        }
    }
}
