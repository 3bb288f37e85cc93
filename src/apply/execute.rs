//! The whole run: record, apply wave by wave, wait, delete what left git, record.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use jiff::Timestamp;

use super::change::apply_change;
use super::delete::{Deleted, delete};
use super::record::{self, Extent, extent};
use super::wait::{Verdict, WaitEvent, WaitOptions, WaitOutcome, wait};
use super::{Applied, ApplyError};
use crate::cluster::Cluster;
use crate::object::ObjectId;
use crate::plan::stage::{Wave, wave};
use crate::plan::{
    Action, Change, Inventory, ObjectError, Plan, PlanError, Problem, Pruning, Run, RunOutcome,
    Sending, places,
};

/// How many objects of a wave are applied or deleted at once.
const IN_FLIGHT: usize = 16;

/// How a plan is executed.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// The commit that is applied; the one beneath, for a run over a work tree.
    pub revision: String,
    /// The commit's tree.
    pub tree: Option<String>,
    /// Whether the run reads less than the whole set, or files that no commit has.
    pub partial: bool,
    /// How to wait for what was applied; `None` to leave at once.
    pub wait: Option<WaitOptions>,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event<'e> {
    /// An object is as the manifest says.
    Applied {
        /// The object.
        object: &'e ObjectId,
        /// What was done.
        action: &'e Action,
    },
    /// An object could not be applied or deleted.
    Failed(&'e Problem),
    /// Something moved while waiting.
    Waiting(&'e WaitEvent),
    /// An object that left git was deleted.
    Pruned(&'e ObjectId),
    /// An object that left git was kept after all.
    Kept {
        /// The object.
        object: &'e ObjectId,
        /// Why.
        reason: &'e str,
    },
}

/// How a run ended.
#[derive(Debug)]
pub struct ApplyOutcome {
    /// The end, as the record has it.
    pub outcome: RunOutcome,
    /// What was applied or found as it should be, in order.
    pub applied: Vec<(ObjectId, Action)>,
    /// Objects that could not be applied or deleted.
    pub problems: Vec<Problem>,
    /// Objects that were not tried, since something before them failed.
    pub not_tried: Vec<ObjectId>,
    /// How the wait ended, if there was one.
    pub wait: Option<WaitOutcome>,
    /// What was deleted.
    pub pruned: Vec<ObjectId>,
    /// How long the run took.
    pub elapsed: Duration,
}

/// Executes a plan.
///
/// Objects of a wave are applied at once, waves one after the other; a failure lets its wave end and
/// stops the next one. What left git is deleted when the new set is ready. Ctrl-C ends the run and
/// says so in the record; a run that is killed is finished by the next one.
pub async fn apply(
    cluster: &Cluster,
    mut plan: Plan,
    options: &ApplyOptions,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<ApplyOutcome, ApplyError> {
    if let Some(refusal) = plan.refusal.take() {
        return Err(refusal.into());
    }
    let plan = &plan;
    if !plan.problems.is_empty() {
        let count = plan.problems.len();
        return Err(ApplyError::Problems { count });
    }
    let begin = tokio::time::Instant::now();
    let mut inventory = plan.inventory.clone();
    let run = Run {
        revision: options.revision.clone(),
        tree: options.tree.clone(),
        time: now(),
        outcome: RunOutcome::Started,
        partial: options.partial,
    };
    start(cluster, plan, &mut inventory, run.clone()).await?;
    let mut outcome = ApplyOutcome {
        outcome: RunOutcome::Started,
        applied: Vec::new(),
        problems: Vec::new(),
        not_tried: Vec::new(),
        wait: None,
        pruned: Vec::new(),
        elapsed: Duration::ZERO,
    };
    let left = work(cluster, plan, options, progress, &mut outcome).await;
    let run = Run {
        outcome: outcome.outcome,
        ..run
    };
    record::end(cluster, &plan.set, &mut inventory, left, run).await?;
    outcome.elapsed = begin.elapsed();
    Ok(outcome)
}

fn now() -> String {
    let now = Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

/// Writes the record's superset. Where the set itself brings the namespace of its record, that goes first.
async fn start(
    cluster: &Cluster,
    plan: &Plan,
    inventory: &mut Inventory,
    run: Run,
) -> Result<(), ApplyError> {
    let wanted = plan
        .changes
        .iter()
        .filter(|change| change.desired.is_some())
        .map(|change| &change.object);
    let extent = extent(wanted);
    let begun = record::begin(cluster, &plan.set, inventory, &extent, run.clone()).await;
    let Err(ApplyError::Plan(PlanError::NoSetNamespace { namespace })) = begun else {
        return begun;
    };
    let home = plan.changes.iter().find(|change| {
        let is_namespace = change.object.kind == "Namespace" && change.object.group.is_empty();
        is_namespace && change.object.name == namespace
    });
    let Some(home) = home else {
        return Err(PlanError::NoSetNamespace { namespace }.into());
    };
    // Killed here, the namespace stays with the set's label, and the next run finds it in git.
    let manager = plan.set.manager();
    apply_change(cluster, home, sending(plan, &manager))
        .await
        .map_err(|error| match error {
            ObjectError::Cluster(error) => ApplyError::from(*error),
            _ => PlanError::NoSetNamespace { namespace }.into(),
        })?;
    record::begin(cluster, &plan.set, inventory, &extent, run).await
}

fn sending<'a>(plan: &Plan, manager: &'a str) -> Sending<'a> {
    Sending {
        manager,
        take_over: plan.take_over,
        dry_run: false,
    }
}

/// Everything between the two records. Gives the set's extent afterwards where it is known for sure.
async fn work(
    cluster: &Cluster,
    plan: &Plan,
    options: &ApplyOptions,
    progress: &mut dyn FnMut(Event<'_>),
    outcome: &mut ApplyOutcome,
) -> Option<Extent> {
    let Some(applied) = interruptible(apply_all(cluster, plan, progress, outcome)).await else {
        outcome.outcome = RunOutcome::Interrupted;
        return None;
    };
    if !outcome.problems.is_empty() {
        outcome.outcome = RunOutcome::Failed;
        return None;
    }
    let mut end = RunOutcome::Applied;
    if let Some(wait_options) = &options.wait {
        let mut forward = |event: &WaitEvent| progress(Event::Waiting(event));
        let waited = wait(cluster, &applied, wait_options, &mut forward).await;
        end = match waited.verdict {
            Verdict::AllCurrent => RunOutcome::Ready,
            Verdict::Failed => RunOutcome::Failed,
            Verdict::TimedOut => RunOutcome::TimedOut,
            Verdict::Interrupted => RunOutcome::Interrupted,
        };
        outcome.wait = Some(waited);
    }
    if !matches!(end, RunOutcome::Applied | RunOutcome::Ready) {
        outcome.outcome = end;
        return None;
    }
    if plan.pruning == Pruning::No {
        outcome.outcome = end;
        return None;
    }
    let Some(kept) = interruptible(delete_all(cluster, plan, progress, outcome)).await else {
        outcome.outcome = RunOutcome::Interrupted;
        return None;
    };
    outcome.outcome = if outcome.problems.is_empty() {
        end
    } else {
        RunOutcome::Failed
    };
    if !plan.silent.is_empty() {
        return None;
    }
    let wanted = applied.iter().map(|applied| &applied.id);
    Some(extent(wanted.chain(&kept)))
}

/// What a future gives, or nothing when somebody presses Ctrl-C first. (A wait has its own ear for it,
/// since it still collects evidence.)
async fn interruptible<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        Ok(()) = tokio::signal::ctrl_c() => None,
    }
}

/// Applies wave after wave; stops after one in which something failed.
async fn apply_all(
    cluster: &Cluster,
    plan: &Plan,
    progress: &mut dyn FnMut(Event<'_>),
    outcome: &mut ApplyOutcome,
) -> Vec<Applied> {
    let manager = plan.set.manager();
    let mut applied = Vec::new();
    let upserts = plan
        .changes
        .iter()
        .filter(|change| change.desired.is_some());
    for wave in waves(upserts) {
        if !outcome.problems.is_empty() {
            let objects = wave.into_iter().map(|change| change.object.clone());
            outcome.not_tried.extend(objects);
            continue;
        }
        let changes = wave.iter().map(|change| {
            let sending = sending(plan, &manager);
            apply_change(cluster, change, sending)
        });
        let mut results = futures::stream::iter(changes).buffered(IN_FLIGHT);
        for change in &wave {
            match results.next().await {
                Some(Ok(done)) => {
                    progress(Event::Applied {
                        object: &change.object,
                        action: &change.action,
                    });
                    let action = change.action.clone();
                    outcome.applied.push((change.object.clone(), action));
                    applied.extend(done);
                }
                Some(Err(error)) => fail(plan, change, error, progress, outcome),
                None => {}
            }
        }
    }
    applied
}

/// Deletes wave after wave, whatever fails; gives the objects of the set that stay in the cluster.
async fn delete_all(
    cluster: &Cluster,
    plan: &Plan,
    progress: &mut dyn FnMut(Event<'_>),
    outcome: &mut ApplyOutcome,
) -> Vec<ObjectId> {
    let mut kept = BTreeSet::new();
    let left_git = plan
        .changes
        .iter()
        .filter(|change| change.desired.is_none());
    for wave in waves(left_git) {
        let (pruned, skipped): (Vec<&Change>, Vec<&Change>) = wave
            .into_iter()
            .partition(|change| change.action == Action::Prune);
        kept.extend(skipped.iter().map(|change| change.object.clone()));
        let deletions = pruned
            .iter()
            .map(|change| delete(cluster, change, &plan.set));
        let mut results = futures::stream::iter(deletions).buffered(IN_FLIGHT);
        for change in &pruned {
            let object = &change.object;
            match results.next().await {
                Some(Ok(Deleted::Gone)) => {
                    progress(Event::Pruned(object));
                    outcome.pruned.push(object.clone());
                }
                Some(Ok(Deleted::LeftAlone(reason))) => {
                    progress(Event::Kept {
                        object,
                        reason: &reason,
                    });
                }
                Some(Err(error)) => {
                    kept.insert(object.clone());
                    fail(plan, change, error, progress, outcome);
                }
                None => {}
            }
        }
    }
    kept.into_iter().collect()
}

fn fail(
    plan: &Plan,
    change: &Change,
    error: ObjectError,
    progress: &mut dyn FnMut(Event<'_>),
    outcome: &mut ApplyOutcome,
) {
    let error = error.map_text(|text| plan.scrubber.scrub(text));
    let places = match &change.manifest {
        Some(manifest) => places(&error, manifest, change.live.as_ref()),
        None => Vec::new(),
    };
    let problem = Problem {
        object: change.object.clone(),
        places,
        error,
    };
    progress(Event::Failed(&problem));
    outcome.problems.push(problem);
}

/// Changes in their order, cut where the wave changes.
fn waves<'c>(changes: impl Iterator<Item = &'c Change>) -> Vec<Vec<&'c Change>> {
    let mut waves: Vec<(Wave, Vec<&Change>)> = Vec::new();
    for change in changes {
        let own = wave(&change.object.group_kind());
        match waves.last_mut() {
            Some((last, changes)) if *last == own => changes.push(change),
            _ => waves.push((own, vec![change])),
        }
    }
    waves.into_iter().map(|(_, changes)| changes).collect()
}
