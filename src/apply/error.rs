//! Why an apply did not begin, or could not be recorded.

use miette::Diagnostic;

use crate::cluster::ClusterError;
use crate::plan::PlanError;

/// A failure that concerns the whole run.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ApplyError {
    /// The plan is not one to execute.
    #[error("the plan has {count} objects that cannot be applied, so nothing was")]
    #[diagnostic(
        code(apply::problems),
        help("what stands in their way is said above; a set is applied as a whole")
    )]
    Problems {
        /// How many.
        count: usize,
    },
    /// The set or the cluster says no.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Plan(#[from] PlanError),
    /// The record of the set changed since the plan was made.
    #[error("the record of the set changed while this run was planned, so nothing was applied")]
    #[diagnostic(
        code(apply::record_changed),
        help("another run is at work on this set; run again when it is over")
    )]
    RecordChanged,
    /// The record cannot be written.
    #[error("cannot write the record of the set: {0}")]
    #[diagnostic(
        code(apply::record),
        help(
            "what was applied stays and is found by the next run; run again when the cause is gone"
        )
    )]
    Record(#[source] ClusterError),
}

impl From<ClusterError> for ApplyError {
    fn from(error: ClusterError) -> Self {
        Self::Plan(PlanError::Cluster(error))
    }
}
