//! What the outputs for other programs want to know beside the verdict.

use crate::lint::{Rule, Suppressed};
use crate::object::Object;
use crate::source::RepositoryInfo;

/// What the outputs for other programs want to know beside the verdict.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The rules that may be named.
    pub rules: &'a [Rule],
    /// The objects that were judged, in the order of the sources.
    pub objects: &'a [Object],
    /// The findings that an ignore covers.
    pub suppressed: &'a [Suppressed],
    /// The repository, where there is one.
    pub repository: Option<&'a RepositoryInfo>,
}
