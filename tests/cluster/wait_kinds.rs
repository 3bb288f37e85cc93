//! Waiting for real objects, kind by kind.

use std::time::Duration;

use gitops_lab::apply::wait::{Verdict, WaitOptions, wait};

use crate::Test;
use crate::cluster::Cluster;
use crate::wait::{
    NGINX, WEB, Wanted, assert_current, connect, deployment, failure, on_control_plane, on_node,
    options, read, run, wait_for, workload,
};

pub(crate) const TESTS: &[Test] = &[
    on_node("a_stateful_set_fails_by_its_newest_pod_alone", stateful_set),
    on_node("a_daemon_set_becomes_current", daemon_set),
    on_node("a_job_is_current_when_it_is_complete", complete_job),
    on_node("a_failed_job_shows_its_log", failed_job),
    on_node("a_naked_pod_that_fails_is_failed", naked_pod),
    on_control_plane("what_has_no_rollout_is_current_at_once", no_rollout),
    on_control_plane("a_claim_that_waits_for_its_consumer_is_current", claim),
    on_control_plane("an_object_that_is_deleted_meanwhile_is_gone", gone),
    on_control_plane("what_may_not_be_read_fails_by_name", forbidden),
];

fn stateful_set(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-set");
    let set = workload("StatefulSet", NGINX)
        .replace("spec:\n  selector", "spec:\n  replicas: 2\n  selector");
    let wanted: Wanted<'_> = ("apps", "StatefulSet", "web");
    cluster.kubectl_apply(&namespace, &set);
    assert_current(&wait_for(cluster, &namespace, &[wanted], &options()));

    cluster.kubectl_apply(&namespace, &set.replace("nginx:1.27", "nginx:none"));
    let outcome = wait_for(cluster, &namespace, &[wanted], &options());
    let (object, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "image-not-found", "{outcome:#?}");
    assert_eq!(
        cause.object,
        format!("Pod/{namespace}/web-1"),
        "the highest ordinal is updated first"
    );
    assert_eq!(
        object.replicas.map(|replicas| replicas.old_serving),
        Some(1),
        "{object:#?}"
    );
}

fn daemon_set(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-daemon");
    let set = workload("DaemonSet", NGINX);
    let wanted: Wanted<'_> = ("apps", "DaemonSet", "web");
    cluster.kubectl_apply(&namespace, &set);
    assert_current(&wait_for(cluster, &namespace, &[wanted], &options()));
    cluster.kubectl_apply(&namespace, &set.replace("nginx:1.27", "nginx:none"));
    let outcome = wait_for(cluster, &namespace, &[wanted], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "image-not-found", "{outcome:#?}");
}

pub(crate) fn job(command: &str) -> String {
    format!(
        "
apiVersion: batch/v1
kind: Job
metadata: {{name: task}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{{name: main, image: 'nginx:1.27', command: [sh, -c, '{command}']}}]
"
    )
}

pub(crate) const TASK: Wanted<'_> = ("batch", "Job", "task");

fn complete_job(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-done");
    cluster.kubectl_apply(&namespace, &job("sleep 3"));
    let outcome = wait_for(cluster, &namespace, &[TASK], &options());
    assert_current(&outcome);
    assert!(
        outcome.elapsed > Duration::from_secs(2),
        "a running Job is not done: {:?}",
        outcome.elapsed
    );
}

fn failed_job(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-job");
    cluster.kubectl_apply(&namespace, &job("echo the table exists already; exit 4"));
    let outcome = wait_for(cluster, &namespace, &[TASK], &options());
    let (object, cause) = failure(&outcome);
    assert_eq!(
        cause.line(),
        "container `main`: the container ended with exit code 4"
    );
    assert_eq!(
        object.logs[0].lines,
        ["the table exists already"],
        "{object:#?}"
    );
    assert!(
        object.report.message.contains("backoff limit"),
        "{}",
        object.report.message
    );

    // With OnFailure the Pod is deleted when the Job has failed, and its log with it.
    let again = job("echo gone with its Pod; exit 5")
        .replace("task", "retry")
        .replace("Never", "OnFailure");
    cluster.kubectl_apply(&namespace, &again);
    let outcome = wait_for(
        cluster,
        &namespace,
        &[("batch", "Job", "retry")],
        &options(),
    );
    let (object, cause) = failure(&outcome);
    assert!(cause.line().contains("exit code 5"), "{outcome:#?}");
    assert_eq!(object.logs[0].lines, ["gone with its Pod"], "{object:#?}");
}

fn naked_pod(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-pod");
    cluster.kubectl_apply(
        &namespace,
        "
apiVersion: v1
kind: Pod
metadata: {name: once}
spec:
  restartPolicy: Never
  containers: [{name: main, image: 'nginx:1.27', command: [sh, -c, 'echo no; exit 2']}]
",
    );
    let outcome = wait_for(cluster, &namespace, &[("", "Pod", "once")], &options());
    let (object, cause) = failure(&outcome);
    assert_eq!(
        cause.line(),
        "container `main`: the container ended with exit code 2"
    );
    assert_eq!(object.logs[0].lines, ["no"], "{object:#?}");
}

fn no_rollout(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-none");
    cluster.kubectl_apply(
        &namespace,
        "
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: LoadBalancer, ports: [{port: 80}], selector: {app: web}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: none}
spec:
  replicas: 0
  selector: {matchLabels: {app: none}}
  template:
    metadata: {labels: {app: none}}
    spec: {containers: [{name: main, image: 'nginx:1.27'}]}
",
    );
    let outside: Wanted<'_> = ("", "Service", "outside");
    let wanted = [
        ("", "ConfigMap", "settings"),
        outside,
        ("apps", "Deployment", "none"),
        ("", "Namespace", &namespace),
    ];
    assert_current(&wait_for(cluster, &namespace, &wanted, &options()));

    let address = WaitOptions {
        load_balancers: true,
        timeout: Duration::from_secs(1),
        ..options()
    };
    let outcome = wait_for(cluster, &namespace, &[outside], &address);
    assert_eq!(
        outcome.verdict,
        Verdict::TimedOut,
        "nobody gives an address here: {outcome:#?}"
    );
}

fn claim(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-claim");
    let class = |mode: &str| {
        format!(
            "
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {namespace}-{}}}
provisioner: example.com/none
volumeBindingMode: {mode}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {}}}
spec:
  storageClassName: {namespace}-{}
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 1Gi}}}}
",
            mode.to_lowercase(),
            mode.to_lowercase(),
            mode.to_lowercase()
        )
    };
    cluster.kubectl_apply(&namespace, &class("WaitForFirstConsumer"));
    let late: Wanted<'_> = ("", "PersistentVolumeClaim", "waitforfirstconsumer");
    assert_current(&wait_for(cluster, &namespace, &[late], &options()));

    cluster.kubectl_apply(&namespace, &class("Immediate"));
    let now: Wanted<'_> = ("", "PersistentVolumeClaim", "immediate");
    let short = WaitOptions {
        timeout: Duration::from_secs(2),
        ..options()
    };
    let outcome = wait_for(cluster, &namespace, &[now], &short);
    assert_eq!(
        outcome.verdict,
        Verdict::TimedOut,
        "nobody provides a volume here: {outcome:#?}"
    );
}

fn gone(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-gone");
    cluster.kubectl_apply(
        &namespace,
        &deployment("image: 'nginx:1.27', resources: {requests: {cpu: 1000}}"),
    );
    let outcome = run(async {
        let client = connect(cluster).await;
        let applied = [read(&client, &namespace, WEB).await];
        cluster.kubectl_text(&["delete", "deployment", "web", "-n", &namespace]);
        wait(&client, &applied, &options(), &mut |_| {}).await
    });
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "gone", "{outcome:#?}");
}

fn forbidden(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-forbidden");
    cluster.kubectl_text(&["create", "secret", "generic", "token", "-n", &namespace]);
    let outcome = run(async {
        let applied = [read(&connect(cluster).await, &namespace, ("", "Secret", "token")).await];
        let viewer = gitops_lab::cluster::Cluster::connect(Some(&cluster.viewer_kubeconfig), None)
            .await
            .expect("the viewer may connect");
        wait(&viewer, &applied, &options(), &mut |_| {}).await
    });
    let (object, cause) = failure(&outcome);
    assert_eq!(object.report.reason, "Forbidden");
    assert!(
        cause.line().starts_with("not allowed to get secrets"),
        "{}",
        cause.line()
    );
}
