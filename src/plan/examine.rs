//! One object: what it is, what it would become, and whether it may.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::{content, differences, same_ownership};
use super::desired::Desired;
use super::error::ObjectError;
use super::fields::{entries, owns};
use super::mask::masked;
use super::prune::controller;
use super::send::{Sending, Sent, send};
use super::set::PART_OF;
use super::trial::trial;
use super::{Action, Change, Note, migrate};
use crate::cluster::{Cluster, ClusterError, Resource};

/// How often an object is read again when it changes between the read and the dry run.
const ROUNDS: usize = 4;

/// Marks that other appliers leave on what they own: annotations and labels with their tool.
const MARKS: [(&str, &str, &str); 4] = [
    (
        "annotations",
        "meta.helm.sh/release-name",
        "the Helm release",
    ),
    (
        "labels",
        "kustomize.toolkit.fluxcd.io/name",
        "the Flux Kustomization",
    ),
    (
        "annotations",
        "argocd.argoproj.io/tracking-id",
        "the Argo CD application",
    ),
    ("labels", "kapp.k14s.io/app", "the kapp application"),
];

/// What is needed to examine an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Examination<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) sending: Sending<'a>,
    pub(super) id: &'a str,
    /// Namespaces that the plan makes.
    pub(super) namespaces: &'a BTreeSet<String>,
}

/// Asks the server what an object would become.
pub(super) async fn examine(
    desired: &Desired,
    listed: Option<&Value>,
    examination: Examination<'_>,
) -> Result<Change, ObjectError> {
    let Some(resource) = &desired.resource else {
        return of_coming_kind(desired, examination).await;
    };
    let read = async || {
        let namespace = desired.id.namespace.as_deref();
        let cluster = examination.cluster;
        cluster.get(resource, namespace, &desired.id.name).await
    };
    let mut live = listed.cloned();
    let mut round = 0;
    let sent = loop {
        if let Some(live) = &live {
            may_be_ours(live, desired, examination)?;
        }
        let sent = match send(
            examination.cluster,
            resource,
            &desired.value,
            examination.sending,
        )
        .await
        {
            Ok(sent) => sent,
            Err(ObjectError::NamespaceMissing { namespace })
                if examination.namespaces.contains(&namespace) =>
            {
                return tried_elsewhere(desired, resource, &namespace, examination).await;
            }
            Err(ObjectError::Refused { error, .. }) if forbids_dry_run(&error) => {
                let reason = "a webhook of the cluster allows no dry run".to_owned();
                return Ok(not_tried(desired, live, reason));
            }
            Err(error) => {
                // Whose it is says more than which field is in the way.
                if let (None, Some(live)) = (&live, read().await.ok().flatten()) {
                    may_be_ours(&live, desired, examination)?;
                }
                return Err(error);
            }
        };
        round += 1;
        // Both sides must be of one moment, or what another did in between looks like our change.
        if version(&sent.object) == live.as_ref().and_then(version) || round == ROUNDS {
            break sent;
        }
        live = read().await?;
    };
    Ok(changed(
        desired,
        resource,
        live,
        sent,
        examination.sending.manager,
    ))
}

/// An object whose namespace comes with the plan.
async fn tried_elsewhere(
    desired: &Desired,
    resource: &Resource,
    namespace: &str,
    examination: Examination<'_>,
) -> Result<Change, ObjectError> {
    let Examination {
        cluster, sending, ..
    } = examination;
    let merged = trial(cluster, resource, &desired.value, sending).await?;
    let reason = format!("the Namespace {namespace} comes with this plan");
    let mut change = not_tried(desired, None, reason);
    if merged.is_some() {
        change.notes.clear();
        change.merged = merged;
    }
    Ok(change)
}

/// The version of an object that is stored; a dry run of a creation has none.
fn version(object: &Value) -> Option<&str> {
    let version = object["metadata"]["resourceVersion"].as_str();
    version.filter(|version| !version.is_empty())
}

/// An object whose kind, in this version, comes with the plan. It may exist in another version.
async fn of_coming_kind(
    desired: &Desired,
    examination: Examination<'_>,
) -> Result<Change, ObjectError> {
    let kind = desired.id.group_kind();
    let discovery = examination.cluster.discovery();
    let live = match discovery.preferred(&kind) {
        Some(resource) => {
            let namespace = desired.id.namespace.as_deref();
            let cluster = examination.cluster;
            cluster.get(resource, namespace, &desired.id.name).await?
        }
        None => None,
    };
    if let Some(live) = &live {
        may_be_ours(live, desired, examination)?;
    }
    let reason = format!("the kind {kind} comes with this plan");
    Ok(not_tried(desired, live, reason))
}

/// Whether a webhook with side effects stands in the way.
fn forbids_dry_run(error: &ClusterError) -> bool {
    let api = error.api();
    api.is_some_and(|api| api.message.contains("does not support dry run"))
}

fn not_tried(desired: &Desired, live: Option<Value>, reason: String) -> Change {
    Change {
        object: desired.id.clone(),
        resource: desired.resource.clone(),
        action: if live.is_some() {
            Action::Configure
        } else {
            Action::Create
        },
        live,
        merged: None,
        desired: Some(desired.value.clone()),
        origin: Some(desired.manifest.span()),
        manifest: Some(desired.manifest.clone()),
        differences: Vec::new(),
        notes: vec![Note::NotTried(reason)],
    }
}

fn changed(
    desired: &Desired,
    resource: &Resource,
    live: Option<Value>,
    sent: Sent,
    manager: &str,
) -> Change {
    let mut merged = sent.object;
    let taken = sent.taken.into_iter().map(Note::Taken);
    let kept = sent.kept.into_iter().map(Note::Kept);
    let mut notes: Vec<Note> = taken.chain(kept).collect();
    let mut found = Vec::new();
    let mut action = Action::Create;
    if let Some(live) = &live {
        let migrates = migrate::is_needed(live);
        if migrates {
            notes.push(Note::Migrates);
            migrate::without_left_over(live, &mut merged, manager);
        }
        let with_status = desired.value.get("status").is_some() && !resource.has_status();
        let before = content(live, with_status);
        let after = content(&merged, with_status);
        let is_equal = before == after;
        let keeps_owners = same_ownership(live, &merged, manager);
        action = if is_equal && keeps_owners && !migrates {
            Action::Unchanged
        } else {
            Action::Configure
        };
        if is_equal && !keeps_owners && !migrates {
            notes.push(Note::Ownership);
        }
        if let (Some(before), Some(after)) = masked(Some(&before), Some(&after)) {
            found = differences(&before, &after);
        }
    }
    Change {
        object: desired.id.clone(),
        resource: Some(resource.clone()),
        action,
        live,
        merged: Some(merged),
        desired: Some(desired.value.clone()),
        origin: Some(desired.manifest.span()),
        manifest: Some(desired.manifest.clone()),
        differences: found,
        notes,
    }
}

/// Refuses an object that belongs to somebody else.
fn may_be_ours(
    live: &Value,
    desired: &Desired,
    examination: Examination<'_>,
) -> Result<(), ObjectError> {
    let metadata = &live["metadata"];
    if metadata.get("deletionTimestamp").is_some() {
        return Err(ObjectError::Terminating);
    }
    let label = metadata["labels"][PART_OF].as_str();
    if let Some(other) = label.filter(|label| *label != examination.id) {
        return Err(ObjectError::ForeignMember {
            owner: owner_of_label(live, other),
        });
    }
    if let Some(owner) = controller(live) {
        let text = |key: &str| owner[key].as_str().unwrap_or("?").to_owned();
        return Err(ObjectError::Controlled {
            owner: format!("{} {}", text("kind"), text("name")),
        });
    }
    if examination.sending.take_over {
        return Ok(());
    }
    for (place, mark, tool) in MARKS {
        let theirs = metadata[place][mark].as_str();
        let ours = &desired.value["metadata"][place][mark];
        if let Some(name) = theirs.filter(|_| ours.is_null()) {
            return Err(ObjectError::ManagedElsewhere {
                owner: format!("{tool} {name}"),
            });
        }
    }
    Ok(())
}

/// The manager that applied a foreign label, and the label.
fn owner_of_label(live: &Value, id: &str) -> String {
    let applied = entries(live).find(|entry| owns(entry, &["metadata", "labels", PART_OF]));
    match applied.and_then(|entry| entry["manager"].as_str()) {
        Some(manager) => format!("{manager} ({id})"),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_dry_run_of_a_creation_has_no_version() {
        assert_eq!(version(&json!({"metadata": {"uid": "x"}})), None);
        assert_eq!(version(&json!({"metadata": {"resourceVersion": ""}})), None);
        assert_eq!(
            version(&json!({"metadata": {"resourceVersion": "5"}})),
            Some("5")
        );
    }

    #[test]
    fn the_owner_of_a_foreign_label_is_named() {
        let live = json!({"metadata": {"managedFields": [{
            "manager": "gitops-lab/other", "operation": "Apply",
            "fieldsV1": {"f:metadata": {"f:labels": {format!("f:{PART_OF}"): {}}}},
        }]}});
        assert_eq!(
            owner_of_label(&live, "applyset-x-v1"),
            "gitops-lab/other (applyset-x-v1)"
        );
    }
}
