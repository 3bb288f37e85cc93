//! Tests against a real Kubernetes cluster, which is started for the first of them and gone after the last.
//! `README.md` says what it consists of and how to run it.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stderr,
    reason = "the harness reports what it skips and what the cluster left behind"
)]

mod applyset;
mod cluster;
mod images;
mod leftovers;
mod lesson;
mod lifecycle;
mod machine;
mod plan;
mod prune;
mod refused;
mod repository;
mod rollback;
mod schema;
mod session;
mod set;
mod wait;
mod wait_kinds;
mod waiting;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::cluster::Cluster;
use crate::machine::Machine;
use crate::session::Session;

/// One test: a function that panics when the behaviour is not there.
#[derive(Clone, Copy)]
struct Test {
    name: &'static str,
    needs: Needs,
    run: fn(&Cluster),
}

/// What must run for a test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// The API server, its controllers and the scheduler: objects are real, Pods stay pending.
    ControlPlane,
    /// A node too: containers run, images are pulled, Services answer.
    Node,
}

/// Every test, by module.
const TESTS: &[&[Test]] = &[
    cluster::TESTS,
    images::TESTS,
    lifecycle::TESTS,
    lesson::TESTS,
    rollback::TESTS,
    wait::TESTS,
    wait_kinds::TESTS,
    plan::TESTS,
    prune::TESTS,
    refused::TESTS,
    schema::TESTS,
    applyset::TESTS,
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(4);

    let machine = Machine::look();
    let session = Arc::new(Session::new(machine.clone()));
    let trials: Vec<Trial> = TESTS
        .concat()
        .into_iter()
        .map(|test| trial(test, &machine, &session))
        .collect();
    report_skipped(&arguments, &machine, &trials);

    let conclusion = libtest_mimic::run(&arguments, trials);
    let clean = session.finish();
    if clean {
        conclusion.exit_code()
    } else {
        ExitCode::from(101)
    }
}

/// A trial that starts what it needs, unless an earlier one did.
fn trial(test: Test, machine: &Machine, session: &Arc<Session>) -> Trial {
    let session = Arc::clone(session);
    let skipped = machine.missing(test.needs).is_some() && !machine.is_ci;
    Trial::test(test.name, move || {
        let cluster = session.cluster(test.needs).map_err(Failed::from)?;
        (test.run)(cluster);
        Ok(())
    })
    .with_ignored_flag(skipped)
}

/// Says once why tests show as ignored.
fn report_skipped(arguments: &Arguments, machine: &Machine, trials: &[Trial]) {
    let skipped = trials
        .iter()
        .any(|trial| trial.has_ignored_flag() && !arguments.is_filtered_out(trial));
    if arguments.list || !skipped {
        return;
    }
    for needs in [Needs::ControlPlane, Needs::Node] {
        if let Some(missing) = machine.missing(needs) {
            eprintln!("skipped: {missing}");
            return;
        }
    }
}
