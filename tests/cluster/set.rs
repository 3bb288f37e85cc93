//! A repository with one set of it, and a namespace to apply it to.

use std::process::{Output, Stdio};

use serde_json::Value;

use crate::cluster::Cluster;
use crate::repository::Repository;

/// A set of manifests in `app/`, named like its namespace.
pub(crate) struct Set<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(crate) repository: Repository,
    pub(crate) namespace: String,
}

impl<'c> Set<'c> {
    /// A set with a new namespace.
    pub(crate) fn new(cluster: &'c Cluster, prefix: &str) -> Self {
        Self::of(cluster, cluster.namespace(prefix))
    }

    /// A set whose namespace nobody has made.
    pub(crate) fn of(cluster: &'c Cluster, namespace: String) -> Self {
        let repository = Repository::new();
        repository.write(
            "gitops-lab.yaml",
            &format!(
                "set: {namespace}\nsetNamespace: {namespace}\nnamespace: {namespace}\npath: app\n"
            ),
        );
        repository.write("app/README.md", "The manifests of the set.\n");
        Self {
            cluster,
            repository,
            namespace,
        }
    }

    /// Writes a manifest of the set and commits it.
    pub(crate) fn commit(&self, file: &str, manifest: &str) -> String {
        self.repository.write(&format!("app/{file}"), manifest);
        self.repository.commit(&format!("Write {file}"))
    }

    /// Removes a manifest of the set, and commits that.
    pub(crate) fn remove(&self, file: &str) {
        self.repository.remove(&format!("app/{file}"));
        self.repository.commit(&format!("Remove {file}"));
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.cluster.gitops_lab();
        command
            .args(arguments)
            .current_dir(self.repository.path())
            .stdin(Stdio::null());
        command.output().expect("cargo built it")
    }

    /// Runs a subcommand that must end with this exit code, and returns what it printed on both streams.
    pub(crate) fn expect(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(
            output.status.code(),
            Some(code),
            "gitops-lab {arguments:?} said:\n{said}"
        );
        said
    }

    /// Applies HEAD, without lint and without a wait for Pods that no node runs.
    pub(crate) fn apply(&self, code: i32, more: &[&str]) -> String {
        self.expect(
            code,
            &[&["apply", "--yes", "--no-lint", "--no-wait"][..], more].concat(),
        )
    }

    /// Shows the differences; what stands on standard output.
    pub(crate) fn diff(&self, code: i32) -> String {
        let output = self.run(&["diff"]);
        let error = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.status.code(),
            Some(code),
            "diff said:\n{said}{error}"
        );
        said
    }

    /// A field of an object, by kubectl's JSONPath without its braces; empty where there is none.
    pub(crate) fn field(&self, object: &str, path: &str) -> String {
        let output = format!("--output=jsonpath={{{path}}}");
        self.cluster
            .kubectl_text(&["get", object, "--namespace", &self.namespace, &output])
    }

    /// Whether an object exists.
    pub(crate) fn has(&self, object: &str) -> bool {
        let found = [
            "get",
            object,
            "--namespace",
            &self.namespace,
            "--ignore-not-found",
            "--output=name",
        ];
        !self.cluster.kubectl_text(&found).is_empty()
    }

    /// The record of the set.
    pub(crate) fn record(&self) -> Value {
        let json = [
            "get",
            "secret",
            &self.namespace,
            "--namespace",
            &self.namespace,
            "--output=json",
        ];
        serde_json::from_str(&self.cluster.kubectl_text(&json)).expect("kubectl prints JSON")
    }

    /// An annotation of the record.
    pub(crate) fn annotation(&self, key: &str) -> String {
        self.record()["metadata"]["annotations"][key]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// A ConfigMap with one key.
pub(crate) fn config_map(name: &str, key: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {key}: {value:?}\n"
    )
}
