//! What makes ConfigMaps and Secrets, and whether one can be missing at all.
//!
//! Three answers are possible: it is there, it is missing, or nobody can know from these files. Charts,
//! operators, remote bases and programs make objects that no file shows; where one of them could, a
//! check says nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::config_reference::Holder;
use super::kustomization::{Generated, Kustomizations};
use super::suggest::nearest;
use crate::object::{Object, kind_info};
use crate::source::Sources;
use crate::yaml::{Kind, NodeRef, Tree};

/// The keys of a ConfigMap or Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// These and no others.
    Known(BTreeSet<String>),
    /// Filled in by somebody else.
    Unknown,
}

/// A ConfigMap or Secret, or something that makes one.
#[derive(Clone, Debug)]
pub(super) struct Provided<'a> {
    /// The namespace as the manifest says it.
    pub(super) namespace: Option<&'a str>,
    /// Its keys.
    pub(super) keys: Keys,
    /// Where it is made.
    pub(super) place: NodeRef<'a>,
    /// Whether a controller copies it into other namespaces.
    is_copied: bool,
}

/// What became of a name.
#[derive(Debug)]
pub(super) enum Answer<'p, 'a> {
    /// It is made here.
    Provided(Vec<&'p Provided<'a>>),
    /// It is made in another namespace only.
    Elsewhere(&'p Provided<'a>),
    /// Nothing makes it. Perhaps this one was meant.
    Missing(Option<(&'p str, &'p Provided<'a>)>),
    /// It may well be there.
    Unknowable,
}

/// Objects of these kinds make a ConfigMap or a Secret: named by the first of these fields that is
/// there, or else as they are named themselves.
const PROVIDERS: [(&str, &str, Holder, &[&[&str]]); 16] = [
    (
        "bitnami.com",
        "SealedSecret",
        Holder::Secret,
        &[&["spec", "template", "metadata", "name"]],
    ),
    (
        "external-secrets.io",
        "ExternalSecret",
        Holder::Secret,
        &[&["spec", "target", "name"]],
    ),
    (
        "external-secrets.io",
        "ClusterExternalSecret",
        Holder::Secret,
        &[&["spec", "externalSecretName"]],
    ),
    (
        "kubernetes-client.io",
        "ExternalSecret",
        Holder::Secret,
        &[],
    ),
    (
        "cert-manager.io",
        "Certificate",
        Holder::Secret,
        &[&["spec", "secretName"]],
    ),
    (
        "secrets.hashicorp.com",
        "VaultStaticSecret",
        Holder::Secret,
        &[&["spec", "destination", "name"]],
    ),
    (
        "secrets.hashicorp.com",
        "VaultDynamicSecret",
        Holder::Secret,
        &[&["spec", "destination", "name"]],
    ),
    (
        "secrets.hashicorp.com",
        "VaultPKISecret",
        Holder::Secret,
        &[&["spec", "destination", "name"]],
    ),
    ("onepassword.com", "OnePasswordItem", Holder::Secret, &[]),
    (
        "k8s.bitwarden.com",
        "BitwardenSecret",
        Holder::Secret,
        &[&["spec", "secretName"]],
    ),
    (
        "secrets.infisical.com",
        "InfisicalSecret",
        Holder::Secret,
        &[&["spec", "managedSecretReference", "secretName"]],
    ),
    (
        "secrets.doppler.com",
        "DopplerSecret",
        Holder::Secret,
        &[&["spec", "managedSecret", "name"]],
    ),
    ("objectbucket.io", "ObjectBucketClaim", Holder::Secret, &[]),
    (
        "objectbucket.io",
        "ObjectBucketClaim",
        Holder::ConfigMap,
        &[],
    ),
    ("kafka.strimzi.io", "KafkaUser", Holder::Secret, &[]),
    ("trust.cert-manager.io", "Bundle", Holder::ConfigMap, &[]),
];

/// Kinds that bring whole applications, each with the field of the namespace that they bring them to.
const OPAQUE: [(&str, &str, &[&str]); 4] = [
    (
        "helm.toolkit.fluxcd.io",
        "HelmRelease",
        &["spec", "targetNamespace"],
    ),
    ("helm.cattle.io", "HelmChart", &["spec", "targetNamespace"]),
    (
        "argoproj.io",
        "Application",
        &["spec", "destination", "namespace"],
    ),
    (
        "argoproj.io",
        "ApplicationSet",
        &["spec", "template", "spec", "destination", "namespace"],
    ),
];

/// ConfigMaps that the cluster puts into every namespace.
const BY_THE_CLUSTER: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/// Annotations and labels that ask a controller to fill in or copy an object.
const FILLED_IN: [&str; 8] = [
    "service.beta.openshift.io/inject-cabundle",
    "config.openshift.io/inject-trusted-cabundle",
    "cert-manager.io/inject-ca-from",
    "reflector.v1.k8s.emberstack.com/",
    "replicator.v1.mittwald.de/",
    "kubed.appscode.com/sync",
    "kubernetes.io/service-account.name",
    "cert-manager.io/allow-direct-injection",
];

/// Everything that makes ConfigMaps and Secrets in a run.
#[derive(Debug)]
pub(super) struct Providers<'a> {
    sources: &'a Sources,
    objects: &'a [Object],
    by_name: BTreeMap<Holder, BTreeMap<Cow<'a, str>, Vec<Provided<'a>>>>,
    kustomizations: Kustomizations<'a>,
    /// Directories of charts: what stands beneath is complete only when it is rendered.
    charts: Vec<&'a str>,
    mentioned: OnceLock<BTreeSet<String>>,
}

impl<'a> Providers<'a> {
    /// Looks through a run.
    pub(super) fn new(
        sources: &'a Sources,
        objects: &'a [Object],
        documents: &'a [Arc<Tree>],
    ) -> Self {
        let kustomizations = Kustomizations::new(sources, documents);
        let charts = sources
            .iter()
            .filter_map(|(_, source)| source.path.strip_suffix("Chart.yaml"));
        let charts = charts
            .filter(|directory| directory.is_empty() || directory.ends_with('/'))
            .collect();
        let mut by_name: BTreeMap<Holder, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        let mut add = |holder, name, provided| {
            let names = by_name.entry(holder).or_default();
            names.entry(name).or_default().push(provided);
        };
        for (holder, name, provided) in objects.iter().flat_map(provided) {
            add(holder, name, provided);
        }
        for generated in kustomizations.generated() {
            if let Some((name, provided)) = generated_provider(&generated) {
                add(generated.holder, name, provided);
            }
        }
        Self {
            sources,
            objects,
            by_name,
            kustomizations,
            charts,
            mentioned: OnceLock::new(),
        }
    }

    /// Finds what makes a ConfigMap or Secret for an object.
    pub(super) fn find(&self, object: &Object, holder: Holder, name: &str) -> Answer<'_, 'a> {
        let named = self.named(holder, name);
        let namespace = object.id.namespace.as_deref();
        let here: Vec<_> = named
            .iter()
            .filter(|provided| is_same_namespace(provided.namespace, namespace))
            .collect();
        if !here.is_empty() {
            return Answer::Provided(here);
        }
        if is_by_the_cluster(holder, name, namespace) || self.is_unknowable(object, name) {
            return Answer::Unknowable;
        }
        match named.first() {
            Some(_) if self.kustomizations.set_namespaces() => Answer::Unknowable,
            Some(_) if named.iter().any(|provided| provided.is_copied) => Answer::Unknowable,
            Some(elsewhere) => Answer::Elsewhere(elsewhere),
            None => Answer::Missing(self.similar(holder, name, namespace)),
        }
    }

    /// Whether anything of the kind is made in a namespace: then its author keeps such things here.
    pub(super) fn has_any(&self, holder: Holder, namespace: Option<&str>) -> bool {
        self.of_kind(holder)
            .any(|(_, provided)| is_same_namespace(provided.namespace, namespace))
    }

    fn named(&self, holder: Holder, name: &str) -> &[Provided<'a>] {
        let names = self.by_name.get(&holder);
        names
            .and_then(|names| names.get(name))
            .map_or(&[], Vec::as_slice)
    }

    fn of_kind(&self, holder: Holder) -> impl Iterator<Item = (&str, &Provided<'a>)> {
        let names = self.by_name.get(&holder).into_iter().flatten();
        names.flat_map(|(name, list)| list.iter().map(move |provided| (name.as_ref(), provided)))
    }

    fn similar(
        &self,
        holder: Holder,
        name: &str,
        namespace: Option<&str>,
    ) -> Option<(&str, &Provided<'a>)> {
        let candidates = || {
            self.of_kind(holder)
                .filter(|(_, provided)| is_same_namespace(provided.namespace, namespace))
        };
        let near = nearest(name, candidates().map(|(name, _)| name))?;
        candidates().find(|(name, _)| *name == near)
    }

    /// Whether something could make the object that these files do not show.
    fn is_unknowable(&self, object: &Object, name: &str) -> bool {
        let file = self.sources.get(object.tree.source).path.as_str();
        let namespace = object.id.namespace.as_deref();
        self.charts.iter().any(|chart| file.starts_with(chart))
            || self.kustomizations.is_open(file)
            || self.objects.iter().any(|other| is_opaque(other, namespace))
            || self
                .objects
                .iter()
                .any(|other| could_name(other, name, namespace))
            || self.mentioned().contains(name)
    }

    /// Names that custom resources, commands and roles mention: an operator or a program makes them.
    fn mentioned(&self) -> &BTreeSet<String> {
        self.mentioned.get_or_init(|| {
            let mut names = BTreeSet::new();
            for object in self.objects {
                if is_custom(object) {
                    collect_names(object.root(), &mut names);
                }
                collect_command_names(object, &mut names);
                collect_written_names(object, &mut names);
            }
            names
        })
    }
}

/// Namespaces that are not said may be any.
fn is_same_namespace(left: Option<&str>, right: Option<&str>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left == right,
        _ => true,
    }
}

fn is_by_the_cluster(holder: Holder, name: &str, namespace: Option<&str>) -> bool {
    let of_the_cluster =
        |namespace: &str| namespace.starts_with("kube-") || namespace.starts_with("openshift-");
    let by_controller = match holder {
        Holder::ConfigMap => BY_THE_CLUSTER.contains(&name),
        Holder::Secret => name.contains("-token-") || name.contains("-dockercfg-"),
    };
    by_controller || namespace.is_some_and(of_the_cluster)
}

fn is_custom(object: &Object) -> bool {
    kind_info(&object.id.group, &object.id.kind).is_none()
}

fn is_opaque(object: &Object, namespace: Option<&str>) -> bool {
    let mut kinds = OPAQUE.iter();
    let found = kinds.find(|(group, kind, _)| object.id.group == *group && object.id.kind == *kind);
    found.is_some_and(|(_, _, target)| {
        let target = object.root().at(target).and_then(NodeRef::raw);
        let target = target.as_deref().or(object.id.namespace.as_deref());
        is_same_namespace(target, namespace)
    })
}

/// Whether an operator may name what it makes after its resource (`db` → `db-app`).
fn could_name(object: &Object, name: &str, namespace: Option<&str>) -> bool {
    let own = object.id.name.as_str();
    let rest = name.strip_prefix(own).filter(|_| !own.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
        && is_custom(object)
        && is_same_namespace(object.id.namespace.as_deref(), namespace)
}

/// What one object makes.
fn provided(object: &Object) -> Vec<(Holder, Cow<'_, str>, Provided<'_>)> {
    let root = object.root();
    let provided = |keys: Keys| Provided {
        namespace: object.id.namespace.as_deref(),
        keys,
        place: root.at(&["metadata", "name"]).unwrap_or(root),
        is_copied: is_filled_in(root),
    };
    let own_name = Cow::Borrowed(object.id.name.as_str());
    match (object.id.group.as_str(), object.id.kind.as_str()) {
        ("", "ConfigMap") => vec![(
            Holder::ConfigMap,
            own_name,
            provided(keys(root, &["data", "binaryData"])),
        )],
        ("", "Secret") => vec![(
            Holder::Secret,
            own_name,
            provided(keys(root, &["data", "stringData"])),
        )],
        ("", "Service") => serving_certificate(root)
            .map(|name| (Holder::Secret, name, provided(Keys::Unknown)))
            .into_iter()
            .collect(),
        ("networking.k8s.io", "Ingress") => ingress_certificates(root)
            .into_iter()
            .map(|name| (Holder::Secret, name, provided(Keys::Unknown)))
            .collect(),
        (group, kind) => {
            let rows = PROVIDERS
                .iter()
                .filter(|row| row.0 == group && row.1 == kind);
            let made = rows.map(|(_, _, holder, fields)| {
                let named = fields.iter().find_map(|field| root.at(field)?.as_str());
                let keys = if kind == "SealedSecret" {
                    sealed_keys(root)
                } else {
                    Keys::Unknown
                };
                (
                    *holder,
                    named.unwrap_or_else(|| own_name.clone()),
                    provided(keys),
                )
            });
            made.collect()
        }
    }
}

fn is_filled_in(root: NodeRef<'_>) -> bool {
    let fields = [
        root.at(&["metadata", "annotations"]),
        root.at(&["metadata", "labels"]),
    ];
    let keys = fields.into_iter().flatten().flat_map(NodeRef::fields);
    keys.into_iter()
        .any(|(key, _)| FILLED_IN.iter().any(|start| key.starts_with(start)))
}

/// The keys of these fields; an object without any is filled in by somebody else.
fn keys(root: NodeRef<'_>, fields: &[&str]) -> Keys {
    let values = fields.iter().filter_map(|field| root.get(field));
    let keys: BTreeSet<String> = values
        .flat_map(|values| values.fields().into_iter().map(|(key, _)| key.into_owned()))
        .collect();
    if keys.is_empty() || is_filled_in(root) {
        Keys::Unknown
    } else {
        Keys::Known(keys)
    }
}

fn sealed_keys(root: NodeRef<'_>) -> Keys {
    let sealed = root.at(&["spec", "encryptedData"]);
    let plain = root.at(&["spec", "template", "data"]);
    let fields = [sealed, plain]
        .into_iter()
        .flatten()
        .flat_map(NodeRef::fields);
    Keys::Known(fields.map(|(key, _)| key.into_owned()).collect())
}

/// OpenShift makes a certificate for a Service that asks for one.
fn serving_certificate(service: NodeRef<'_>) -> Option<Cow<'_, str>> {
    let annotations = service.at(&["metadata", "annotations"])?;
    let names = [
        "service.beta.openshift.io/serving-cert-secret-name",
        "service.alpha.openshift.io/serving-cert-secret-name",
    ];
    names
        .iter()
        .find_map(|name| annotations.get(name)?.as_str())
}

/// cert-manager makes the certificates of an Ingress that asks for them.
fn ingress_certificates(ingress: NodeRef<'_>) -> Vec<Cow<'_, str>> {
    let annotations = ingress.at(&["metadata", "annotations"]);
    let asks = annotations
        .into_iter()
        .flat_map(NodeRef::fields)
        .any(|(key, _)| key.starts_with("cert-manager.io/") || key == "kubernetes.io/tls-acme");
    let entries = ingress.at(&["spec", "tls"]).filter(|_| asks);
    let names = entries.into_iter().flat_map(NodeRef::items);
    names
        .filter_map(|entry| entry.get("secretName")?.as_str())
        .collect()
}

fn generated_provider<'a>(generated: &Generated<'a>) -> Option<(Cow<'a, str>, Provided<'a>)> {
    let node = generated.node;
    let name = node.get("name")?;
    let namespace = node.get("namespace").and_then(NodeRef::as_str);
    let namespace = match namespace {
        Some(Cow::Borrowed(namespace)) => Some(namespace),
        _ => None,
    };
    let provided = Provided {
        namespace,
        keys: generated_keys(node),
        place: name,
        is_copied: false,
    };
    Some((name.as_str()?, provided))
}

fn generated_keys(node: NodeRef<'_>) -> Keys {
    if node.get("envs").is_some() || node.get("env").is_some() {
        return Keys::Unknown;
    }
    let texts = |field: &str| {
        node.get(field)
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(NodeRef::raw)
    };
    let literals = texts("literals").filter_map(|text| Some(text.split_once('=')?.0.to_owned()));
    let files = texts("files").map(|text| match text.split_once('=') {
        Some((key, _)) => key.to_owned(),
        None => text.rsplit('/').next().unwrap_or_default().to_owned(),
    });
    Keys::Known(literals.chain(files).collect())
}

fn collect_names(node: NodeRef<'_>, names: &mut BTreeSet<String>) {
    match node.kind() {
        Kind::Scalar => names.extend(
            node.as_str()
                .filter(|text| is_name(text))
                .map(Cow::into_owned),
        ),
        Kind::Sequence => node.items().for_each(|item| collect_names(item, names)),
        Kind::Mapping => node
            .entries()
            .for_each(|(_, value)| collect_names(value, names)),
        Kind::Alias => {}
    }
}

/// Words of commands: a Job that makes a Secret says its name.
fn collect_command_names(object: &Object, names: &mut BTreeSet<String>) {
    let Some(pod_spec) = object.pod_spec() else {
        return;
    };
    let lists = ["initContainers", "containers"]
        .iter()
        .filter_map(|field| pod_spec.get(field));
    for container in lists.flat_map(NodeRef::items) {
        let lists = ["command", "args"]
            .iter()
            .filter_map(|field| container.get(field));
        for text in lists.flat_map(NodeRef::items).filter_map(NodeRef::as_str) {
            let words = text.split(|character: char| {
                !(character.is_ascii_alphanumeric() || "-.".contains(character))
            });
            names.extend(words.filter(|word| is_name(word)).map(str::to_owned));
        }
    }
}

/// Names that a role lets a program write.
fn collect_written_names(object: &Object, names: &mut BTreeSet<String>) {
    if object.id.group != "rbac.authorization.k8s.io" {
        return;
    }
    let rules = object
        .root()
        .get("rules")
        .into_iter()
        .flat_map(NodeRef::items);
    let writes = |rule: &NodeRef<'_>| {
        let mut verbs = rule
            .get("verbs")
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(NodeRef::as_str);
        verbs.any(|verb| matches!(verb.as_ref(), "*" | "create" | "update" | "patch"))
    };
    for rule in rules.filter(writes) {
        let written = rule
            .get("resourceNames")
            .into_iter()
            .flat_map(NodeRef::items);
        names.extend(written.filter_map(NodeRef::as_str).map(Cow::into_owned));
    }
}

fn is_name(text: &str) -> bool {
    let in_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    !text.is_empty() && text.len() <= 253 && text.bytes().all(in_name)
}
