//! `gitops-lab rollback`

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::apply::{ExecutionArgs, confirm, execute};
use super::manifests::{ManifestArgs, Manifests};
use super::output::{print, say};
use super::session::{block_on, connect, make_plan, plan_failure, say_plan};
use super::target::TargetArgs;
use super::{ExitStatus, Failure, OutputForm};
use crate::cluster::Cluster;
use crate::plan::{Binding, Inventory};
use crate::report::{View, changes, escape, plan_json, pretty};
use crate::rollback::{self, Revert, RevertRequest, RollbackError, Undo};

/// Revert to the last revision that was applied with success, and apply that
///
/// The way back is a commit: the set's files become what they were at that revision, in one commit
/// that names each commit it reverts. Nothing else in the repository moves. A repository that cannot
/// take the commit (a dirty work tree, a detached HEAD) stays exactly as it is.
///
/// Exit code: 0 when the cluster is back and ready, 2 for wrong usage, 3 when something failed,
/// 5 when the time was over, 6 when the run was refused.
#[derive(Debug, clap::Args)]
pub(super) struct RollbackArgs {
    /// Go back to this revision instead
    #[arg(long, value_name = "REVISION")]
    to: Option<String>,
    /// Show the commit and what it would change in the cluster, and do neither
    #[arg(long)]
    dry_run: bool,
    /// Why: a paragraph of the commit's message
    #[arg(long, short = 'm', value_name = "TEXT")]
    message: Option<String>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    execution: ExecutionArgs,
    /// How to say it
    #[arg(long, short, value_enum, default_value_t = OutputForm::Human)]
    output: OutputForm,
}

/// The set's record names no revision to go back to.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no revision of the set {set} was applied with success yet")]
#[diagnostic(
    code(rollback::no_good_revision),
    help("name one with --to REVISION; `git log` shows them")
)]
struct NoGoodRevision {
    set: String,
}

/// What HEAD says is what was applied with success.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("HEAD is {good}, which was applied with success: there is nothing to go back from")]
#[diagnostic(code(rollback::head_is_good), help("{help}"))]
struct HeadIsGood {
    good: String,
    help: String,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &RollbackArgs) -> Result<ExitStatus, Failure> {
    let manifests = ManifestArgs::default().read(&arguments.target)?;
    block_on(async {
        let cluster = connect(&manifests).await?;
        let good = good_revision(arguments, &cluster, &manifests).await?;
        let request = RevertRequest {
            directory: manifests.target.directory.clone(),
            undo: Undo::BackTo(good.clone()),
            paths: manifests.target.paths.clone(),
            reason: arguments.message.clone(),
        };
        match rollback::prepare(&request) {
            Ok(revert) => revert_and_apply(arguments, &cluster, &revert).await,
            // An earlier rollback wrote its commit and was stopped before the cluster had it.
            Err(RollbackError::NothingToRevert { .. }) => {
                say(&format!(
                    "the files are those of {} already: only the cluster has to go back\n",
                    short(&good)
                ));
                apply_revision(arguments, &cluster, "HEAD", None).await
            }
            Err(error) => Err(rollback_failure(error)),
        }
    })
}

/// The revision to go back to: the one that is named, or the last good one of the set's record.
async fn good_revision(
    arguments: &RollbackArgs,
    cluster: &Cluster,
    manifests: &Manifests,
) -> Result<String, Failure> {
    if let Some(revision) = &arguments.to {
        return Ok(revision.clone());
    }
    let target = &manifests.target;
    let record = Inventory::read(cluster, &target.set, false)
        .await
        .map_err(plan_failure)?;
    let found = Binding {
        cluster: cluster.identity().uid.clone(),
        ..manifests.binding.clone()
    };
    record
        .check_binding(&target.set, &found)
        .map_err(plan_failure)?;
    let Some(good) = record.last_good.clone() else {
        let set = target.set.to_string();
        return Err(Failure::new(ExitStatus::Failed, NoGoodRevision { set }));
    };
    if good == manifests.revision && record.last_applied.as_ref() == Some(&good) {
        return Err(head_is_good(&record, &good));
    }
    Ok(good)
}

/// Names the good revision before this one, which is where a person wants to go who sees that a
/// change that became ready was bad all the same.
fn head_is_good(record: &Inventory, good: &str) -> Failure {
    let mut runs = record.history.iter();
    let earlier = runs.find(|run| run.is_good() && run.revision != good);
    let help = match earlier {
        Some(run) => format!(
            "to undo it all the same: `gitops-lab rollback --to {}`",
            short(&run.revision)
        ),
        None => "to undo it all the same, name a revision with --to".to_owned(),
    };
    let good = short(good).to_owned();
    Failure::new(ExitStatus::Failed, HeadIsGood { good, help })
}

async fn revert_and_apply(
    arguments: &RollbackArgs,
    cluster: &Cluster,
    revert: &Revert,
) -> Result<ExitStatus, Failure> {
    say(&describe(revert));
    if arguments.dry_run {
        return dry_run(arguments, cluster, revert).await;
    }
    rollback::check(revert).map_err(rollback_failure)?;
    read(arguments, &revert.tree)?.refuse_unreadable()?;
    confirm(&arguments.execution, "Commit this and apply it?")?;
    let commit = rollback::write(revert).map_err(rollback_failure)?;
    let branch = revert.branch.as_deref().unwrap_or_default();
    say(&format!(
        "committed {} on {}\n",
        short(&commit),
        escape(branch)
    ));
    if revert.lacks_signature {
        say(
            "note: commit.gpgSign asks for a signature, and this commit has none: `git commit --amend --no-edit -S` signs it\n",
        );
    }
    apply_revision(
        arguments,
        cluster,
        &commit,
        Some(revert_json(revert, Some(&commit))),
    )
    .await
}

/// Applies a revision without another question: the answer was given before the commit.
async fn apply_revision(
    arguments: &RollbackArgs,
    cluster: &Cluster,
    revision: &str,
    revert: Option<Value>,
) -> Result<ExitStatus, Failure> {
    let manifests = read(arguments, revision)?;
    manifests.refuse_unreadable()?;
    let execution = ExecutionArgs {
        yes: arguments.execution.yes || revert.is_some(),
        ..arguments.execution.clone()
    };
    execute(cluster, &manifests, &execution, arguments.output, revert).await
}

async fn dry_run(
    arguments: &RollbackArgs,
    cluster: &Cluster,
    revert: &Revert,
) -> Result<ExitStatus, Failure> {
    let manifests = read(arguments, &revert.tree)?;
    manifests.refuse_unreadable()?;
    let plan = make_plan(cluster, &manifests, arguments.execution.reach()).await?;
    say_plan(&manifests, &plan);
    let view = View::new(&manifests.loaded.reading.sources);
    match arguments.output {
        OutputForm::Human => print(&changes(&view, &plan))?,
        OutputForm::Json => {
            let mut said = plan_json(&view, &plan);
            said["revert"] = revert_json(revert, None);
            print(&pretty(&said))?;
        }
    }
    if let Err(error) = rollback::check(revert) {
        return Err(rollback_failure(error));
    }
    Ok(if plan.problems.is_empty() {
        ExitStatus::Success
    } else {
        ExitStatus::Failed
    })
}

fn read(arguments: &RollbackArgs, revision: &str) -> Result<Manifests, Failure> {
    let manifests = ManifestArgs {
        revision: Some(revision.to_owned()),
        ..ManifestArgs::default()
    };
    manifests.read(&arguments.target)
}

/// The commits that go, and the files that change.
fn describe(revert: &Revert) -> String {
    let mut text = String::new();
    for commit in &revert.reverted {
        let line = writeln!(
            text,
            "reverts {} {}",
            commit.short_id,
            escape(&commit.summary)
        );
        line.expect("a String takes everything");
    }
    for file in &revert.files {
        writeln!(text, "  {} {}", file.kind.name(), escape(&file.path))
            .expect("a String takes everything");
    }
    text
}

fn revert_json(revert: &Revert, commit: Option<&str>) -> Value {
    let commits = revert.reverted.iter();
    let files = revert.files.iter();
    json!({
        "commit": commit,
        "branch": revert.branch,
        "message": revert.message,
        "reverted": commits.map(|commit| json!({"id": commit.id, "summary": commit.summary})).collect::<Vec<_>>(),
        "files": files.map(|file| json!({"path": file.path, "change": file.kind.name()})).collect::<Vec<_>>(),
    })
}

fn short(revision: &str) -> &str {
    revision.get(..12).unwrap_or(revision)
}

fn rollback_failure(error: RollbackError) -> Failure {
    let status = match error {
        RollbackError::BranchMoved { .. } | RollbackError::Locked { .. } => ExitStatus::Refused,
        _ => ExitStatus::Failed,
    };
    Failure::new(status, error)
}
