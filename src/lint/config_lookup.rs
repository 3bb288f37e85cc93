//! Whether a ConfigMap or Secret can be missing.
//!
//! Three answers are possible: it is there, it is missing, or nobody can know from these files. Charts,
//! operators, remote bases and programs make objects that no file shows; where one of them could, a
//! check says nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::config_provider::{Provided, generated_provider, provided};
use super::config_reference::Holder;
use super::kustomization::Kustomizations;
use super::suggest::nearest;
use crate::object::{Object, kind_info};
use crate::source::Sources;
use crate::yaml::{Kind, NodeRef, Tree};

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
        if is_by_the_cluster(holder, name, namespace)
            || self.could_come_unseen(object, namespace, name)
        {
            return Answer::Unknowable;
        }
        match named.first() {
            Some(_) if self.kustomizations.set_namespaces() => Answer::Unknowable,
            Some(_) if named.iter().any(|provided| provided.is_copied) => Answer::Unknowable,
            Some(elsewhere) => Answer::Elsewhere(elsewhere),
            None => Answer::Missing(self.similar(holder, name, namespace)),
        }
    }

    /// Whether anything of the kind is made beside an object: in its namespace, or in its directory
    /// where nobody says a namespace. Then its author keeps such things here.
    pub(super) fn are_kept_beside(&self, object: &Object, holder: Holder) -> bool {
        let directory = self.directory(object.root());
        self.of_kind(holder).any(
            |(_, provided)| match (&object.id.namespace, provided.namespace) {
                (Some(left), Some(right)) => left == right,
                _ => self.directory(provided.place) == directory,
            },
        )
    }

    fn directory(&self, node: NodeRef<'_>) -> &str {
        let path = self.sources.get(node.tree().source).path.as_str();
        path.rsplit_once('/').map_or("", |(directory, _)| directory)
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
        let likely = candidates()
            .map(|(name, _)| name)
            .filter(|known| shares_start(known, name));
        let near = nearest(name, likely)?;
        candidates().find(|(name, _)| *name == near)
    }

    /// The kustomizations of the run.
    pub(super) fn kustomizations(&self) -> &Kustomizations<'a> {
        &self.kustomizations
    }

    /// Whether something that these files do not show could make what an object names in a namespace.
    pub(super) fn could_come_unseen(
        &self,
        object: &Object,
        namespace: Option<&str>,
        name: &str,
    ) -> bool {
        let file = self.sources.get(object.tree.source).path.as_str();
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
                // Routes name what they lead to, and make nothing.
                let is_route = object.id.group == "gateway.networking.k8s.io";
                if is_custom(object) && !is_route {
                    collect_names(object.root(), &mut names);
                }
                collect_command_names(object, &mut names);
                collect_written_names(object, &mut names);
            }
            names
        })
    }
}

/// Whether two names begin alike; `a-secret` and `b-secret` are not one name and a slip.
fn shares_start(left: &str, right: &str) -> bool {
    let common = left
        .bytes()
        .zip(right.bytes())
        .take_while(|(left, right)| left == right);
    common.count() * 3 >= right.len()
}

/// Namespaces that are not said may be any.
pub(super) fn is_same_namespace(left: Option<&str>, right: Option<&str>) -> bool {
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

/// Whether an operator may name what it makes after its resource (`db` → `db-app`) or its kind
/// (`Kiali` → `kiali-service-account`).
fn could_name(object: &Object, name: &str, namespace: Option<&str>) -> bool {
    let own = object.id.name.as_str();
    let begins_with = |start: &str| {
        let rest = name.get(..start.len()).filter(|_| !start.is_empty());
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(start))
            && (name.len() == start.len() || name[start.len()..].starts_with(['-', '.']))
    };
    is_custom(object)
        && (begins_with(own) || begins_with(&object.id.kind))
        && is_same_namespace(object.id.namespace.as_deref(), namespace)
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

/// Words of commands that speak of Secrets or ConfigMaps: a Job that makes one says its name.
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
        let texts = lists.flat_map(NodeRef::items).filter_map(NodeRef::as_str);
        let command = texts.collect::<Vec<_>>().join(" ");
        let lower = command.to_lowercase();
        if !lower.contains("secret") && !lower.contains("configmap") {
            continue;
        }
        let words = command.split(|character: char| {
            !(character.is_ascii_alphanumeric() || "-.".contains(character))
        });
        names.extend(words.filter(|word| is_name(word)).map(str::to_owned));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Source};

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n";

    /// What becomes of the Secret `db` for a Pod in namespace `shop`, given other manifests.
    fn answer(manifests: &str) -> &'static str {
        let text: Arc<str> = Arc::from(format!("{POD}---\n{manifests}"));
        let mut sources = Sources::default();
        let name = "app/all.yaml".to_owned();
        let id = sources.add(Source::new(
            name.clone(),
            name,
            Origin::File,
            Arc::clone(&text),
        ));
        let documents = crate::yaml::parse(id, &text).documents;
        let (objects, _) = crate::object::read(&documents);
        let providers = Providers::new(&sources, &objects, &documents);
        match providers.find(&objects[0], Holder::Secret, "db") {
            Answer::Provided(_) => "provided",
            Answer::Elsewhere(_) => "elsewhere",
            Answer::Missing(None) => "missing",
            Answer::Missing(Some(_)) => "similar",
            Answer::Unknowable => "unknowable",
        }
    }

    fn object(kind: &str, metadata: &str, rest: &str) -> String {
        format!("apiVersion: {kind}\nmetadata: {metadata}\n{rest}\n")
    }

    #[test]
    fn an_object_of_the_name_is_there_in_its_namespace_or_where_none_is_said() {
        let secret = "v1\nkind: Secret";
        assert_eq!(
            answer(&object(secret, "{name: db, namespace: shop}", "")),
            "provided"
        );
        assert_eq!(answer(&object(secret, "{name: db}", "")), "provided");
        assert_eq!(
            answer(&object(secret, "{name: db, namespace: other}", "")),
            "elsewhere"
        );
        assert_eq!(answer(&object(secret, "{name: dbs}", "")), "similar");
        assert_eq!(
            answer(&object("v1\nkind: ConfigMap", "{name: db}", "")),
            "missing"
        );
    }

    #[test]
    fn what_a_copying_controller_or_a_kustomization_moves_may_be_there() {
        let copied = "{name: db, namespace: other, annotations: {replicator.v1.mittwald.de/replicate-to: shop}}";
        assert_eq!(
            answer(&object("v1\nkind: Secret", copied, "")),
            "unknowable"
        );
        let moved = object("v1\nkind: Secret", "{name: db, namespace: other}", "---")
            + "apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\nnamespace: shop\n";
        assert_eq!(answer(&moved), "unknowable");
    }

    #[test]
    fn charts_and_applications_of_the_namespace_may_bring_anything() {
        let release = "helm.toolkit.fluxcd.io/v2\nkind: HelmRelease";
        assert_eq!(
            answer(&object(release, "{name: x, namespace: shop}", "")),
            "unknowable"
        );
        assert_eq!(
            answer(&object(release, "{name: x, namespace: other}", "")),
            "missing"
        );
        let target = "spec: {targetNamespace: shop}";
        assert_eq!(
            answer(&object(release, "{name: x, namespace: other}", target)),
            "unknowable"
        );
    }

    #[test]
    fn what_operators_commands_and_roles_name_may_be_made_by_them() {
        let custom = "example.com/v1\nkind: Database";
        assert_eq!(
            answer(&object(custom, "{name: db, namespace: shop}", "")),
            "unknowable"
        );
        assert_eq!(
            answer(&object(custom, "{name: x}", "spec: {target: db}")),
            "unknowable"
        );
        assert_eq!(answer(&object(custom, "{name: dbx}", "")), "missing");
        let pod = "v1\nkind: Pod";
        let makes = "spec: {containers: [{name: x, args: [create, --secret-name=db]}]}";
        assert_eq!(answer(&object(pod, "{name: x}", makes)), "unknowable");
        let other = "spec: {containers: [{name: x, args: [--connect=db]}]}";
        assert_eq!(answer(&object(pod, "{name: x}", other)), "missing");
        let role = "rbac.authorization.k8s.io/v1\nkind: Role";
        let writes = "rules: [{verbs: [patch], resources: [secrets], resourceNames: [db]}]";
        assert_eq!(answer(&object(role, "{name: x}", writes)), "unknowable");
        let reads = "rules: [{verbs: [get], resources: [secrets], resourceNames: [db]}]";
        assert_eq!(answer(&object(role, "{name: x}", reads)), "missing");
    }
}
