//! The life of the cluster during one run of the tests.
//!
//! A child process (`recipe/hold`) keeps the cluster up for as long as its standard input is open. It is in a process
//! group of its own, so that Ctrl-C does not reach it, and the end of this process closes its input however it ends:
//! the cluster goes away after a panic and after `kill -9` too.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::Needs;
use crate::cluster::Cluster;
use crate::leftovers::Footprint;
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
        Self { machine, hold: Mutex::new(None), control_plane: OnceLock::new(), node: OnceLock::new() }
    }

    /// The running cluster with what is needed of it.
    pub(crate) fn cluster(&self, needs: Needs) -> Result<&Cluster, String> {
        if let Some(missing) = self.machine.missing(needs) {
            return Err(missing.to_owned());
        }
        let cluster = self.control_plane.get_or_init(|| self.start()).as_ref().map_err(Clone::clone)?;
        if needs == Needs::Node {
            self.node.get_or_init(|| self.add_node()).clone()?;
        }
        Ok(cluster)
    }

    fn start(&self) -> Result<Cluster, String> {
        let folder = tempfile::Builder::new()
            .prefix("gitops-lab-cluster-")
            .tempdir()
            .map_err(|error| format!("cannot make a folder for the cluster: {error}"))?
            .keep();
        let mut hold = Hold::start(&self.machine.assets, &folder)?;
        let answer = hold.wait_until_ready("the control plane");
        *self.hold.lock().unwrap_or_else(PoisonError::into_inner) = Some(hold);
        answer.map(|()| Cluster::new(&self.machine.assets, &folder))
    }

    fn add_node(&self) -> Result<(), String> {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        let hold = hold.as_mut().ok_or("the control plane did not start")?;
        writeln!(hold.input, "node").map_err(|error| format!("the cluster is gone: {error}"))?;
        hold.wait_until_ready("the node")
    }

    /// Takes the cluster down, if one was started. True if nothing of it is left on the machine.
    #[expect(clippy::print_stderr, reason = "the last word of the run, after the summary of the tests")]
    pub(crate) fn finish(&self) -> bool {
        let hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(hold) = hold else { return true };
        let Ended { mut summary, left } = hold.end();
        if left.is_empty() {
            summary.push_str("; nothing left behind");
        }
        eprintln!("cluster: {summary}");
        for thing in &left {
            eprintln!("error: the cluster left behind: {thing}");
        }
        left.is_empty()
    }
}

/// The process that keeps the cluster up.
struct Hold {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    before: Footprint,
    asked: Instant,
    summary: String,
}

/// How it went.
struct Ended {
    summary: String,
    left: Vec<String>,
}

impl Hold {
    fn start(assets: &Path, folder: &Path) -> Result<Self, String> {
        let before = Footprint::take(folder);
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/recipe/hold");
        let mut process = Command::new(&program)
            .arg(folder)
            .arg(free_ports()?.to_string())
            .env("KUBEBUILDER_ASSETS", assets)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let input = process.stdin.take().expect("it was piped");
        let output = BufReader::new(process.stdout.take().expect("it was piped"));
        Ok(Self { process, input, output, folder: folder.to_owned(), before, asked: Instant::now(), summary: String::new() })
    }

    fn wait_until_ready(&mut self, what: &str) -> Result<(), String> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        if read.is_err() || line.trim() != "ready" {
            return Err(format!("{what} does not start: see the error output of this run"));
        }
        self.note(what, "up");
        Ok(())
    }

    fn note(&mut self, what: &str, state: &str) {
        let separator = if self.summary.is_empty() { "" } else { ", " };
        self.summary.push_str(&format!("{separator}{what} {state} in {:.1} s", self.asked.elapsed().as_secs_f64()));
        self.asked = Instant::now();
    }

    /// Closes its input, waits for its end, and looks at what is left.
    fn end(mut self) -> Ended {
        self.asked = Instant::now();
        drop(self.input);
        let status = self.process.wait();
        let separator = if self.summary.is_empty() { "" } else { ", " };
        let summary = format!("{}{separator}down in {:.1} s", self.summary, self.asked.elapsed().as_secs_f64());
        let mut left = Footprint::take(&self.folder).beyond(&self.before);
        // The kernel frees namespaces and control groups a moment after their last process.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !left.is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(200));
            left = Footprint::take(&self.folder).beyond(&self.before);
        }
        if let Err(error) = status {
            left.push(format!("an unknown state: {error}"));
        }
        Ended { summary, left }
    }
}

/// The first of ten free ports on loopback. They are below the range from which the kernel takes ports itself.
fn free_ports() -> Result<u16, String> {
    let offset = std::process::id() % 900;
    (0..900_u32)
        .map(|step| 20_000 + u16::try_from((offset + step) % 900 * 10).expect("it is below 9,000"))
        .find(|&first| (first..first + 10).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()))
        .ok_or_else(|| "no ten free ports between 20000 and 29000".into())
}
