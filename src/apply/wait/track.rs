//! What is known of one object while it is waited for.

use std::collections::BTreeSet;
use std::time::Duration;

use super::evidence::LogExcerpt;
use super::judge::Memory;
use super::look::Look;
use super::proof::Unproven;
use super::{ObjectOutcome, Replicas, WaitEvent};
use crate::apply::Applied;
use crate::apply::causes::{Cause, Event, Problem};
use crate::apply::status::{Status, StatusReport};

/// One object while it is waited for.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) applied: Applied,
    pub(super) report: StatusReport,
    pub(super) causes: Vec<Cause>,
    pub(super) memory: Memory,
    pub(super) has_failed: bool,
    /// Everything whose events may explain a failure, also what no longer exists.
    pub(super) uids: BTreeSet<String>,
    pub(super) unready: Option<(String, String)>,
    pub(super) events: Vec<Event>,
    pub(super) logs: Vec<LogExcerpt>,
    replicas: Option<Replicas>,
    elapsed: Duration,
    vanishes: bool,
    is_fleeting: bool,
    /// Since when the containers are ready that have to prove that they stay.
    proving: Option<(String, Duration)>,
    told: Option<(Status, Option<Replicas>, String)>,
}

impl Track {
    pub(super) fn new(applied: &Applied) -> Self {
        Self {
            applied: applied.clone(),
            report: StatusReport::new(Status::Unknown, "NotRead", "it was not read yet"),
            causes: Vec::new(),
            memory: Memory::default(),
            has_failed: false,
            uids: BTreeSet::new(),
            unready: None,
            events: Vec::new(),
            logs: Vec::new(),
            replicas: None,
            elapsed: Duration::ZERO,
            vanishes: false,
            is_fleeting: false,
            proving: None,
            told: None,
        }
    }

    pub(super) fn is_current(&self) -> bool {
        self.report.status == Status::Current
    }

    pub(super) fn is_decided(&self) -> bool {
        self.is_current() || self.has_failed
    }

    /// Takes in what was seen; says what changed, if anything did.
    pub(super) fn see(&mut self, look: Look, elapsed: Duration) -> Option<WaitEvent> {
        self.elapsed = elapsed;
        if look.report.status == Status::NotFound && self.vanishes {
            let message = "it is done, and was deleted after its time";
            self.report = StatusReport::new(Status::Current, "Vanished", message);
            self.causes.clear();
            return self.changed();
        }
        self.report = look.report;
        self.prove(look.unproven, elapsed);
        if look.is_blind {
            return self.changed();
        }
        self.causes = look.causes;
        self.memory.see(&self.causes, elapsed);
        self.vanishes = look.vanishes;
        self.is_fleeting = look.is_fleeting;
        self.uids.extend(look.uids);
        self.unready = look.unready.or(self.unready.take());
        self.replicas = look.replicas.or(self.replicas);
        for log in look.logs {
            self.logs.retain(|known| !known.is_same_container(&log));
            self.logs.push(log);
        }
        self.changed()
    }

    /// Whether the next look should come soon: it is about to be decided, or its evidence may vanish.
    pub(super) fn is_urgent(&self) -> bool {
        !self.is_decided() && (self.proving.is_some() || self.is_fleeting)
    }

    /// Holds back a `Current` that nothing proves yet.
    fn prove(&mut self, unproven: Option<Unproven>, elapsed: Duration) {
        let Some(Unproven { started, needed }) = unproven else {
            self.proving = None;
            return;
        };
        let since = match &self.proving {
            Some((known, since)) if *known == started => *since,
            _ => elapsed,
        };
        if elapsed.saturating_sub(since) >= needed {
            self.proving = None;
            return;
        }
        self.proving = Some((started, since));
        self.report = StatusReport::new(
            Status::InProgress,
            "Unproven",
            format!("ready, and has to stay so for {} s", needed.as_secs()),
        );
    }

    fn changed(&mut self) -> Option<WaitEvent> {
        let message = match self.causes.first() {
            Some(cause) if !self.is_current() => cause.line(),
            _ => self.report.message.clone(),
        };
        let now = (self.report.status, self.replicas, message.clone());
        if self.told.as_ref() == Some(&now) {
            return None;
        }
        self.told = Some(now);
        Some(WaitEvent {
            object: self.applied.id.clone(),
            status: self.report.status,
            replicas: self.replicas,
            message,
            done: (0, 0),
            elapsed: self.elapsed,
        })
    }

    pub(super) fn into_outcome(mut self) -> ObjectOutcome {
        self.causes = self.all_causes();
        ObjectOutcome {
            id: self.applied.id,
            report: self.report,
            has_failed: self.has_failed,
            causes: self.causes,
            replicas: self.replicas,
            elapsed: self.elapsed,
            events: self.events,
            logs: self.logs,
        }
    }

    /// The causes, those that were seen before where there are none now (the Pods of a failed Job are
    /// deleted), and at last what the status itself says.
    fn all_causes(&self) -> Vec<Cause> {
        if self.is_current() {
            return Vec::new();
        }
        let mut causes = self.causes.clone();
        if causes.is_empty() && self.has_failed {
            causes.extend(self.memory.last_causes().iter().cloned());
        }
        if self.report.status == Status::Failed && !self.report.message.is_empty() {
            let problem = Problem::Reported {
                reason: self.report.reason.clone(),
                text: self.report.message.clone(),
            };
            causes.push(Cause::reported(self.applied.id.to_string(), problem));
        }
        causes
    }
}
