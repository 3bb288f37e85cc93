//! All objects → the plan.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;

use super::desired::{self, Desired, Reading};
use super::error::{ObjectError, Problem};
use super::examine::{Examination, examine};
use super::members::{Members, members};
use super::prune::{Wanted, candidates};
use super::{
    Action, Binding, Change, Inventory, MAX_PRUNE, Options, Plan, PlanError, Pruning, Scrubber,
    Sending, origin, stage,
};
use crate::cluster::{Cluster, Resource};
use crate::object::{GroupKind, Object, ObjectId};

/// How many objects are examined at once.
const IN_FLIGHT: usize = 32;

/// Finds out what is to be done so that the cluster has these objects, and of the set no others.
///
/// Nothing is changed. An object that cannot be applied becomes a problem of the plan, and the
/// others are planned all the same.
pub async fn plan(
    cluster: &Cluster,
    objects: &[Object],
    options: &Options<'_>,
) -> Result<Plan, PlanError> {
    let set = options.set;
    let mut inventory = Inventory::read(cluster, set, options.adopt_set).await?;
    if !options.adopt_set {
        inventory.check_binding(set, &options.binding)?;
    }
    let recorded = inventory
        .binding
        .take()
        .and_then(|recorded| recorded.cluster);
    inventory.binding = Some(Binding {
        // Who may not read the cluster's UID must not make the set forget it.
        cluster: options.binding.cluster.clone().or(recorded),
        ..options.binding.clone()
    });
    let discovery = cluster.discovery();
    let reading = Reading {
        discovery: &discovery,
        set,
        namespace: options.namespace,
    };
    let (mut wanted, mut problems) = desired::read(objects, reading);
    wanted.sort_by(|left, right| stage::order(&left.id).cmp(&stage::order(&right.id)));
    let mut found = members(cluster, set, &inventory, &versions(&wanted)).await;
    let scrubber = Scrubber::of(
        wanted
            .iter()
            .map(|desired| &desired.value)
            .chain(found.found.values().map(|(_, live)| live)),
    );
    let (mut changes, refused) = examine_all(cluster, &wanted, &found, options, &scrubber).await;
    problems.extend(refused);
    let mut notes = Vec::new();
    let mut refusal = None;
    let silent = std::mem::take(&mut found.silent);
    if options.pruning != Pruning::No {
        if let Some((_, error)) = found.failures.pop() {
            return Err(PlanError::Cluster(error));
        }
        notes.extend(silent.iter().map(|kind| {
            format!("the server of {kind} does not answer, so nothing of that kind is pruned")
        }));
        let kept = still_wanted(&changes, &problems);
        let pruned = candidates(found, &kept, set, options.pruning == Pruning::Protected);
        refusal = too_many(&pruned, objects.is_empty(), options.max_prune);
        changes.extend(pruned);
    }
    problems.sort_by(|left, right| left.object.cmp(&right.object));
    Ok(Plan {
        set: set.clone(),
        inventory,
        changes,
        problems,
        refusal,
        notes,
        scrubber,
        take_over: options.take_over,
        pruning: options.pruning,
        silent,
    })
}

/// The version in which each kind is wanted; the first one where the manifests disagree.
fn versions(wanted: &[Desired]) -> BTreeMap<GroupKind, Resource> {
    let mut versions = BTreeMap::new();
    for resource in wanted
        .iter()
        .filter_map(|desired| desired.resource.as_ref())
    {
        versions
            .entry(resource.group_kind())
            .or_insert_with(|| resource.clone());
    }
    versions
}

async fn examine_all(
    cluster: &Cluster,
    wanted: &[Desired],
    found: &Members,
    options: &Options<'_>,
    scrubber: &Scrubber,
) -> (Vec<Change>, Vec<Problem>) {
    let manager = options.set.manager();
    let id = options.set.id();
    let namespaces: BTreeSet<String> = wanted
        .iter()
        .filter(|desired| desired.id.kind == "Namespace" && desired.id.group.is_empty())
        .map(|desired| desired.id.name.clone())
        .collect();
    let examination = Examination {
        cluster,
        sending: Sending {
            manager: &manager,
            take_over: options.take_over,
            dry_run: true,
        },
        id: &id,
        namespaces: &namespaces,
    };
    let examined = wanted.iter().map(|desired| {
        let listed = found.found.get(&desired.id);
        // An object that was listed in another version has other fields.
        let listed = listed.filter(|(resource, _)| Some(resource) == desired.resource.as_ref());
        examine(desired, listed.map(|(_, live)| live), examination)
    });
    let mut results = futures::stream::iter(examined).buffered(IN_FLIGHT);
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for desired in wanted {
        match results.next().await {
            Some(Ok(change)) => changes.push(change),
            Some(Err(error)) => {
                let live = found.found.get(&desired.id).map(|(_, live)| live);
                let error = error.map_text(|text| scrubber.scrub(text));
                problems.push(Problem {
                    object: desired.id.clone(),
                    places: origin::places(&error, &desired.manifest, live),
                    error,
                });
            }
            None => {}
        }
    }
    (changes, problems)
}

/// What the manifests still have: planned, or in them and not to be applied as it is.
fn still_wanted(changes: &[Change], problems: &[Problem]) -> Wanted {
    let planned = changes.iter().map(|change| change.object.clone());
    let failed = problems.iter().map(|problem| problem.object.clone());
    let ids: BTreeSet<ObjectId> = planned.chain(failed).collect();
    let uids = changes.iter().filter_map(|change| {
        let live = change.live.as_ref()?;
        Some(live["metadata"]["uid"].as_str()?.to_owned())
    });
    Wanted {
        ids,
        uids: uids.collect(),
    }
}

/// Whether more would go than a run may delete without being told.
fn too_many(pruned: &[Change], is_empty: bool, allowed: Option<usize>) -> Option<PlanError> {
    let count = pruned
        .iter()
        .filter(|change| change.action == Action::Prune)
        .count();
    if is_empty && count > 0 && allowed.is_none() {
        return Some(PlanError::EmptySet { count });
    }
    let limit = allowed.unwrap_or(MAX_PRUNE);
    (count > limit).then_some(PlanError::TooManyDeletions { count, limit })
}

impl ObjectError {
    /// The error with every text of the server passed through a function.
    #[must_use]
    pub fn map_text(self, scrub: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Refused { error, help } => Self::Refused {
                error: Box::new(error.map_text(scrub)),
                help,
            },
            Self::Cluster(error) => error.map_text(scrub).into(),
            other => other,
        }
    }
}
