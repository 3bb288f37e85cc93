//! Running a rule's expression over an object.

use super::builtin::Report;
use super::rule::{Judgement, KindName};
use super::{Label, Severity};
use crate::object::Object;
use crate::source::Span;
use crate::yaml::NodeRef;

/// A place that an expression could not judge.
pub(crate) struct Unjudged {
    pub(crate) span: Span,
    pub(crate) reason: String,
}

/// Judges every place of an object that the rule looks at; gives back the places that it could not judge.
pub(crate) fn judge(
    judgement: &Judgement,
    object: &Object,
    reports: &mut Vec<Report>,
) -> Vec<Unjudged> {
    let mut unjudged = Vec::new();
    if !is_wanted(&judgement.kinds, object) {
        return unjudged;
    }
    for query in &judgement.each {
        for node in query.matches(object) {
            if !judgement.needs.iter().all(|path| path.exists(node)) {
                continue;
            }
            match judge_node(judgement, node, object) {
                Ok(report) => reports.extend(report),
                Err(reason) => unjudged.push(Unjudged {
                    span: judgement.at.label(node),
                    reason,
                }),
            }
        }
    }
    unjudged
}

fn judge_node(
    judgement: &Judgement,
    node: NodeRef<'_>,
    object: &Object,
) -> Result<Option<Report>, String> {
    if judgement.expression.judge(node, object)? {
        return Ok(None);
    }
    let mut severity: Option<Severity> = None;
    let mut message = &judgement.message;
    let mut help = None;
    for degree in &judgement.degrees {
        if degree.when.judge(node, object)? {
            severity = Some(degree.severity);
            message = degree.message.as_ref().unwrap_or(message);
            help.clone_from(&degree.help);
            break;
        }
    }
    Ok(Some(Report {
        message: message.about(node, object)?,
        primary: Label {
            span: judgement.at.label(node),
            text: String::new(),
        },
        related: Vec::new(),
        severity,
        help,
        fix: None,
    }))
}

/// Whether a rule for these kinds looks at an object.
fn is_wanted(kinds: &[KindName], object: &Object) -> bool {
    kinds.is_empty()
        || kinds.iter().any(|name| {
            name.kind == object.id.kind
                && match &name.group {
                    Some(group) => *group == object.id.group,
                    None => object.info().is_some(),
                }
        })
}
