//! One table a rule.

use serde_json::json;

use super::*;

const NOW: &str = "2026-11-24T10:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("the constant above is a time")
}

/// Status and reason of each case, from the parts that matter.
fn check(api_version: &str, kind: &str, cases: &[(&str, Value, Status, &str)]) {
    for (name, fields, wanted, reason) in cases {
        let mut object = json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {"name": "x", "generation": 3},
            "status": {"observedGeneration": 3},
        });
        merge(&mut object, fields);
        let report = status(&object, Some(3), now());
        assert_eq!(
            (report.status, report.reason.as_str()),
            (*wanted, *reason),
            "{kind}: {name}: {}",
            report.message
        );
    }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": "a message"})
}

use Status::{Current, Failed, InProgress, Terminating, Unknown};

#[test]
fn what_counts_for_every_kind_comes_in_kstatus_s_order() {
    let cases = [
        ("nothing known", json!({}), Current, ""),
        (
            "deleting wins",
            json!({"metadata": {"deletionTimestamp": NOW}, "status": {"observedGeneration": 1}}),
            Terminating,
            "Terminating",
        ),
        (
            "generation not observed",
            json!({"status": {"observedGeneration": 2}}),
            InProgress,
            "LatestGenerationNotObserved",
        ),
        (
            "an observed generation from the future differs too",
            json!({"status": {"observedGeneration": 4}}),
            InProgress,
            "LatestGenerationNotObserved",
        ),
        (
            "reconciling",
            json!({"status": {"conditions": [condition("Reconciling", "True", "Busy"), condition("Ready", "True", "")]}}),
            InProgress,
            "Busy",
        ),
        (
            "stalled",
            json!({"status": {"conditions": [condition("Stalled", "True", "Stuck")]}}),
            Failed,
            "Stuck",
        ),
        (
            "the first of both decides",
            json!({"status": {"conditions": [condition("Stalled", "True", "Stuck"), condition("Reconciling", "True", "Busy")]}}),
            Failed,
            "Stuck",
        ),
        (
            "not stalled",
            json!({"status": {"conditions": [condition("Stalled", "False", "")]}}),
            Current,
            "",
        ),
        (
            "ready",
            json!({"status": {"conditions": [condition("Ready", "True", "Yes")]}}),
            Current,
            "",
        ),
        (
            "not ready",
            json!({"status": {"conditions": [condition("Ready", "False", "No")]}}),
            InProgress,
            "No",
        ),
        (
            "ready unknown",
            json!({"status": {"conditions": [condition("Ready", "Unknown", "Who")]}}),
            InProgress,
            "Who",
        ),
        (
            "another value of ready is passed over",
            json!({"status": {"conditions": [condition("Ready", "Maybe", "Eh")]}}),
            Current,
            "",
        ),
        (
            "conditions of a wrong type",
            json!({"status": {"conditions": {}}}),
            Unknown,
            "Malformed",
        ),
        (
            "a generation of a wrong type",
            json!({"status": {"observedGeneration": "3"}}),
            Unknown,
            "Malformed",
        ),
    ];
    check("example.com/v1", "Widget", &cases);
}

#[test]
fn a_read_from_before_our_apply_is_in_progress() {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"generation": 2}, "status": {"observedGeneration": 2},
    });
    assert_eq!(status(&object, Some(3), now()).reason, "StaleRead");
}

#[test]
fn a_change_by_somebody_else_after_ours_is_waited_for() {
    let object = json!({
        "apiVersion": "example.com/v1", "kind": "Widget",
        "metadata": {"generation": 4}, "status": {"observedGeneration": 3},
    });
    assert_eq!(
        status(&object, Some(3), now()).reason,
        "LatestGenerationNotObserved"
    );
}

#[test]
fn a_workload_that_its_controller_has_not_seen_is_in_progress_even_with_zero_replicas() {
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"] {
        let object = json!({
            "apiVersion": "apps/v1", "kind": kind,
            "metadata": {"generation": 1}, "spec": {"replicas": 0}, "status": {},
        });
        assert_eq!(
            status(&object, Some(1), now()).reason,
            "NoObservedGeneration",
            "{kind}"
        );
    }
}

#[test]
fn deployment() {
    let available = condition("Available", "True", "MinimumReplicasAvailable");
    let complete = condition("Progressing", "True", "NewReplicaSetAvailable");
    let counts = |replicas: i64, updated: i64, ready: i64, available_: i64| {
        json!({
            "spec": {"replicas": 3, "progressDeadlineSeconds": 600},
            "status": {
                "replicas": replicas, "updatedReplicas": updated,
                "readyReplicas": ready, "availableReplicas": available_,
                "conditions": [complete, available],
            },
        })
    };
    let with = |mut object: Value, more: &Value| {
        merge(&mut object, more);
        object
    };
    let cases = [
        ("done", counts(3, 3, 3, 3), Current, ""),
        ("fresh", counts(0, 0, 0, 0), InProgress, "LessReplicas"),
        ("rolling", counts(4, 1, 3, 3), InProgress, "LessUpdated"),
        (
            "old ones leave",
            counts(4, 3, 3, 3),
            InProgress,
            "ExtraPods",
        ),
        (
            "not available",
            counts(3, 3, 2, 2),
            InProgress,
            "LessAvailable",
        ),
        ("not ready", counts(3, 3, 2, 3), InProgress, "LessReady"),
        (
            "the replica set is not complete",
            with(
                counts(3, 3, 3, 3),
                &json!({"status": {"conditions": [condition("Progressing", "True", "ReplicaSetUpdated"), available]}}),
            ),
            InProgress,
            "ReplicaSetNotAvailable",
        ),
        (
            "without a deadline nobody says that it is complete",
            with(
                counts(3, 3, 3, 3),
                &json!({"spec": {"progressDeadlineSeconds": NO_DEADLINE}, "status": {"conditions": [available]}}),
            ),
            Current,
            "",
        ),
        (
            "not available by its condition",
            with(
                counts(3, 3, 3, 3),
                &json!({"status": {"conditions": [complete, condition("Available", "False", "")]}}),
            ),
            InProgress,
            "DeploymentNotAvailable",
        ),
        (
            "past its deadline",
            with(
                counts(3, 1, 2, 2),
                &json!({"status": {"conditions": [condition("Progressing", "False", "ProgressDeadlineExceeded")]}}),
            ),
            Failed,
            "ProgressDeadlineExceeded",
        ),
        (
            "paused",
            with(counts(3, 0, 3, 3), &json!({"spec": {"paused": true}})),
            Current,
            "",
        ),
        (
            "zero replicas",
            with(counts(0, 0, 0, 0), &json!({"spec": {"replicas": 0}})),
            Current,
            "",
        ),
        (
            "one replica where none is said",
            json!({"spec": {}, "status": {"replicas": 0}}),
            InProgress,
            "LessReplicas",
        ),
    ];
    check("apps/v1", "Deployment", &cases);
    check("extensions/v1beta1", "Deployment", &cases);
}

const NO_DEADLINE: i64 = 2_147_483_647;

#[test]
fn stateful_set() {
    let set = |replicas: i64, ready: i64, updated: i64, spec: &Value| {
        let mut object = json!({
            "spec": {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}},
            "status": {
                "replicas": replicas, "readyReplicas": ready, "updatedReplicas": updated,
                "currentReplicas": 3, "currentRevision": "x-1", "updateRevision": "x-1",
            },
        });
        merge(&mut object, spec);
        object
    };
    let no_partition = json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": null}}}});
    let partition = json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 2}}}});
    let on_delete =
        json!({"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": null}}});
    let other_revision = json!({"status": {"updateRevision": "x-2"}});
    let both = |one: &Value, other: &Value| {
        let mut both = one.clone();
        merge(&mut both, other);
        both
    };
    let cases = [
        ("done", set(3, 3, 3, &json!({})), Current, ""),
        (
            "fresh",
            set(0, 0, 0, &json!({})),
            InProgress,
            "LessReplicas",
        ),
        (
            "not ready",
            set(3, 1, 3, &json!({})),
            InProgress,
            "LessReady",
        ),
        (
            "too many",
            set(4, 4, 4, &json!({})),
            InProgress,
            "ExtraPods",
        ),
        (
            "half updated",
            set(3, 3, 1, &json!({})),
            InProgress,
            "PartitionRollout",
        ),
        (
            "below the partition nothing is updated",
            set(3, 3, 1, &partition),
            Current,
            "",
        ),
        (
            "above the partition it is",
            set(3, 3, 0, &partition),
            InProgress,
            "PartitionRollout",
        ),
        (
            "revisions differ",
            set(3, 3, 3, &both(&no_partition, &other_revision)),
            InProgress,
            "RevisionMismatch",
        ),
        (
            "current replicas",
            set(
                3,
                3,
                3,
                &both(&no_partition, &json!({"status": {"currentReplicas": 1}})),
            ),
            InProgress,
            "LessCurrent",
        ),
        (
            "ready for less than minReadySeconds",
            set(
                3,
                3,
                3,
                &json!({"spec": {"minReadySeconds": 10}, "status": {"availableReplicas": 2}}),
            ),
            InProgress,
            "LessAvailable",
        ),
        (
            "on delete, first installed",
            set(3, 1, 3, &on_delete),
            InProgress,
            "LessReady",
        ),
        ("on delete, done", set(3, 3, 3, &on_delete), Current, ""),
        (
            "on delete, its Pods wait to be deleted",
            set(3, 1, 0, &both(&on_delete, &other_revision)),
            Current,
            "",
        ),
    ];
    check("apps/v1", "StatefulSet", &cases);
}

#[test]
fn daemon_set() {
    let set = |desired: i64, scheduled: i64, updated: i64, available: i64, ready: i64| {
        json!({"status": {
            "desiredNumberScheduled": desired, "currentNumberScheduled": scheduled,
            "updatedNumberScheduled": updated, "numberAvailable": available, "numberReady": ready,
        }})
    };
    let mut on_delete = set(3, 3, 0, 3, 3);
    merge(
        &mut on_delete,
        &json!({"spec": {"updateStrategy": {"type": "OnDelete"}}}),
    );
    let cases = [
        ("unknown", json!({}), InProgress, "NoDesiredNumber"),
        ("no node takes it", set(0, 0, 0, 0, 0), Current, ""),
        ("done", set(3, 3, 3, 3, 3), Current, ""),
        ("scheduling", set(3, 2, 2, 2, 2), InProgress, "LessCurrent"),
        ("updating", set(3, 3, 1, 3, 3), InProgress, "LessUpdated"),
        ("available", set(3, 3, 3, 1, 3), InProgress, "LessAvailable"),
        ("ready", set(3, 3, 3, 3, 1), InProgress, "LessReady"),
        ("on delete", on_delete, Current, ""),
    ];
    check("apps/v1", "DaemonSet", &cases);
}

#[test]
fn replica_set_and_replication_controller() {
    let set = |labelled: i64, available: i64, ready: i64, replicas: i64| {
        json!({"spec": {"replicas": 2}, "status": {
            "fullyLabeledReplicas": labelled, "availableReplicas": available,
            "readyReplicas": ready, "replicas": replicas,
        }})
    };
    let mut refused = set(0, 0, 0, 0);
    merge(
        &mut refused,
        &json!({"status": {"conditions": [condition("ReplicaFailure", "True", "FailedCreate")]}}),
    );
    let cases = [
        ("done", set(2, 2, 2, 2), Current, ""),
        ("refused", refused, InProgress, "ReplicaFailure"),
        ("labelled", set(1, 2, 2, 2), InProgress, "LessLabelled"),
        ("available", set(2, 1, 2, 2), InProgress, "LessAvailable"),
        ("ready", set(2, 2, 1, 2), InProgress, "LessReady"),
        ("too many", set(2, 2, 2, 3), InProgress, "ExtraPods"),
    ];
    check("apps/v1", "ReplicaSet", &cases);
    check("v1", "ReplicationController", &cases);
}

mod kinds;
