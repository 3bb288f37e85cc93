//! What a server serves.

use std::collections::{BTreeMap, BTreeSet};

use kube::client::{APIGroupDiscovery, APIResourceDiscovery};
use serde_json::Value;

use super::{Cluster, ClusterError};
use crate::object::GroupKind;

/// One kind in one version, as the server serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The name in URLs.
    pub plural: String,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// What may be done with it (`get`, `list`, `patch`, …).
    pub verbs: Vec<String>,
    /// Its subresources (`status`, `scale`, …).
    pub subresources: Vec<String>,
}

impl Resource {
    /// A resource of the core group that every server has.
    pub fn core(plural: &str, kind: &str, namespaced: bool) -> Self {
        Self {
            group: String::new(),
            version: "v1".to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            namespaced,
            verbs: Vec::new(),
            subresources: Vec::new(),
        }
    }

    /// Group and kind alone.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind {
            group: self.group.clone(),
            kind: self.kind.clone(),
        }
    }

    /// `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            return self.version.clone();
        }
        format!("{}/{}", self.group, self.version)
    }

    /// Whether the server does this with it.
    pub fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }

    /// Whether status is a resource of its own, so that writes of the object never reach it.
    pub fn has_status(&self) -> bool {
        self.subresources.iter().any(|known| known == "status")
    }
}

/// Everything that a server serves, by group and kind; the versions in the server's order.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    kinds: BTreeMap<GroupKind, Vec<Resource>>,
    stale: BTreeSet<String>,
}

impl Discovery {
    /// The kind in this version.
    pub fn resource(&self, group_kind: &GroupKind, version: &str) -> Option<&Resource> {
        let versions = self.kinds.get(group_kind)?;
        versions.iter().find(|known| known.version == version)
    }

    /// The kind in the version that the server prefers.
    pub fn preferred(&self, group_kind: &GroupKind) -> Option<&Resource> {
        self.kinds.get(group_kind)?.first()
    }

    /// The versions in which the kind is served, the preferred one first.
    pub fn versions(&self, group_kind: &GroupKind) -> Vec<&str> {
        let versions = self.kinds.get(group_kind).into_iter().flatten();
        versions.map(|known| known.version.as_str()).collect()
    }

    /// Every kind that is served.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.kinds.keys()
    }

    /// Whether the group's own server did not answer: that a kind is missing then means nothing.
    pub fn is_stale(&self, group: &str) -> bool {
        self.stale.contains(group)
    }

    fn add(&mut self, resource: Resource) {
        let versions = self.kinds.entry(resource.group_kind()).or_default();
        if versions
            .iter()
            .all(|known| known.version != resource.version)
        {
            versions.push(resource);
        }
    }

    fn add_aggregated(&mut self, groups: Vec<APIGroupDiscovery>) {
        for group in groups {
            let name = group
                .metadata
                .and_then(|metadata| metadata.name)
                .unwrap_or_default();
            for version in group.versions {
                if version.freshness.as_deref() == Some("Stale") {
                    self.stale.insert(name.clone());
                }
                let version_name = version.version.unwrap_or_default();
                for resource in version.resources {
                    if let Some(resource) = aggregated(&name, &version_name, resource) {
                        self.add(resource);
                    }
                }
            }
        }
    }

    /// Adds what `/apis/GROUP/VERSION` of a server without aggregated discovery says.
    fn add_legacy(&mut self, group: &str, version: &str, list: &Value) {
        let rows = list["resources"].as_array().into_iter().flatten();
        let (subresources, resources): (Vec<&Value>, Vec<&Value>) =
            rows.partition(|row| text(row, "name").contains('/'));
        for row in resources {
            let plural = text(row, "name");
            let prefix = format!("{plural}/");
            let subresources = subresources
                .iter()
                .filter_map(|row| text(row, "name").strip_prefix(&prefix))
                .map(str::to_owned)
                .collect();
            let verbs = row["verbs"].as_array().into_iter().flatten();
            self.add(Resource {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: text(row, "kind").to_owned(),
                plural: plural.to_owned(),
                namespaced: row["namespaced"].as_bool().unwrap_or_default(),
                verbs: verbs.filter_map(Value::as_str).map(str::to_owned).collect(),
                subresources,
            });
        }
    }
}

fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().unwrap_or_default()
}

fn aggregated(group: &str, version: &str, found: APIResourceDiscovery) -> Option<Resource> {
    let kind = found.response_kind?;
    let subresources = found.subresources.into_iter();
    Some(Resource {
        group: kind
            .group
            .filter(|own| !own.is_empty())
            .unwrap_or_else(|| group.to_owned()),
        version: kind
            .version
            .filter(|own| !own.is_empty())
            .unwrap_or_else(|| version.to_owned()),
        kind: kind.kind.filter(|kind| !kind.is_empty())?,
        plural: found.resource?,
        namespaced: found.scope.as_deref() == Some("Namespaced"),
        verbs: found.verbs,
        subresources: subresources
            .filter_map(|subresource| subresource.subresource)
            .collect(),
    })
}

impl Cluster {
    /// Asks for everything: two requests where the server aggregates (1.26 and later), else one a group.
    pub(super) async fn discover(&self) -> Result<Discovery, ClusterError> {
        const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
             application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
        let mut discovery = Discovery::default();
        for root in ["/api", "/apis"] {
            let answer = self.get_path(root, AGGREGATED).await?;
            if answer["kind"] == "APIGroupDiscoveryList" {
                let groups = serde_json::from_value(answer["items"].clone())
                    .map_err(|error| self.protocol(&error))?;
                discovery.add_aggregated(groups);
                continue;
            }
            self.discover_legacy(root, &answer, &mut discovery).await?;
        }
        Ok(discovery)
    }

    async fn discover_legacy(
        &self,
        root: &str,
        answer: &Value,
        discovery: &mut Discovery,
    ) -> Result<(), ClusterError> {
        for (group, version) in legacy_versions(answer) {
            let path = if group.is_empty() {
                format!("{root}/{version}")
            } else {
                format!("{root}/{group}/{version}")
            };
            match self.get_path(&path, "application/json").await {
                Ok(list) => discovery.add_legacy(&group, &version, &list),
                // One broken extension server must not hide the others.
                Err(ClusterError::Api { .. }) => {
                    discovery.stale.insert(group);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The groups with their versions, the preferred one first.
fn legacy_versions(answer: &Value) -> Vec<(String, String)> {
    let core = answer["versions"].as_array().into_iter().flatten();
    let mut versions: Vec<(String, String)> = core
        .filter_map(Value::as_str)
        .map(|version| (String::new(), version.to_owned()))
        .collect();
    for group in answer["groups"].as_array().into_iter().flatten() {
        let preferred = text(&group["preferredVersion"], "version");
        let others = group["versions"].as_array().into_iter().flatten();
        let others = others
            .map(|version| text(version, "version"))
            .filter(|version| *version != preferred);
        let name = text(group, "name");
        let all = std::iter::once(preferred).chain(others);
        versions.extend(all.map(|version| (name.to_owned(), version.to_owned())));
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group_kind(group: &str, kind: &str) -> GroupKind {
        GroupKind {
            group: group.to_owned(),
            kind: kind.to_owned(),
        }
    }

    #[test]
    fn aggregated_discovery_keeps_the_servers_order_of_versions() {
        let groups = json!([{
            "metadata": {"name": "autoscaling"},
            "versions": [
                {"version": "v2", "freshness": "Current", "resources": [{
                    "resource": "horizontalpodautoscalers",
                    "responseKind": {"group": "autoscaling", "version": "v2", "kind": "HorizontalPodAutoscaler"},
                    "scope": "Namespaced", "verbs": ["get", "patch"],
                    "subresources": [{"subresource": "status"}],
                }]},
                {"version": "v1", "freshness": "Stale", "resources": [{
                    "resource": "horizontalpodautoscalers",
                    "responseKind": {"kind": "HorizontalPodAutoscaler"},
                    "scope": "Namespaced", "verbs": ["get"],
                }]},
            ],
        }]);
        let mut discovery = Discovery::default();
        discovery.add_aggregated(serde_json::from_value(groups).expect("the test's list is valid"));
        let kind = group_kind("autoscaling", "HorizontalPodAutoscaler");
        assert_eq!(discovery.versions(&kind), ["v2", "v1"]);
        let preferred = discovery.preferred(&kind).expect("it is served");
        assert!(preferred.has_status() && preferred.can("patch") && !preferred.can("delete"));
        assert!(discovery.is_stale("autoscaling"));
    }

    #[test]
    fn legacy_discovery_finds_subresources() {
        let mut discovery = Discovery::default();
        let list = json!({"resources": [
            {"name": "deployments", "kind": "Deployment", "namespaced": true, "verbs": ["get"]},
            {"name": "deployments/scale", "kind": "Scale", "namespaced": true, "verbs": ["get"]},
        ]});
        discovery.add_legacy("apps", "v1", &list);
        let deployment = discovery
            .preferred(&group_kind("apps", "Deployment"))
            .expect("it is served");
        assert_eq!(deployment.subresources, ["scale"]);
        assert!(
            discovery.preferred(&group_kind("apps", "Scale")).is_none(),
            "a subresource is no kind"
        );
    }
}
