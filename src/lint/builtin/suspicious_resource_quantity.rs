//! `suspicious-resource-quantity`: an amount in a unit that was hardly meant.

use super::Report;
use crate::lint::quantities::{Amount, all_amounts};
use crate::lint::{Context, Label, Severity};
use crate::object::Object;

const UNIT: i128 = 1_000_000_000;
/// No program runs in less memory, and no file system fits into less storage.
const MEBIBYTE: i128 = UNIT << 20;
/// More than most nodes have, and less than what `100` for `100m` comes to.
const CORES: i128 = 64 * UNIT;

/// Reports each amount whose unit cannot be meant.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let is_budget = object.id.group.is_empty() && object.id.kind == "ResourceQuota";
    reports.extend(
        all_amounts(object)
            .iter()
            .filter_map(|amount| report(amount, is_budget)),
    );
}

fn report(amount: &Amount<'_>, is_budget: bool) -> Option<Report> {
    let text = amount.text()?;
    let nano = amount.quantity()?.nano;
    if nano <= 0 {
        return None;
    }
    let (message, severity) = match amount.resource.as_ref() {
        "memory" | "storage" | "ephemeral-storage" => {
            let what = amount.resource.as_ref();
            if text.ends_with('m') {
                let message = format!("`{text}` of {what} are thousandths of a byte");
                (message, Some(Severity::Error))
            } else if nano < MEBIBYTE {
                (format!("`{text}` of {what} is {}", in_bytes(nano)), None)
            } else {
                return None;
            }
        }
        "cpu" if text.ends_with('i') => {
            let message = format!(
                "`{text}` of CPU is a unit for bytes: that is {} cores",
                nano / UNIT
            );
            (message, None)
        }
        "cpu" if nano > CORES && !is_budget => (
            format!("`{text}` of CPU is {} whole cores", nano / UNIT),
            None,
        ),
        _ => return None,
    };
    let meant = meant(&text, &amount.resource);
    Some(Report {
        message,
        primary: Label {
            span: amount.node.label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity,
        help: meant
            .as_ref()
            .map(|meant| format!("Did you mean `{meant}`?")),
        fix: meant.map(|meant| amount.fix(meant)),
    })
}

fn in_bytes(nano: i128) -> String {
    match nano / UNIT {
        1 => "1 byte".to_owned(),
        bytes if bytes < 1024 => format!("{bytes} bytes"),
        bytes => format!("{} KiB", bytes / 1024),
    }
}

/// What was probably meant.
fn meant(text: &str, resource: &str) -> Option<String> {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let is_plain = number.len() == text.len();
    let unit = match resource {
        "cpu" if is_plain => "m",
        "cpu" => return None,
        _ if is_plain || text.ends_with('m') => "Mi",
        _ => return None,
    };
    Some(format!("{number}{unit}"))
}
