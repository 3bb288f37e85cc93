//! The built-in kinds: scope, plural, where the pod spec is, apply stage.

/// Whether a kind's objects live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Objects live in a namespace.
    Namespaced,
    /// Objects belong to the whole cluster.
    Cluster,
}

/// When objects of a kind are applied; later stages need what earlier ones make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Kinds and namespaces: awaited before anything else.
    Definitions,
    /// What workloads refer to: accounts, roles, configuration, storage, Services.
    Dependencies,
    /// Workloads and everything else.
    Workloads,
    /// Admission webhooks: they may refuse what comes after them.
    Webhooks,
}

/// What is known of a built-in kind.
#[derive(Debug)]
pub struct KindInfo {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The name in URLs.
    pub plural: &'static str,
    /// Whether objects live in a namespace.
    pub scope: Scope,
    /// The path to the pod spec, where the kind has one.
    pub pod_spec: Option<&'static [&'static str]>,
    /// When it is applied.
    pub stage: Stage,
}

/// What is known of a kind; `None` for one that is not built in.
pub fn kind_info(group: &str, kind: &str) -> Option<&'static KindInfo> {
    let _ = (group, kind);
    todo!()
}
