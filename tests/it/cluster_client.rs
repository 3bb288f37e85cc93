//! The client against a server that answers what the test says.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use gitops_lab::cluster::{Cluster, ClusterError, Resource, Selector};
use gitops_lab::object::GroupKind;
use tempfile::TempDir;

/// One answer: status, further headers, body.
type Answer = (u16, &'static str, String);

/// A server that gives its answers one after the other, and remembers what it was asked.
struct Script {
    kubeconfig: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl Script {
    fn new(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
        let seen = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                thread::spawn(move || serve(stream, &answers, &seen));
            }
        });
        let folder = TempDir::new().expect("the machine has a folder for temporary files");
        let kubeconfig = folder.path().join("kubeconfig");
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             clusters: [{{name: c, cluster: {{server: 'http://{address}'}}}}]\n\
             contexts: [{{name: test, context: {{cluster: c}}}}]\n"
        );
        std::fs::write(&kubeconfig, text).expect("the folder is ours");
        Self {
            kubeconfig,
            asked,
            _folder: folder,
        }
    }

    /// The request lines so far, without the protocol.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no thread panicked").clone()
    }
}

fn serve(stream: TcpStream, answers: &Mutex<VecDeque<Answer>>, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 || header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let request = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
        asked.lock().expect("no thread panicked").push(request);
        let next = answers.lock().expect("no thread panicked").pop_front();
        let (status, headers, text) = next.unwrap_or((500, "", "the script is over".to_owned()));
        let answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{text}",
            text.len()
        );
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// What a server answers to the questions of a connection: who it is, and what it serves.
fn greeting() -> Vec<Answer> {
    let resources = r#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":""},"versions":[{"version":"v1","resources":[
        {"resource":"configmaps","responseKind":{"kind":"ConfigMap"},"scope":"Namespaced","verbs":["get","list","patch"]}]}]}]}"#;
    vec![
        (200, "", r#"{"metadata":{"uid":"u-1"}}"#.to_owned()),
        (200, "", resources.to_owned()),
        (
            200,
            "",
            r#"{"kind":"APIGroupDiscoveryList","items":[]}"#.to_owned(),
        ),
    ]
}

fn status(code: u16, reason: &str, message: &str) -> String {
    format!(
        r#"{{"kind":"Status","status":"Failure","code":{code},"reason":"{reason}","message":"{message}"}}"#
    )
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs nothing")
        .block_on(work)
}

async fn connect(script: &Script) -> Result<Cluster, ClusterError> {
    Cluster::connect(Some(&script.kubeconfig), None).await
}

fn config_maps() -> Resource {
    Resource::core("configmaps", "ConfigMap", true)
}

#[test]
fn a_busy_server_is_asked_again() {
    let mut answers = greeting();
    answers.extend([
        (
            429,
            "Retry-After: 1\r\n",
            "Too many requests, please try again later.".to_owned(),
        ),
        (503, "", status(503, "ServiceUnavailable", "not yet")),
        (
            500,
            "",
            status(500, "InternalError", "etcdserver: leader changed"),
        ),
        (200, "", r#"{"metadata":{"name":"a"}}"#.to_owned()),
    ]);
    let script = Script::new(answers);
    let found = run(async {
        let cluster = connect(&script).await.expect("the greeting is right");
        cluster.get(&config_maps(), Some("n"), "a").await
    });
    let found = found.expect("the last answer is right");
    assert_eq!(found.expect("it exists")["metadata"]["name"], "a");
    let again = script.asked().split_off(3);
    assert_eq!(again, vec!["GET /api/v1/namespaces/n/configmaps/a"; 4]);
}

#[test]
fn a_refusal_is_not_asked_again() {
    let mut answers = greeting();
    answers.push((422, "", status(422, "Invalid", "no")));
    let script = Script::new(answers);
    let error = run(async {
        let cluster = connect(&script).await.expect("the greeting is right");
        cluster.get(&config_maps(), Some("n"), "a").await
    });
    let error = error.expect_err("it is refused");
    assert_eq!(error.api().map(|api| api.code), Some(422));
    assert_eq!(script.asked().len(), 4);
}

#[test]
fn a_list_is_read_page_by_page_and_begun_again_when_the_server_forgot_it() {
    let page = |name: &str, token: &str| {
        let text = format!(
            r#"{{"metadata":{{"continue":"{token}"}},"items":[{{"metadata":{{"name":"{name}"}}}}]}}"#
        );
        (200, "", text)
    };
    let mut answers = greeting();
    answers.extend([
        page("old", "t/1"),
        (410, "", status(410, "Expired", "too old")),
        page("a", "t/2"),
        page("b", ""),
    ]);
    let script = Script::new(answers);
    let objects = run(async {
        let cluster = connect(&script).await.expect("the greeting is right");
        let selector = Selector::label("team", "x");
        cluster.list(&config_maps(), None, &selector).await
    });
    let objects = objects.expect("the last pages are right");
    let names: Vec<_> = objects
        .iter()
        .map(|object| &object["metadata"]["name"])
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(
        objects[0]["kind"], "ConfigMap",
        "items of a list get their type"
    );
    assert_eq!(
        script.asked()[6],
        "GET /api/v1/configmaps?limit=500&labelSelector=team%3Dx&continue=t%2F2"
    );
}

#[test]
fn a_server_without_aggregated_discovery_is_asked_group_by_group() {
    let script = Script::new(vec![
        (403, "", status(403, "Forbidden", "namespaces is forbidden: User \\\"u\\\" cannot get resource \\\"namespaces\\\"")),
        (200, "", r#"{"kind":"APIVersions","versions":["v1"]}"#.to_owned()),
        (200, "", r#"{"resources":[{"name":"pods","kind":"Pod","namespaced":true,"verbs":["get"]}]}"#.to_owned()),
        (200, "", r#"{"kind":"APIGroupList","groups":[
            {"name":"apps","preferredVersion":{"version":"v1"},"versions":[{"version":"v1beta1"},{"version":"v1"}]},
            {"name":"broken.example.com","preferredVersion":{"version":"v1"},"versions":[{"version":"v1"}]}]}"#.to_owned()),
        (200, "", r#"{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get"]}]}"#.to_owned()),
        (200, "", r#"{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get"]}]}"#.to_owned()),
        (404, "", "404 page not found".to_owned()),
    ]);
    let cluster = run(connect(&script)).expect("the answers are right");
    assert_eq!(
        cluster.identity().uid,
        None,
        "who may not look does not know"
    );
    let discovery = cluster.discovery();
    let deployment = GroupKind {
        group: "apps".to_owned(),
        kind: "Deployment".to_owned(),
    };
    assert_eq!(discovery.versions(&deployment), ["v1", "v1beta1"]);
    assert!(discovery.is_stale("broken.example.com") && !discovery.is_stale("apps"));
}

#[test]
fn what_is_no_api_server_is_said_to_be_none() {
    let script = Script::new(vec![(200, "", "<html>Log in</html>".to_owned())]);
    let error = run(connect(&script)).expect_err("it is a web page");
    assert!(matches!(error, ClusterError::Protocol { .. }), "{error}");
    let script = Script::new(vec![(401, "", status(401, "Unauthorized", "Unauthorized"))]);
    let error = run(connect(&script)).expect_err("nobody is logged in");
    assert!(
        matches!(error, ClusterError::Unauthorized { .. }),
        "{error}"
    );
}

#[test]
fn a_kind_that_is_not_served_is_not_a_missing_object() {
    let mut answers = greeting();
    answers.push((
        404,
        "",
        status(404, "NotFound", "configmaps \\\"a\\\" not found"),
    ));
    answers.push((404, "", "404 page not found".to_owned()));
    let script = Script::new(answers);
    let (missing, unserved) = run(async {
        let cluster = connect(&script).await.expect("the greeting is right");
        let missing = cluster.get(&config_maps(), Some("n"), "a").await;
        (missing, cluster.get(&config_maps(), Some("n"), "a").await)
    });
    assert!(missing.is_ok_and(|object| object.is_none()));
    assert!(unserved.is_err());
}
