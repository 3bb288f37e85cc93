//! Waits until what was applied is current, and says why where it does not become so.
//!
//! Objects are read again and again, sooner after a change, later where nothing moves. A watch would
//! save requests, but every one of them can be lost, and a lost one must never look like "nothing
//! happened"; what is current is not read again, so that the requests become few by themselves.

mod evidence;
mod judge;
mod look;
mod proof;
mod reader;
mod selector;
mod track;

use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _};
use jiff::Timestamp;

use super::Applied;
use super::causes::{Cause, Event};
use super::status::{Status, StatusReport};
use crate::cluster::Cluster;
use crate::object::ObjectId;
use judge::Judge;
use reader::Reader;
use track::Track;

pub use evidence::LogExcerpt;

/// How to wait.
#[derive(Clone, Debug)]
pub struct WaitOptions {
    /// How long in all.
    pub timeout: Duration,
    /// How long what may pass (an outage, a full node, a quota) may last before it fails its object.
    pub grace: Duration,
    /// How long a container that nothing probes must stay up before it counts; zero believes it at once.
    pub steady: Duration,
    /// When the apply began: older events are not shown.
    pub since: Timestamp,
    /// Whether a Service of type LoadBalancer must have its address.
    pub load_balancers: bool,
    /// How many lines of a log are shown; 0 reads none.
    pub log_lines: u32,
    /// Values that must not be shown, wherever they appear: those of the Secrets that were applied.
    pub hidden: Vec<String>,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(5),
            grace: Duration::from_mins(1),
            steady: Duration::from_secs(3),
            since: Timestamp::now(),
            load_balancers: false,
            log_lines: 20,
            hidden: Vec::new(),
        }
    }
}

/// How many Pods of a workload are ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicas {
    /// Ready Pods of the newest revision; completions for a Job.
    pub ready: i64,
    /// How many there are to be.
    pub wanted: i64,
    /// Ready Pods of older revisions: they still serve.
    pub old_serving: i64,
}

/// Something that changed while waiting.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitEvent {
    /// The object that changed.
    pub object: ObjectId,
    /// How far it is.
    pub status: Status,
    /// Its Pods, where it has some.
    pub replicas: Option<Replicas>,
    /// What it waits for: its gravest cause, else what its status says.
    pub message: String,
    /// How many objects are current, of how many.
    pub done: (usize, usize),
    /// Since the wait began.
    pub elapsed: Duration,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every object is current.
    AllCurrent,
    /// At least one object surely does not become current.
    Failed,
    /// The time is over, and some objects are not current.
    TimedOut,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// How one object ended.
#[derive(Clone, Debug)]
pub struct ObjectOutcome {
    /// The object.
    pub id: ObjectId,
    /// How far it is.
    pub report: StatusReport,
    /// Whether it surely does not become current.
    pub has_failed: bool,
    /// Why, the gravest first.
    pub causes: Vec<Cause>,
    /// Its Pods, where it has some.
    pub replicas: Option<Replicas>,
    /// When it became current, or was last seen.
    pub elapsed: Duration,
    /// What happened to it and its Pods since the apply; for an object that is not current.
    pub events: Vec<Event>,
    /// What its containers said; for an object that is not current.
    pub logs: Vec<LogExcerpt>,
}

/// How a wait ended, with everything that there is to say about it.
#[derive(Clone, Debug)]
pub struct WaitOutcome {
    /// How it ended.
    pub verdict: Verdict,
    /// Every object, in the order in which they were given.
    pub objects: Vec<ObjectOutcome>,
    /// What could not be read, once each: causes may be missing because of it.
    pub notes: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
}

impl WaitOutcome {
    /// The objects that are not current.
    pub fn unfinished(&self) -> impl Iterator<Item = &ObjectOutcome> {
        self.objects
            .iter()
            .filter(|object| object.report.status != Status::Current)
    }
}

/// The shortest pause between two rounds; each quiet round doubles it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause between two rounds.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long the others are still looked at after the first failure, so that one run tells them all.
const SETTLE: Duration = Duration::from_millis(1500);

/// How many objects are looked at at once.
const LOOKS_IN_FLIGHT: usize = 16;

/// Waits until every object is current, one surely fails, or the time is over.
///
/// `progress` hears every change. What the cluster does not let us read becomes a note; a connection
/// that is lost is made again until the time is over.
pub async fn wait(
    cluster: &Cluster,
    applied: &[Applied],
    options: &WaitOptions,
    progress: &mut dyn FnMut(&WaitEvent),
) -> WaitOutcome {
    let begin = Instant::now();
    let mut tracks: Vec<Track> = applied.iter().map(Track::new).collect();
    let reader = Reader::new(cluster);
    let verdict = {
        let rounds = rounds(&reader, &mut tracks, options, progress, begin);
        tokio::select! {
            verdict = tokio::time::timeout(options.timeout, rounds) => {
                verdict.unwrap_or(Verdict::TimedOut)
            }
            // Without a handler for the signal, it ends the process by itself.
            Ok(()) = tokio::signal::ctrl_c() => Verdict::Interrupted,
        }
    };
    if verdict != Verdict::AllCurrent {
        evidence::collect(&reader, &mut tracks, options).await;
    }
    WaitOutcome {
        verdict,
        objects: tracks.into_iter().map(Track::into_outcome).collect(),
        notes: reader.into_notes(),
        elapsed: begin.elapsed(),
    }
}

/// Looks at everything that is not decided, until all is.
async fn rounds(
    reader: &Reader<'_>,
    tracks: &mut [Track],
    options: &WaitOptions,
    progress: &mut dyn FnMut(&WaitEvent),
    begin: Instant,
) -> Verdict {
    let judge = Judge::new(options.grace);
    let mut pause = SHORTEST_PAUSE;
    let mut first_failure: Option<Instant> = None;
    loop {
        let has_changed = round(reader, tracks, options, progress, begin).await;
        judge.judge(tracks, begin.elapsed());
        if tracks.iter().all(Track::is_current) {
            return Verdict::AllCurrent;
        }
        if tracks.iter().any(|track| track.has_failed) {
            let since = *first_failure.get_or_insert_with(Instant::now);
            let is_decided = tracks.iter().all(Track::is_decided);
            if is_decided || since.elapsed() >= SETTLE {
                return Verdict::Failed;
            }
        }
        let is_close = first_failure.is_some() || tracks.iter().any(Track::is_urgent);
        pause = if has_changed || is_close {
            SHORTEST_PAUSE
        } else {
            (pause * 2).min(LONGEST_PAUSE)
        };
        tokio::time::sleep(pause).await;
    }
}

/// Looks once at everything that is not decided; says whether anything changed.
async fn round(
    reader: &Reader<'_>,
    tracks: &mut [Track],
    options: &WaitOptions,
    progress: &mut dyn FnMut(&WaitEvent),
    begin: Instant,
) -> bool {
    let open: Vec<usize> = (0..tracks.len())
        .filter(|at| !tracks[*at].is_decided())
        .collect();
    let total = tracks.len();
    let lists = reader
        .lists(open.iter().map(|at| &tracks[*at].applied))
        .await;
    let looks = stream::iter(open).map(|at| {
        let applied = tracks[at].applied.clone();
        let lists = &lists;
        async move { (at, look::look(reader, lists, &applied, options).await) }
    });
    let mut looks = looks
        .buffer_unordered(LOOKS_IN_FLIGHT)
        .collect::<Vec<_>>()
        .await;
    looks.sort_by_key(|(at, _)| *at);
    let mut has_changed = false;
    let mut done = tracks.iter().filter(|track| track.is_current()).count();
    for (at, look) in looks {
        let track = &mut tracks[at];
        let Some(changed) = track.see(look, begin.elapsed()) else {
            continue;
        };
        has_changed = true;
        done += usize::from(track.is_current());
        progress(&WaitEvent {
            done: (done, total),
            ..changed
        });
    }
    has_changed
}
