//! Definitions and namespaces must be there before what needs them.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::cluster::{Cluster, ClusterError, Resource};
use crate::object::{GroupKind, ObjectId};
use crate::plan::ObjectError;

/// How long a definition may take; servers need about a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long the controllers may take to put the account `default` into a new namespace.
const ACCOUNT_PATIENCE: Duration = Duration::from_secs(10);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until a definition is established or a namespace is active. Other kinds need no wait.
pub(super) async fn established(
    cluster: &Cluster,
    object: &ObjectId,
    resource: &Resource,
    is_new: bool,
) -> Result<(), ObjectError> {
    let is_ready = match object.kind.as_str() {
        "CustomResourceDefinition" => is_established,
        "Namespace" if object.group.is_empty() => is_active,
        _ => return Ok(()),
    };
    let deadline = Instant::now() + PATIENCE;
    loop {
        let live = cluster.get(resource, None, &object.name).await?;
        let state = is_ready(live.as_ref().unwrap_or(&Value::Null));
        let Err(reason) = state else { break };
        if Instant::now() >= deadline {
            return Err(ObjectError::NotEstablished {
                what: object.to_string(),
                reason,
            });
        }
        sleep(PAUSE).await;
    }
    if object.kind == "Namespace" && is_new {
        wait_for_account(cluster, &object.name).await?;
    }
    Ok(())
}

/// A Pod is refused as long as its namespace has no account `default`.
async fn wait_for_account(cluster: &Cluster, namespace: &str) -> Result<(), ClusterError> {
    let accounts = Resource::core("serviceaccounts", "ServiceAccount", true);
    let deadline = Instant::now() + ACCOUNT_PATIENCE;
    while Instant::now() < deadline {
        match cluster.get(&accounts, Some(namespace), "default").await {
            Ok(None) => sleep(PAUSE).await,
            // Who may not look cannot wait; without controllers the account never comes.
            Ok(Some(_)) | Err(ClusterError::Forbidden { .. }) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Waits until the server says that it serves a kind in a version.
pub(super) async fn served(
    cluster: &Cluster,
    kind: &GroupKind,
    version: &str,
) -> Result<Resource, ObjectError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(resource) = cluster.discovery().resource(kind, version) {
            return Ok(resource.clone());
        }
        if Instant::now() >= deadline {
            return Err(ObjectError::NotEstablished {
                what: format!("the kind {kind} in version {version}"),
                reason: "the server does not serve it".to_owned(),
            });
        }
        sleep(PAUSE).await;
        cluster.refresh().await?;
    }
}

fn is_established(definition: &Value) -> Result<(), String> {
    let conditions = definition["status"]["conditions"].as_array();
    let find = |name: &str| {
        let mut conditions = conditions.into_iter().flatten();
        conditions.find(|condition| condition["type"] == name)
    };
    if find("Established").is_some_and(|condition| condition["status"] == "True") {
        return Ok(());
    }
    let refused = find("NamesAccepted").filter(|condition| condition["status"] == "False");
    let message = refused.and_then(|condition| condition["message"].as_str());
    Err(message.unwrap_or("it is not established").to_owned())
}

fn is_active(namespace: &Value) -> Result<(), String> {
    match namespace["status"]["phase"].as_str() {
        Some("Active") => Ok(()),
        phase => Err(format!("its phase is {}", phase.unwrap_or("unknown"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_that_are_taken_are_the_reason() {
        let definition = json!({"status": {"conditions": [
            {"type": "NamesAccepted", "status": "False", "message": "\"widgets\" is already in use"},
            {"type": "Established", "status": "False"},
        ]}});
        assert_eq!(
            is_established(&definition),
            Err("\"widgets\" is already in use".to_owned())
        );
    }

    #[test]
    fn a_namespace_on_its_way_out_is_not_active() {
        assert!(is_active(&json!({"status": {"phase": "Terminating"}})).is_err());
        assert!(is_active(&json!({"status": {"phase": "Active"}})).is_ok());
    }
}
