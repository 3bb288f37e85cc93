//! Applying one change.

use serde_json::Value;

use super::Applied;
use super::established::{established, served};
use crate::cluster::{Cluster, ClusterError, Resource};
use crate::plan::{Action, Change, Note, ObjectError, Sending, migration, send};

/// How often the take-over of client-side fields is tried on an object that keeps changing.
const MIGRATION_ATTEMPTS: u32 = 5;

/// The manager that owns the patch itself; it owns no field.
const MIGRATION_MANAGER: &str = "gitops-lab-migration";

/// Applies one change, and waits until a definition or namespace can be used.
pub(super) async fn apply_change(
    cluster: &Cluster,
    change: &Change,
    sending: Sending<'_>,
) -> Result<Option<Applied>, ObjectError> {
    if matches!(change.action, Action::Prune | Action::Skip(_)) {
        return Ok(None);
    }
    let resource = resource(cluster, change).await?;
    let is_new = change.live.is_none();
    let stored = match (&change.action, &change.live, &change.desired) {
        (Action::Unchanged, Some(live), _) => live.clone(),
        (_, live, Some(desired)) => {
            if let Some(live) = live
                .as_ref()
                .filter(|_| change.notes.contains(&Note::Migrates))
            {
                migrate(cluster, &resource, live, sending.manager).await?;
            }
            send(cluster, &resource, desired, sending).await?.object
        }
        (_, _, None) => return Ok(None),
    };
    established(cluster, &change.object, &resource, is_new).await?;
    Ok(Some(applied(change, resource, &stored)))
}

/// The kind as it is served; one that the plan makes is asked for until it is there.
async fn resource(cluster: &Cluster, change: &Change) -> Result<Resource, ObjectError> {
    if let Some(resource) = &change.resource {
        return Ok(resource.clone());
    }
    let manifest = change.manifest.as_ref();
    let version = manifest.map_or("", |manifest| manifest.version.as_str());
    served(cluster, &change.object.group_kind(), version).await
}

fn applied(change: &Change, resource: Resource, stored: &Value) -> Applied {
    let metadata = &stored["metadata"];
    Applied {
        id: change.object.clone(),
        resource,
        uid: metadata["uid"].as_str().unwrap_or_default().to_owned(),
        generation: metadata["generation"].as_i64(),
    }
}

/// Makes the fields of client-side apply ours; looks again where the object changed meanwhile.
async fn migrate(
    cluster: &Cluster,
    resource: &Resource,
    planned: &Value,
    manager: &str,
) -> Result<(), ClusterError> {
    let namespace = planned["metadata"]["namespace"].as_str();
    let name = planned["metadata"]["name"].as_str().unwrap_or_default();
    let mut live = planned.clone();
    for attempt in 1.. {
        let patch = migration(&live, manager);
        let patched = cluster
            .patch(resource, namespace, name, &patch, MIGRATION_MANAGER, false)
            .await;
        let Err(error) = patched else {
            return Ok(());
        };
        let is_stale = error.api().is_some_and(crate::cluster::ApiError::is_stale);
        if !is_stale || attempt == MIGRATION_ATTEMPTS {
            return Err(error);
        }
        match cluster.get(resource, namespace, name).await? {
            Some(fresh) => live = fresh,
            None => return Ok(()),
        }
    }
    Ok(())
}
