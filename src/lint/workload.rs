//! What makes Pods, found by the labels of the Pods.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::kustomization::Kustomizations;
use super::label_selector::{Demand, Requirement, equalities, requirements};
use crate::object::Object;
use crate::source::Sources;
use crate::yaml::NodeRef;

/// Keys that are put on Pods while they run: by controllers, by operators, by the program itself.
const RUNTIME_KEYS: [&str; 15] = [
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/job-completion-index",
    "job-name",
    "rollouts-pod-template-hash",
    "vault-active",
    "spilo-role",
    "role",
    "topology.kubernetes.io/zone",
];

/// An object that makes Pods, or is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workload<'a> {
    /// The object.
    pub(super) object: &'a Object,
    /// The labels of its Pods.
    pub(super) labels: Option<NodeRef<'a>>,
    /// The specification of its Pods.
    pub(super) pod_spec: NodeRef<'a>,
}

impl<'a> Workload<'a> {
    /// The workload that an object is; `None` for patches and for everything that makes no Pods.
    pub(super) fn of(object: &'a Object) -> Option<Self> {
        let (metadata, pod_spec) = if object.info().is_some() {
            (object.pod_metadata(), object.pod_spec()?)
        } else {
            let template = object.root().at(&["spec", "template"])?;
            (template.get("metadata"), template.get("spec")?)
        };
        let containers = pod_spec.get("containers")?;
        let is_complete = containers
            .items()
            .any(|container| container.get("image").is_some());
        is_complete.then(|| Self {
            object,
            labels: metadata.and_then(|metadata| metadata.get("labels")),
            pod_spec,
        })
    }

    /// Whether its Pods fulfil all of these.
    pub(super) fn fulfils(&self, requirements: &[Requirement<'_>]) -> bool {
        requirements
            .iter()
            .all(|requirement| requirement.is_met_by(self.labels))
    }

    /// The containers of its Pods.
    pub(super) fn containers(&self) -> impl Iterator<Item = NodeRef<'a>> {
        let lists = ["containers", "initContainers"].into_iter();
        let lists = lists.filter_map(|field| self.pod_spec.get(field));
        lists.flat_map(NodeRef::items)
    }

    /// The ports that its containers declare.
    pub(super) fn ports(&self) -> impl Iterator<Item = NodeRef<'a>> {
        let lists = self
            .containers()
            .filter_map(|container| container.get("ports"));
        lists.flat_map(NodeRef::items)
    }
}

/// What a workload selects its own Pods by.
pub(super) fn own_selector(object: &Object) -> Option<Vec<Requirement<'_>>> {
    let selector = object.root().at(&["spec", "selector"])?;
    match (object.id.group.as_str(), object.id.kind.as_str()) {
        ("", "ReplicationController") => Some(equalities(selector)),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => {
            Some(requirements(selector))
        }
        _ => None,
    }
}

/// The workloads of a run.
#[derive(Debug)]
pub(super) struct Workloads<'a> {
    all: Vec<Workload<'a>>,
    by_label: HashMap<Cow<'a, str>, HashMap<Cow<'a, str>, Vec<usize>>>,
    /// Keys of labels that appear on Pods without standing in their template.
    added_keys: BTreeSet<String>,
    sets_namespaces: bool,
}

impl<'a> Workloads<'a> {
    /// Finds them among all objects.
    pub(super) fn new(
        objects: &'a [Object],
        sources: &Sources,
        kustomizations: &Kustomizations<'a>,
    ) -> Self {
        let mut all = Vec::new();
        let mut added_keys = kustomizations.label_keys();
        for object in objects {
            if kustomizations.is_patch(&sources.get(object.tree.source).path) {
                let labels = object
                    .pod_metadata()
                    .and_then(|metadata| metadata.get("labels"));
                let fields = labels.into_iter().flat_map(NodeRef::fields);
                added_keys.extend(fields.map(|(key, _)| key.into_owned()));
            } else {
                all.extend(Workload::of(object));
            }
        }
        let mut by_label: HashMap<_, HashMap<_, Vec<_>>> = HashMap::new();
        for (at, workload) in all.iter().enumerate() {
            for (key, value) in workload.labels.into_iter().flat_map(NodeRef::fields) {
                if let Some(value) = value.raw() {
                    let values: &mut HashMap<_, _> = by_label.entry(key).or_default();
                    values.entry(value).or_default().push(at);
                }
            }
        }
        Self {
            all,
            by_label,
            added_keys,
            sets_namespaces: kustomizations.set_namespaces(),
        }
    }

    /// Whether a label may be put on Pods that do not have it in their template.
    pub(super) fn is_added_later(&self, key: &str) -> bool {
        RUNTIME_KEYS.contains(&key) || key.starts_with("cnpg.io/") || self.added_keys.contains(key)
    }

    /// The workloads whose Pods may be in a namespace and fulfil all of these.
    pub(super) fn selected(
        &self,
        namespace: Option<&str>,
        requirements: &[Requirement<'_>],
    ) -> Vec<Workload<'a>> {
        let is_selected = |workload: &Workload<'a>| {
            self.may_be_in(workload, namespace) && workload.fulfils(requirements)
        };
        match self.narrowest(requirements) {
            Some(found) => {
                let workloads = found.iter().map(|at| self.all[*at]);
                workloads.filter(is_selected).collect()
            }
            None => self.all.iter().copied().filter(is_selected).collect(),
        }
    }

    /// Whether any of them may be in a namespace.
    pub(super) fn any_in(&self, namespace: Option<&str>) -> bool {
        self.all
            .iter()
            .any(|workload| self.may_be_in(workload, namespace))
    }

    fn may_be_in(&self, workload: &Workload<'_>, namespace: Option<&str>) -> bool {
        match (workload.object.id.namespace.as_deref(), namespace) {
            (Some(left), Some(right)) => left == right || self.sets_namespaces,
            _ => true,
        }
    }

    /// The shortest list that holds everything that can fulfil the requirements; `None` where no
    /// requirement names one value.
    fn narrowest(&self, requirements: &[Requirement<'_>]) -> Option<&[usize]> {
        let lists = requirements.iter().filter_map(|requirement| {
            let Demand::In(values) = &requirement.demand else {
                return None;
            };
            let [value] = values.as_slice() else {
                return None;
            };
            let values = self.by_label.get(requirement.key.as_ref());
            let list = values.and_then(|values| values.get(value.as_ref()));
            Some(list.map_or(&[][..], Vec::as_slice))
        });
        lists.min_by_key(|list| list.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn pod(name: &str, metadata: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, {metadata}}}\nspec: {{containers: [{{name: a, image: a}}]}}\n---\n"
        )
    }

    fn selected(manifests: &str, namespace: Option<&str>, selector: &str) -> Vec<String> {
        let sample = Sample::read(manifests);
        let selector = Sample::read(&format!(
            "apiVersion: v1\nkind: X\nmetadata: {{name: x}}\nspec: {selector}\n"
        ));
        let kustomizations = Kustomizations::default();
        let workloads = Workloads::new(&sample.objects, &sample.sources, &kustomizations);
        let node = selector.objects[0].root().get("spec").expect("a selector");
        let found = workloads.selected(namespace, &requirements(node));
        found.iter().map(|one| one.object.id.name.clone()).collect()
    }

    #[test]
    fn pods_are_found_by_labels_and_expressions() {
        let pods = pod("a", "labels: {app: web, tier: x}") + &pod("b", "labels: {app: web}");
        assert_eq!(
            selected(&pods, None, "{matchLabels: {app: web}}"),
            ["a", "b"]
        );
        assert_eq!(
            selected(&pods, None, "{matchLabels: {app: web, tier: x}}"),
            ["a"]
        );
        assert_eq!(
            selected(
                &pods,
                None,
                "{matchExpressions: [{key: tier, operator: DoesNotExist}]}"
            ),
            ["b"]
        );
        assert_eq!(selected(&pods, None, "{matchLabels: {app: api}}"), [""; 0]);
    }

    #[test]
    fn a_namespace_that_is_not_said_may_be_any() {
        let pods =
            pod("a", "labels: {app: web}, namespace: shop") + &pod("b", "labels: {app: web}");
        let selector = "{matchLabels: {app: web}}";
        assert_eq!(selected(&pods, Some("shop"), selector), ["a", "b"]);
        assert_eq!(selected(&pods, Some("other"), selector), ["b"]);
        assert_eq!(selected(&pods, None, selector), ["a", "b"]);
    }
}
