//! One request: what was tried, retries, errors; and the requests that only read.

use std::time::Duration;

use futures::StreamExt as _;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;

use super::path::{path, query};
use super::{ApiError, Cluster, ClusterError, Resource};

/// How often a request is sent before its transient failure counts.
const ATTEMPTS: u32 = 7;

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How many objects a page of a list holds.
const PAGE: &str = "500";

/// How many lists are read at once by [`Cluster::list_all`].
const LISTS_IN_FLIGHT: usize = 16;

/// What a request does, for its errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    pub(super) verb: &'static str,
    pub(super) resource: &'a Resource,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: Option<&'a str>,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) method: http::Method,
    pub(super) path: String,
    pub(super) accept: String,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: http::Method::GET,
            path,
            accept: "application/json".to_owned(),
            content_type: "application/json",
            body: Vec::new(),
        }
    }
}

/// Which objects of a resource are listed.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// A label selector; empty for all.
    pub labels: String,
    /// A field selector; empty for all.
    pub fields: String,
}

impl Selector {
    /// The objects that carry this label.
    pub fn label(key: &str, value: &str) -> Self {
        Self {
            labels: format!("{key}={value}"),
            fields: String::new(),
        }
    }
}

/// What is accepted where the answer is no JSON.
const ANYTHING: &str = "*/*";

impl Cluster {
    /// Reads an object; `None` where there is none.
    pub async fn get(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<Value>, ClusterError> {
        let attempt = Attempt {
            verb: "get",
            resource,
            namespace,
            name: Some(name),
        };
        let message = Message::get(path(resource, namespace, Some(name)));
        match self.json(attempt, &message).await {
            Ok(object) => Ok(Some(object)),
            Err(ClusterError::Api { error, .. })
                if error.code == 404 && error.reason == "NotFound" =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads all objects of a resource that a selector matches, in one namespace or in all, page by page.
    ///
    /// Items of a list leave out `apiVersion` and `kind`; here every object has them.
    pub async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> Result<Vec<Value>, ClusterError> {
        let attempt = Attempt {
            verb: "list",
            resource,
            namespace,
            name: None,
        };
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let mut pairs = vec![("limit", PAGE)];
            for (key, value) in [
                ("labelSelector", &selector.labels),
                ("fieldSelector", &selector.fields),
                ("continue", &next),
            ] {
                if !value.is_empty() {
                    pairs.push((key, value.as_str()));
                }
            }
            let target = path(resource, namespace, None) + &query(&pairs);
            let mut page = match self.json(attempt, &Message::get(target)).await {
                // The pages of one list are of one moment; the server forgot it, so the list starts again.
                Err(ClusterError::Api { error, .. }) if error.code == 410 && !next.is_empty() => {
                    objects.clear();
                    next.clear();
                    continue;
                }
                other => other?,
            };
            if let Value::Array(items) = page["items"].take() {
                objects.extend(items.into_iter().map(|item| with_type(item, resource)));
            }
            next.clear();
            if let Some(token) = page["metadata"]["continue"].as_str() {
                token.clone_into(&mut next);
            }
            if next.is_empty() {
                return Ok(objects);
            }
        }
    }

    /// Reads several lists at once; the answers stand in the order of the questions.
    pub async fn list_all(
        &self,
        questions: &[(Resource, Option<String>)],
        selector: &Selector,
    ) -> Vec<Result<Vec<Value>, ClusterError>> {
        let lists = questions
            .iter()
            .map(|(resource, namespace)| self.list(resource, namespace.as_deref(), selector));
        futures::stream::iter(lists)
            .buffered(LISTS_IN_FLIGHT)
            .collect()
            .await
    }

    /// Reads a container's log; `previous` reads that of the run before.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        previous: bool,
        lines: u32,
    ) -> Result<String, ClusterError> {
        let pods = Resource::core("pods", "Pod", true);
        let attempt = Attempt {
            verb: "get",
            resource: &pods,
            namespace: Some(namespace),
            name: Some(pod),
        };
        let lines = lines.to_string();
        let pairs = [
            ("container", container),
            ("previous", if previous { "true" } else { "false" }),
            ("tailLines", &lines),
            // A line may be as long as it likes.
            ("limitBytes", "65536"),
        ];
        let target = path(&pods, Some(namespace), Some(pod)) + "/log" + &query(&pairs);
        let mut message = Message::get(target);
        ANYTHING.clone_into(&mut message.accept);
        self.send(attempt, &message).await
    }

    /// Reads a path that is no object.
    pub(super) async fn get_path(&self, target: &str, accept: &str) -> Result<Value, ClusterError> {
        let nothing = Resource::core("discovery", "", false);
        let attempt = Attempt {
            verb: "get",
            resource: &nothing,
            namespace: None,
            name: Some(target),
        };
        let mut message = Message::get(target.to_owned());
        accept.clone_into(&mut message.accept);
        self.json(attempt, &message).await
    }

    /// Sends a message and reads the answer as JSON.
    pub(super) async fn json(
        &self,
        attempt: Attempt<'_>,
        message: &Message,
    ) -> Result<Value, ClusterError> {
        let text = self.send(attempt, message).await?;
        serde_json::from_str(&text).map_err(|error| self.protocol(&error))
    }

    /// Sends a message; transient failures are tried again after a pause.
    pub(super) async fn send(
        &self,
        attempt: Attempt<'_>,
        message: &Message,
    ) -> Result<String, ClusterError> {
        let mut pause = Duration::from_millis(100);
        for round in 1.. {
            let request = Request::builder()
                .method(message.method.clone())
                .uri(&message.path)
                .header(ACCEPT, &message.accept)
                .header(CONTENT_TYPE, message.content_type)
                .body(message.body.clone())
                .map_err(|error| self.protocol(&error))?;
            let error = match self.client.request_text(request).await {
                Ok(text) => return Ok(text),
                // A log is whatever a program writes.
                Err(kube::Error::FromUtf8(error)) if message.accept == ANYTHING => {
                    return Ok(String::from_utf8_lossy(error.as_bytes()).into_owned());
                }
                Err(error) => error,
            };
            let Some(asked) = transient(&error, pause).filter(|_| round < ATTEMPTS) else {
                return Err(self.error(attempt, error));
            };
            tokio::time::sleep(asked.min(LONGEST_PAUSE)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        unreachable!("the loop ends in its last round")
    }

    pub(super) fn protocol(&self, reason: &dyn std::error::Error) -> ClusterError {
        ClusterError::Protocol {
            server: self.identity().server.clone(),
            reason: reason.to_string(),
        }
    }

    /// Says what a failed request means.
    fn error(&self, attempt: Attempt<'_>, error: kube::Error) -> ClusterError {
        let server = self.identity().server.clone();
        let status = match error {
            kube::Error::Api(status) => *status,
            kube::Error::SerdeError(error) => return self.protocol(&error),
            kube::Error::FromUtf8(error) => return self.protocol(&error),
            kube::Error::Auth(error) => {
                return ClusterError::Context {
                    context: self.identity().context.clone(),
                    reason: innermost(&error),
                };
            }
            other => {
                let reason = innermost(&other);
                if reason.contains("certificate") {
                    return ClusterError::Certificate { server, reason };
                }
                return ClusterError::Unreachable { server, reason };
            }
        };
        let error = ApiError::from_status(status);
        let namespace = attempt.namespace.map(str::to_owned);
        let missing = super::error::missing_verb(&error.message).map(str::to_owned);
        match (error.code, missing) {
            (401, _) => ClusterError::Unauthorized {
                server,
                context: self.identity().context.clone(),
            },
            (403, Some(verb)) => ClusterError::Forbidden {
                verb,
                group: attempt.resource.group.clone(),
                resource: attempt.resource.plural.clone(),
                namespace,
                message: error.message,
            },
            _ => ClusterError::Api {
                verb: attempt.verb,
                resource: match attempt.name {
                    Some(name) => format!("{} {name}", attempt.resource.plural),
                    None => attempt.resource.plural.clone(),
                },
                namespace,
                error: Box::new(error),
            },
        }
    }
}

/// The pause after which a failure may have passed: the server's wish, or `pause`; `None` for one that stays.
///
/// Everything that is sent here may be sent twice: applies and patches say the whole, deletes name a UID.
fn transient(error: &kube::Error, pause: Duration) -> Option<Duration> {
    let passes = match error {
        kube::Error::Api(status) => passes(status),
        kube::Error::HyperError(error) => is_interruption(&error.to_string()),
        kube::Error::Service(error) => is_interruption(&chain(error.as_ref())),
        _ => false,
    };
    let asked = match error {
        kube::Error::Api(status) => status.details.as_ref(),
        _ => None,
    };
    let asked = asked
        .map(|details| u64::from(details.retry_after_seconds))
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs);
    passes.then_some(asked.unwrap_or(pause))
}

fn passes(status: &kube::core::Status) -> bool {
    let signs = ["etcdserver:", "leader changed", "request timed out"];
    match status.code {
        429 | 503 | 504 => true,
        500 => {
            status.reason == "ServerTimeout"
                || signs.iter().any(|sign| status.message.contains(sign))
        }
        _ => false,
    }
}

/// A connection that broke is made again; one that nobody accepts is not waited for.
fn is_interruption(text: &str) -> bool {
    let text = text.to_lowercase();
    let signs = [
        "connection closed before message completed",
        "connection reset",
        "broken pipe",
        "operation was canceled",
    ];
    signs.iter().any(|sign| text.contains(sign))
}

/// An error with its causes, each once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

/// The cause of all causes: what stands around it only says that a request failed.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// An item of a list with its type.
fn with_type(mut item: Value, resource: &Resource) -> Value {
    if let Value::Object(fields) = &mut item {
        fields.insert("apiVersion".to_owned(), resource.api_version().into());
        fields.insert("kind".to_owned(), resource.kind.clone().into());
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::core::Status;

    fn api(code: u16, reason: &str, message: &str) -> kube::Error {
        let status = Status::failure(message, reason).with_code(code);
        kube::Error::Api(status.boxed())
    }

    #[test]
    fn a_busy_server_is_asked_again_and_a_refusal_is_final() {
        let pause = Duration::from_millis(1);
        let passes = |error| transient(&error, pause) == Some(pause);
        assert!(passes(api(429, "TooManyRequests", "")));
        assert!(passes(api(
            500,
            "InternalError",
            "etcdserver: leader changed"
        )));
        assert!(!passes(api(
            500,
            "InternalError",
            "failed to create typed patch"
        )));
        assert!(!passes(api(422, "Invalid", "")));
        assert!(!passes(api(409, "Conflict", "")));
    }
}
