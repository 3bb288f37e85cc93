//! What the API of each supported Kubernetes version, and of the CustomResourceDefinitions of a run,
//! says about objects: kinds, fields, types, values.
//!
//! Null is an absent value, and field names are compared as they are written, as in the strict decoding
//! of the API server (`fieldValidation=Strict`). Where a value is put in later (`${NAME}`), nothing is
//! said about it.

mod catalogue;
mod check;
mod custom;
mod format;
mod place;
mod structural;
mod version;
mod violation;

pub use custom::CustomKinds;
pub use version::{UnknownVersion, Version};
pub use violation::{Violation, ViolationKind};

use crate::yaml::NodeRef;
use catalogue::Catalogue;
use check::Checker;

/// Whether a document is all of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It is sent as it is.
    Whole,
    /// It is merged into an object: what it does not say is said there.
    Part,
}

/// What is wrong with an object of a built-in kind; `None` where this version does not have the kind.
pub fn check_builtin(
    version: Version,
    api_version: &str,
    kind: &str,
    object: NodeRef<'_>,
    completeness: Completeness,
) -> Option<Vec<Violation>> {
    let shape = Catalogue::builtin().kind(version, api_version, kind)?;
    let mut checker = Checker::new(version, completeness);
    checker.value(object, &shape);
    Some(checker.violations)
}

/// Whether a version has a built-in kind.
pub fn is_builtin(version: Version, api_version: &str, kind: &str) -> bool {
    let catalogue = Catalogue::builtin();
    catalogue.kind(version, api_version, kind).is_some()
}

/// The API versions in which a version of Kubernetes has a kind of a group.
pub fn api_versions(version: Version, group: &str, kind: &str) -> Vec<&'static str> {
    let catalogue = Catalogue::builtin();
    catalogue.api_versions(version, group, kind).collect()
}

/// The known name that somebody probably meant: the same in other letters, or the nearest.
fn nearest<'n>(written: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let mut same = known.clone();
    same.find(|name| name.eq_ignore_ascii_case(written))
        .or_else(|| crate::source::nearest(written, known))
}
