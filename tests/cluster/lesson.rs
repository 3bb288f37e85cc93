//! The lesson, word for word, through our own program: a Pod is disposable, and git is the truth.

use std::process::Output;

use crate::cluster::Cluster;
use crate::repository::Repository;
use crate::waiting::{http_get, wait_for};
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "the_whole_lesson",
        needs: Needs::Node,
        run: the_whole_lesson,
    },
    Test {
        name: "a_rolling_update_to_a_missing_tag_leaves_the_old_page",
        needs: Needs::Node,
        run: a_rolling_update_keeps_serving,
    },
];

/// A repository of the experiment with a cluster to apply it to.
struct Experiment<'c> {
    cluster: &'c Cluster,
    repository: Repository,
    namespace: String,
    strategy: &'static str,
}

impl<'c> Experiment<'c> {
    fn new(cluster: &'c Cluster, prefix: &str, strategy: &'static str) -> Self {
        let namespace = cluster.namespace(prefix);
        let repository = Repository::new();
        repository.write(
            "gitops-lab.yaml",
            &format!(
                "set: lesson\nsetNamespace: {namespace}\nnamespace: {namespace}\npaths: [app]\n"
            ),
        );
        Self {
            cluster,
            repository,
            namespace,
            strategy,
        }
    }

    fn write_deployment(&self, image: &str, mounts_content: bool) {
        let (mounts, volumes) = if mounts_content {
            (
                "
        volumeMounts:
        - name: content
          mountPath: /usr/share/nginx/html",
                "
      volumes:
      - name: content
        configMap:
          name: nginx-content",
            )
        } else {
            ("", "")
        };
        let strategy = self.strategy;
        self.repository.write(
            "app/deployment.yaml",
            &format!(
                "apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-experiment
  labels:
    app: nginx-experiment
spec:
  replicas: 1
  strategy:
    type: {strategy}
  selector:
    matchLabels:
      app: nginx-experiment
  template:
    metadata:
      labels:
        app: nginx-experiment
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: nginx
        image: {image}
        ports:
        - containerPort: 80
        readinessProbe:
          httpGet: {{path: /, port: 80}}
          periodSeconds: 1{mounts}{volumes}
"
            ),
        );
    }

    fn write_service(&self) {
        self.repository.write(
            "app/service.yaml",
            "apiVersion: v1
kind: Service
metadata:
  name: nginx-experiment
spec:
  selector:
    app: nginx-experiment
  ports:
  - port: 80
",
        );
    }

    fn write_content(&self, content: &str) {
        self.repository.write(
            "app/content.yaml",
            &format!(
                "apiVersion: v1
kind: ConfigMap
metadata:
  name: nginx-content
data:
  index.html: |
    {content}
"
            ),
        );
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.cluster.gitops_lab();
        command
            .args(arguments)
            .current_dir(self.repository.path())
            .output()
            .expect("cargo built it")
    }

    /// Runs a subcommand that must end with this exit code, and returns all that it printed.
    fn expect(&self, code: i32, arguments: &[&str]) -> String {
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

    fn pod(&self) -> String {
        let selector = ["-l", "app=nginx-experiment", "-n", &self.namespace];
        let format = [
            "--field-selector",
            "status.phase=Running",
            "--output",
            "jsonpath={.items[*].metadata.name}",
        ];
        self.cluster
            .kubectl_text(&[&["get", "pods"][..], &selector, &format].concat())
    }

    fn delete_pod(&self, pod: &str) {
        self.cluster
            .kubectl_text(&["delete", "pod", pod, "-n", &self.namespace]);
    }

    fn service(&self) -> String {
        let name = ["get", "service", "nginx-experiment", "-n", &self.namespace];
        let address = self
            .cluster
            .kubectl_text(&[&name[..], &["--output", "jsonpath={.spec.clusterIP}"]].concat());
        format!("{address}:80")
    }

    /// Waits until the Service answers with this text.
    fn wait_for_page(&self, text: &str) {
        let service = self.service();
        wait_for(&format!("a page with {text:?}"), 60, || {
            let page = http_get(&service, "/").map_err(|error| error.to_string())?;
            if page.contains(text) {
                Ok(())
            } else {
                Err(page)
            }
        });
    }
}

fn the_whole_lesson(cluster: &Cluster) {
    let lesson = Experiment::new(cluster, "lesson", "Recreate");
    lesson.write_deployment("nginx:1.27", false);
    lesson.write_service();
    lesson.repository.commit("Serve the original page");

    // The Deployment alone.
    lesson.expect(0, &["apply", "--yes"]);
    lesson.wait_for_page("Welcome to nginx!");

    // Somebody overwrites the page inside the container: git did not change, and no diff shows it.
    let first = lesson.pod();
    let overwrite = "echo 'I hacked this server!' > /usr/share/nginx/html/index.html";
    cluster.kubectl_text(&[
        "exec",
        "-n",
        &lesson.namespace,
        &first,
        "--",
        "sh",
        "-c",
        overwrite,
    ]);
    lesson.wait_for_page("I hacked this server!");
    let diff = lesson.expect(0, &["diff"]);
    assert!(
        !diff.contains("Configure") && !diff.contains("hacked"),
        "{diff}"
    );

    // The Pod dies; its successor has another name and the original page.
    lesson.delete_pod(&first);
    lesson.wait_for_page("Welcome to nginx!");
    let second = lesson.pod();
    assert_ne!(first, second);

    // The page comes from outside, and survives every deletion.
    lesson.write_content("Hello from ConfigMap!");
    lesson.write_deployment("nginx:1.27", true);
    lesson.repository.commit("Serve the page from a ConfigMap");
    lesson.expect(1, &["diff"]);
    lesson.expect(0, &["apply", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");
    let third = lesson.pod();
    lesson.delete_pod(&third);
    lesson.wait_for_page("Hello from ConfigMap!");
    assert_ne!(third, lesson.pod());

    // A tag that the registry does not have: apply fails at once and says so; the page is gone.
    lesson.write_deployment("nginx:1.27-no-such-tag", true);
    let bad = lesson.repository.commit("Move to a newer nginx");
    let before = std::time::Instant::now();
    let said = lesson.expect(3, &["apply", "--yes"]);
    assert!(
        before.elapsed().as_secs() < 30,
        "it took {:?}",
        before.elapsed()
    );
    assert!(
        said.contains("1.27-no-such-tag") && said.contains("not found"),
        "{said}"
    );
    assert!(
        http_get(&lesson.service(), "/").is_err(),
        "with strategy Recreate no Pod is left to serve"
    );

    // The truth is in git, so the way back is a commit.
    let said = lesson.expect(0, &["rollback", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");
    let log = lesson.repository.log();
    assert_eq!(
        log,
        [
            "Revert \"Move to a newer nginx\"",
            "Move to a newer nginx",
            "Serve the page from a ConfigMap",
            "Serve the original page"
        ],
        "{said}"
    );
    let message = lesson.repository.git(&["log", "-1", "--format=%b"]);
    assert!(
        message.contains(&format!("This reverts commit {bad}.")),
        "{message}"
    );
    assert_eq!(lesson.repository.git(&["status", "--porcelain"]), "");
    lesson.expect(0, &["diff"]);
}

fn a_rolling_update_keeps_serving(cluster: &Cluster) {
    let lesson = Experiment::new(cluster, "rolling", "RollingUpdate");
    lesson.write_deployment("nginx:1.27", true);
    lesson.write_content("Hello from ConfigMap!");
    lesson.write_service();
    lesson.repository.commit("Serve the page from a ConfigMap");
    lesson.expect(0, &["apply", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");

    lesson.write_deployment("nginx:1.27-no-such-tag", true);
    lesson.repository.commit("Move to a newer nginx");
    let said = lesson.expect(3, &["apply", "--yes"]);
    assert!(said.contains("not found"), "{said}");
    assert!(
        said.contains("still serv"),
        "the old replicas are mentioned: {said}"
    );
    lesson.wait_for_page("Hello from ConfigMap!");

    lesson.expect(0, &["rollback", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");
}
