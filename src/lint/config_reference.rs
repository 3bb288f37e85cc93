//! The ConfigMaps and Secrets that a Pod needs to start.

use std::borrow::Cow;

use crate::yaml::NodeRef;

/// What holds configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    /// A ConfigMap.
    ConfigMap,
    /// A Secret.
    Secret,
}

impl Holder {
    /// The kind's name.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }
}

/// A reference that must resolve; optional ones are none.
#[derive(Clone, Debug)]
pub(super) struct Reference<'t> {
    /// What is referred to.
    pub(super) holder: Holder,
    /// Its name.
    pub(super) name: Cow<'t, str>,
    /// Where the name stands.
    pub(super) place: NodeRef<'t>,
    /// The keys that are needed, each with its place.
    pub(super) keys: Vec<(Cow<'t, str>, NodeRef<'t>)>,
    /// Whether Pods start without it (a pull secret may not be needed).
    pub(super) is_pull_secret: bool,
}

/// The references of a pod spec in the order of its fields.
pub(super) fn references(pod_spec: NodeRef<'_>) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    for container in containers(pod_spec) {
        for variable in list(container, "env") {
            let source = variable.get("valueFrom");
            for (field, holder) in [
                ("configMapKeyRef", Holder::ConfigMap),
                ("secretKeyRef", Holder::Secret),
            ] {
                let selector = source.and_then(|source| source.get(field));
                found.extend(selector.and_then(|selector| {
                    reference(holder, selector, "name", key(selector, "key"))
                }));
            }
        }
        for source in list(container, "envFrom") {
            for (field, holder) in [
                ("configMapRef", Holder::ConfigMap),
                ("secretRef", Holder::Secret),
            ] {
                let selector = source.get(field);
                found.extend(
                    selector.and_then(|selector| reference(holder, selector, "name", Vec::new())),
                );
            }
        }
    }
    for volume in list(pod_spec, "volumes") {
        found.extend(of_volume(pod_spec, volume));
    }
    let pull_secrets = list(pod_spec, "imagePullSecrets");
    found.extend(pull_secrets.filter_map(|secret| {
        let reference = reference(Holder::Secret, secret, "name", Vec::new())?;
        Some(Reference {
            is_pull_secret: true,
            ..reference
        })
    }));
    found
}

fn containers(pod_spec: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(move |field| list(pod_spec, field))
}

fn list<'t>(node: NodeRef<'t>, field: &str) -> impl Iterator<Item = NodeRef<'t>> + use<'t> {
    node.get(field).into_iter().flat_map(NodeRef::items)
}

fn of_volume<'t>(pod_spec: NodeRef<'t>, volume: NodeRef<'t>) -> Vec<Reference<'t>> {
    let mut found = Vec::new();
    for (source, holder, name) in [
        ("configMap", Holder::ConfigMap, "name"),
        ("secret", Holder::Secret, "secretName"),
    ] {
        if let Some(selector) = volume.get(source) {
            let mut keys = item_keys(selector);
            if selector.get("items").is_none() {
                keys.extend(sub_path_keys(pod_spec, volume));
            }
            found.extend(reference(holder, selector, name, keys));
        }
    }
    let projected = volume.get("projected");
    for source in projected
        .into_iter()
        .flat_map(|projected| list(projected, "sources"))
    {
        for (field, holder) in [("configMap", Holder::ConfigMap), ("secret", Holder::Secret)] {
            let selector = source.get(field);
            found.extend(
                selector
                    .and_then(|selector| reference(holder, selector, "name", item_keys(selector))),
            );
        }
    }
    found.extend(credentials(volume));
    found
}

/// The Secrets with which storage is reached.
fn credentials(volume: NodeRef<'_>) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    for (source, value) in volume.fields() {
        for field in ["secretRef", "nodePublishSecretRef"] {
            let selector = value.get(field);
            found.extend(
                selector
                    .and_then(|selector| reference(Holder::Secret, selector, "name", Vec::new())),
            );
        }
        if source == "azureFile" {
            found.extend(reference(Holder::Secret, value, "secretName", Vec::new()));
        }
    }
    found
}

fn key<'t>(node: NodeRef<'t>, field: &str) -> Vec<(Cow<'t, str>, NodeRef<'t>)> {
    let node = node.get(field);
    let key = node.and_then(|node| Some((node.raw()?, node)));
    key.into_iter()
        .filter(|(text, _)| is_literal(text))
        .collect()
}

fn item_keys(selector: NodeRef<'_>) -> Vec<(Cow<'_, str>, NodeRef<'_>)> {
    list(selector, "items")
        .flat_map(|item| key(item, "key"))
        .collect()
}

/// A mount by `subPath` takes one key of a volume; a key that is missing becomes an empty directory.
fn sub_path_keys<'t>(
    pod_spec: NodeRef<'t>,
    volume: NodeRef<'t>,
) -> Vec<(Cow<'t, str>, NodeRef<'t>)> {
    let name = volume.get("name").and_then(NodeRef::raw);
    let mounts = containers(pod_spec).flat_map(|container| list(container, "volumeMounts"));
    let of_volume =
        mounts.filter(|mount| name.is_some() && mount.get("name").and_then(NodeRef::raw) == name);
    let keys = of_volume.flat_map(|mount| key(mount, "subPath"));
    keys.filter(|(path, _)| !path.contains('/')).collect()
}

fn reference<'t>(
    holder: Holder,
    selector: NodeRef<'t>,
    name_field: &str,
    keys: Vec<(Cow<'t, str>, NodeRef<'t>)>,
) -> Option<Reference<'t>> {
    let place = selector.get(name_field)?;
    let name = place.raw().filter(|name| is_literal(name))?;
    let is_optional = selector.get("optional").and_then(NodeRef::as_bool) == Some(true);
    (!is_optional).then_some(Reference {
        holder,
        name,
        place,
        keys,
        is_pull_secret: false,
    })
}

/// Whether a text is not filled in later.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.contains(['$', '{', '<'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use std::sync::Arc;

    /// `kind/name[keys]` of every reference.
    fn found(pod_spec: &str) -> Vec<String> {
        let parsed = crate::yaml::parse(SourceId(0), &Arc::from(pod_spec));
        let references = references(parsed.documents[0].root());
        let texts = references.iter().map(|reference| {
            let keys: Vec<&str> = reference.keys.iter().map(|(key, _)| key.as_ref()).collect();
            format!("{}/{}{keys:?}", reference.holder.kind(), reference.name)
        });
        texts.collect()
    }

    #[test]
    fn variables_and_volumes_refer_with_the_keys_that_they_need() {
        let spec = "
containers:
  - name: a
    env:
      - {name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}
      - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}
    envFrom: [{configMapRef: {name: e}}]
    volumeMounts:
      - {name: v, mountPath: /a, subPath: x.conf}
volumes:
  - {name: v, configMap: {name: v}}
  - {name: w, secret: {secretName: w, items: [{key: k, path: p}]}}
  - {name: p, projected: {sources: [{secret: {name: p}}, {serviceAccountToken: {path: t}}]}}
  - {name: z, azureFile: {secretName: z, shareName: s}}
  - {name: f, cephfs: {monitors: [], secretRef: {name: f}}}
imagePullSecrets: [{name: pull}]
";
        assert_eq!(
            found(spec),
            [
                r#"ConfigMap/c["k"]"#,
                r#"Secret/s["k"]"#,
                "ConfigMap/e[]",
                r#"ConfigMap/v["x.conf"]"#,
                r#"Secret/w["k"]"#,
                "Secret/p[]",
                "Secret/z[]",
                "Secret/f[]",
                "Secret/pull[]",
            ]
        );
    }

    #[test]
    fn optional_and_open_names_are_no_references() {
        let spec = "
containers:
  - name: a
    envFrom:
      - configMapRef: {name: a, optional: true}
      - configMapRef: {name: '${NAME}'}
      - prefix: X_
";
        assert_eq!(found(spec), [""; 0]);
    }
}
