//! `cronjob-schedule-invalid`: schedules that are refused, or that never come.

use super::Report;
use crate::lint::cron::{Problem, judge};
use crate::lint::{Context, Label, Severity};
use crate::object::Object;

/// Reports a CronJob's schedule that the API server refuses, and one whose day no year has.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    if object.id.group != "batch" || object.id.kind != "CronJob" {
        return;
    }
    let Some(schedule) = object.root().at(&["spec", "schedule"]) else {
        return;
    };
    let text = schedule
        .as_str()
        .filter(|text| !text.contains(['$', '{', '<']));
    let Some(Err(problem)) = text.as_deref().map(judge) else {
        return;
    };
    let (message, severity, help) = match problem {
        Problem::Refused(reason) => (reason, Severity::Error, None),
        Problem::NeverFires => {
            let message = "no year has such a day, so this schedule never comes".to_owned();
            (
                message,
                Severity::Warning,
                Some("Correct day and month".to_owned()),
            )
        }
    };
    reports.push(Report {
        message,
        primary: Label {
            span: schedule.span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: Some(severity),
        help,
        fix: None,
    });
}
