//! A plan → text: what would change, field by field, with nothing secret in it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::difference;
use super::notice::Notice;
use super::text::escape;
use super::view::View;
use crate::lint::{Label, Severity};
use crate::plan::{Action, Change, Note, Plan, Problem};

/// The changes of a plan, one paragraph each; nothing for what stays as it is.
pub fn changes(view: &View<'_>, plan: &Plan) -> String {
    let mut text = String::new();
    let shown = |change: &&Change| change.action != Action::Unchanged;
    for change in plan.changes.iter().filter(shown) {
        let sign = match change.action {
            Action::Create => '+',
            Action::Prune => '-',
            Action::Recreate => '!',
            Action::Skip(_) => '=',
            _ => '~',
        };
        let place = change
            .origin
            .map(|origin| format!("  {}", view.place(origin)));
        line(
            &mut text,
            &format!(
                "{sign} {} {}{}",
                change.action,
                escape(&change.object.to_string()),
                place.unwrap_or_default()
            ),
        );
        if let Action::Skip(reason) = &change.action {
            line(&mut text, &format!("    {}", escape(reason)));
        }
        for difference in &change.differences {
            for shown in difference::lines(difference) {
                line(&mut text, &format!("    {shown}"));
            }
        }
        for note in &change.notes {
            line(
                &mut text,
                &format!("    note: {}", escape(&note.to_string())),
            );
        }
    }
    text
}

/// How many objects are created, configured, pruned and unchanged, in one line.
pub fn counts(plan: &Plan) -> String {
    let skipped = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::Skip(_)));
    let counts = [
        (plan.count(&Action::Create), "to create"),
        (plan.count(&Action::Configure), "to configure"),
        (plan.count(&Action::Recreate), "to recreate"),
        (plan.count(&Action::Prune), "to prune"),
        (skipped.count(), "left in the cluster"),
        (plan.count(&Action::Unchanged), "unchanged"),
        (plan.problems.len(), "that cannot be applied"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if counts.is_empty() {
        return "nothing in the manifests and nothing in the cluster".to_owned();
    }
    counts.join(", ")
}

/// A plan for programs.
pub fn plan_json(view: &View<'_>, plan: &Plan) -> Value {
    let changes = plan.changes.iter().map(|change| change_json(view, change));
    json!({
        "set": {"name": plan.set.name(), "namespace": plan.set.namespace()},
        "changes": changes.collect::<Vec<Value>>(),
        "problems": problems_json(view, &plan.problems),
        "refusal": plan.refusal.as_ref().map(ToString::to_string),
        "notes": plan.notes,
    })
}

fn change_json(view: &View<'_>, change: &Change) -> Value {
    let differences = change.differences.iter().map(|difference| {
        json!({
            "path": difference.path.to_string(),
            "before": difference.before,
            "after": difference.after,
        })
    });
    let reason = match &change.action {
        Action::Skip(reason) => Some(reason),
        _ => None,
    };
    json!({
        "object": change.object.to_string(),
        "group": change.object.group,
        "kind": change.object.kind,
        "namespace": change.object.namespace,
        "name": change.object.name,
        "action": change.action.to_string(),
        "reason": reason,
        "place": change.origin.map(|origin| view.place(origin)),
        "differences": differences.collect::<Vec<Value>>(),
        "notes": change.notes.iter().map(Note::to_string).collect::<Vec<String>>(),
    })
}

/// Problems for programs.
pub fn problems_json(view: &View<'_>, problems: &[Problem]) -> Value {
    let problems = problems.iter().map(|problem| {
        let notice = problem_notice(problem);
        let places = notice.labels.iter();
        let places =
            places.map(|label| json!({"place": view.place(label.span), "text": label.text}));
        json!({
            "object": problem.object.to_string(),
            "code": notice.code,
            "message": notice.message,
            "help": notice.help,
            "places": places.collect::<Vec<Value>>(),
        })
    });
    Value::Array(problems.collect())
}

/// A problem at its place in the manifest.
pub fn problem_notice(problem: &Problem) -> Notice {
    let error: &dyn miette::Diagnostic = &problem.error;
    let labels = problem.places.iter().map(|place| Label {
        span: place.span,
        text: place.text.clone(),
    });
    Notice {
        code: error
            .code()
            .map_or_else(|| "apply".to_owned(), |code| code.to_string()),
        severity: Severity::Error,
        message: error.to_string(),
        labels: labels.collect(),
        object: Some(problem.object.clone()),
        help: error.help().map(|help| help.to_string()),
    }
}

/// An error that has no place in a source.
pub fn error_notice(error: &dyn miette::Diagnostic) -> Notice {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        cause = error.source();
    }
    Notice {
        code: error
            .code()
            .map_or_else(|| "failure".to_owned(), |code| code.to_string()),
        severity: Severity::Error,
        message,
        labels: Vec::new(),
        object: None,
        help: error.help().map(|help| help.to_string()),
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes every text");
}
