//! The life of the cluster during one run of the tests.
//!
//! A child process (`recipe/hold`) keeps the cluster up for as long as its standard input is open. It is in a process
//! group of its own, so that Ctrl-C does not reach it, and the end of this process closes its input however it ends:
//! the cluster goes away after a panic and after `kill -9` too.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::Needs;
use crate::cluster::Cluster;
use crate::leftovers;
use crate::machine::Machine;

/// Starts the cluster when the first test asks for it, and takes it down at the end.
pub(crate) struct Session {
    machine: Machine,
    hold: Mutex<Option<Hold>>,
    control_plane: OnceLock<Result<Cluster, String>>,
    node: OnceLock<Result<(), String>>,
}

impl Session {
    pub(crate) fn new(machine: Machine) -> Self {
        Self {
            machine,
            hold: Mutex::new(None),
            control_plane: OnceLock::new(),
            node: OnceLock::new(),
        }
    }

    /// The running cluster with what is needed of it.
    pub(crate) fn cluster(&self, needs: Needs) -> Result<&Cluster, String> {
        if let Some(missing) = self.machine.missing(needs) {
            return Err(missing.to_owned());
        }
        let cluster = self
            .control_plane
            .get_or_init(|| self.start())
            .as_ref()
            .map_err(Clone::clone)?;
        if needs == Needs::Node {
            self.node.get_or_init(|| self.add_node()).clone()?;
        }
        Ok(cluster)
    }

    fn start(&self) -> Result<Cluster, String> {
        let folder = tempfile::Builder::new()
            .prefix("gitops-lab-cluster-")
            .tempdir()
            .and_then(|folder| folder.keep().canonicalize())
            .map_err(|error| format!("cannot make a folder for the cluster: {error}"))?;
        let mut hold = Hold::start(&self.machine.assets, &folder)?;
        let answer = hold.wait_until_ready("control plane up");
        *self.hold.lock().unwrap_or_else(PoisonError::into_inner) = Some(hold);
        answer.map(|()| Cluster::new(&self.machine.assets, &folder))
    }

    fn add_node(&self) -> Result<(), String> {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        hold.as_mut()
            .ok_or("the control plane did not start")?
            .add_node()
    }

    /// Takes the cluster down, if one was started. True if nothing of it is left on the machine.
    #[expect(
        clippy::print_stderr,
        reason = "the last word of the run, after the summary of the tests"
    )]
    pub(crate) fn finish(&self) -> bool {
        let hold = self
            .hold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(hold) = hold else { return true };
        let (left, times) = hold.end();
        eprintln!(
            "cluster: {}; {} left behind",
            times.join(", "),
            if left.is_empty() {
                "nothing"
            } else {
                "this is"
            }
        );
        for thing in &left {
            eprintln!("error: the cluster left behind: {thing}");
        }
        left.is_empty()
    }
}

/// The process that keeps the cluster up.
pub(crate) struct Hold {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    /// The machine before there was a node, once there is one.
    before: Option<BTreeSet<String>>,
    /// What took how long, for the summary.
    times: Vec<String>,
}

impl Hold {
    /// Starts the control plane, and does not wait for it.
    pub(crate) fn start(assets: &Path, folder: &Path) -> Result<Self, String> {
        Self::start_at(assets, folder, free_ports()?, Stdio::inherit())
    }

    /// The same on the ten ports from `port`, with another place for its error output.
    pub(crate) fn start_at(
        assets: &Path,
        folder: &Path,
        port: u16,
        errors: Stdio,
    ) -> Result<Self, String> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/recipe/hold");
        let mut process = Command::new(&program)
            .arg(folder)
            .arg(port.to_string())
            .env("KUBEBUILDER_ASSETS", assets)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let input = process.stdin.take().expect("it was piped");
        let output = BufReader::new(process.stdout.take().expect("it was piped"));
        Ok(Self {
            process,
            input,
            output,
            folder: folder.to_owned(),
            before: None,
            times: Vec::new(),
        })
    }

    /// Waits for the answer to the start or to a request.
    pub(crate) fn wait_until_ready(&mut self, what: &str) -> Result<(), String> {
        let asked = Instant::now();
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        if read.is_err() || line.trim() != "ready" {
            return Err(format!(
                "failed: {what} (the error output of this run says why)"
            ));
        }
        self.times
            .push(format!("{what} in {:.1} s", asked.elapsed().as_secs_f64()));
        Ok(())
    }

    fn request(&mut self, line: &str, what: &str) -> Result<(), String> {
        writeln!(self.input, "{line}")
            .map_err(|error| format!("failed: {what}: the cluster is gone: {error}"))?;
        self.wait_until_ready(what)
    }

    /// One run at a time has a node, and looks at the whole machine before and after.
    fn add_node(&mut self) -> Result<(), String> {
        self.request("lock", "machine free")?;
        self.before = Some(leftovers::of_machine());
        self.request("node", "node up")
    }

    /// Takes the cluster down, if that did not happen by itself; returns what is left of it, and what took how long.
    pub(crate) fn end(mut self) -> (Vec<String>, Vec<String>) {
        // A cluster that did not start is down already and does not answer. What is left decides, not the answer.
        let _answer = self.request("down", "down");
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut left = self.left();
        // The kernel frees namespaces and control groups a moment after their last process.
        while !left.is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(200));
            left = self.left();
        }
        drop(self.input);
        if let Err(error) = self.process.wait() {
            left.push(format!("its keeper: {error}"));
        }
        (left, self.times)
    }

    /// What is left when the other ends of its pipes close without a word, as they do when the owner is killed.
    pub(crate) fn vanish(self) -> Vec<String> {
        let Self {
            mut process,
            input,
            output,
            folder,
            ..
        } = self;
        drop((input, output));
        let ended = process.wait();
        let left = leftovers::of_folder(&folder).into_iter();
        left.chain(ended.err().map(|error| error.to_string()))
            .collect()
    }

    /// What is there now because of this cluster.
    fn left(&self) -> Vec<String> {
        let mut left = leftovers::of_folder(&self.folder);
        if let Some(before) = &self.before {
            left.extend(leftovers::of_machine().difference(before).cloned());
        }
        left.into_iter().collect()
    }
}

/// The first of ten free ports on loopback. They are below the range from which the kernel takes ports itself.
fn free_ports() -> Result<u16, String> {
    let offset = std::process::id() % 900;
    (0..900_u32)
        .map(|step| 20_000 + u16::try_from((offset + step) % 900 * 10).expect("it is below 9,000"))
        .find(|&first| {
            (first..first + 10).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        })
        .ok_or_else(|| "no ten free ports between 20000 and 29000".into())
}
