//! Pods, controllers and claims as a real cluster writes them.

use serde_json::{Value, json};

use super::*;

const NOT_FOUND: &str = "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nginx:1.27-no-such-tag\": failed to resolve reference \"docker.io/library/nginx:1.27-no-such-tag\": docker.io/library/nginx:1.27-no-such-tag: not found";
const REFUSED: &str = "rpc error: code = Unknown desc = failed to pull and unpack image \"127.0.0.1:1/x:1\": failed to resolve reference \"127.0.0.1:1/x:1\": failed to do request: Head \"http://127.0.0.1:1/v2/x/manifests/1\": dial tcp 127.0.0.1:1: connect: connection refused";

/// A Pod of one container in this state.
fn pod(phase: &str, container: &Value) -> Value {
    let mut status = json!({"name": "app", "image": "docker.io/library/nginx:1", "ready": false, "restartCount": 0});
    for (key, value) in container.as_object().expect("an object in each test") {
        status[key] = value.clone();
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "demo", "uid": "u"},
        "spec": {"containers": [{
            "name": "app", "image": "nginx:1.27-no-such-tag",
            "resources": {"limits": {"memory": "64Mi"}},
        }]},
        "status": {"phase": phase, "containerStatuses": [status]},
    })
}

fn waiting(reason: &str, message: &str) -> Value {
    pod(
        "Pending",
        &json!({"state": {"waiting": {"reason": reason, "message": message}}}),
    )
}

fn event(reason: &str, message: &str) -> Event {
    Event {
        object: "Pod/demo/web-1".to_owned(),
        container: None,
        reason: reason.to_owned(),
        message: message.to_owned(),
        is_warning: true,
        count: 1,
        last: None,
    }
}

/// The only cause of a Pod that a controller runs.
fn only(pod: &Value, events: &[Event]) -> Cause {
    let mut causes = of_pod(pod, events, PodOwner::Controller);
    assert_eq!(causes.len(), 1, "{causes:#?}");
    causes.remove(0)
}

#[test]
fn a_tag_that_the_registry_does_not_have_is_fatal_at_once() {
    let cause = only(&waiting("ErrImagePull", NOT_FOUND), &[]);
    assert_eq!(cause.urgency, Urgency::Fatal);
    assert_eq!(
        cause.line(),
        "container `app`: image `nginx:1.27-no-such-tag` was not found: the registry answers, but does not have the tag `1.27-no-such-tag`"
    );
}

#[test]
fn the_back_off_tells_the_same_by_its_message_or_by_an_event() {
    let told = format!("Back-off pulling image \"nginx\": ErrImagePull: {NOT_FOUND}");
    let cause = only(&waiting("ImagePullBackOff", &told), &[]);
    assert_eq!(cause.problem.code(), "image-not-found");

    let bare = waiting("ImagePullBackOff", "Back-off pulling image \"nginx\"");
    let events = [
        event(
            "Failed",
            &format!("Failed to pull image \"nginx\": {NOT_FOUND}"),
        ),
        event("Failed", "Error: ErrImagePull"),
    ];
    assert_eq!(only(&bare, &events).problem.code(), "image-not-found");
    assert_eq!(only(&bare, &[]).problem.code(), "pull-failed");
}

#[test]
fn a_registry_that_does_not_answer_is_transient() {
    let cause = only(&waiting("ErrImagePull", REFUSED), &[]);
    assert_eq!(cause.problem.code(), "registry-unreachable");
    assert_eq!(cause.urgency, Urgency::Lasting);
}

#[test]
fn image_names_that_can_never_work_are_fatal() {
    let invalid = only(
        &waiting("InvalidImageName", "couldn't parse image name"),
        &[],
    );
    assert_eq!(invalid.problem.code(), "invalid-image-name");
    assert_eq!(invalid.urgency, Urgency::Fatal);
    let never = only(
        &waiting("ErrImageNeverPull", "not present with pull policy of Never"),
        &[],
    );
    assert_eq!(never.problem.code(), "image-never-pulled");
    assert_eq!(never.urgency, Urgency::Fatal);
}

#[test]
fn missing_configuration_is_named_to_the_key() {
    let cases = [
        (
            "configmap \"settings\" not found",
            "ConfigMap `settings` does not exist",
        ),
        (
            "secret \"token\" not found",
            "Secret `token` does not exist",
        ),
        (
            "couldn't find key url in ConfigMap demo/settings",
            "ConfigMap `settings` has no key `url`",
        ),
        (
            "couldn't find key a in Secret demo/token",
            "Secret `token` has no key `a`",
        ),
    ];
    for (message, line) in cases {
        let cause = only(&waiting("CreateContainerConfigError", message), &[]);
        assert_eq!(cause.problem.to_string(), line);
        assert_eq!(cause.urgency, Urgency::Brief, "somebody may still make it");
    }
}

#[test]
fn a_configuration_that_is_wrong_by_itself_is_fatal_and_a_cold_cache_is_nothing() {
    let root = waiting(
        "CreateContainerConfigError",
        "container has runAsNonRoot and image will run as root",
    );
    assert_eq!(only(&root, &[]).urgency, Urgency::Fatal);
    let cold = waiting(
        "CreateContainerConfigError",
        "failed to sync configmap cache: timed out waiting for the condition",
    );
    assert!(of_pod(&cold, &[], PodOwner::Controller).is_empty());
}

#[test]
fn a_program_that_does_not_exist_cannot_be_started() {
    let message = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nope\": executable file not found in $PATH: unknown";
    let cause = only(&waiting("RunContainerError", message), &[]);
    assert_eq!(
        cause.problem.to_string(),
        "the container cannot be started: exec: \"nope\": executable file not found in $PATH"
    );
    let looping = pod(
        "Running",
        &json!({
            "restartCount": 1,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"reason": "StartError", "exitCode": 128, "message": message}},
        }),
    );
    assert_eq!(only(&looping, &[]).problem, cause.problem);
}

fn crashed(restarts: i64, reason: &str, code: i64) -> Value {
    pod(
        "Running",
        &json!({
            "restartCount": restarts,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
            "lastState": {"terminated": {"reason": reason, "exitCode": code}},
        }),
    )
}

#[test]
fn one_crash_is_noted_and_the_second_counts() {
    assert_eq!(only(&crashed(1, "Error", 1), &[]).urgency, Urgency::Note);
    let cause = only(&crashed(2, "Error", 127), &[]);
    assert_eq!(cause.urgency, Urgency::Crash);
    assert_eq!(
        cause.problem.to_string(),
        "the container ends again and again, with exit code 127 (command not found) (2 restarts)"
    );
}

#[test]
fn a_server_that_ends_without_an_error_is_told_to_stay() {
    let cause = only(&crashed(3, "Completed", 0), &[]);
    assert!(
        cause.problem.hint().contains("Job"),
        "{}",
        cause.problem.hint()
    );
}

#[test]
fn a_kill_for_memory_names_the_limit() {
    let cause = only(&crashed(2, "OOMKilled", 137), &[]);
    assert_eq!(cause.urgency, Urgency::Crash);
    assert_eq!(
        cause.problem.to_string(),
        "the container was killed because it ran out of memory (limit 64Mi) (2 restarts)"
    );
}

#[test]
fn a_container_that_runs_again_may_yet_become_ready() {
    let running = pod(
        "Running",
        &json!({
            "restartCount": 4,
            "state": {"running": {"startedAt": "2026-11-24T10:00:00Z"}},
            "lastState": {"terminated": {"reason": "Error", "exitCode": 1}},
        }),
    );
    assert_eq!(only(&running, &[]).urgency, Urgency::Note);
}

#[test]
fn a_ready_container_is_no_cause_whatever_it_did_before() {
    let running = pod(
        "Running",
        &json!({
            "ready": true, "restartCount": 9,
            "state": {"running": {}},
            "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
        }),
    );
    assert!(of_pod(&running, &[], PodOwner::Controller).is_empty());
}

#[test]
fn a_job_counts_the_crashes_of_its_pods_itself() {
    let causes = of_pod(&crashed(5, "Error", 1), &[], PodOwner::Job);
    assert_eq!(causes[0].urgency, Urgency::Note);
}

#[test]
fn init_containers_come_first() {
    let mut pod = waiting("PodInitializing", "");
    pod["spec"]["initContainers"] = json!([{"name": "setup", "image": "busybox:none"}]);
    pod["status"]["initContainerStatuses"] = json!([{
        "name": "setup", "restartCount": 0,
        "state": {"waiting": {"reason": "ErrImagePull", "message": NOT_FOUND}},
    }]);
    let cause = only(&pod, &[]);
    assert_eq!(cause.container.as_deref(), Some("setup"));
    assert_eq!(
        cause.problem,
        Problem::ImageNotFound {
            image: "busybox:none".to_owned()
        }
    );
}

#[test]
fn an_unschedulable_pod_says_what_the_scheduler_says() {
    let mut pod = pod("Pending", &json!({}));
    pod["status"] = json!({"phase": "Pending", "conditions": [{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient cpu.",
    }]});
    let cause = only(&pod, &[]);
    assert_eq!(cause.urgency, Urgency::Lasting);
    assert_eq!(
        cause.line(),
        "no node takes the Pod: 0/1 nodes are available: 1 Insufficient cpu."
    );
    pod["status"]["conditions"][0]["reason"] = json!("SchedulingGated");
    assert_eq!(only(&pod, &[]).urgency, Urgency::Note);
}

#[test]
fn a_volume_that_cannot_be_mounted_is_told_by_the_last_event_alone() {
    let pod = waiting("ContainerCreating", "");
    let missing = event(
        "FailedMount",
        "MountVolume.SetUp failed for volume \"content\" : configmap \"nginx-content\" not found",
    );
    let cause = only(&pod, std::slice::from_ref(&missing));
    assert_eq!(
        cause.problem.to_string(),
        "ConfigMap `nginx-content` does not exist"
    );

    let other = event(
        "FailedMount",
        "MountVolume.SetUp failed for volume \"v\" : hostPath type check failed: /x is not a directory",
    );
    assert_eq!(only(&pod, &[other]).problem.code(), "mount-failed");

    let mounted = [missing, event("Pulling", "Pulling image \"nginx\"")];
    assert!(of_pod(&pod, &mounted, PodOwner::Controller).is_empty());
}

#[test]
fn a_failing_probe_explains_and_never_fails_by_itself() {
    let running = pod("Running", &json!({"state": {"running": {}}}));
    let events = [event(
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
    )];
    let cause = only(&running, &events);
    assert_eq!(cause.urgency, Urgency::Note);
    assert_eq!(
        cause.problem.to_string(),
        "the readiness probe fails: HTTP probe failed with statuscode: 503"
    );
}

#[test]
fn a_failed_pod_is_final_only_where_nobody_replaces_it() {
    let mut evicted = pod("Failed", &json!({}));
    evicted["status"] = json!({"phase": "Failed", "reason": "Evicted", "message": "low on memory"});
    assert_eq!(
        of_pod(&evicted, &[], PodOwner::Controller)[0].urgency,
        Urgency::Note
    );
    let causes = of_pod(&evicted, &[], PodOwner::Nobody);
    assert_eq!(causes[0].urgency, Urgency::Fatal);
    assert_eq!(causes[0].line(), "the Pod failed: Evicted: low on memory");
}

#[test]
fn a_pod_that_succeeded_has_no_cause() {
    let done = pod(
        "Succeeded",
        &json!({"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}),
    );
    assert!(of_pod(&done, &[], PodOwner::Job).is_empty());
}

fn refusal(message: &str) -> (Refusal, Urgency, String) {
    let set = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web", "namespace": "demo"},
        "status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}]},
    });
    let causes = of_controller(&set, &[]);
    let Problem::NotCreated { refusal, text } = &causes[0].problem else {
        panic!("{causes:?}");
    };
    (*refusal, causes[0].urgency, text.clone())
}

#[test]
fn whoever_refuses_a_pod_is_named() {
    let cases = [
        (
            "pods \"web-1\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1",
            Refusal::Quota,
            Urgency::Lasting,
            "exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1",
        ),
        (
            "pods \"web-1\" is forbidden: error looking up service account demo/robot: serviceaccount \"robot\" not found",
            Refusal::ServiceAccount,
            Urgency::Brief,
            "error looking up service account demo/robot: serviceaccount \"robot\" not found",
        ),
        (
            "pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false",
            Refusal::PodSecurity,
            Urgency::Brief,
            "violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false",
        ),
        (
            "pods \"web-1\" is forbidden: maximum cpu usage per Container is 1, but limit is 2",
            Refusal::Limits,
            Urgency::Brief,
            "maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            "admission webhook \"policy.example.com\" denied the request: no",
            Refusal::Denied,
            Urgency::Brief,
            "admission webhook \"policy.example.com\" denied the request: no",
        ),
        (
            "Internal error occurred: failed calling webhook \"policy.example.com\": connection refused",
            Refusal::WebhookUnreachable,
            Urgency::Lasting,
            "Internal error occurred: failed calling webhook \"policy.example.com\": connection refused",
        ),
    ];
    for (message, who, urgency, text) in cases {
        assert_eq!(refusal(message), (who, urgency, text.to_owned()));
    }
}

#[test]
fn a_controller_that_made_its_pods_after_all_has_no_cause() {
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}});
    let failed = event(
        "FailedCreate",
        "create Pod db-0 in StatefulSet db failed error: pods \"db-0\" is forbidden: exceeded quota: q",
    );
    let causes = of_controller(&set, std::slice::from_ref(&failed));
    assert_eq!(causes[0].problem.code(), "pod-refused");
    let events = [
        failed,
        event(
            "SuccessfulCreate",
            "create Pod db-0 in StatefulSet db successful",
        ),
    ];
    assert!(of_controller(&set, &events).is_empty());
}

#[test]
fn a_claim_without_a_volume_says_what_its_provisioner_says() {
    let claim = json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "status": {"phase": "Pending"}});
    let events = [event(
        "ProvisioningFailed",
        "storageclass.storage.k8s.io \"fast\" not found",
    )];
    let causes = of_claim(&claim, &events);
    assert_eq!(
        causes[0].line(),
        "the claim gets no volume: storageclass.storage.k8s.io \"fast\" not found"
    );
    assert_eq!(causes[0].urgency, Urgency::Lasting);
}

#[test]
fn every_text_of_the_cluster_loses_its_control_characters() {
    let cause = only(
        &waiting("CreateContainerConfigError", "bad \u{1b}[31m\u{202e}name"),
        &[],
    );
    assert_eq!(
        cause.problem.to_string(),
        "the container cannot be configured: bad name"
    );
}

#[test]
fn the_gravest_cause_sorts_first() {
    let mut causes = [
        only(&crashed(1, "Error", 1), &[]),
        only(&waiting("ErrImagePull", REFUSED), &[]),
        only(&waiting("ErrImagePull", NOT_FOUND), &[]),
    ];
    causes.sort();
    let codes: Vec<&str> = causes.iter().map(|cause| cause.problem.code()).collect();
    assert_eq!(
        codes,
        ["image-not-found", "registry-unreachable", "crashing"]
    );
}

#[test]
fn a_secret_that_an_error_quotes_is_hidden() {
    let mut cause = only(
        &waiting("RunContainerError", "exec: \"hunter2\": not found"),
        &[],
    );
    cause.problem.hide(&["hunter2".to_owned()]);
    assert_eq!(
        cause.problem.to_string(),
        "the container cannot be started: exec: \"***\": not found"
    );
}
