//! Pods, and every kind that is no workload.

use serde_json::json;

use super::*;

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
