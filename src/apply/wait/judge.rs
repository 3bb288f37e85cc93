//! When a cause fails its object.

use std::collections::BTreeMap;
use std::time::Duration;

use super::track::Track;
use crate::apply::causes::{Cause, Problem, Urgency};
use crate::apply::status::Status;

/// How long somebody else has to deliver what is missing, and the kubelet to try a second time.
const BRIEF: Duration = Duration::from_secs(20);

/// A cause that was not seen for this long has ended; containers change their state between two tries.
const FORGET: Duration = Duration::from_secs(15);

/// From this restart on a crash is no longer put down to something that is not ready yet.
const HOPELESS_RESTARTS: i64 = 5;

/// Which causes were seen since when.
#[derive(Debug, Default)]
pub(super) struct Memory {
    seen: BTreeMap<Key, Seen>,
    last: Vec<Cause>,
}

/// A cause whichever Pod shows it: a controller replaces its Pods.
type Key = (Option<String>, &'static str);

#[derive(Clone, Copy, Debug)]
struct Seen {
    first: Duration,
    last: Duration,
}

impl Memory {
    /// Takes in the causes of one look.
    pub(super) fn see(&mut self, causes: &[Cause], now: Duration) {
        for cause in causes {
            self.seen
                .entry(key(cause))
                .and_modify(|seen| seen.last = now)
                .or_insert(Seen {
                    first: now,
                    last: now,
                });
        }
        self.seen
            .retain(|_, seen| now.saturating_sub(seen.last) < FORGET);
        if !causes.is_empty() {
            self.last = causes.to_vec();
        }
    }

    /// The causes of the last look that had some.
    pub(super) fn last_causes(&self) -> &[Cause] {
        &self.last
    }

    fn lasted(&self, cause: &Cause, now: Duration) -> Duration {
        self.seen
            .get(&key(cause))
            .map_or(Duration::ZERO, |seen| now.saturating_sub(seen.first))
    }
}

fn key(cause: &Cause) -> Key {
    (cause.container.clone(), cause.problem.code())
}

/// Decides which objects have failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    grace: Duration,
}

impl Judge {
    pub(super) fn new(grace: Duration) -> Self {
        Self { grace }
    }

    /// Marks the objects that surely do not become current.
    pub(super) fn judge(self, tracks: &mut [Track], now: Duration) {
        let on_their_way: Vec<bool> = tracks.iter().map(is_on_its_way).collect();
        let moving = on_their_way.iter().filter(|moves| **moves).count();
        for (track, moves) in tracks.iter_mut().zip(on_their_way) {
            let others_move = moving > usize::from(moves);
            if !track.is_decided() && self.has_failed(track, others_move, now) {
                track.has_failed = true;
            }
        }
    }

    fn has_failed(self, track: &Track, others_move: bool, now: Duration) -> bool {
        says_failed(track)
            || track.causes.iter().any(|cause| {
                let lasted = track.memory.lasted(cause, now);
                self.is_fatal(cause, lasted, others_move)
            })
    }

    fn is_fatal(self, cause: &Cause, lasted: Duration, others_move: bool) -> bool {
        match cause.urgency {
            Urgency::Fatal => true,
            Urgency::Brief => lasted >= BRIEF.min(self.grace),
            Urgency::Lasting => lasted >= self.grace,
            Urgency::Crash => !others_move || restarts(&cause.problem) >= HOPELESS_RESTARTS,
            Urgency::Note => false,
        }
    }
}

/// Whether the object's own status is the last word. Two of kstatus's failures may still pass; their
/// causes decide.
fn says_failed(track: &Track) -> bool {
    let reason = track.report.reason.as_str();
    match track.report.status {
        Status::Failed => !matches!(reason, "PodUnschedulable" | "ContainerCrashLooping"),
        Status::Unknown => reason == "Forbidden",
        _ => false,
    }
}

/// Whether an object is open and nothing is known to keep it: a crash elsewhere may wait for it.
fn is_on_its_way(track: &Track) -> bool {
    !track.is_decided()
        && track.report.status == Status::InProgress
        && track
            .causes
            .iter()
            .all(|cause| cause.urgency == Urgency::Note)
}

fn restarts(problem: &Problem) -> i64 {
    match problem {
        Problem::Crashing { restarts, .. } | Problem::OutOfMemory { restarts, .. } => *restarts,
        _ => 0,
    }
}
