//! Writing the set's record: before the first object changes, and after the last one did.
//!
//! Before, it says a superset of what was and what will be, so that a run that is killed at any
//! moment leaves nothing that the next one does not find. Only a run that saw everything shrinks it.

use std::collections::BTreeSet;

use super::ApplyError;
use crate::cluster::{ApiError, Apply, Cluster, ClusterError};
use crate::object::GroupKind;
use crate::plan::{Inventory, PlanError, RECORD_MANAGER, Run, Set};

/// Kinds and namespaces of a run's objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Extent {
    pub(super) kinds: BTreeSet<GroupKind>,
    pub(super) namespaces: BTreeSet<String>,
}

/// Writes the superset with the run's beginning. The record must be the one that the plan was made by.
pub(super) async fn begin(
    cluster: &Cluster,
    set: &Set,
    inventory: &mut Inventory,
    extent: &Extent,
    run: Run,
) -> Result<(), ApplyError> {
    inventory.kinds.extend(extent.kinds.iter().cloned());
    inventory
        .namespaces
        .extend(extent.namespaces.iter().cloned());
    inventory.note(run);
    write(cluster, set, inventory).await.map_err(|error| {
        let api = error.api();
        if api.is_some_and(ApiError::is_stale) {
            return ApplyError::RecordChanged;
        }
        let is_missing = |api: &ApiError| api.code == 404 && api.message.starts_with("namespaces ");
        if api.is_some_and(is_missing) {
            return ApplyError::Plan(PlanError::NoSetNamespace {
                namespace: set.namespace().to_owned(),
            });
        }
        ApplyError::Record(error)
    })
}

/// Writes how the run ended; `left` is all that the set still has in the cluster, where the run knows it.
pub(super) async fn end(
    cluster: &Cluster,
    set: &Set,
    inventory: &mut Inventory,
    left: Option<Extent>,
    run: Run,
) -> Result<(), ApplyError> {
    if let Some(left) = left {
        inventory.kinds = left.kinds;
        inventory.namespaces = left.namespaces;
    }
    inventory.note(run.clone());
    let error = match write(cluster, set, inventory).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if !error.api().is_some_and(ApiError::is_stale) {
        return Err(ApplyError::Record(error));
    }
    // Somebody else wrote the record meanwhile: what they know of is kept, and nothing is shrunk.
    let mut fresh = Inventory::read(cluster, set, true).await?;
    fresh.kinds.extend(inventory.kinds.iter().cloned());
    fresh
        .namespaces
        .extend(inventory.namespaces.iter().cloned());
    fresh.note(run);
    write(cluster, set, &mut fresh)
        .await
        .map_err(ApplyError::Record)
}

/// Applies the record, if it still has the version that was read.
async fn write(
    cluster: &Cluster,
    set: &Set,
    inventory: &mut Inventory,
) -> Result<(), ClusterError> {
    let mut parent = inventory.parent(set);
    if let Some(version) = &inventory.resource_version {
        parent["metadata"]["resourceVersion"] = version.as_str().into();
    }
    let send = async |force| {
        let apply = Apply {
            manager: RECORD_MANAGER,
            force,
            dry_run: false,
        };
        let resource = Inventory::resource();
        cluster
            .apply(&resource, Some(set.namespace()), set.name(), &parent, apply)
            .await
    };
    let written = match send(false).await {
        // Another tool's applies, or a person's hands: the fields are the record's.
        Err(error) if error.api().is_some_and(ApiError::is_conflict_of_managers) => {
            send(true).await?
        }
        other => other?,
    };
    let version = written["metadata"]["resourceVersion"].as_str();
    inventory.resource_version = version.map(str::to_owned);
    Ok(())
}

/// The extent of these objects; the record's own namespace included.
pub(super) fn extent<'o>(objects: impl IntoIterator<Item = &'o crate::object::ObjectId>) -> Extent {
    let mut extent = Extent::default();
    for object in objects {
        extent.kinds.insert(object.group_kind());
        extent.namespaces.extend(object.namespace.clone());
    }
    extent
}
