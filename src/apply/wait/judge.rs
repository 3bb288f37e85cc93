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
        self.seen
            .retain(|_, seen| now.saturating_sub(seen.last) < FORGET);
        for cause in causes {
            self.seen
                .entry(key(cause))
                .and_modify(|seen| seen.last = now)
                .or_insert(Seen {
                    first: now,
                    last: now,
                });
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::Applied;
    use crate::apply::causes::Refusal;
    use crate::apply::status::StatusReport;
    use crate::cluster::Resource;
    use crate::object::ObjectId;

    const GRACE: Duration = Duration::from_mins(1);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn cause(problem: Problem) -> Cause {
        Cause::reported("Pod/demo/web-1".to_owned(), problem)
    }

    /// An object in progress with these causes, seen at each of these seconds.
    fn track(causes: &[Cause], seen: &[u64]) -> Track {
        let applied = Applied {
            id: ObjectId {
                group: "apps".to_owned(),
                kind: "Deployment".to_owned(),
                namespace: Some("demo".to_owned()),
                name: "web".to_owned(),
            },
            resource: Resource::core("deployments", "Deployment", true),
            uid: String::new(),
            generation: None,
        };
        let mut track = Track::new(&applied);
        track.report = StatusReport::new(Status::InProgress, "LessAvailable", "");
        track.causes = causes.to_vec();
        for at in seen {
            track.memory.see(causes, seconds(*at));
        }
        track
    }

    fn fails(track: Track, at: u64) -> bool {
        let mut tracks = [track];
        Judge::new(GRACE).judge(&mut tracks, seconds(at));
        tracks[0].has_failed
    }

    fn missing_image() -> Cause {
        cause(Problem::ImageNotFound {
            image: "x:1".to_owned(),
        })
    }

    fn outage() -> Cause {
        cause(Problem::RegistryUnreachable {
            image: "x:1".to_owned(),
            text: String::new(),
        })
    }

    fn crash(restarts: i64) -> Cause {
        cause(Problem::Crashing {
            exit_code: Some(1),
            restarts,
        })
    }

    #[test]
    fn a_missing_image_fails_at_the_first_look() {
        assert!(fails(track(&[missing_image()], &[0]), 0));
        assert!(!fails(track(&[], &[0]), 0));
    }

    #[test]
    fn an_outage_fails_only_when_it_lasts() {
        assert!(!fails(track(&[outage()], &[0, 10, 20, 30, 40, 50]), 59));
        assert!(fails(track(&[outage()], &[0, 10, 20, 30, 40, 50, 60]), 60));
    }

    #[test]
    fn an_outage_that_ended_begins_anew() {
        assert!(!fails(track(&[outage()], &[0, 10, 58, 61]), 61));
    }

    #[test]
    fn what_somebody_may_still_deliver_has_some_seconds() {
        let missing = cause(Problem::NotCreated {
            refusal: Refusal::ServiceAccount,
            text: String::new(),
        });
        assert!(!fails(
            track(std::slice::from_ref(&missing), &[0, 10, 19]),
            19
        ));
        assert!(fails(track(&[missing], &[0, 10, 20]), 20));
    }

    #[test]
    fn a_crash_waits_for_a_neighbour_but_not_for_one_that_fails_too() {
        let judge = |neighbour: Track, restarts: i64| {
            let mut tracks = [track(&[crash(restarts)], &[0]), neighbour];
            Judge::new(GRACE).judge(&mut tracks, seconds(1));
            tracks[0].has_failed
        };
        assert!(!judge(track(&[], &[0]), 2));
        assert!(judge(track(&[], &[0]), 5));
        assert!(judge(track(&[crash(2)], &[0]), 2));
        assert!(judge(track(&[outage()], &[0]), 2));
    }

    #[test]
    fn a_pod_that_kstatus_gives_up_has_the_grace_of_its_cause() {
        let mut pod = track(
            &[cause(Problem::Unschedulable {
                text: String::new(),
            })],
            &[0],
        );
        pod.report = StatusReport::new(Status::Failed, "PodUnschedulable", "");
        assert!(!fails(pod, 16));
        let mut job = track(&[], &[0]);
        job.report = StatusReport::new(Status::Failed, "BackoffLimitExceeded", "");
        assert!(fails(job, 0));
    }
}
