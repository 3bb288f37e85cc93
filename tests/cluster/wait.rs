//! Waiting for real rollouts: what becomes current, and the cause of what does not.

use std::time::Duration;

use gitops_lab::apply::Applied;
use gitops_lab::apply::causes::{Cause, Urgency};
use gitops_lab::apply::wait::{ObjectOutcome, Verdict, WaitEvent, WaitOptions, WaitOutcome, wait};
use gitops_lab::object::{GroupKind, ObjectId};

use crate::cluster::Cluster;
use crate::wait_kinds::{TASK, job};
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    on_node(
        "a_tag_that_the_registry_lacks_fails_within_seconds",
        missing_tag,
    ),
    on_node("an_unreachable_registry_is_transient", unreachable_registry),
    on_node("a_missing_configmap_is_named", missing_config_map),
    on_node("a_missing_key_is_named", missing_key),
    on_node("a_crash_loop_shows_the_last_log", crash_loop),
    on_node(
        "a_program_that_does_not_exist_fails_at_once",
        missing_program,
    ),
    on_node("a_pod_that_fits_no_node_says_why", unschedulable),
    on_node("a_quota_that_is_used_up_is_named", quota),
    on_node(
        "a_missing_service_account_is_named",
        missing_service_account,
    ),
    on_node("a_failing_probe_is_the_cause_of_a_timeout", failing_probe),
    on_node(
        "a_crash_waits_for_a_neighbour_on_its_way",
        crash_beside_a_neighbour,
    ),
];

pub(crate) const fn on_node(name: &'static str, run: fn(&Cluster)) -> Test {
    Test {
        name,
        needs: Needs::Node,
        run,
    }
}

pub(crate) const fn on_control_plane(name: &'static str, run: fn(&Cluster)) -> Test {
    Test {
        name,
        needs: Needs::ControlPlane,
        run,
    }
}

/// Group, kind and name of what is waited for.
pub(crate) type Wanted<'a> = (&'a str, &'a str, &'a str);

pub(crate) const WEB: Wanted<'_> = ("apps", "Deployment", "web");

pub(crate) fn options() -> WaitOptions {
    WaitOptions {
        timeout: Duration::from_secs(90),
        grace: Duration::from_secs(4),
        ..WaitOptions::default()
    }
}

/// Waits for objects that were applied, as their present state says.
pub(crate) fn wait_for(
    cluster: &Cluster,
    namespace: &str,
    wanted: &[Wanted<'_>],
    options: &WaitOptions,
) -> WaitOutcome {
    watch(cluster, namespace, wanted, options, &mut |_| {})
}

fn watch(
    cluster: &Cluster,
    namespace: &str,
    wanted: &[Wanted<'_>],
    options: &WaitOptions,
    progress: &mut dyn FnMut(&WaitEvent),
) -> WaitOutcome {
    run(async {
        let client = connect(cluster).await;
        let mut applied = Vec::new();
        for wanted in wanted {
            applied.push(read(&client, namespace, *wanted).await);
        }
        wait(&client, &applied, options, progress).await
    })
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs only memory")
        .block_on(work)
}

pub(crate) async fn connect(cluster: &Cluster) -> gitops_lab::cluster::Cluster {
    gitops_lab::cluster::Cluster::connect(Some(&cluster.kubeconfig), None)
        .await
        .expect("the test's cluster answers")
}

pub(crate) async fn read(
    client: &gitops_lab::cluster::Cluster,
    namespace: &str,
    wanted: Wanted<'_>,
) -> Applied {
    let (group, kind, name) = wanted;
    let kind = GroupKind {
        group: group.to_owned(),
        kind: kind.to_owned(),
    };
    let discovery = client.discovery();
    let resource = discovery.preferred(&kind).expect("a built-in kind").clone();
    let namespace = resource.namespaced.then(|| namespace.to_owned());
    let object = client
        .get(&resource, namespace.as_deref(), name)
        .await
        .expect("the object can be read")
        .expect("the object was just applied");
    let id = ObjectId {
        group: kind.group,
        kind: kind.kind,
        namespace,
        name: name.to_owned(),
    };
    Applied {
        id,
        resource,
        uid: object["metadata"]["uid"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        generation: object["metadata"]["generation"].as_i64(),
    }
}

/// A workload with this container, as one line of YAML flow.
pub(crate) fn workload(kind: &str, container: &str) -> String {
    format!(
        "
apiVersion: apps/v1
kind: {kind}
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{{name: nginx, {container}}}]
"
    )
}

pub(crate) fn deployment(container: &str) -> String {
    workload("Deployment", container)
}

pub(crate) const NGINX: &str = "image: 'nginx:1.27'";

/// The only object and its gravest cause.
pub(crate) fn failure(outcome: &WaitOutcome) -> (&ObjectOutcome, &Cause) {
    assert_eq!(outcome.verdict, Verdict::Failed, "{outcome:#?}");
    let object = &outcome.objects[0];
    assert!(object.has_failed, "{outcome:#?}");
    let cause = object
        .causes
        .first()
        .unwrap_or_else(|| panic!("no cause: {outcome:#?}"));
    (object, cause)
}

pub(crate) fn assert_current(outcome: &WaitOutcome) {
    assert_eq!(outcome.verdict, Verdict::AllCurrent, "{outcome:#?}");
}

fn missing_tag(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-tag");
    let replicas =
        deployment(NGINX).replace("spec:\n  selector", "spec:\n  replicas: 2\n  selector");
    cluster.kubectl_apply(&namespace, &replicas);
    assert_current(&wait_for(cluster, &namespace, &[WEB], &options()));

    let broken = replicas.replace("nginx:1.27", "nginx:1.27-no-such-tag");
    cluster.kubectl_apply(&namespace, &broken);
    let mut told = Vec::new();
    let long = WaitOptions {
        grace: Duration::from_mins(1),
        ..options()
    };
    let outcome = watch(cluster, &namespace, &[WEB], &long, &mut |event| {
        told.push(event.clone());
    });
    let (object, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "image-not-found", "{outcome:#?}");
    assert!(
        cause
            .line()
            .contains("does not have the tag `1.27-no-such-tag`"),
        "{}",
        cause.line()
    );
    assert!(
        outcome.elapsed < Duration::from_secs(20),
        "{:?}",
        outcome.elapsed
    );
    let replicas = object.replicas.expect("a Deployment has replicas");
    assert_eq!(replicas.old_serving, 2, "{object:#?}");
    assert_eq!(replicas.ready, 0, "{object:#?}");
    assert!(
        object
            .events
            .iter()
            .any(|event| event.message.contains("not found")),
        "{object:#?}"
    );
    assert!(
        told.last()
            .is_some_and(|event| event.message.contains("was not found")),
        "{told:#?}"
    );
}

fn unreachable_registry(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-registry");
    cluster.kubectl_apply(&namespace, &deployment("image: '127.0.0.1:1/nginx:1.27'"));
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "registry-unreachable", "{outcome:#?}");
    assert_eq!(cause.urgency, Urgency::Lasting);
    assert!(
        cause.line().contains("connection refused"),
        "{}",
        cause.line()
    );
    assert!(
        outcome.elapsed > Duration::from_secs(4),
        "an outage may pass: {:?}",
        outcome.elapsed
    );

    let impatient = WaitOptions {
        timeout: Duration::from_secs(2),
        grace: Duration::from_mins(1),
        ..options()
    };
    let outcome = wait_for(cluster, &namespace, &[WEB], &impatient);
    assert_eq!(outcome.verdict, Verdict::TimedOut);
    assert_eq!(
        outcome.objects[0].causes[0].problem.code(),
        "registry-unreachable",
        "{outcome:#?}"
    );
}

fn missing_config_map(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-config");
    let volume = "image: 'nginx:1.27', volumeMounts: [{name: content, mountPath: /content}]}]
      volumes: [{name: content, configMap: {name: nginx-content}";
    cluster.kubectl_apply(&namespace, &deployment(volume));
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.line(), "ConfigMap `nginx-content` does not exist");
}

fn missing_key(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-key");
    cluster.kubectl_text(&[
        "create",
        "configmap",
        "settings",
        "-n",
        &namespace,
        "--from-literal=a=b",
    ]);
    let env = "image: 'nginx:1.27', env: [{name: URL, valueFrom: {configMapKeyRef: {name: settings, key: url}}}]";
    cluster.kubectl_apply(&namespace, &deployment(env));
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(
        cause.line(),
        "container `nginx`: ConfigMap `settings` has no key `url`"
    );
}

fn crash_loop(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-crash");
    let crash = "image: 'nginx:1.27', command: [sh, -c, 'echo cannot open the door; exit 3']";
    cluster.kubectl_apply(&namespace, &deployment(crash));
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (object, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "crashing", "{outcome:#?}");
    assert!(cause.line().contains("exit code 3"), "{}", cause.line());
    assert_eq!(
        object.logs[0].lines,
        ["cannot open the door"],
        "{object:#?}"
    );
}

fn missing_program(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-program");
    cluster.kubectl_apply(
        &namespace,
        &deployment("image: 'nginx:1.27', command: [no-such-program]"),
    );
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "cannot-start", "{outcome:#?}");
    assert!(cause.line().contains("no-such-program"), "{}", cause.line());
    assert!(
        outcome.elapsed < Duration::from_secs(20),
        "{:?}",
        outcome.elapsed
    );
}

fn unschedulable(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-node");
    cluster.kubectl_apply(
        &namespace,
        &deployment("image: 'nginx:1.27', resources: {requests: {cpu: 1000}}"),
    );
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "unschedulable", "{outcome:#?}");
    assert!(
        cause.line().contains("Insufficient cpu"),
        "{}",
        cause.line()
    );
}

fn quota(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-quota");
    cluster.kubectl_text(&["create", "quota", "none", "-n", &namespace, "--hard=pods=0"]);
    cluster.kubectl_apply(&namespace, &deployment(NGINX));
    let outcome = wait_for(cluster, &namespace, &[WEB], &options());
    let (_, cause) = failure(&outcome);
    assert!(
        cause.line().starts_with(
            "no Pod can be created: the quota of the namespace is used up (exceeded quota: none"
        ),
        "{}",
        cause.line()
    );
}

fn missing_service_account(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-account");
    let account = deployment(NGINX).replace(
        "      containers",
        "      serviceAccountName: robot\n      containers",
    );
    for kind in ["Deployment", "StatefulSet"] {
        cluster.kubectl_apply(&namespace, &account.replace("Deployment", kind));
        let outcome = wait_for(cluster, &namespace, &[("apps", kind, "web")], &options());
        let (_, cause) = failure(&outcome);
        assert!(
            cause.line().contains("its ServiceAccount does not exist"),
            "{kind}: {}",
            cause.line()
        );
    }
}

fn failing_probe(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-probe");
    let probe = "image: 'nginx:1.27', readinessProbe: {httpGet: {path: /no-such-page, port: 80}, periodSeconds: 1}";
    cluster.kubectl_apply(&namespace, &deployment(probe));
    let short = WaitOptions {
        timeout: Duration::from_secs(15),
        ..options()
    };
    let outcome = wait_for(cluster, &namespace, &[WEB], &short);
    assert_eq!(
        outcome.verdict,
        Verdict::TimedOut,
        "a probe may succeed later: {outcome:#?}"
    );
    let object = &outcome.objects[0];
    let cause = object
        .causes
        .first()
        .unwrap_or_else(|| panic!("{object:#?}"));
    assert_eq!(
        cause.line(),
        "container `nginx`: the readiness probe fails: HTTP probe failed with statuscode: 404"
    );
    assert!(
        object.logs[0]
            .lines
            .iter()
            .any(|line| line.contains("/no-such-page")),
        "{object:#?}"
    );
}

fn crash_beside_a_neighbour(cluster: &Cluster) {
    let namespace = cluster.namespace("wait-neighbour");
    // The first one crashes until the second one is there.
    let impatient =
        "image: 'nginx:1.27', env: [{name: SECONDS_UP, value: '0'}], command: [sh, -c, 'exit 1']";
    cluster.kubectl_apply(&namespace, &deployment(impatient));
    cluster.kubectl_apply(&namespace, &job("sleep 25"));
    let outcome = wait_for(cluster, &namespace, &[WEB, TASK], &options());
    let (_, cause) = failure(&outcome);
    assert_eq!(cause.problem.code(), "crashing", "{outcome:#?}");
    assert!(
        outcome.elapsed > Duration::from_secs(20),
        "it could have waited for the Job: {:?}",
        outcome.elapsed
    );
}
