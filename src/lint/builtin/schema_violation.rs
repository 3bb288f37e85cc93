//! What the API server's strict decoding refuses: unknown fields, wrong types, missing fields, values
//! that a field does not take.

use super::Report;
use crate::lint::string_field::string_places;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::schema::{Violation, ViolationKind, check_builtin};

/// Reports every place that the schema of the object's kind does not allow.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let mut violations = violations(context, object);
    if violations
        .iter()
        .any(|violation| violation.kind == ViolationKind::WrongType)
    {
        // A number or a boolean there is what `non-string-value` and `yaml11-ambiguous-scalar` report.
        let strings = string_places(object);
        violations.retain(|violation| {
            violation.kind != ViolationKind::WrongType || !strings.contains(&violation.node)
        });
    }
    let lacks_selector = |violation: &Violation| {
        violation.kind == ViolationKind::MissingField
            && violation.message == "`spec.selector` is missing"
    };
    if violations.iter().any(lacks_selector) && context.writes_selectors() {
        violations.retain(|violation| !lacks_selector(violation));
    }
    reports.extend(violations.into_iter().map(report));
}

fn violations(context: &Context<'_>, object: &Object) -> Vec<Violation> {
    let id = &object.id;
    let completeness = context.completeness(object);
    let root = object.root();
    let builtin = check_builtin(
        context.kubernetes,
        &object.api_version(),
        &id.kind,
        root,
        completeness,
    );
    let name = (&*id.group, &*id.kind, &*object.version);
    builtin
        .or_else(|| {
            let custom = context.custom_kinds();
            custom.check(name, root, context.kubernetes, completeness)
        })
        .unwrap_or_default()
}

fn report(violation: Violation) -> Report {
    Report {
        message: violation.message,
        primary: Label {
            span: violation.span,
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: violation.help,
        fix: None,
    }
}
