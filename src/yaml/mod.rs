//! Text → spanned tree, with kubectl's meaning. Knows nothing of Kubernetes.
//!
//! kubectl splits a stream into documents before it parses, reads each with go-yaml v2 and turns it
//! into JSON (sigs.k8s.io/yaml). What a manifest means is what that reader makes of it.

mod arena;
mod document;
mod duplicate;
mod fields;
mod grammar;
mod json;
mod node;
mod number;
mod problem;
mod scalar;
mod scan;
mod split;
mod stream;
mod timestamp;
mod tree;
mod verify;

pub use node::NodeRef;
pub use problem::{Problem, ProblemKind};
pub use tree::{Comment, Kind, NodeId, Scalar, Style, Tree};

use std::sync::Arc;

use crate::source::SourceId;

/// What a text holds: its documents, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents that could be read and are not empty, in order.
    pub documents: Vec<Arc<Tree>>,
    /// At most one error for a document that could not be read, and findings about those that could.
    pub problems: Vec<Problem>,
}

/// Reads all documents of a text.
///
/// Every span in the result is a byte range of `text`.
pub fn parse(source: SourceId, text: &Arc<str>) -> Parsed {
    stream::read(source, text)
}
