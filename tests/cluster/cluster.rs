//! The cluster as a test sees it: kubectl, our own program, namespaces.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::repository::{GIT_ENVIRONMENT, Repository};
use crate::waiting::wait_for;
use crate::{Needs, Test};

/// A running cluster. Tests share it, so each works in a namespace of its own.
pub(crate) struct Cluster {
    /// The kubeconfig of an administrator.
    pub(crate) kubeconfig: PathBuf,
    /// The kubeconfig of a user who may read what the ClusterRole `view` allows, and change nothing.
    pub(crate) viewer_kubeconfig: PathBuf,
    /// The URL of the API server.
    pub(crate) server: String,
    /// The folder of the Kubernetes programs.
    pub(crate) assets: PathBuf,
    home: PathBuf,
    namespaces: AtomicUsize,
}

impl Cluster {
    /// The cluster that keeps its files in `folder`.
    pub(crate) fn new(assets: &Path, folder: &Path) -> Self {
        let port = fs::read_to_string(folder.join("port")).expect("`up` writes the port first");
        let home = folder.join("home");
        fs::create_dir_all(&home).expect("the cluster's folder is ours");
        Self {
            kubeconfig: folder.join("kubeconfig"),
            viewer_kubeconfig: folder.join("viewer.kubeconfig"),
            server: format!("https://127.0.0.1:{}", port.trim()),
            assets: assets.to_owned(),
            home,
            namespaces: AtomicUsize::new(0),
        }
    }

    /// A command of our own program: this cluster, an empty home, an identity for git, no colours, nothing else.
    pub(crate) fn gitops_lab(&self) -> Command {
        self.command(Path::new(env!("CARGO_BIN_EXE_gitops-lab")))
    }

    /// Runs kubectl, the peer that users compare with, as the administrator.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Output {
        self.kubectl_with(&[], arguments)
    }

    /// Runs kubectl with more in its environment.
    pub(crate) fn kubectl_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        self.command(&self.assets.join("kubectl"))
            .envs(environment.iter().copied())
            .args(arguments)
            .output()
            .expect("kubectl was built")
    }

    /// What kubectl prints. Panics when it fails.
    pub(crate) fn kubectl_text(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// What kubectl prints with `--output json`.
    pub(crate) fn kubectl_json(&self, arguments: &[&str]) -> serde_json::Value {
        let text = self.kubectl_text(&[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&text).expect("kubectl prints JSON")
    }

    /// What kubectl prints, or its error: for `wait_for`.
    pub(crate) fn try_kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.kubectl(arguments);
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout)
                .trim_end()
                .to_owned());
        }
        Err(format!(
            "kubectl {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim_end()
        ))
    }

    /// Applies manifests with kubectl: what another tool did to the cluster.
    pub(crate) fn kubectl_apply(&self, namespace: &str, manifests: &str) {
        let mut kubectl = self
            .command(&self.assets.join("kubectl"))
            .args(["apply", "--namespace", namespace, "--filename", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("kubectl was built");
        let mut input = kubectl.stdin.take().expect("it was piped");
        input
            .write_all(manifests.as_bytes())
            .expect("kubectl reads its input to the end");
        drop(input);
        assert!(
            kubectl.wait().is_ok_and(|status| status.success()),
            "kubectl refuses:\n{manifests}"
        );
    }

    /// A new namespace, ready for Pods: its default service account is there.
    pub(crate) fn namespace(&self, prefix: &str) -> String {
        let name = format!(
            "{prefix}-{}",
            self.namespaces.fetch_add(1, Ordering::Relaxed)
        );
        self.kubectl_text(&["create", "namespace", &name]);
        wait_for("the default service account", 30, || {
            self.try_kubectl(&["get", "serviceaccount", "default", "-n", &name])
        });
        name
    }

    /// The events of a namespace, one on a line: type, reason, kind/name, message.
    pub(crate) fn events(&self, namespace: &str) -> String {
        let line = "{.type} {.reason} {.involvedObject.kind}/{.involvedObject.name} {.message}";
        let format = format!("jsonpath={{range .items[*]}}{line}{{\"\\n\"}}{{end}}");
        self.kubectl_text(&[
            "get",
            "events",
            "--namespace",
            namespace,
            "--output",
            &format,
        ])
    }

    /// Waits for an event that contains all of these texts, and returns its line.
    pub(crate) fn wait_for_event(&self, namespace: &str, texts: &[&str]) -> String {
        wait_for(&format!("an event with {texts:?}"), 60, || {
            let events = self.events(namespace);
            let found = events
                .lines()
                .find(|line| texts.iter().all(|text| line.contains(text)))
                .map(str::to_owned);
            found.ok_or(events)
        })
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("NO_COLOR", "1")
            .envs(GIT_ENVIRONMENT);
        command
    }
}

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "the_api_server_has_the_pinned_version",
        needs: Needs::ControlPlane,
        run: the_api_server_has_the_pinned_version,
    },
    Test {
        name: "the_viewer_may_read_and_not_write",
        needs: Needs::ControlPlane,
        run: the_viewer_may_read_and_not_write,
    },
    Test {
        name: "our_program_runs_hermetically",
        needs: Needs::ControlPlane,
        run: our_program_runs_hermetically,
    },
    Test {
        name: "a_repository_has_commits",
        needs: Needs::ControlPlane,
        run: a_repository_has_commits,
    },
];

fn the_api_server_has_the_pinned_version(cluster: &Cluster) {
    let version = cluster.kubectl_text(&["version", "--output", "yaml"]);
    assert_eq!(
        version.matches("gitVersion: v1.37.2").count(),
        2,
        "{version}"
    );
    let config = cluster.kubectl_text(&["config", "view", "--minify"]);
    assert!(config.contains(&cluster.server), "{config}");
}

fn the_viewer_may_read_and_not_write(cluster: &Cluster) {
    let namespace = cluster.namespace("viewer");
    let viewer = [
        "--kubeconfig",
        &cluster.viewer_kubeconfig.to_string_lossy(),
        "--namespace",
        &namespace,
    ]
    .map(str::to_owned);
    let viewer: Vec<&str> = viewer.iter().map(String::as_str).collect();
    cluster.kubectl_text(&[&viewer[..], &["get", "configmaps"]].concat());
    let refusal =
        cluster.try_kubectl(&[&viewer[..], &["create", "configmap", "settings"]].concat());
    assert!(
        refusal
            .as_ref()
            .is_err_and(|error| error.contains("forbidden")),
        "{refusal:?}"
    );
}

fn our_program_runs_hermetically(cluster: &Cluster) {
    let output = cluster
        .gitops_lab()
        .arg("--version")
        .output()
        .expect("cargo built it");
    assert!(output.status.success(), "{output:?}");
}

fn a_repository_has_commits(_: &Cluster) {
    let repository = Repository::new();
    repository.write("base/settings.yaml", "kind: ConfigMap\n");
    let first = repository.commit("Add settings");
    repository.remove("base/settings.yaml");
    let second = repository.commit("Remove settings");
    assert_ne!(first, second);
    assert_eq!(repository.log(), ["Remove settings", "Add settings"]);
}
