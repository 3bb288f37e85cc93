//! `gitops-lab diff`

use serde_json::json;

use super::manifests::ManifestArgs;
use super::output::print;
use super::session::{Reach, block_on, connect, make_plan, say_plan};
use super::target::TargetArgs;
use super::{ExitStatus, Failure, OutputForm};
use crate::plan::Pruning;
use crate::report::{View, changes, plan_json, pretty};

/// Show what apply would change in the cluster
///
/// Exit code: 0 without differences, 1 with some, 2 for wrong usage, 3 when something failed.
#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// Look only at what the manifests hold, not at what left them
    #[arg(long)]
    no_prune: bool,
    /// Show namespaces, volumes, claims and definitions as pruned too
    #[arg(long)]
    prune_protected: bool,
    /// Show fields and objects of other owners as taken
    #[arg(long)]
    take_over: bool,
    /// How to say it
    #[arg(long, short, value_enum, default_value_t = OutputForm::Human)]
    output: OutputForm,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &DiffArgs) -> Result<ExitStatus, Failure> {
    let manifests = arguments.manifests.read(&arguments.target)?;
    let unreadable = manifests.say_unreadable();
    let reach = Reach {
        // What could not be read would look as if it had left git.
        pruning: match (
            arguments.no_prune || unreadable > 0,
            arguments.prune_protected,
        ) {
            (true, _) => Pruning::No,
            (false, false) => Pruning::Safe,
            (false, true) => Pruning::Protected,
        },
        max_prune: Some(usize::MAX),
        take_over: arguments.take_over,
    };
    let plan = block_on(async {
        let cluster = connect(&manifests).await?;
        make_plan(&cluster, &manifests, reach).await
    })?;
    say_plan(&manifests, &plan);
    let view = View::new(&manifests.loaded.reading.sources);
    match arguments.output {
        OutputForm::Human => print(&changes(&view, &plan))?,
        OutputForm::Json => {
            let mut said = plan_json(&view, &plan);
            said["revision"] = json!(manifests.revision);
            print(&pretty(&said))?;
        }
    }
    Ok(if unreadable > 0 || !plan.problems.is_empty() {
        ExitStatus::Failed
    } else if plan.has_changes() {
        ExitStatus::Findings
    } else {
        ExitStatus::Success
    })
}
