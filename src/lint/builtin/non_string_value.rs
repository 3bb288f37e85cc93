//! Numbers and booleans where the API server takes only strings.

use super::Report;
use super::yaml11_ambiguous_scalar::quote;
use crate::lint::scalar_reading::{is_ambiguous, is_plain, shown, word_for};
use crate::lint::string_field::string_places;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::{NodeRef, Scalar};

/// Reports every number and boolean that stands where a string is needed.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    for id in string_places(object) {
        reports.extend(report(object.tree.node(id), object));
    }
}

/// One with two readings is left to `yaml11-ambiguous-scalar`.
fn report(node: NodeRef<'_>, object: &Object) -> Option<Report> {
    let scalar = node.scalar()?;
    if matches!(scalar, Scalar::String(_) | Scalar::Null) || is_ambiguous(node.resolved()) {
        return None;
    }
    let word = word_for(&scalar);
    Some(Report {
        message: format!(
            "{} is {word}, but a string is needed here",
            shown(node, object)
        ),
        primary: Label {
            span: node.span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: None,
        fix: is_plain(node).then(|| quote(node)),
    })
}
