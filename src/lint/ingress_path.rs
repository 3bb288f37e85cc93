//! The hosts and paths that Ingresses serve.

use std::collections::HashMap;

use crate::object::Object;
use crate::yaml::NodeRef;

/// One path of an Ingress.
#[derive(Clone, Debug)]
pub(super) struct IngressPath<'a> {
    /// The Ingress.
    pub(super) object: &'a Object,
    /// The class of the Ingress; empty where it says none.
    pub(super) class: String,
    /// The host; empty for every host.
    pub(super) host: String,
    /// The path.
    pub(super) path: String,
    /// The entry of the list.
    pub(super) node: NodeRef<'a>,
}

impl<'a> IngressPath<'a> {
    /// Where a person looks for it.
    pub(super) fn place(&self) -> NodeRef<'a> {
        self.node.get("path").unwrap_or(self.node)
    }
}

/// The paths of all Ingresses by host and path.
pub(super) type IngressPaths<'a> = HashMap<(String, String), Vec<IngressPath<'a>>>;

/// Finds them among Ingresses.
pub(super) fn index<'a>(ingresses: impl Iterator<Item = &'a Object>) -> IngressPaths<'a> {
    let mut index: IngressPaths<'a> = HashMap::new();
    for path in ingresses
        .filter(|object| !is_canary(object))
        .flat_map(paths)
    {
        let key = (path.host.clone(), path.path.clone());
        index.entry(key).or_default().push(path);
    }
    index
}

/// Whether an Ingress takes a share of another one's requests, which is its purpose.
pub(super) fn is_canary(object: &Object) -> bool {
    let annotations = object.root().at(&["metadata", "annotations"]);
    let fields = annotations.into_iter().flat_map(NodeRef::fields);
    fields.into_iter().any(|(key, _)| key.contains("canary"))
}

/// The paths of one Ingress.
pub(super) fn paths(object: &Object) -> Vec<IngressPath<'_>> {
    let is_ingress = matches!(object.id.group.as_str(), "networking.k8s.io" | "extensions");
    if !is_ingress || object.id.kind != "Ingress" {
        return Vec::new();
    }
    let root = object.root();
    let annotation = ["metadata", "annotations", "kubernetes.io/ingress.class"];
    let class = root
        .at(&["spec", "ingressClassName"])
        .or(root.at(&annotation));
    let class = class
        .and_then(NodeRef::raw)
        .unwrap_or_default()
        .into_owned();
    let rules = root
        .at(&["spec", "rules"])
        .into_iter()
        .flat_map(NodeRef::items);
    rules
        .flat_map(|rule| {
            let host = rule.get("host").and_then(NodeRef::raw).unwrap_or_default();
            let host = host.to_lowercase();
            let class = class.clone();
            let paths = rule
                .at(&["http", "paths"])
                .into_iter()
                .flat_map(NodeRef::items);
            paths.map(move |node| IngressPath {
                object,
                class: class.clone(),
                host: host.clone(),
                path: node
                    .get("path")
                    .and_then(NodeRef::raw)
                    .unwrap_or("/".into())
                    .into_owned(),
                node,
            })
        })
        .collect()
}
