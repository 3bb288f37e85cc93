//! Whose Pods are whose: the chain of owners by UID, and which Pods are of the newest revision.
//!
//! A selector alone lies: Pods of the old revision match it too, and a crash loop that the new
//! revision is to end must not fail the rollout that ends it.

use serde_json::Value;

/// The Pods of one workload, parted by revision.
#[derive(Clone, Debug, Default)]
pub struct Children<'a> {
    /// The ReplicaSet that makes the Pods of the newest revision, for a Deployment.
    pub newest_replica_set: Option<&'a Value>,
    /// Pods of the newest revision.
    pub newest: Vec<&'a Value>,
    /// Pods of older revisions.
    pub old: Vec<&'a Value>,
}

impl Children<'_> {
    /// How many Pods of older revisions are ready, and so still serve.
    pub fn old_serving(&self) -> usize {
        self.old.iter().filter(|pod| is_serving(pod)).count()
    }
}

/// Deployment → its ReplicaSets → their Pods. The newest ReplicaSet carries the Deployment's own
/// revision; only trust it when the controller has observed the Deployment's generation.
pub fn of_deployment<'a>(
    deployment: &Value,
    replica_sets: &'a [Value],
    pods: &'a [Value],
) -> Children<'a> {
    let owned: Vec<&Value> = controlled_by(replica_sets, uid(deployment)).collect();
    let wanted = revision(deployment);
    let newest = owned
        .iter()
        .copied()
        .find(|set| wanted.is_some() && revision(set) == wanted)
        .or_else(|| owned.iter().copied().max_by_key(|set| revision(set)));
    let mut children = Children {
        newest_replica_set: newest,
        ..Children::default()
    };
    for set in owned {
        let of_set = controlled_by(pods, uid(set));
        if newest.is_some_and(|newest| uid(newest) == uid(set)) {
            children.newest.extend(of_set);
        } else {
            children.old.extend(of_set);
        }
    }
    children
}

/// StatefulSet → its Pods, parted by the revision that its status updates to.
pub fn of_stateful_set<'a>(stateful_set: &Value, pods: &'a [Value]) -> Children<'a> {
    let newest = stateful_set
        .pointer("/status/updateRevision")
        .and_then(Value::as_str);
    by_revision_hash(stateful_set, newest, pods)
}

/// DaemonSet → its Pods, parted by the hash of its ControllerRevision with the highest number.
pub fn of_daemon_set<'a>(
    daemon_set: &Value,
    controller_revisions: &[Value],
    pods: &'a [Value],
) -> Children<'a> {
    let newest = controlled_by(controller_revisions, uid(daemon_set))
        .max_by_key(|revision| revision.get("revision").and_then(Value::as_i64))
        .and_then(|revision| label(revision, "controller-revision-hash"));
    by_revision_hash(daemon_set, newest, pods)
}

/// The Pods of a controller that has no revisions: ReplicaSet, ReplicationController, Job.
pub fn of_controller<'a>(controller: &Value, pods: &'a [Value]) -> Children<'a> {
    Children {
        newest: controlled_by(pods, uid(controller)).collect(),
        ..Children::default()
    }
}

fn by_revision_hash<'a>(owner: &Value, newest: Option<&str>, pods: &'a [Value]) -> Children<'a> {
    let mut children = Children::default();
    for pod in controlled_by(pods, uid(owner)) {
        // Without a known revision nothing can be called old.
        if newest.is_none() || label(pod, "controller-revision-hash") == newest {
            children.newest.push(pod);
        } else {
            children.old.push(pod);
        }
    }
    children
}

/// The objects whose controller has this UID.
fn controlled_by<'a>(objects: &'a [Value], owner: Option<&str>) -> impl Iterator<Item = &'a Value> {
    let owner = owner.map(str::to_owned);
    objects
        .iter()
        .filter(move |object| owner.is_some() && controller_uid(object) == owner.as_deref())
}

fn controller_uid(object: &Value) -> Option<&str> {
    object
        .pointer("/metadata/ownerReferences")?
        .as_array()?
        .iter()
        .find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?
        .get("uid")?
        .as_str()
}

/// `metadata.uid`.
pub fn uid(object: &Value) -> Option<&str> {
    object.pointer("/metadata/uid")?.as_str()
}

fn revision(object: &Value) -> Option<u64> {
    object
        .pointer("/metadata/annotations/deployment.kubernetes.io~1revision")?
        .as_str()?
        .parse()
        .ok()
}

fn label<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.pointer("/metadata/labels")?.get(name)?.as_str()
}

/// Whether a Pod is ready and not on its way out.
pub fn is_serving(pod: &Value) -> bool {
    let is_leaving = pod.pointer("/metadata/deletionTimestamp").is_some();
    !is_leaving
        && super::status::conditions(pod)
            .any(|condition| condition.kind == "Ready" && condition.status == "True")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn owned(name: &str, owner: &str, extra: &Value) -> Value {
        let mut object = json!({
            "metadata": {
                "name": name,
                "uid": format!("uid-{name}"),
                "ownerReferences": [{"uid": owner, "controller": true, "kind": "X", "name": "x"}],
            },
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        });
        let metadata = object["metadata"].as_object_mut().expect("an object above");
        metadata.extend(extra.as_object().expect("an object in each test").clone());
        object
    }

    fn replica_set(name: &str, revision: &str) -> Value {
        owned(
            name,
            "uid-web",
            &json!({"annotations": {"deployment.kubernetes.io/revision": revision}}),
        )
    }

    fn deployment(revision: &str) -> Value {
        json!({"metadata": {
            "uid": "uid-web",
            "annotations": {"deployment.kubernetes.io/revision": revision},
        }})
    }

    fn names(pods: &[&Value]) -> Vec<String> {
        pods.iter()
            .map(|pod| pod["metadata"]["name"].as_str().unwrap_or("").to_owned())
            .collect()
    }

    #[test]
    fn pods_of_the_newest_replica_set_are_told_from_old_ones() {
        let sets = [replica_set("web-9", "9"), replica_set("web-10", "10")];
        let pods = [
            owned("old", "uid-web-9", &json!({})),
            owned("new", "uid-web-10", &json!({})),
            owned("stranger", "uid-else", &json!({})),
        ];
        let deployment = deployment("10");
        let children = of_deployment(&deployment, &sets, &pods);
        assert_eq!(names(&children.newest), ["new"]);
        assert_eq!(names(&children.old), ["old"]);
        assert_eq!(children.old_serving(), 1);
    }

    #[test]
    fn revisions_are_compared_as_numbers() {
        let sets = [replica_set("web-9", "9"), replica_set("web-10", "10")];
        let deployment = json!({"metadata": {"uid": "uid-web"}});
        let children = of_deployment(&deployment, &sets, &[]);
        assert_eq!(children.newest_replica_set, Some(&sets[1]));
    }

    #[test]
    fn a_revert_makes_an_older_replica_set_the_newest_again() {
        let sets = [replica_set("web-a", "3"), replica_set("web-b", "2")];
        let deployment = deployment("3");
        let children = of_deployment(&deployment, &sets, &[]);
        assert_eq!(children.newest_replica_set, Some(&sets[0]));
    }

    #[test]
    fn old_pods_that_leave_or_are_not_ready_do_not_serve() {
        let mut unready = owned("unready", "uid-web-1", &json!({}));
        unready["status"]["conditions"][0]["status"] = json!("False");
        let leaving = owned(
            "leaving",
            "uid-web-1",
            &json!({"deletionTimestamp": "2026-11-24T10:00:00Z"}),
        );
        let pods = [unready, leaving];
        let sets = [replica_set("web-1", "1"), replica_set("web-2", "2")];
        let deployment = deployment("2");
        let children = of_deployment(&deployment, &sets, &pods);
        assert_eq!(children.old.len(), 2);
        assert_eq!(children.old_serving(), 0);
    }

    #[test]
    fn stateful_pods_are_parted_by_the_update_revision() {
        let hash = |hash: &str| json!({"labels": {"controller-revision-hash": hash}});
        let pods = [
            owned("db-0", "uid-db", &hash("db-old")),
            owned("db-1", "uid-db", &hash("db-new")),
        ];
        let set = json!({"metadata": {"uid": "uid-db"}, "status": {"updateRevision": "db-new"}});
        let children = of_stateful_set(&set, &pods);
        assert_eq!(names(&children.newest), ["db-1"]);
        assert_eq!(names(&children.old), ["db-0"]);
    }

    #[test]
    fn daemon_pods_are_parted_by_the_highest_controller_revision() {
        let revision = |hash: &str, number: i64| {
            let mut revision = owned(
                hash,
                "uid-agent",
                &json!({"labels": {"controller-revision-hash": hash}}),
            );
            revision["revision"] = json!(number);
            revision
        };
        let revisions = [revision("a", 2), revision("b", 10)];
        let label = |hash: &str| json!({"labels": {"controller-revision-hash": hash}});
        let pods = [
            owned("agent-1", "uid-agent", &label("a")),
            owned("agent-2", "uid-agent", &label("b")),
        ];
        let set = json!({"metadata": {"uid": "uid-agent"}});
        let children = of_daemon_set(&set, &revisions, &pods);
        assert_eq!(names(&children.newest), ["agent-2"]);
        assert_eq!(names(&children.old), ["agent-1"]);
    }

    #[test]
    fn an_owner_that_is_not_the_controller_does_not_count() {
        let mut pod = owned("pod", "uid-job", &json!({}));
        pod["metadata"]["ownerReferences"][0]["controller"] = json!(false);
        let job = json!({"metadata": {"uid": "uid-job"}});
        let pods = [pod];
        assert!(of_controller(&job, &pods).newest.is_empty());
    }
}
