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

#[test]
fn pod() {
    let phase = |phase: &str, more: &Value| {
        let mut object = json!({"status": {"phase": phase}});
        merge(&mut object, more);
        object
    };
    let unschedulable = |created: &str| {
        json!({
            "metadata": {"creationTimestamp": created},
            "status": {"conditions": [condition("PodScheduled", "False", "Unschedulable")]},
        })
    };
    let looping = |list: &str, restarts: i64| {
        json!({"status": {list: [{
            "name": "a", "restartCount": restarts, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        }]}})
    };
    let ready = json!({"status": {"conditions": [condition("Ready", "True", "")]}});
    let nothing = json!({});
    let cases = [
        ("not observed", json!({}), InProgress, "PodNotObserved"),
        ("succeeded", phase("Succeeded", &nothing), Current, ""),
        (
            "failed, and nobody replaces it",
            phase("Failed", &nothing),
            Failed,
            "PodFailed",
        ),
        (
            "evicted",
            phase("Failed", &json!({"status": {"reason": "Evicted"}})),
            Failed,
            "Evicted",
        ),
        ("ready", phase("Running", &ready), Current, ""),
        (
            "running",
            phase("Running", &nothing),
            InProgress,
            "PodRunningNotReady",
        ),
        (
            "crashed once",
            phase("Running", &looping("containerStatuses", 1)),
            InProgress,
            "PodRunningNotReady",
        ),
        (
            "crash loop",
            phase("Running", &looping("containerStatuses", 2)),
            Failed,
            "ContainerCrashLooping",
        ),
        (
            "crash loop of an init container",
            phase("Pending", &looping("initContainerStatuses", 2)),
            Failed,
            "ContainerCrashLooping",
        ),
        (
            "pending",
            phase("Pending", &nothing),
            InProgress,
            "PodPending",
        ),
        (
            "not scheduled yet",
            phase("Pending", &unschedulable("2026-11-24T09:59:46Z")),
            InProgress,
            "PodNotScheduled",
        ),
        (
            "unschedulable",
            phase("Pending", &unschedulable("2026-11-24T09:59:45Z")),
            Failed,
            "PodUnschedulable",
        ),
        (
            "a node that is lost",
            phase("Unknown", &nothing),
            Unknown,
            "UnknownPhase",
        ),
    ];
    check("v1", "Pod", &cases);
}

#[test]
fn job() {
    let job = |conditions: &[Value]| json!({"status": {"startTime": NOW, "active": 1, "conditions": conditions}});
    let suspended = |suspend: bool| {
        let mut object = job(&[condition("Suspended", "True", "")]);
        merge(&mut object, &json!({"spec": {"suspend": suspend}}));
        object
    };
    let cases = [
        ("not started", json!({}), InProgress, "JobNotStarted"),
        (
            "a running job is not done",
            job(&[]),
            InProgress,
            "JobInProgress",
        ),
        (
            "complete",
            job(&[
                condition("SuccessCriteriaMet", "True", ""),
                condition("Complete", "True", ""),
            ]),
            Current,
            "",
        ),
        (
            "failed",
            job(&[condition("Failed", "True", "BackoffLimitExceeded")]),
            Failed,
            "BackoffLimitExceeded",
        ),
        (
            "about to fail",
            job(&[condition("FailureTarget", "True", "PodFailurePolicy")]),
            Failed,
            "PodFailurePolicy",
        ),
        (
            "a failed condition that is false",
            job(&[condition("Failed", "False", "")]),
            InProgress,
            "JobInProgress",
        ),
        ("suspended", suspended(true), Current, ""),
        (
            "resumed, and its condition is old",
            suspended(false),
            InProgress,
            "JobInProgress",
        ),
    ];
    check("batch/v1", "Job", &cases);
}

#[test]
fn custom_resource_definition() {
    let crd = |conditions: &[Value]| json!({"status": {"conditions": conditions}});
    let cases = [
        ("fresh", json!({}), InProgress, "Installing"),
        (
            "established",
            crd(&[
                condition("NamesAccepted", "True", ""),
                condition("Established", "True", ""),
            ]),
            Current,
            "",
        ),
        (
            "its names are taken",
            crd(&[condition("NamesAccepted", "False", "PluralConflict")]),
            Failed,
            "PluralConflict",
        ),
        (
            "installing",
            crd(&[condition("Established", "False", "Installing")]),
            InProgress,
            "Installing",
        ),
        (
            "not established",
            crd(&[condition("Established", "False", "NotAccepted")]),
            Failed,
            "NotAccepted",
        ),
    ];
    check(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        &cases,
    );
}

#[test]
fn persistent_volume_claim() {
    let phase = |phase: &str| json!({"status": {"phase": phase}});
    let cases = [
        ("fresh", json!({}), InProgress, "NotBound"),
        ("pending", phase("Pending"), InProgress, "NotBound"),
        ("bound", phase("Bound"), Current, ""),
        ("lost", phase("Lost"), Failed, "Lost"),
    ];
    check("v1", "PersistentVolumeClaim", &cases);
}

#[test]
fn a_claim_waits_for_its_first_consumer_by_its_class() {
    assert!(waits_for_first_consumer(
        &json!({"volumeBindingMode": "WaitForFirstConsumer"})
    ));
    assert!(!waits_for_first_consumer(
        &json!({"volumeBindingMode": "Immediate"})
    ));
}

#[test]
fn service() {
    let balanced = |address: &str| json!({"spec": {"type": "LoadBalancer", "clusterIP": address}});
    let cases = [
        (
            "a cluster address",
            json!({"spec": {"clusterIP": "10.0.0.1"}}),
            Current,
            "",
        ),
        (
            "headless",
            json!({"spec": {"clusterIP": "None"}}),
            Current,
            "",
        ),
        (
            "external name",
            json!({"spec": {"type": "ExternalName"}}),
            Current,
            "",
        ),
        ("balanced", balanced("10.0.0.1"), Current, ""),
        ("no address", balanced(""), InProgress, "NoIPAssigned"),
    ];
    check("v1", "Service", &cases);
}

#[test]
fn only_a_balanced_service_needs_an_address_from_outside() {
    assert!(load_balancer_is_ready(
        &json!({"spec": {"type": "ClusterIP"}})
    ));
    let mut service = json!({"spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {}}});
    assert!(!load_balancer_is_ready(&service));
    service["status"]["loadBalancer"]["ingress"] = json!([{"ip": "1.2.3.4"}]);
    assert!(load_balancer_is_ready(&service));
}

#[test]
fn namespace_and_api_service() {
    let cases = [
        (
            "active",
            json!({"status": {"phase": "Active"}}),
            Current,
            "",
        ),
        ("fresh", json!({}), InProgress, "NotActive"),
    ];
    check("v1", "Namespace", &cases);
    let available = |status: &str| json!({"status": {"conditions": [condition("Available", status, "MissingEndpoints")]}});
    let cases = [
        ("available", available("True"), Current, ""),
        (
            "not available",
            available("False"),
            InProgress,
            "MissingEndpoints",
        ),
        ("fresh", json!({}), InProgress, "NotAvailable"),
    ];
    check("apiregistration.k8s.io/v1", "APIService", &cases);
}

#[test]
fn kinds_without_a_rollout_are_always_current() {
    // A Ready condition that is False shows that the rule of the kind, not the fallback, was asked.
    let not_ready = json!({"status": {"conditions": [condition("Ready", "False", "No")]}});
    let cases = [("always", not_ready, Current, "")];
    for (api_version, kind) in [
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("batch/v1", "CronJob"),
        ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("networking.k8s.io/v1", "Ingress"),
    ] {
        check(api_version, kind, &cases);
    }
}

#[test]
fn a_kind_of_another_group_has_no_rule_of_ours() {
    let cases = [(
        "its Ready decides",
        json!({"status": {"conditions": [condition("Ready", "True", "")]}}),
        Current,
        "",
    )];
    check("serving.knative.dev/v1", "Service", &cases);
    check("example.com/v1", "Deployment", &cases);
}

#[test]
fn what_is_deleted_says_what_it_waits_for() {
    let object = json!({"metadata": {"deletionTimestamp": NOW, "finalizers": ["a/b", "c/d"]}});
    assert_eq!(
        status(&object, None, now()).message,
        "it is being deleted, and waits for its finalizers: a/b, c/d"
    );
}
