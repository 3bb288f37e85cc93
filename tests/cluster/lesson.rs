//! The lesson, word for word, through our own program: a Pod is disposable, and git is the truth.

use crate::cluster::Cluster;
use crate::set::Set;
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

/// The experiment as a set, with a strategy of its Deployment.
struct Experiment<'c> {
    set: Set<'c>,
    strategy: &'static str,
}

impl<'c> Experiment<'c> {
    fn new(cluster: &'c Cluster, prefix: &str, strategy: &'static str) -> Self {
        let set = Set::new(cluster, prefix);
        Self { set, strategy }
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
        self.set.repository.write(
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
        self.set.repository.write(
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
        self.set.repository.write(
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

    fn pod(&self) -> String {
        let selector = ["-l", "app=nginx-experiment", "-n", &self.set.namespace];
        let format = [
            "--field-selector",
            "status.phase=Running",
            "--output",
            "jsonpath={.items[*].metadata.name}",
        ];
        self.set
            .cluster
            .kubectl_text(&[&["get", "pods"][..], &selector, &format].concat())
    }

    fn delete_pod(&self, pod: &str) {
        self.set
            .cluster
            .kubectl_text(&["delete", "pod", pod, "-n", &self.set.namespace]);
    }

    fn service(&self) -> String {
        let name = [
            "get",
            "service",
            "nginx-experiment",
            "-n",
            &self.set.namespace,
        ];
        let address = self
            .set
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
    lesson.set.repository.commit("Serve the original page");

    // The Deployment alone.
    lesson.set.expect(0, &["apply", "--yes"]);
    lesson.wait_for_page("Welcome to nginx!");

    // Somebody overwrites the page inside the container: git did not change, and no diff shows it.
    let first = lesson.pod();
    let overwrite = "echo 'I hacked this server!' > /usr/share/nginx/html/index.html";
    cluster.kubectl_text(&[
        "exec",
        "-n",
        &lesson.set.namespace,
        &first,
        "--",
        "sh",
        "-c",
        overwrite,
    ]);
    lesson.wait_for_page("I hacked this server!");
    let diff = lesson.set.expect(0, &["diff"]);
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
    lesson
        .set
        .repository
        .commit("Serve the page from a ConfigMap");
    lesson.set.expect(1, &["diff"]);
    lesson.set.expect(0, &["apply", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");
    let third = lesson.pod();
    lesson.delete_pod(&third);
    lesson.wait_for_page("Hello from ConfigMap!");
    assert_ne!(third, lesson.pod());

    // A tag that the registry does not have: apply fails at once and says so; the page is gone.
    lesson.write_deployment("nginx:1.27-no-such-tag", true);
    let bad = lesson.set.repository.commit("Move to a newer nginx");
    let before = std::time::Instant::now();
    let said = lesson.set.expect(3, &["apply", "--yes"]);
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
    let said = lesson.set.expect(0, &["rollback", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");
    let log = lesson.set.repository.log();
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
    let message = lesson.set.repository.git(&["log", "-1", "--format=%b"]);
    assert!(
        message.contains(&format!("This reverts commit {bad}.")),
        "{message}"
    );
    assert_eq!(lesson.set.repository.git(&["status", "--porcelain"]), "");
    lesson.set.expect(0, &["diff"]);
}

fn a_rolling_update_keeps_serving(cluster: &Cluster) {
    let lesson = Experiment::new(cluster, "rolling", "RollingUpdate");
    lesson.write_deployment("nginx:1.27", true);
    lesson.write_content("Hello from ConfigMap!");
    lesson.write_service();
    lesson
        .set
        .repository
        .commit("Serve the page from a ConfigMap");
    lesson.set.expect(0, &["apply", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");

    lesson.write_deployment("nginx:1.27-no-such-tag", true);
    lesson.set.repository.commit("Move to a newer nginx");
    let said = lesson.set.expect(3, &["apply", "--yes"]);
    assert!(said.contains("not found"), "{said}");
    assert!(
        said.contains("still serv"),
        "the old replicas are mentioned: {said}"
    );
    lesson.wait_for_page("Hello from ConfigMap!");

    lesson.set.expect(0, &["rollback", "--yes"]);
    lesson.wait_for_page("Hello from ConfigMap!");
}
