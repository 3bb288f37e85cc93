//! Tree → Kubernetes objects: kinds, ids, field paths, pod templates, quantities, image references.

mod id;
mod image;
mod kinds;
mod path;
mod quantity;
mod read;

pub use id::{GroupKind, ObjectId};
pub use image::{ImageReference, ImageReferenceError};
pub use kinds::{KindInfo, Scope, Stage, kind_info, kinds};
pub use path::{FieldPath, Step};
pub use quantity::{Quantity, QuantityError};
pub use read::{Skipped, SkippedReason, read};

use std::sync::Arc;

use serde_json::Value;

use crate::source::Span;
use crate::yaml::{NodeId, NodeRef, Tree};

/// One Kubernetes object of a manifest, tied to its text.
#[derive(Clone, Debug)]
pub struct Object {
    /// Group, kind, namespace and name.
    pub id: ObjectId,
    /// The version part of `apiVersion`.
    pub version: String,
    /// The document that holds the object.
    pub tree: Arc<Tree>,
    /// The object's own node: the document's root, or an item of a `List`.
    pub node: NodeId,
}

impl Object {
    /// The object's node.
    pub fn root(&self) -> NodeRef<'_> {
        self.tree.node(self.node)
    }

    /// The object's bytes.
    pub fn span(&self) -> Span {
        self.root().span()
    }

    /// The place of the object's name, as a person looks for it.
    pub fn span_of_name(&self) -> Span {
        let root = self.root();
        let name = root.at(&["metadata", "name"]);
        name.unwrap_or(root).label_span()
    }

    /// The JSON that kubectl makes of the object.
    pub fn value(&self) -> Value {
        self.root().to_json()
    }

    /// `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.id.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.id.group, self.version)
        }
    }

    /// What is known of a built-in kind.
    pub fn info(&self) -> Option<&'static KindInfo> {
        kind_info(&self.id.group, &self.id.kind)
    }

    /// The pod spec, wherever the kind keeps it.
    pub fn pod_spec(&self) -> Option<NodeRef<'_>> {
        self.root().at(self.info()?.pod_spec?)
    }

    /// The metadata that the object's Pods get, wherever the kind keeps it.
    pub fn pod_metadata(&self) -> Option<NodeRef<'_>> {
        let spec = self.info()?.pod_spec?;
        let (_, template) = spec.split_last()?;
        self.root().at(template)?.get("metadata")
    }
}
