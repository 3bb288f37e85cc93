//! Documents → objects.

use std::sync::Arc;

use super::{Object, ObjectId, kind_info};
use crate::source::Span;
use crate::yaml::{Kind, NodeId, NodeRef, Tree};

/// Why a document holds no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkippedReason {
    /// It has no `apiVersion` and `kind`.
    NotAManifest,
    /// It is read by a client and never sent to a server; the text is its `apiVersion` and kind.
    ClientSide(String),
    /// It names an API but is no object that a server would take; the text says why.
    Malformed(String),
}

/// A document (or an item of a `List`) that holds no object.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The document that holds it.
    pub tree: Arc<Tree>,
    /// Its node.
    pub node: NodeId,
    /// Where to point at.
    pub span: Span,
    /// Why.
    pub reason: SkippedReason,
}

/// Groups whose documents look like manifests and are read by client programs alone.
const CLIENT_SIDE_GROUPS: &[&str] = &[
    "kustomize.config.k8s.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io",
    "apiserver.config.k8s.io",
    "client.authentication.k8s.io",
    "audit.k8s.io",
    "skaffold",
    "ctlptl.dev",
    "k3d.io",
    "minikube.k8s.io",
    "kuttl.dev",
    "chainsaw.kyverno.io",
    "cli.kyverno.io",
    "config.kubernetes.io",
    "eksctl.io",
    "talos.dev",
];

/// How deep lists of lists are unpacked.
const LIST_DEPTH: usize = 8;

/// Takes the objects out of documents; `List` and every `*List` with `items` is unpacked, so that
/// each item keeps its own place.
pub fn read(documents: &[Arc<Tree>]) -> (Vec<Object>, Vec<Skipped>) {
    let mut reader = Reader::default();
    for tree in documents {
        reader.take(tree, tree.root(), None, 0);
    }
    (reader.objects, reader.skipped)
}

#[derive(Default)]
struct Reader {
    objects: Vec<Object>,
    skipped: Vec<Skipped>,
}

/// What a typed list says of its items, which may leave it out.
#[derive(Clone)]
struct ItemType {
    api_version: String,
    kind: String,
}

impl Reader {
    fn take(&mut self, tree: &Arc<Tree>, node: NodeRef<'_>, item: Option<&ItemType>, depth: usize) {
        if node.resolved().kind() != Kind::Mapping {
            return self.skip(tree, node, node.span(), SkippedReason::NotAManifest);
        }
        let api_version = text(node, "apiVersion").or(item.map(|item| item.api_version.clone()));
        let kind = text(node, "kind").or(item.map(|item| item.kind.clone()));
        let (Some(api_version), Some(kind)) = (api_version, kind) else {
            return self.skip(tree, node, first_line(node), SkippedReason::NotAManifest);
        };
        let (group, version) = match api_version.split_once('/') {
            Some((group, version)) => (group.to_owned(), version.to_owned()),
            None => (String::new(), api_version.clone()),
        };
        // Every object of an API has metadata; what has none, and a kind of its own, is a program's file.
        let is_stranger = kind_info(&group, &kind).is_none() && node.get("metadata").is_none();
        let is_list = list_items(node, &kind).is_some();
        if is_client_side(&group, &version, &kind) || (is_stranger && !is_list) {
            let reason = SkippedReason::ClientSide(format!("{api_version} {kind}"));
            return self.skip(tree, node, first_line(node), reason);
        }
        if let Some(items) = list_items(node, &kind) {
            return self.unpack(tree, items, &api_version, &kind, depth);
        }
        match identity(node, group, kind) {
            Ok(id) => self.objects.push(Object {
                id,
                version,
                tree: Arc::clone(tree),
                node: node.resolved().id(),
            }),
            Err((span, reason)) => {
                self.skip(tree, node, span, SkippedReason::Malformed(reason));
            }
        }
    }

    fn unpack(
        &mut self,
        tree: &Arc<Tree>,
        items: NodeRef<'_>,
        api_version: &str,
        kind: &str,
        depth: usize,
    ) {
        if depth == LIST_DEPTH {
            let reason = SkippedReason::Malformed("lists are nested too deep".to_owned());
            return self.skip(tree, items, items.label_span(), reason);
        }
        let item_type = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        let item_type = item_type.map(|kind| ItemType {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
        });
        for item in items.items() {
            self.take(tree, item, item_type.as_ref(), depth + 1);
        }
    }

    fn skip(&mut self, tree: &Arc<Tree>, node: NodeRef<'_>, span: Span, reason: SkippedReason) {
        self.skipped.push(Skipped {
            tree: Arc::clone(tree),
            node: node.id(),
            span,
            reason,
        });
    }
}

fn text(node: NodeRef<'_>, key: &str) -> Option<String> {
    let value = node.get(key)?.as_str()?.into_owned();
    (!value.is_empty()).then_some(value)
}

/// The items of a `List` or `*List`. A kind may end in "List" without being one: then it has a name.
fn list_items<'t>(node: NodeRef<'t>, kind: &str) -> Option<NodeRef<'t>> {
    if !kind.ends_with("List") || node.at(&["metadata", "name"]).is_some() {
        return None;
    }
    let items = node.get("items")?;
    (items.resolved().kind() == Kind::Sequence || items.is_null()).then_some(items)
}

fn is_client_side(group: &str, version: &str, kind: &str) -> bool {
    let known = CLIENT_SIDE_GROUPS
        .iter()
        .any(|known| group == *known || group.ends_with(&format!(".{known}")));
    // A kubeconfig, and Helm's and Artifact Hub's files, carry a bare version.
    known || (group.is_empty() && version == "v1" && kind == "Config")
}

type Misplaced = (Span, String);

fn identity(node: NodeRef<'_>, group: String, kind: String) -> Result<ObjectId, Misplaced> {
    let metadata = node.get("metadata");
    let metadata = match metadata.map(NodeRef::resolved) {
        Some(metadata) if metadata.kind() == Kind::Mapping => metadata,
        Some(other) => return Err((other.label_span(), "`metadata` is not a mapping".to_owned())),
        None => return Err((first_line(node), "`metadata.name` is missing".to_owned())),
    };
    let namespace = optional_text(metadata, "namespace")?.filter(|text| !text.is_empty());
    let name = match optional_text(metadata, "name")? {
        Some(name) if !name.is_empty() => name,
        _ if text(metadata, "generateName").is_some() => String::new(),
        _ => {
            let place = metadata.get("name").unwrap_or(metadata).label_span();
            return Err((place, "`metadata.name` is missing".to_owned()));
        }
    };
    Ok(ObjectId {
        group,
        kind,
        namespace,
        name,
    })
}

fn optional_text(metadata: NodeRef<'_>, key: &str) -> Result<Option<String>, Misplaced> {
    let Some(node) = metadata.get(key).filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    if let Some(text) = node.as_str() {
        return Ok(Some(text.into_owned()));
    }
    let written = node.raw().unwrap_or_default();
    let reason =
        format!("`metadata.{key}` is not a string: kubectl reads `{written}` as something else");
    Err((node.span(), reason))
}

/// The first line of a node: pointing at a whole document helps nobody.
fn first_line(node: NodeRef<'_>) -> Span {
    let span = node.span();
    let text = node.tree().text.get(span.start as usize..span.end as usize);
    let length = text.and_then(|text| text.find('\n'));
    let length = length.and_then(|length| u32::try_from(length).ok());
    Span {
        end: length.map_or(span.end, |length| span.start + length),
        ..span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use crate::yaml;

    fn read_text(text: &str) -> (Vec<String>, Vec<SkippedReason>) {
        let parsed = yaml::parse(SourceId(0), &Arc::from(text));
        let (objects, skipped) = read(&parsed.documents);
        let names = objects.iter().map(|object| object.id.to_string());
        let reasons = skipped.into_iter().map(|skipped| skipped.reason);
        (names.collect(), reasons.collect())
    }

    #[test]
    fn a_typed_list_says_what_its_items_are() {
        let list = "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a, namespace: web}\n";
        assert_eq!(read_text(list), (vec!["Pod/web/a".to_owned()], vec![]));
    }

    #[test]
    fn lists_lie_in_lists() {
        let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Secret, metadata: {name: s}}\n";
        assert_eq!(read_text(list), (vec!["Secret/s".to_owned()], vec![]));
    }

    #[test]
    fn a_kind_that_ends_in_list_and_has_a_name_is_an_object() {
        let object =
            "apiVersion: example.com/v1\nkind: PriceList\nmetadata: {name: a}\nitems: []\n";
        assert_eq!(read_text(object), (vec!["PriceList/a".to_owned()], vec![]));
    }

    #[test]
    fn the_file_of_a_program_is_no_malformed_object() {
        let (objects, reasons) = read_text("apiVersion: example.com/v1\nkind: Config\nrules: []\n");
        assert!(objects.is_empty());
        assert!(
            matches!(reasons[..], [SkippedReason::ClientSide(_)]),
            "{reasons:?}"
        );
    }

    #[test]
    fn a_name_that_kubectl_reads_as_a_boolean_is_refused() {
        let (objects, reasons) = read_text("apiVersion: v1\nkind: Pod\nmetadata: {name: yes}\n");
        assert!(objects.is_empty());
        assert!(
            matches!(reasons[..], [SkippedReason::Malformed(_)]),
            "{reasons:?}"
        );
    }
}
