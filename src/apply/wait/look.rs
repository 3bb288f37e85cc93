//! One look at one object: how far it is, its Pods, and what keeps them.

use std::rc::Rc;

use jiff::Timestamp;
use serde_json::Value;

use super::evidence::{self, LogExcerpt};
use super::proof::{Unproven, unproven};
use super::reader::{self, Lists, Reader};
use super::{Replicas, WaitOptions};
use crate::apply::Applied;
use crate::apply::causes::{self, Cause, PodOwner, Problem, printable};
use crate::apply::children::{self, Children};
use crate::apply::status::{
    Status, StatusReport, group, integer, kind, load_balancer_is_ready, status, text,
    waits_for_first_consumer,
};
use crate::cluster::ClusterError;

/// How many Pods of a workload are asked for their events.
const PODS_WITH_EVENTS: usize = 3;

/// What was seen of one object.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) report: StatusReport,
    pub(super) causes: Vec<Cause>,
    pub(super) replicas: Option<Replicas>,
    /// The object's own UID, and those of what its events may be told of.
    pub(super) uids: Vec<String>,
    /// A Pod that runs and is not ready, with the container that keeps it.
    pub(super) unready: Option<(String, String)>,
    /// Containers that are ready and have not proved yet that they stay so.
    pub(super) unproven: Option<Unproven>,
    /// Logs that are gone when the object has failed.
    pub(super) logs: Vec<LogExcerpt>,
    /// Whether the object deletes its Pods when it fails, and with them what tells why.
    pub(super) is_fleeting: bool,
    /// Whether the object deletes itself when it is done.
    pub(super) vanishes: bool,
    /// Whether nothing could be read, so that what was seen before still counts.
    pub(super) is_blind: bool,
}

impl Look {
    fn of(report: StatusReport) -> Self {
        Self {
            report,
            causes: Vec::new(),
            replicas: None,
            uids: Vec::new(),
            unready: None,
            unproven: None,
            logs: Vec::new(),
            is_fleeting: false,
            vanishes: false,
            is_blind: false,
        }
    }
}

/// Looks at one object, and at its Pods where it is not current.
pub(super) async fn look(
    reader: &Reader<'_>,
    lists: &Lists,
    applied: &Applied,
    options: &WaitOptions,
) -> Look {
    let object = match reader.object(lists, applied).await {
        Ok(Some(object)) => object,
        Ok(None) => return gone(applied),
        Err(error) => return unread(applied, &error),
    };
    let is_same = applied.uid.is_empty() || children::uid(&object) == Some(applied.uid.as_str());
    if !is_same {
        return gone(applied);
    }
    let report = report(reader, &object, applied, options).await;
    let mut look = Look::of(report);
    look.uids.extend(children::uid(&object).map(str::to_owned));
    look.vanishes = integer(&object, "/spec/ttlSecondsAfterFinished").is_some();
    let restarts = text(&object, "/spec/template/spec/restartPolicy");
    look.is_fleeting = kind(&object) == "Job" && restarts == Some("OnFailure");
    look.replicas = replicas(&object, &Children::default());
    if look.report.status == Status::Current {
        look.unproven = prove(reader, lists, &object, options).await;
        return look;
    }
    explain(reader, lists, &object, &mut look, options).await;
    look
}

/// The status by the object's own fields, and by the few that stand elsewhere.
async fn report(
    reader: &Reader<'_>,
    object: &Value,
    applied: &Applied,
    options: &WaitOptions,
) -> StatusReport {
    let mut report = status(object, applied.generation, Timestamp::now());
    // Conditions are written by whoever runs in the cluster.
    report.reason = printable::line(&report.reason);
    report.message = printable::hide(&printable::line(&report.message), &options.hidden);
    let is_core = group(object).is_empty();
    if is_core && kind(object) == "PersistentVolumeClaim" && report.reason == "NotBound" {
        return claim_report(reader, object, report).await;
    }
    let needs_address = options.load_balancers && is_core && kind(object) == "Service";
    if needs_address && report.status == Status::Current && !load_balancer_is_ready(object) {
        let message = "the load balancer has given no address yet";
        return StatusReport::new(Status::InProgress, "NoLoadBalancer", message);
    }
    report
}

/// A claim that is bound only when a Pod uses it is not waited for.
async fn claim_report(reader: &Reader<'_>, claim: &Value, report: StatusReport) -> StatusReport {
    let waits = match text(claim, "/spec/storageClassName") {
        Some(class) => reader
            .storage_class(class)
            .await
            .is_some_and(|class| waits_for_first_consumer(&class)),
        None => false,
    };
    let waits = waits
        || reader
            .events_of(claim)
            .await
            .last()
            .is_some_and(|event| event.reason == "WaitForFirstConsumer");
    if !waits {
        return report;
    }
    StatusReport::new(
        Status::Current,
        "WaitForFirstConsumer",
        "PVC is bound when a Pod uses it",
    )
}

/// Asks the Pods of what is current whether they stay.
async fn prove(
    reader: &Reader<'_>,
    lists: &Lists,
    object: &Value,
    options: &WaitOptions,
) -> Option<Unproven> {
    let now = Timestamp::now();
    if group(object).is_empty() && kind(object) == "Pod" {
        return unproven(&[object], options.steady, now);
    }
    let stays = matches!(
        (group(object), kind(object)),
        (
            "apps",
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"
        ) | ("", "ReplicationController")
    );
    if !stays || options.steady.is_zero() {
        return None;
    }
    let family = Family::read(reader, lists, object).await;
    unproven(&family.children(object).newest, options.steady, now)
}

/// What stands below a workload, as it was read.
struct Family {
    sets: Rc<Vec<Value>>,
    revisions: Rc<Vec<Value>>,
    pods: Rc<Vec<Value>>,
}

impl Family {
    async fn read(reader: &Reader<'_>, lists: &Lists, workload: &Value) -> Self {
        let (mut sets, mut revisions) = (Rc::default(), Rc::default());
        match kind(workload) {
            "Deployment" => {
                let resource = reader::replica_sets();
                sets = reader.selected(lists, &resource, workload).await;
            }
            "DaemonSet" => {
                let resource = reader::controller_revisions();
                revisions = reader.selected(lists, &resource, workload).await;
            }
            _ => {}
        }
        let pods = reader.selected(lists, &reader::pods(), workload).await;
        Self {
            sets,
            revisions,
            pods,
        }
    }

    fn children(&self, workload: &Value) -> Children<'_> {
        match kind(workload) {
            "Deployment" => children::of_deployment(workload, &self.sets, &self.pods),
            "StatefulSet" => children::of_stateful_set(workload, &self.pods),
            "DaemonSet" => children::of_daemon_set(workload, &self.revisions, &self.pods),
            _ => children::of_controller(workload, &self.pods),
        }
    }
}

/// Reads the chain of owners downwards and takes the causes from it.
async fn explain(
    reader: &Reader<'_>,
    lists: &Lists,
    object: &Value,
    look: &mut Look,
    options: &WaitOptions,
) {
    look.causes.extend(causes::of_deletion(object));
    match (group(object), kind(object)) {
        ("", "Pod") => {
            let pod = std::slice::from_ref(&object);
            explain_pods(reader, pod, PodOwner::Nobody, look).await;
        }
        ("", "PersistentVolumeClaim") => {
            let events = reader.events_of(object).await;
            look.causes.extend(causes::of_claim(object, &events));
        }
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("batch", "Job")
            if is_observed(&look.report) =>
        {
            explain_workload(reader, lists, object, look, options).await;
        }
        _ => {}
    }
    for cause in &mut look.causes {
        cause.problem.hide(&options.hidden);
    }
    tidy(&mut look.causes);
}

/// Before its controller has seen the new generation, the newest Pods are still the old ones.
fn is_observed(report: &StatusReport) -> bool {
    !matches!(
        report.reason.as_str(),
        "LatestGenerationNotObserved" | "NoObservedGeneration" | "StaleRead"
    )
}

async fn explain_workload(
    reader: &Reader<'_>,
    lists: &Lists,
    object: &Value,
    look: &mut Look,
    options: &WaitOptions,
) {
    let family = Family::read(reader, lists, object).await;
    let children = family.children(object);
    look.replicas = replicas(object, &children);
    let maker = children.newest_replica_set.unwrap_or(object);
    let maker_uid = children::uid(maker).map(str::to_owned);
    look.uids
        .extend(maker_uid.filter(|uid| !look.uids.contains(uid)));
    if lacks_pods(object, &children) {
        let events = reader.events_of(maker).await;
        look.causes.extend(causes::of_controller(maker, &events));
        if children.newest_replica_set.is_none() {
            look.causes.extend(causes::of_controller(object, &[]));
        }
    }
    let owner = if kind(object) == "Job" {
        PodOwner::Job
    } else {
        PodOwner::Controller
    };
    explain_pods(reader, &children.newest, owner, look).await;
    if owner == PodOwner::Job && options.log_lines > 0 {
        look.logs = evidence::logs_of_causes(reader, &look.causes, options, 1).await;
    }
}

/// Whether the controller has to make more Pods than there are.
fn lacks_pods(object: &Value, children: &Children<'_>) -> bool {
    let wanted = match kind(object) {
        "Job" => return children.newest.is_empty(),
        "DaemonSet" => integer(object, "/status/desiredNumberScheduled").unwrap_or(0),
        _ => integer(object, "/spec/replicas").unwrap_or(1),
    };
    let is_there = |pod: &&&Value| pod.pointer("/metadata/deletionTimestamp").is_none();
    let there = children.newest.iter().filter(is_there).count();
    i64::try_from(there).unwrap_or(i64::MAX) < wanted
}

async fn explain_pods(reader: &Reader<'_>, pods: &[&Value], owner: PodOwner, look: &mut Look) {
    let mut asked = 0;
    for pod in pods {
        // A Pod that leaves says nothing of the next one.
        let leaves = pod.pointer("/metadata/deletionTimestamp").is_some();
        let is_well = children::is_serving(pod) && owner != PodOwner::Job;
        if leaves || is_well || text(pod, "/status/phase") == Some("Succeeded") {
            continue;
        }
        if look.unready.is_none() {
            look.unready = unready_container(pod);
        }
        let mut found = causes::of_pod(pod, &[], owner);
        if found.iter().all(needs_events) && asked < PODS_WITH_EVENTS {
            asked += 1;
            let events = reader.events_of(pod).await;
            found = causes::of_pod(pod, &events, owner);
        }
        look.causes.extend(found);
        if look.uids.len() < PODS_WITH_EVENTS + 2 {
            look.uids.extend(children::uid(pod).map(str::to_owned));
        }
    }
}

/// Whether the state of the container alone does not tell the cause.
fn needs_events(cause: &Cause) -> bool {
    matches!(&cause.problem, Problem::PullFailed { text, .. } if text.is_empty())
}

/// The Pod's name and its first container that runs and is not ready.
fn unready_container(pod: &Value) -> Option<(String, String)> {
    let statuses = pod.pointer("/status/containerStatuses")?.as_array()?;
    let container = statuses.iter().find(|status| {
        status.pointer("/state/running").is_some()
            && status.get("ready") != Some(&Value::Bool(true))
    })?;
    let name = text(container, "/name")?;
    Some((causes::name_of(pod), name.to_owned()))
}

/// One cause for each container and problem, however many Pods show it; the gravest first.
fn tidy(causes: &mut Vec<Cause>) {
    causes.sort();
    let mut known = Vec::new();
    causes.retain(|cause| {
        let key = (cause.container.clone(), cause.problem.code());
        let is_new = !known.contains(&key);
        if is_new {
            known.push(key);
        }
        is_new
    });
}

fn replicas(object: &Value, children: &Children<'_>) -> Option<Replicas> {
    let count = |pointer: &str| integer(object, pointer).unwrap_or(0);
    let (ready, wanted) = match (group(object), kind(object)) {
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController") => (
            count("/status/readyReplicas"),
            integer(object, "/spec/replicas").unwrap_or(1),
        ),
        ("apps", "DaemonSet") => (
            count("/status/numberReady"),
            count("/status/desiredNumberScheduled"),
        ),
        ("batch", "Job") => (
            count("/status/succeeded"),
            integer(object, "/spec/completions").unwrap_or(1),
        ),
        _ => return None,
    };
    let has_children = !children.newest.is_empty() || !children.old.is_empty();
    let ready = if has_children && kind(object) != "Job" {
        saturating(
            children
                .newest
                .iter()
                .filter(|pod| children::is_serving(pod))
                .count(),
        )
    } else {
        ready
    };
    Some(Replicas {
        ready,
        wanted,
        old_serving: saturating(children.old_serving()),
    })
}

fn saturating(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn gone(applied: &Applied) -> Look {
    let mut look = Look::of(StatusReport::new(
        Status::NotFound,
        "NotFound",
        Problem::Gone.to_string(),
    ));
    look.causes
        .push(Cause::reported(applied.id.to_string(), Problem::Gone));
    look
}

/// What may not be read is never known; everything else is asked again.
fn unread(applied: &Applied, error: &ClusterError) -> Look {
    let reason = match error {
        ClusterError::Forbidden { .. } => "Forbidden",
        _ => "Unreadable",
    };
    let text = error.to_string();
    let mut look = Look::of(StatusReport::new(Status::Unknown, reason, text.clone()));
    if reason == "Forbidden" {
        let reason = reason.to_owned();
        let problem = Problem::Reported { reason, text };
        look.causes
            .push(Cause::reported(applied.id.to_string(), problem));
    } else {
        look.is_blind = true;
    }
    look
}
