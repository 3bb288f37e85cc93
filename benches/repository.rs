//! Writes a repository of manifests, the same one every time.

use std::fmt::Write as _;

/// The texts of a repository of about this many objects, ten to a file.
///
/// A service is a Deployment, a Service, a ConfigMap, a ServiceAccount and a NetworkPolicy, with the
/// comments, quotes and blocks that people write; one in fifty has a mutable tag.
pub(crate) fn repository(objects: usize) -> Vec<(String, String)> {
    let services = objects / 5;
    let mut files = Vec::new();
    for first in (0..services).step_by(2) {
        let mut text = String::new();
        for service in first..(first + 2).min(services) {
            write_service(&mut text, service);
        }
        files.push((
            format!("apps/team-{:02}/service-{first:05}.yaml", first % 37),
            text,
        ));
    }
    files
}

fn write_service(text: &mut String, number: usize) {
    let name = format!("service-{number:05}");
    let namespace = format!("team-{:02}", number % 37);
    let tag = if number.is_multiple_of(50) {
        "latest".to_owned()
    } else {
        format!("1.{}.{}", number % 30, number % 7)
    };
    let replicas = number % 5 + 1;
    write!(
        text,
        r#"---
# What {name} runs.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: "{namespace}"
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
      annotations:
        prometheus.io/scrape: "true"
    spec:
      serviceAccountName: {name}
      containers:
      - name: {name}
        image: registry.example.com/{namespace}/{name}:{tag}
        args: ["--listen=:8080", '--log-level=info']
        env:
        - name: CONFIG_PATH
          value: /etc/{name}/config.yaml
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        ports:
        - name: http
          containerPort: 8080
        readinessProbe:
          httpGet: {{path: /ready, port: http}}
          periodSeconds: 5
        resources:
          requests: {{cpu: 100m, memory: 128Mi}}
          limits: {{memory: 256Mi}}
        volumeMounts:
        - name: config
          mountPath: /etc/{name}
      volumes:
      - name: config
        configMap:
          name: {name}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
  - name: http
    port: 80
    targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: {namespace}
data:
  config.yaml: |
    listen: ":8080"
    backends:
      - name: first
        host: first.{namespace}.svc.cluster.local
        weight: {replicas}
  FEATURES: "a,b,c" # read at start
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
  namespace: {namespace}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {name}
  namespace: {namespace}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: {name}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {{}}
    ports:
    - port: 8080
"#
    )
    .expect("a String takes everything");
}
