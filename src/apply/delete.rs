//! Deleting what left git.

use serde_json::Value;

use crate::cluster::{ApiError, Cluster, Delete, Propagation};
use crate::plan::{Change, ObjectError, PART_OF, Set, is_ours};

/// How often a deletion is tried on an object that keeps changing.
const ATTEMPTS: u32 = 5;

/// What became of a deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deleted {
    /// It goes, or was gone.
    Gone,
    /// It is no longer the object that the plan saw, and was left alone.
    LeftAlone(String),
}

/// Deletes one object if it is still the one that the plan saw, and still the set's.
///
/// It is held by its UID and by its version, so that nobody adopts it between the look and the
/// deletion; a controller that keeps writing its status may make that fail, and it is looked at again.
pub(super) async fn delete(
    cluster: &Cluster,
    change: &Change,
    set: &Set,
) -> Result<Deleted, ObjectError> {
    let (Some(resource), Some(planned)) = (&change.resource, &change.live) else {
        return Ok(Deleted::Gone);
    };
    let namespace = change.object.namespace.as_deref();
    let name = &change.object.name;
    let uid = planned["metadata"]["uid"].as_str().unwrap_or_default();
    let mut attempts = 0;
    loop {
        let Some(live) = cluster.get(resource, namespace, name).await? else {
            return Ok(Deleted::Gone);
        };
        if let Some(reason) = changed_hands(&live, uid, set) {
            return Ok(Deleted::LeftAlone(reason));
        }
        let delete = Delete {
            uid,
            resource_version: live["metadata"]["resourceVersion"].as_str(),
            propagation: Propagation::Background,
        };
        attempts += 1;
        match cluster.delete(resource, namespace, name, delete).await {
            Ok(_) => return Ok(Deleted::Gone),
            Err(error) if error.api().is_some_and(ApiError::is_stale) && attempts < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Why an object is no longer ours to delete.
fn changed_hands(live: &Value, uid: &str, set: &Set) -> Option<String> {
    if live["metadata"]["uid"] != uid {
        return Some("another object has taken its name".to_owned());
    }
    let is_member = live["metadata"]["labels"][PART_OF] == set.id().as_str();
    if !is_member || !is_ours(live, &set.manager()) {
        return Some("it no longer belongs to the set".to_owned());
    }
    None
}
