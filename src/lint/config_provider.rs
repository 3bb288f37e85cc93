//! What makes ConfigMaps and Secrets: manifests, kustomizations, and objects whose controllers do.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::config_reference::Holder;
use super::kustomization::Generated;
use crate::object::Object;
use crate::yaml::NodeRef;

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
    pub(super) is_copied: bool,
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

/// What one object makes.
pub(super) fn provided(object: &Object) -> Vec<(Holder, Cow<'_, str>, Provided<'_>)> {
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

/// What an entry of a generator makes.
pub(super) fn generated_provider<'a>(
    generated: &Generated<'a>,
) -> Option<(Cow<'a, str>, Provided<'a>)> {
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
