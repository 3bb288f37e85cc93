//! `gitops-lab apply`

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use serde_json::{Value, json};

use super::manifests::{ManifestArgs, Manifests};
use super::output::{print, say};
use super::progress::Progress;
use super::session::{Reach, block_on, connect, make_plan, plan_failure, say_plan};
use super::target::TargetArgs;
use super::{ExitStatus, Failure, OutputForm};
use crate::apply::wait::WaitOptions;
use crate::apply::{ApplyError, ApplyOptions, ApplyOutcome, Event, apply};
use crate::cluster::Cluster;
use crate::plan::{Action, Plan, Pruning, RunOutcome};
use crate::report::{
    Human, View, changes, escape, outcome_json, plan_json, pretty, problem_notice, problems_json,
    rollout,
};

/// Apply a revision to a cluster
///
/// Exit code: 0 when everything is applied and ready, 1 when lint finds errors, 2 for wrong usage,
/// 3 when something failed, 5 when the time was over, 6 when the run was refused.
#[derive(Debug, clap::Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    execution: ExecutionArgs,
    /// Apply in spite of what lint finds
    #[arg(long)]
    no_lint: bool,
    /// How to say it
    #[arg(long, short, value_enum, default_value_t = OutputForm::Human)]
    output: OutputForm,
}

/// How a plan is executed: what apply and rollback share.
#[derive(Clone, Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(next_help_heading = "Execution")]
pub(super) struct ExecutionArgs {
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
    /// How long to wait for everything to become ready: `90s`, `5m`, `1h`
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Do not wait for what was applied to become ready
    #[arg(long)]
    pub(super) no_wait: bool,
    /// Keep what left git
    #[arg(long, conflicts_with_all = ["max_prune", "prune_protected"])]
    pub(super) no_prune: bool,
    /// The most objects that may be deleted [default: 10]
    #[arg(long, value_name = "N")]
    pub(super) max_prune: Option<usize>,
    /// Delete namespaces, volumes, claims and definitions too when they left git
    #[arg(long)]
    pub(super) prune_protected: bool,
    /// Take fields and objects of other owners
    #[arg(long)]
    pub(super) take_over: bool,
}

impl ExecutionArgs {
    /// How far the plan may go.
    pub(super) fn reach(&self) -> Reach {
        let pruning = match (self.no_prune, self.prune_protected) {
            (true, _) => Pruning::No,
            (false, false) => Pruning::Safe,
            (false, true) => Pruning::Protected,
        };
        Reach {
            pruning,
            max_prune: self.max_prune,
            take_over: self.take_over,
        }
    }
}

/// Nobody can be asked.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no terminal to ask on")]
#[diagnostic(
    code(apply::not_confirmed),
    help("look at `gitops-lab diff`, then apply with --yes")
)]
struct NobodyToAsk;

/// The answer was no.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("nothing was applied")]
#[diagnostic(code(apply::declined))]
struct Declined;

/// Runs the subcommand.
pub(super) fn run(arguments: &ApplyArgs) -> Result<ExitStatus, Failure> {
    let manifests = arguments.manifests.read(&arguments.target)?;
    arguments.manifests.refuse_dirty(&manifests)?;
    manifests.refuse_unreadable()?;
    if !arguments.no_lint {
        manifests.refuse_lint_errors()?;
    }
    block_on(async {
        let cluster = connect(&manifests).await?;
        let (execution, output) = (&arguments.execution, arguments.output);
        execute(&cluster, &manifests, execution, output, None).await
    })
}

/// Plans, asks, applies, and says how it went; in JSON with the revert that it belongs to.
pub(super) async fn execute(
    cluster: &Cluster,
    manifests: &Manifests,
    arguments: &ExecutionArgs,
    output: OutputForm,
    revert: Option<Value>,
) -> Result<ExitStatus, Failure> {
    let view = View::new(&manifests.loaded.reading.sources);
    let plan = make_plan(cluster, manifests, arguments.reach()).await?;
    say(&changes(&view, &plan));
    say_plan(manifests, &plan);
    let mut said = plan_json(&view, &plan);
    said["revision"] = json!(manifests.revision);
    if let Some(revert) = revert {
        said["revert"] = revert;
    }
    if !plan.problems.is_empty() || plan.refusal.is_some() {
        print_json(output, &said)?;
        return refuse(&plan);
    }
    if plan.has_changes() {
        confirm(arguments, "Apply this?")?;
    }
    let options = ApplyOptions {
        revision: manifests.revision.clone(),
        tree: manifests.tree.clone(),
        partial: manifests.is_filtered || manifests.is_worktree,
        wait: (!arguments.no_wait).then(|| WaitOptions {
            timeout: arguments.timeout,
            hidden: plan.scrubber.words().to_vec(),
            ..WaitOptions::default()
        }),
    };
    let last_good = plan.inventory.last_good.clone();
    let human = Human::new(&view);
    let progress = Progress::new();
    let outcome = apply(cluster, plan, &options, &mut |event| {
        say_event(&human, &progress, &event);
    })
    .await;
    progress.finish();
    let outcome = outcome.map_err(apply_failure)?;
    said["outcome"] = outcome_json(&outcome, &problems_json(&view, &outcome.problems));
    print_json(output, &said)?;
    let status = conclude(&outcome);
    if let Some(good) = last_good.filter(|good| *good != manifests.revision)
        && matches!(outcome.outcome, RunOutcome::Failed | RunOutcome::TimedOut)
        && outcome.problems.is_empty()
    {
        let short = good.get(..12).unwrap_or(&good);
        say(&format!(
            "help: the last revision that became ready is {}; `gitops-lab rollback` goes back to it\n",
            escape(short)
        ));
    }
    Ok(status)
}

fn print_json(output: OutputForm, said: &Value) -> Result<(), Failure> {
    match output {
        OutputForm::Json => print(&pretty(&said)),
        OutputForm::Human => Ok(()),
    }
}

/// A plan that is not executed: its problems were said, its refusal is the error.
fn refuse(plan: &Plan) -> Result<ExitStatus, Failure> {
    if !plan.problems.is_empty() {
        let count = plan.problems.len();
        return Err(apply_failure(ApplyError::Problems { count }));
    }
    Ok(ExitStatus::Refused)
}

/// Asks on a terminal, unless the answer was given on the command line.
pub(super) fn confirm(arguments: &ExecutionArgs, question: &str) -> Result<(), Failure> {
    if arguments.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::new(ExitStatus::Usage, NobodyToAsk));
    }
    say(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = std::io::stderr()
        .flush()
        .and_then(|()| std::io::stdin().read_line(&mut answer));
    let is_yes = ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if read.is_err() || !is_yes {
        return Err(Failure::new(ExitStatus::Refused, Declined));
    }
    Ok(())
}

fn say_event(human: &Human<'_>, progress: &Progress, event: &Event<'_>) {
    match event {
        Event::Applied {
            action: Action::Unchanged,
            ..
        } => {}
        Event::Applied { object, action } => {
            let object = object.to_string();
            progress.say(&format!("{} {}\n", done(action), escape(&object)));
        }
        Event::Failed(problem) => progress.say(&human.notice(&problem_notice(problem))),
        Event::Waiting(event) => progress.show(event),
        Event::Pruned(object) => {
            progress.say(&format!("pruned {}\n", escape(&object.to_string())));
        }
        Event::Kept { object, reason } => {
            progress.say(&format!("kept {}: {reason}\n", escape(&object.to_string())));
        }
    }
}

fn done(action: &Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Recreate => "recreated",
        _ => "configured",
    }
}

fn conclude(outcome: &ApplyOutcome) -> ExitStatus {
    if let Some(wait) = &outcome.wait {
        say(&rollout(wait));
    }
    if !outcome.not_tried.is_empty() {
        let names: Vec<String> = outcome.not_tried.iter().map(ToString::to_string).collect();
        say(&format!(
            "not tried, since something before failed: {}\n",
            escape(&names.join(", "))
        ));
    }
    let seconds = outcome.elapsed.as_secs_f64();
    let (word, status) = match outcome.outcome {
        RunOutcome::Ready => ("applied and ready", ExitStatus::Success),
        RunOutcome::Applied => ("applied, not waited for", ExitStatus::Success),
        RunOutcome::TimedOut => ("not ready in time", ExitStatus::TimedOut),
        RunOutcome::Interrupted => ("interrupted", ExitStatus::Failed),
        RunOutcome::Failed | RunOutcome::Started => ("failed", ExitStatus::Failed),
    };
    say(&format!("{word} in {seconds:.1} s\n"));
    status
}

fn apply_failure(error: ApplyError) -> Failure {
    match error {
        ApplyError::Plan(error) => plan_failure(error),
        ApplyError::RecordChanged => Failure::new(ExitStatus::Refused, error),
        other => Failure::new(ExitStatus::Failed, other),
    }
}

/// `90s`, `5m`, `1h`, or a number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        other => return Err(format!("`{other}` is no unit of time: use s, m or h")),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "write a whole number and a unit, such as 90s or 5m".to_owned())?;
    number
        .checked_mul(factor)
        .map(Duration::from_secs)
        .ok_or_else(|| "that is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_mins(5)));
        assert!(duration("5 days").is_err() && duration("m").is_err());
    }
}
