//! The record of a set: which kinds and namespaces its members may be in, what it is bound to, and its runs.
//!
//! It is the parent of an ApplySet exactly as kubectl's code reads it (KEP-3659; where the KEP's
//! text differs, the code counts), with annotations of our own beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PlanError, Set};
use crate::cluster::{Cluster, Resource};
use crate::object::GroupKind;

/// The field manager that writes the record.
pub const RECORD_MANAGER: &str = "gitops-lab-applyset";

const ID: &str = "applyset.kubernetes.io/id";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";

const REPOSITORY: &str = "gitops-lab/repository";
const PATH: &str = "gitops-lab/path";
const CLUSTER: &str = "gitops-lab/cluster";
const LAST_APPLIED: &str = "gitops-lab/last-applied-revision";
const LAST_GOOD: &str = "gitops-lab/last-good-revision";
const HISTORY: &str = "gitops-lab/history";

/// Our name in the tooling annotation.
const TOOL: &str = "gitops-lab";

/// How many runs are kept: a Secret's annotations hold 256 KiB in all.
const KEPT_RUNS: usize = 20;

/// What a set is bound to: another repository, path or cluster never prunes it by mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// The repository's URL without scheme, user and `.git`.
    pub repository: String,
    /// The folder in it, `.` for the whole.
    pub path: String,
    /// The UID of the cluster; `None` where it may not be read.
    pub cluster: Option<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// It began; a run that stays so was killed.
    Started,
    /// Everything was applied, and nobody waited.
    Applied,
    /// Everything was applied and became ready.
    Ready,
    /// Something could not be applied, or did not become ready.
    Failed,
    /// The time was over before everything was ready.
    TimedOut,
    /// A person stopped it.
    Interrupted,
}

/// One run over the set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The commit that was applied; the one beneath, for a run over a work tree.
    pub revision: String,
    /// The commit's tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// When it began (RFC 3339).
    pub time: String,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Whether it read less than the whole set, or files that no commit has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

/// What the record says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The version that was read; `None` where there is no record yet.
    pub resource_version: Option<String>,
    /// The kinds that members may be of.
    pub kinds: BTreeSet<GroupKind>,
    /// The namespaces that members may be in, besides the record's own.
    pub namespaces: BTreeSet<String>,
    /// What the set is bound to.
    pub binding: Option<Binding>,
    /// The revision that was last applied as a whole.
    pub last_applied: Option<String>,
    /// The revision that last became ready as a whole.
    pub last_good: Option<String>,
    /// The runs, newest first.
    pub history: Vec<Run>,
}

impl Run {
    /// Whether the whole set was applied and became ready.
    pub fn is_good(&self) -> bool {
        self.outcome == RunOutcome::Ready && !self.partial
    }
}

impl Inventory {
    /// Reads a set's record; an empty one where there is none yet. A Secret that is no record, or
    /// that of another tool, is refused; with `adopt`, another tool's record may be taken over.
    pub async fn read(cluster: &Cluster, set: &Set, adopt: bool) -> Result<Self, PlanError> {
        let found = cluster
            .get(&Self::resource(), Some(set.namespace()), set.name())
            .await?;
        match found {
            Some(parent) => Self::parse(&parent, set, adopt),
            None => Ok(Self::default()),
        }
    }

    /// The kind of the record: what kubectl takes when `--applyset` names no kind.
    pub fn resource() -> Resource {
        Resource::core("secrets", "Secret", true)
    }

    fn parse(parent: &Value, set: &Set, adopt: bool) -> Result<Self, PlanError> {
        let metadata = &parent["metadata"];
        let annotation = |key: &str| metadata["annotations"][key].as_str();
        check_parent(parent, set, adopt)?;
        let list = |key: &str| {
            let parts = annotation(key).unwrap_or_default().split(',');
            parts.filter(|part| !part.is_empty())
        };
        let owned = |key: &str| annotation(key).map(str::to_owned);
        let binding = annotation(REPOSITORY).map(|repository| Binding {
            repository: repository.to_owned(),
            path: owned(PATH).unwrap_or_default(),
            cluster: owned(CLUSTER),
        });
        let history = annotation(HISTORY).unwrap_or_default();
        Ok(Self {
            resource_version: metadata["resourceVersion"].as_str().map(str::to_owned),
            kinds: list(KINDS).map(parse_kind).collect(),
            namespaces: list(NAMESPACES)
                .map(str::to_owned)
                .filter(|namespace| namespace != set.namespace())
                .collect(),
            binding,
            last_applied: owned(LAST_APPLIED),
            last_good: owned(LAST_GOOD),
            // The history is for people; one that cannot be read must not stop an apply.
            history: serde_json::from_str(history).unwrap_or_default(),
        })
    }

    /// Refuses a set that is bound to something else.
    pub fn check_binding(&self, set: &Set, found: &Binding) -> Result<(), PlanError> {
        let Some(recorded) = &self.binding else {
            return Ok(());
        };
        let cluster = recorded.cluster.as_ref().zip(found.cluster.as_ref());
        let pairs = [
            (
                "the repository",
                Some((&recorded.repository, &found.repository)),
            ),
            ("the path", Some((&recorded.path, &found.path))),
            ("the cluster", cluster),
        ];
        for (what, pair) in pairs {
            if let Some((recorded, found)) = pair.filter(|(recorded, found)| recorded != found) {
                return Err(PlanError::BoundElsewhere {
                    set: set.to_string(),
                    what,
                    recorded: recorded.clone(),
                    found: found.clone(),
                });
            }
        }
        Ok(())
    }

    /// Notes a run: a new one, or how the newest one ended. The same revision with the same end
    /// again takes the earlier entry's place, so that a schedule does not push all others out.
    pub fn note(&mut self, run: Run) {
        let is_whole = !run.partial;
        let is_applied = matches!(run.outcome, RunOutcome::Applied | RunOutcome::Ready);
        if is_whole && is_applied {
            self.last_applied = Some(run.revision.clone());
        }
        if is_whole && run.outcome == RunOutcome::Ready {
            self.last_good = Some(run.revision.clone());
        }
        self.history
            .retain(|earlier| !(earlier.time == run.time && earlier.revision == run.revision));
        let repeats = |earlier: &Run| {
            earlier.revision == run.revision
                && earlier.outcome == run.outcome
                && earlier.partial == run.partial
        };
        if self.history.first().is_some_and(repeats) {
            self.history.remove(0);
        }
        self.history.insert(0, run);
        self.history.truncate(KEPT_RUNS);
    }

    /// The object to be applied by [`RECORD_MANAGER`]. Server-side apply removes what it leaves out,
    /// so it always says everything.
    pub fn parent(&self, set: &Set) -> Value {
        let kinds: BTreeSet<String> = self.kinds.iter().map(ToString::to_string).collect();
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let others = self.namespaces.iter().map(String::as_str);
        let namespaces: Vec<&str> = others
            .filter(|namespace| *namespace != set.namespace())
            .collect();
        let mut annotations = BTreeMap::from([
            (TOOLING, format!("{TOOL}/v{}", env!("CARGO_PKG_VERSION"))),
            (KINDS, kinds.join(",")),
            (NAMESPACES, namespaces.join(",")),
        ]);
        let mut add = |key, value: Option<&String>| {
            if let Some(value) = value {
                annotations.insert(key, value.clone());
            }
        };
        if let Some(binding) = &self.binding {
            add(REPOSITORY, Some(&binding.repository));
            add(PATH, Some(&binding.path));
            add(CLUSTER, binding.cluster.as_ref());
        }
        add(LAST_APPLIED, self.last_applied.as_ref());
        add(LAST_GOOD, self.last_good.as_ref());
        add(HISTORY, Some(&json!(self.history).to_string()));
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": set.name(),
                "namespace": set.namespace(),
                "labels": {ID: set.id()},
                "annotations": annotations,
            },
        })
    }
}

/// Whether a Secret is this set's record and ours, by the rules of kubectl's `fetchParent`.
fn check_parent(parent: &Value, set: &Set, adopt: bool) -> Result<(), PlanError> {
    let refuse = |reason: String, help: &str| PlanError::ForeignRecord {
        set: set.to_string(),
        reason,
        help: help.to_owned(),
    };
    let metadata = &parent["metadata"];
    let Some(id) = metadata["labels"][ID].as_str() else {
        return Err(refuse(
            "a Secret of its name exists and is no record of a set".to_owned(),
            "choose another name with --set, or another home with --set-namespace",
        ));
    };
    // Whoever may write this one Secret must not be able to have another set's members deleted.
    if id != set.id() {
        return Err(refuse(
            format!("its record carries the id {id} of another set"),
            "the record was copied or changed by hand: delete that Secret, and apply again",
        ));
    }
    let tooling = metadata["annotations"][TOOLING]
        .as_str()
        .unwrap_or_default();
    let tool = tooling.rsplit_once('/').map_or(tooling, |(tool, _)| tool);
    if tool != TOOL && !adopt {
        let owner = if tool.is_empty() {
            "a tool that gives no name"
        } else {
            tool
        };
        return Err(refuse(
            format!("it is managed by {owner}"),
            "choose another name with --set, or take the set over with --adopt-set",
        ));
    }
    Ok(())
}

/// `Kind.group`, as Go's `schema.ParseGroupKind` reads it.
fn parse_kind(text: &str) -> GroupKind {
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    GroupKind {
        group: group.to_owned(),
        kind: kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Set {
        Set::new("web", "prod").expect("the test's names are valid")
    }

    fn run(revision: &str, time: &str, outcome: RunOutcome) -> Run {
        Run {
            revision: revision.to_owned(),
            tree: None,
            time: time.to_owned(),
            outcome,
            partial: false,
        }
    }

    fn full() -> Inventory {
        let mut inventory = Inventory {
            kinds: [
                "Deployment.apps",
                "ConfigMap",
                "Certificate.cert-manager.io",
            ]
            .into_iter()
            .map(parse_kind)
            .collect(),
            namespaces: ["b", "a", "prod"].into_iter().map(str::to_owned).collect(),
            binding: Some(Binding {
                repository: "example.com/team/app".to_owned(),
                path: "deploy".to_owned(),
                cluster: Some("u-1".to_owned()),
            }),
            ..Inventory::default()
        };
        inventory.note(run("c1", "t1", RunOutcome::Ready));
        inventory
    }

    #[test]
    fn the_record_is_written_as_kubectl_writes_it() {
        let parent = full().parent(&set());
        let annotations = &parent["metadata"]["annotations"];
        assert_eq!(
            annotations[KINDS],
            "Certificate.cert-manager.io,ConfigMap,Deployment.apps"
        );
        assert_eq!(
            annotations[NAMESPACES], "a,b",
            "the record's own is left out"
        );
        assert_eq!(parent["metadata"]["labels"][ID], set().id());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut expected = full();
        expected.namespaces.remove("prod");
        let read = Inventory::parse(&expected.parent(&set()), &set(), false);
        assert_eq!(read.expect("the record is ours"), expected);
    }

    #[test]
    fn the_record_of_another_tool_is_refused_until_it_is_adopted() {
        let mut parent = full().parent(&set());
        parent["metadata"]["annotations"][TOOLING] = "kubectl/v1.37.2".into();
        let error = Inventory::parse(&parent, &set(), false).expect_err("it is kubectl's");
        assert!(error.to_string().contains("managed by kubectl"), "{error}");
        assert!(Inventory::parse(&parent, &set(), true).is_ok());
    }

    #[test]
    fn a_record_with_the_id_of_another_set_is_never_adopted() {
        let mut parent = full().parent(&set());
        parent["metadata"]["labels"][ID] = "applyset-x-v1".into();
        assert!(Inventory::parse(&parent, &set(), true).is_err());
    }

    #[test]
    fn another_path_is_refused() {
        let inventory = full();
        let mut found = inventory.binding.clone().expect("it is bound");
        assert!(inventory.check_binding(&set(), &found).is_ok());
        found.cluster = None;
        assert!(
            inventory.check_binding(&set(), &found).is_ok(),
            "what is not known cannot differ"
        );
        found.path = "other".to_owned();
        let error = inventory
            .check_binding(&set(), &found)
            .expect_err("the path differs");
        assert!(matches!(
            error,
            PlanError::BoundElsewhere {
                what: "the path",
                ..
            }
        ));
    }

    #[test]
    fn a_run_that_ends_takes_the_place_of_its_beginning() {
        let mut inventory = full();
        inventory.note(run("c2", "t2", RunOutcome::Started));
        inventory.note(run("c2", "t2", RunOutcome::Failed));
        let ends: Vec<_> = inventory
            .history
            .iter()
            .map(|run| (run.revision.as_str(), run.outcome))
            .collect();
        assert_eq!(
            ends,
            [("c2", RunOutcome::Failed), ("c1", RunOutcome::Ready)]
        );
        assert_eq!(inventory.last_good.as_deref(), Some("c1"));
    }

    #[test]
    fn a_partial_run_is_never_the_last_good_one() {
        let mut inventory = full();
        let mut partial = run("c3", "t3", RunOutcome::Ready);
        partial.partial = true;
        inventory.note(partial);
        assert_eq!(inventory.last_good.as_deref(), Some("c1"));
        assert_eq!(inventory.last_applied.as_deref(), Some("c1"));
    }

    #[test]
    fn the_same_run_again_and_again_fills_no_history() {
        let mut inventory = full();
        for time in ["t2", "t3", "t4"] {
            inventory.note(run("c1", time, RunOutcome::Started));
            inventory.note(run("c1", time, RunOutcome::Ready));
        }
        assert_eq!(inventory.history.len(), 1);
    }
}
