//! The requests that change something (or would, as a dry run).

use http::Method;
use serde_json::{Value, json};

use super::path::{path, query};
use super::request::{Attempt, Message};
use super::{Cluster, ClusterError, Resource};

/// How an object is applied.
#[derive(Clone, Copy, Debug)]
pub struct Apply<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Whether fields of other managers are taken.
    pub force: bool,
    /// Whether the server only says what would be.
    pub dry_run: bool,
}

/// What happens to an object's dependants when it is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// They go after it.
    Background,
    /// They go before it.
    Foreground,
    /// They stay.
    Orphan,
}

/// How an object is deleted.
#[derive(Clone, Copy, Debug)]
pub struct Delete<'a> {
    /// The UID that the object must have: another one of the same name is not deleted.
    pub uid: &'a str,
    /// The version that the object must have, where that matters.
    pub resource_version: Option<&'a str>,
    /// What happens to its dependants.
    pub propagation: Propagation,
}

impl Cluster {
    /// Applies an object on the server's side, as JSON, and reads what became of it.
    pub async fn apply(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        object: &Value,
        apply: Apply<'_>,
    ) -> Result<Value, ClusterError> {
        let mut pairs = vec![
            ("fieldManager", apply.manager),
            ("fieldValidation", "Strict"),
        ];
        if apply.force {
            pairs.push(("force", "true"));
        }
        if apply.dry_run {
            pairs.push(("dryRun", "All"));
        }
        let message = Message {
            method: Method::PATCH,
            path: path(resource, namespace, Some(name)) + &query(&pairs),
            content_type: "application/apply-patch+yaml",
            body: object.to_string().into_bytes(),
            ..Message::get(String::new())
        };
        self.json(attempt("patch", resource, namespace, name), &message)
            .await
    }

    /// Changes an object by a JSON patch.
    pub async fn patch(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        operations: &Value,
        manager: &str,
        dry_run: bool,
    ) -> Result<Value, ClusterError> {
        let mut pairs = vec![("fieldManager", manager)];
        if dry_run {
            pairs.push(("dryRun", "All"));
        }
        let message = Message {
            method: Method::PATCH,
            path: path(resource, namespace, Some(name)) + &query(&pairs),
            content_type: "application/json-patch+json",
            body: operations.to_string().into_bytes(),
            ..Message::get(String::new())
        };
        self.json(attempt("patch", resource, namespace, name), &message)
            .await
    }

    /// Deletes an object; `false` where it was already gone.
    pub async fn delete(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        delete: Delete<'_>,
    ) -> Result<bool, ClusterError> {
        let propagation = match delete.propagation {
            Propagation::Background => "Background",
            Propagation::Foreground => "Foreground",
            Propagation::Orphan => "Orphan",
        };
        let mut preconditions = json!({"uid": delete.uid});
        if let Some(version) = delete.resource_version {
            preconditions["resourceVersion"] = version.into();
        }
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation,
            "preconditions": preconditions,
        });
        let message = Message {
            method: Method::DELETE,
            path: path(resource, namespace, Some(name)),
            body: options.to_string().into_bytes(),
            ..Message::get(String::new())
        };
        let attempt = attempt("delete", resource, namespace, name);
        match self.send(attempt, &message).await {
            Ok(_) => Ok(true),
            Err(ClusterError::Api { error, .. }) if error.code == 404 => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn attempt<'a>(
    verb: &'static str,
    resource: &'a Resource,
    namespace: Option<&'a str>,
    name: &'a str,
) -> Attempt<'a> {
    Attempt {
        verb,
        resource,
        namespace,
        name: Some(name),
    }
}
