//! Documents → objects.

use std::sync::Arc;

use super::Object;
use crate::source::Span;
use crate::yaml::Tree;

/// Why a document holds no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkippedReason {
    /// It has no `apiVersion` and `kind`.
    NotAManifest,
    /// It is read by a client and never sent to a server (a kustomization, a kind cluster, …).
    ClientSide(String),
    /// `metadata.name` is missing, or of the wrong type.
    Malformed(String),
}

/// A document (or an item of a `List`) that holds no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is.
    pub span: Span,
    /// Why.
    pub reason: SkippedReason,
}

/// Takes the objects out of documents; `List` and every `*List` with `items` is unpacked.
pub fn read(documents: &[Arc<Tree>]) -> (Vec<Object>, Vec<Skipped>) {
    let _ = documents;
    todo!()
}
