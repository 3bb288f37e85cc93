//! The node is a real one: it pulls images from a registry, says why it cannot, and runs what it pulled.

use crate::cluster::Cluster;
use crate::waiting::{http_get, wait_for};
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[
    Test {
        name: "a_service_serves_the_pulled_image",
        needs: Needs::Node,
        run: a_service_serves_the_pulled_image,
    },
    Test {
        name: "a_container_can_be_changed_and_logs",
        needs: Needs::Node,
        run: a_container_can_be_changed_and_logs,
    },
    Test {
        name: "a_missing_tag_is_not_found",
        needs: Needs::Node,
        run: a_missing_tag_is_not_found,
    },
    Test {
        name: "an_unreachable_registry_refuses_the_connection",
        needs: Needs::Node,
        run: an_unreachable_registry_refuses,
    },
];

/// Creates Deployment `web` and a Service for it, and returns the Service's address.
fn deploy(cluster: &Cluster, namespace: &str, image: &str) -> String {
    cluster.kubectl_apply(
        namespace,
        &format!(
            "
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - name: nginx
        image: {image}
        ports: [{{containerPort: 80}}]
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 8080, targetPort: 80}}]
"
        ),
    );
    let service = cluster.kubectl_json(&["get", "service", "web", "-n", namespace]);
    format!(
        "{}:8080",
        service["spec"]["clusterIP"]
            .as_str()
            .expect("a Service has an address")
    )
}

fn a_service_serves_the_pulled_image(cluster: &Cluster) {
    let namespace = cluster.namespace("served");
    let service = deploy(cluster, &namespace, "nginx:1.27");
    let page = wait_for("the page at the Service's address", 60, || {
        http_get(&service, "/")
    });
    assert!(page.contains("Welcome to nginx!"), "{page}");

    let status = &cluster.kubectl_json(&["get", "pods", "-n", &namespace])["items"][0]["status"];
    let pod = format!(
        "{}:80",
        status["podIP"]
            .as_str()
            .expect("a running Pod has an address")
    );
    assert_eq!(http_get(&pod, "/").expect("the host reaches the Pod"), page);
    let image = status["containerStatuses"][0]["imageID"].to_string();
    assert!(image.contains("docker.io/library/nginx@sha256:"), "{image}");
}

fn a_container_can_be_changed_and_logs(cluster: &Cluster) {
    let namespace = cluster.namespace("changed");
    let service = deploy(cluster, &namespace, "nginx:1.27");
    wait_for("the page at the Service's address", 60, || {
        http_get(&service, "/")
    });
    let overwrite = "echo changed by hand > /usr/share/nginx/html/index.html";
    cluster.kubectl_text(&[
        "exec",
        "-n",
        &namespace,
        "deployment/web",
        "--",
        "sh",
        "-c",
        overwrite,
    ]);
    assert_eq!(
        http_get(&service, "/").expect("the Pod still runs"),
        "changed by hand\n"
    );

    let log = cluster.kubectl_text(&["logs", "-n", &namespace, "deployment/web"]);
    assert!(log.contains("\"GET / HTTP/1.0\" 200 16"), "{log}");

    let pod = ["get", "pods", "-n", &namespace, "--output", "name"];
    let old = cluster.kubectl_text(&pod);
    cluster.kubectl_text(&["delete", "-n", &namespace, &old]);
    let page = wait_for("the page of the next Pod", 60, || http_get(&service, "/"));
    assert!(page.contains("Welcome to nginx!"), "{page}");
    assert_ne!(cluster.kubectl_text(&pod), old);
}

fn a_missing_tag_is_not_found(cluster: &Cluster) {
    let namespace = cluster.namespace("missing");
    deploy(cluster, &namespace, "nginx:1.27-no-such-tag");
    cluster.wait_for_event(
        &namespace,
        &[
            "Warning Failed Pod/web-",
            "docker.io/library/nginx:1.27-no-such-tag: not found",
        ],
    );
    cluster.wait_for_event(
        &namespace,
        &["Warning Failed Pod/web-", "Error: ImagePullBackOff"],
    );
}

fn an_unreachable_registry_refuses(cluster: &Cluster) {
    let namespace = cluster.namespace("unreachable");
    deploy(cluster, &namespace, "127.0.0.1:1/nginx:1.27");
    cluster.wait_for_event(
        &namespace,
        &[
            "Warning Failed Pod/web-",
            "dial tcp 127.0.0.1:1: connect: connection refused",
        ],
    );
}
