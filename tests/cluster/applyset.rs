//! The record is an ApplySet to the real kubectl, and a run that is killed leaves nothing behind.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::set::{Set, config_map};
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "kubectl_refuses_our_set_until_it_is_its_own",
        needs: Needs::ControlPlane,
        run: kubectl_and_our_set,
    },
    Test {
        name: "a_killed_apply_is_finished_by_the_next_one",
        needs: Needs::ControlPlane,
        run: a_killed_apply,
    },
    Test {
        name: "ctrl_c_is_recorded",
        needs: Needs::ControlPlane,
        run: ctrl_c_is_recorded,
    },
];

const TOOLING: &str = "applyset.kubernetes.io/tooling";

fn kubectl_and_our_set(cluster: &Cluster) {
    let set = Set::new(cluster, "interop");
    set.commit("a.yaml", &config_map("a", "key", "value"));
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\ndata:\n  user: c29tZWJvZHk=\n";
    set.commit("secret.yaml", secret);
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n";
    set.commit("service.yaml", service);
    set.apply(0, &[]);
    let before = set.record();
    let folder = set.repository.path().join("app");
    let kubectl = || {
        let apply = [
            "apply",
            "--server-side",
            "--prune",
            "--namespace",
            &set.namespace,
        ];
        let applyset = format!("--applyset={}", set.namespace);
        let folder = format!("--filename={}", folder.display());
        cluster.kubectl_with(
            &[("KUBECTL_APPLYSET", "true")],
            &[&apply[..], &[&applyset, &folder]].concat(),
        )
    };

    let refused = kubectl();
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success(),
        "kubectl must not take a set of ours"
    );
    assert!(
        error.contains(r#"is managed by tooling "gitops-lab" instead of "kubectl""#),
        "{error}"
    );

    let annotation = format!("{TOOLING}=kubectl/v1.37.2");
    let name = [
        "annotate",
        "secret",
        &set.namespace,
        "--namespace",
        &set.namespace,
        "--overwrite",
        &annotation,
    ];
    cluster.kubectl_text(&name);
    let applied = kubectl();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&applied.stdout),
        String::from_utf8_lossy(&applied.stderr)
    );
    assert!(
        applied.status.success() && !said.contains("pruned"),
        "{said}"
    );
    let after = set.record();
    let annotations = |record: &serde_json::Value| record["metadata"]["annotations"].clone();
    let (mut before, after) = (annotations(&before), annotations(&after));
    before[TOOLING] = "kubectl/v1.37.2".into();
    assert_eq!(
        before, after,
        "kubectl writes the same record and keeps our annotations"
    );
    assert!(set.has("configmap/a") && set.has("secret/login") && set.has("service/web"));

    // It is kubectl's now, until it is taken back.
    let said = set.apply(6, &[]);
    assert!(said.contains("managed by kubectl"), "{said}");
    set.apply(0, &["--adopt-set"]);
    assert!(set.annotation(TOOLING).starts_with("gitops-lab/"));
    set.remove("a.yaml");
    set.apply(0, &[]);
    assert!(!set.has("configmap/a"));
}

fn a_killed_apply(cluster: &Cluster) {
    let set = Set::new(cluster, "killed");
    let round = |round: usize| {
        let names = (0..40)
            .map(|number| config_map(&format!("r{round}-{number}"), "round", &round.to_string()));
        let common = (0..10)
            .map(|number| config_map(&format!("common-{number}"), "round", &round.to_string()));
        let kind = if round.is_multiple_of(2) {
            "ServiceAccount"
        } else {
            "LimitRange"
        };
        let more = format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: of-round-{round}\n");
        names
            .chain(common)
            .chain([more])
            .collect::<Vec<String>>()
            .join("---\n")
    };
    let arguments = [
        "apply",
        "--yes",
        "--no-lint",
        "--no-wait",
        "--max-prune=1000",
    ];
    // Time passes differently on each machine, so one whole run measures it.
    set.commit("all.yaml", &round(0));
    let begin = std::time::Instant::now();
    set.apply(0, &["--max-prune=1000"]);
    let whole = begin.elapsed();
    let mut state = 0x9E37_79B9_u64 ^ u64::from(std::process::id());
    let mut killed = 0;
    for number in 1..=10 {
        set.commit("all.yaml", &round(number));
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let part = (state >> 33) % 1000;
        let mut command = cluster.gitops_lab();
        command.args(arguments).current_dir(set.repository.path());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo built it");
        std::thread::sleep(whole.mul_f64(f64::from(u32::try_from(part).unwrap_or(0)) / 1000.0));
        child.kill().expect("it is ours to kill");
        let status = child.wait().expect("it was started");
        killed += usize::from(!status.success());
    }
    assert!(
        killed >= 5,
        "only {killed} of 10 runs were killed before their end"
    );
    set.commit("all.yaml", &round(11));
    set.apply(0, &["--max-prune=1000"]);
    let label = set.field(
        "configmap/common-0",
        r".metadata.labels.applyset\.kubernetes\.io/part-of",
    );
    let selector = format!("--selector=applyset.kubernetes.io/part-of={label}");
    let kinds = [
        "get",
        "configmaps,serviceaccounts,limitranges",
        "--namespace",
        &set.namespace,
        &selector,
    ];
    let left = cluster.kubectl_text(&[&kinds[..], &["--output=name"]].concat());
    let orphans: Vec<&str> = left
        .lines()
        .filter(|name| !name.contains("/r11-") && !name.contains("/common-"))
        .collect();
    assert_eq!(orphans, ["limitrange/of-round-11"]);
    assert_eq!(left.lines().count(), 51);
    assert_eq!(set.diff(0), "");
}

fn ctrl_c_is_recorded(cluster: &Cluster) {
    let set = Set::new(cluster, "ctrl-c");
    // Nothing runs it, so the apply waits until it is told to stop.
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\nspec:\n  nodeName: nowhere\n  containers: [{name: one, image: 'one:1.0.0'}]\n";
    set.commit("pod.yaml", pod);
    let mut command = cluster.gitops_lab();
    command
        .args(["apply", "--yes", "--no-lint"])
        .current_dir(set.repository.path());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("cargo built it");
    crate::waiting::wait_for("the Pod", 30, || {
        if set.has("pod/one") {
            Ok(())
        } else {
            Err("it is not there")
        }
    });
    std::thread::sleep(Duration::from_millis(500));
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.is_ok_and(|status| status.success()));
    let status = child.wait().expect("it was started");
    assert_eq!(status.code(), Some(3));
    assert!(
        set.annotation("gitops-lab/history")
            .contains(r#""outcome":"interrupted""#)
    );
}
