//! Desired × live → [`Plan`]. `diff` prints it, `apply` executes it: one code path.
//!
//! Every object is sent to the server as a dry run of the very request that would apply it, so that
//! defaults, webhooks and merges are the server's own and none of them is a false difference.

mod build;
mod change;
mod compare;
mod conflict;
mod desired;
mod error;
mod examine;
mod fields;
mod inventory;
mod managed_path;
mod mask;
mod members;
mod migrate;
mod origin;
mod prune;
mod send;
mod set;
mod shorten;
pub mod stage;
mod trial;

pub use build::plan;
pub use change::{Action, Change, Note};
pub use compare::{Difference, content, differences};
pub use error::{Conflict, ObjectError, Place, PlanError, Problem};
pub use inventory::{Binding, Inventory, RECORD_MANAGER, Run, RunOutcome};
pub use mask::{Scrubber, is_secret, masked};
pub use migrate::migration;
pub use origin::places;
pub use prune::is_ours;
pub use send::{Sending, Sent, send};
pub use set::{PART_OF, Set};

use crate::object::GroupKind;

/// How many deletions a run may do without being told.
///
/// A change of a few names stays below it; a wrong path or a lost folder does not.
pub const MAX_PRUNE: usize = 10;

/// Whether what left git is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// No. The only answer for a run that read less than the whole set.
    No,
    /// Yes, except kinds that hold what cannot be made again.
    Safe,
    /// Those too.
    Protected,
}

/// What is wished for.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The set.
    pub set: &'a Set,
    /// What the set is bound to.
    pub binding: Binding,
    /// The namespace for objects that name none.
    pub namespace: Option<&'a str>,
    /// Whether a set that is bound elsewhere, or another tool's, becomes ours.
    pub adopt_set: bool,
    /// Whether fields and objects of other owners become ours.
    pub take_over: bool,
    /// Whether what left git is deleted.
    pub pruning: Pruning,
    /// How many deletions are allowed; [`MAX_PRUNE`] without.
    pub max_prune: Option<usize>,
}

/// What is to be done to a cluster, in order.
#[derive(Debug)]
pub struct Plan {
    /// The set.
    pub set: Set,
    /// The set's record as it was read, with this run's binding.
    pub inventory: Inventory,
    /// The changes in the order in which they are applied, deletions last.
    pub changes: Vec<Change>,
    /// Objects that cannot be applied. A plan with one is not executed.
    pub problems: Vec<Problem>,
    /// Why a plan without problems is not executed either.
    pub refusal: Option<PlanError>,
    /// What a person should know: one sentence each.
    pub notes: Vec<String>,
    /// Takes the values of this run's Secrets out of texts.
    pub scrubber: Scrubber,
    /// Whether fields and objects of other owners become ours.
    pub take_over: bool,
    /// Whether what left git was looked for.
    pub pruning: Pruning,
    /// Kinds whose own server did not answer: they may have members that nobody can name now.
    pub silent: Vec<GroupKind>,
}

impl Plan {
    /// Whether anything would change in the cluster.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(Change::is_change)
    }

    /// How many changes are of this action.
    pub fn count(&self, action: &Action) -> usize {
        let changes = self.changes.iter();
        changes.filter(|change| change.action == *action).count()
    }
}
