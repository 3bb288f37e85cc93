//! Why there is no plan, and why one object has no place in it.

use std::fmt;

use miette::Diagnostic;

use crate::cluster::ClusterError;
use crate::object::{GroupKind, ObjectId};
use crate::source::Span;

/// A failure that concerns the whole run.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum PlanError {
    /// The cluster did not answer as it should.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Cluster(#[from] ClusterError),
    /// A name that Kubernetes would not take.
    #[error("`{name}` is no name for a {what}")]
    #[diagnostic(
        code(plan::bad_name),
        help(
            "use at most 63 small letters, digits and dashes, with a letter or digit at both ends"
        )
    )]
    BadName {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The set's record is no record, or one of another tool.
    #[error("the set {set} cannot be used: {reason}")]
    #[diagnostic(code(plan::foreign_record))]
    ForeignRecord {
        /// The set.
        set: String,
        /// What is wrong with it.
        reason: String,
        /// The next step.
        #[help]
        help: String,
    },
    /// The set is bound to another repository, path or cluster.
    #[error("the set {set} belongs to {what} {recorded}, and this is {found}")]
    #[diagnostic(
        code(plan::bound_elsewhere),
        help(
            "another set needs another name (--set); if this one moved here, say so with --adopt-set"
        )
    )]
    BoundElsewhere {
        /// The set.
        set: String,
        /// Which of the bindings differs.
        what: &'static str,
        /// What the record says.
        recorded: String,
        /// What this run is.
        found: String,
    },
    /// The record's namespace does not exist.
    #[error("the namespace {namespace} of the set's record does not exist")]
    #[diagnostic(
        code(plan::no_set_namespace),
        help(
            "add the Namespace to the manifests, or create it: kubectl create namespace {namespace}"
        )
    )]
    NoSetNamespace {
        /// The namespace.
        namespace: String,
    },
    /// More objects left git than may be deleted at once.
    #[error("{count} objects would be deleted, and at most {limit} may be")]
    #[diagnostic(
        code(plan::too_many_deletions),
        help(
            "if they shall go, allow it with --max-prune {count}; to keep them for now, use --no-prune"
        )
    )]
    TooManyDeletions {
        /// How many would go.
        count: usize,
        /// How many may.
        limit: usize,
    },
    /// Nothing is left in git.
    #[error("the manifests hold no object, and the set has {count} in the cluster")]
    #[diagnostic(
        code(plan::empty_set),
        help(
            "an empty set is nearly always a wrong path; if all shall go, say --max-prune {count}"
        )
    )]
    EmptySet {
        /// How many objects the set has.
        count: usize,
    },
}

/// A place in a manifest with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The place.
    pub span: Span,
    /// A few words; may be empty.
    pub text: String,
}

/// An object that cannot be planned or applied; the others go on.
#[derive(Debug)]
pub struct Problem {
    /// The object.
    pub object: ObjectId,
    /// Where its manifest says what causes it, the first place being the one to look at.
    pub places: Vec<Place>,
    /// What is wrong.
    pub error: ObjectError,
}

/// One field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field, as the server writes it.
    pub field: String,
    /// The manager that owns it.
    pub manager: String,
    /// The subresource through which it is owned; empty for none.
    pub subresource: String,
}

/// Why an object cannot be planned or applied.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ObjectError {
    /// No such kind is served.
    #[error("the cluster serves no {kind} in version {version}")]
    #[diagnostic(code(plan::unknown_kind))]
    UnknownKind {
        /// The kind.
        kind: GroupKind,
        /// The version that the manifest names.
        version: String,
        /// The next step.
        #[help]
        help: String,
    },
    /// The kind is served and cannot be applied.
    #[error("a {kind} cannot be applied: the cluster only lets one {verbs} it")]
    #[diagnostic(code(plan::not_appliable), help("take it out of the set"))]
    NotAppliable {
        /// The kind.
        kind: GroupKind,
        /// What the cluster lets one do.
        verbs: String,
    },
    /// The object says no namespace.
    #[error("the manifest names no namespace")]
    #[diagnostic(
        code(plan::no_namespace),
        help(
            "add metadata.namespace, or give --namespace for all objects that name none; the kubeconfig's namespace is never used"
        )
    )]
    NoNamespace,
    /// The namespace does not exist and is not in the set.
    #[error("the namespace {namespace} does not exist")]
    #[diagnostic(
        code(plan::namespace_missing),
        help("add the Namespace to the manifests, or create it")
    )]
    NamespaceMissing {
        /// The namespace.
        namespace: String,
    },
    /// Only a prefix of the name is given.
    #[error("an object without a name cannot be applied again")]
    #[diagnostic(
        code(plan::no_name),
        help("give it metadata.name; generateName makes a new object at every run")
    )]
    NoName,
    /// The same object twice.
    #[error("the same object is in the manifests twice")]
    #[diagnostic(
        code(plan::duplicate),
        help("remove one of the two: which of them wins would be left to chance")
    )]
    Duplicate,
    /// The manifest itself says that the object belongs to a set.
    #[error("the manifest carries the label {PART_OF}, which only the applier sets", PART_OF = super::set::PART_OF)]
    #[diagnostic(
        code(plan::label_in_manifest),
        help("remove the label; it was likely copied from a cluster")
    )]
    LabelInManifest,
    /// The object belongs to another set.
    #[error("the object belongs to another set: {owner}")]
    #[diagnostic(
        code(plan::foreign_member),
        help(
            "an object has one owner: remove it from the other set's manifests, free it with `kubectl label KIND NAME {PART_OF}-`, and apply with --take-over",
            PART_OF = super::set::PART_OF
        )
    )]
    ForeignMember {
        /// The other set: its field manager where that is known, and its id.
        owner: String,
    },
    /// The object is made by another tool or a controller.
    #[error("the object is managed by {owner}")]
    #[diagnostic(
        code(plan::managed_elsewhere),
        help(
            "two tools would overwrite each other; if this set shall own it from now on, use --take-over"
        )
    )]
    ManagedElsewhere {
        /// The other tool.
        owner: String,
    },
    /// A controller makes the object.
    #[error("the object is made by {owner}, which would undo any change")]
    #[diagnostic(
        code(plan::controlled),
        help("change its owner's manifest instead, and remove this one")
    )]
    Controlled {
        /// The owner's kind and name.
        owner: String,
    },
    /// The object is on its way out.
    #[error("the object is being deleted")]
    #[diagnostic(
        code(plan::terminating),
        help("apply again when it is gone; if it stays, look at its metadata.finalizers")
    )]
    Terminating,
    /// Other managers own fields that the manifest sets.
    #[error("{}", conflicts(fields))]
    #[diagnostic(
        code(plan::conflict),
        help("remove the fields from the manifest, or take them with --take-over")
    )]
    Conflicts {
        /// The fields with their owners.
        fields: Vec<Conflict>,
    },
    /// The server refused the object.
    #[error("the server refuses it: {}", server_text(error))]
    #[diagnostic(code(plan::refused))]
    Refused {
        /// The server's answer.
        error: Box<ClusterError>,
        /// The next step, where one is known.
        #[help]
        help: Option<String>,
    },
    /// The cluster could not be asked.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Cluster(Box<ClusterError>),
    /// What the object needs did not come.
    #[error("{what} is not ready: {reason}")]
    #[diagnostic(
        code(plan::definition_not_ready),
        help("what depends on it was not applied; look at its conditions")
    )]
    NotEstablished {
        /// The definition or namespace.
        what: String,
        /// What it last said.
        reason: String,
    },
}

impl From<ClusterError> for ObjectError {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(Box::new(error))
    }
}

/// The server's own words.
fn server_text(error: &ClusterError) -> String {
    match error.api() {
        Some(api) => api.to_string(),
        None => error.to_string(),
    }
}

fn conflicts(fields: &[Conflict]) -> String {
    let mut managers: Vec<&str> = fields.iter().map(|field| field.manager.as_str()).collect();
    managers.sort_unstable();
    managers.dedup();
    let names: Vec<String> = fields
        .iter()
        .map(|field| format!("`{}`", field.field))
        .collect();
    format!("{} owns {}", managers.join(", "), names.join(", "))
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.object, self.error)
    }
}
