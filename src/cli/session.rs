//! Manifests + cluster → plan, and saying what it is about.

use std::future::Future;

use super::manifests::Manifests;
use super::output::say;
use super::{ExitStatus, Failure};
use crate::cluster::{Cluster, ClusterError};
use crate::plan::{Binding, Options, Plan, PlanError, Pruning, plan};
use crate::report::{Human, View, counts, error_notice, escape, problem_notice};

/// How far a plan may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) pruning: Pruning,
    pub(super) max_prune: Option<usize>,
    pub(super) take_over: bool,
}

/// Runs what needs a socket.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(ExitStatus::Failed, miette::miette!("cannot start: {error}"))
        })?;
    runtime.block_on(future)
}

/// Connects to the target's cluster, and says which it is.
pub(super) async fn connect(manifests: &Manifests) -> Result<Cluster, Failure> {
    let target = &manifests.target;
    let cluster = Cluster::connect(target.kubeconfig.as_deref(), target.context.as_deref())
        .await
        .map_err(cluster_failure)?;
    let identity = cluster.identity();
    say(&format!(
        "cluster {} (context {}), set {}{}\n",
        escape(&identity.server),
        escape(&identity.context),
        target.set,
        of_what(manifests)
    ));
    if identity.uid.is_none() {
        say(
            "note: this user may not read the namespace kube-system, so the set is not bound to this cluster\n",
        );
    }
    Ok(cluster)
}

fn of_what(manifests: &Manifests) -> String {
    let short = manifests.revision.get(..12).unwrap_or(&manifests.revision);
    match (manifests.is_worktree, short) {
        (true, "") => ", files on disk".to_owned(),
        (true, short) => format!(", work tree over {short}"),
        (false, short) => format!(", revision {short}"),
    }
}

/// Plans, and says what a person should know about the plan.
pub(super) async fn make_plan(
    cluster: &Cluster,
    manifests: &Manifests,
    reach: Reach,
) -> Result<Plan, Failure> {
    let target = &manifests.target;
    let options = Options {
        set: &target.set,
        binding: Binding {
            cluster: cluster.identity().uid.clone(),
            ..manifests.binding.clone()
        },
        namespace: target.namespace.as_deref(),
        adopt_set: target.adopt_set,
        take_over: reach.take_over,
        pruning: if manifests.is_filtered {
            Pruning::No
        } else {
            reach.pruning
        },
        max_prune: reach.max_prune,
    };
    plan(cluster, &manifests.loaded.objects, &options)
        .await
        .map_err(plan_failure)
}

/// Says the plan's problems, notes and numbers.
pub(super) fn say_plan(manifests: &Manifests, plan: &Plan) {
    let view = View::new(&manifests.loaded.reading.sources);
    let human = Human::new(&view);
    for problem in &plan.problems {
        say(&human.notice(&problem_notice(problem)));
    }
    for note in &plan.notes {
        say(&format!("note: {}\n", escape(note)));
    }
    if manifests.is_filtered {
        say("note: this run reads less than the whole set, so nothing is pruned\n");
    }
    if let Some(refusal) = &plan.refusal {
        say(&human.notice(&error_notice(refusal)));
    }
    say(&format!("{}\n", counts(plan)));
}

/// What a failure to plan means for the exit code.
pub(super) fn plan_failure(error: PlanError) -> Failure {
    let status = match &error {
        PlanError::Cluster(error) => cluster_status(error),
        PlanError::BadName { .. } => ExitStatus::Usage,
        PlanError::ForeignRecord { .. }
        | PlanError::BoundElsewhere { .. }
        | PlanError::TooManyDeletions { .. }
        | PlanError::EmptySet { .. } => ExitStatus::Refused,
        PlanError::NoSetNamespace { .. } => ExitStatus::Failed,
    };
    Failure::new(status, error)
}

fn cluster_failure(error: ClusterError) -> Failure {
    Failure::new(cluster_status(&error), error)
}

/// A kubeconfig that names what is not there is wrong usage; all else is a failure.
fn cluster_status(error: &ClusterError) -> ExitStatus {
    match error {
        ClusterError::NoKubeconfig { .. }
        | ClusterError::Kubeconfig { .. }
        | ClusterError::UnknownContext { .. }
        | ClusterError::NoContext { .. } => ExitStatus::Usage,
        _ => ExitStatus::Failed,
    }
}
