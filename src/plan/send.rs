//! Applying one object: the dry run of a plan and the apply itself are the same requests.

use serde_json::Value;

use super::conflict::{Ruling, conflicts, ruling};
use super::error::{Conflict, ObjectError};
use super::managed_path;
use super::shorten::shorten;
use crate::cluster::{Apply, Cluster, ClusterError, Resource};

/// How an object is sent.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// The set's field manager.
    pub manager: &'a str,
    /// Whether fields of any manager are taken.
    pub take_over: bool,
    /// Whether the server only says what would be.
    pub dry_run: bool,
}

/// What became of an object.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The server's answer.
    pub object: Value,
    /// Fields that were taken from programs of people, or from all with `take_over`.
    pub taken: Vec<Conflict>,
    /// Fields that stay with their owner.
    pub kept: Vec<Conflict>,
}

/// Applies an object; conflicts of managers are ruled on field by field.
pub async fn send(
    cluster: &Cluster,
    resource: &Resource,
    object: &Value,
    sending: Sending<'_>,
) -> Result<Sent, ObjectError> {
    let namespace = object["metadata"]["namespace"].as_str();
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let apply = async |object: &Value, force: bool| {
        let apply = Apply {
            manager: sending.manager,
            force,
            dry_run: sending.dry_run,
        };
        cluster
            .apply(resource, namespace, name, object, apply)
            .await
    };
    let error = match apply(object, false).await {
        Ok(object) => {
            return Ok(Sent {
                object,
                taken: Vec::new(),
                kept: Vec::new(),
            });
        }
        Err(error) => error,
    };
    let refusal = error
        .api()
        .filter(|refusal| refusal.is_conflict_of_managers());
    let Some(found) = refusal.map(conflicts) else {
        return Err(refused(error));
    };
    let with = |wanted: Ruling| {
        let found = found.iter();
        let chosen = found.filter(|conflict| ruling(conflict, sending.take_over) == wanted);
        chosen.cloned().collect::<Vec<Conflict>>()
    };
    let stopping = with(Ruling::Stop);
    if !stopping.is_empty() {
        return Err(ObjectError::Conflicts { fields: stopping });
    }
    let (taken, kept) = (with(Ruling::Take), with(Ruling::Keep));
    let mut reduced = object.clone();
    for conflict in &kept {
        managed_path::remove(&mut reduced, &conflict.field);
    }
    let object = apply(&reduced, !taken.is_empty()).await.map_err(refused)?;
    Ok(Sent {
        object,
        taken,
        kept,
    })
}

/// Parts what is wrong with the object from what is wrong with the cluster.
fn refused(error: ClusterError) -> ObjectError {
    let Some(api) = error.api() else {
        return error.into();
    };
    let is_missing_namespace = api.code == 404 && api.message.starts_with("namespaces ");
    if is_missing_namespace {
        let namespace = api.message.split('"').nth(1).unwrap_or_default().to_owned();
        return ObjectError::NamespaceMissing { namespace };
    }
    let help = help(api);
    ObjectError::Refused {
        error: Box::new(error.map_text(shorten)),
        help,
    }
}

fn help(api: &crate::cluster::ApiError) -> Option<String> {
    let says = |text: &str| api.message.contains(text);
    let help = if says("field is immutable")
        || says("is immutable")
        || says("updates to statefulset spec for fields other than")
    {
        "the field cannot be changed in place: change it back, or delete the object and apply again"
    } else if says("field not declared in schema") || says("unknown field") {
        "the field does not exist in this version of the kind; look at its indentation and spelling"
    } else if says("failed calling webhook") {
        "a webhook of the cluster does not answer; the object itself may be right"
    } else if says("admission webhook") || says("ValidatingAdmissionPolicy") {
        "a policy of the cluster refuses the object"
    } else if says("exceeded quota") {
        "the namespace's ResourceQuota leaves no room for it"
    } else {
        return None;
    };
    Some(help.to_owned())
}
