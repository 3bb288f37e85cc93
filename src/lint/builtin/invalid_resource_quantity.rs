//! `invalid-resource-quantity`: an amount that is none.

use super::Report;
use crate::lint::quantities::{Amount, all_amounts};
use crate::lint::{Context, Label};
use crate::object::{Object, Quantity};

/// Reports each amount that the API server cannot read.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    reports.extend(all_amounts(object).iter().filter_map(report));
}

fn report(amount: &Amount<'_>) -> Option<Report> {
    let text = amount.text()?;
    if text.parse::<Quantity>().is_ok() {
        return None;
    }
    let meant = meant(&text);
    Some(Report {
        message: format!("`{text}` is no amount of {}", amount.resource),
        primary: Label {
            span: amount.node.label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help: meant
            .as_ref()
            .map(|meant| format!("Did you mean `{meant}`?")),
        fix: meant.map(|meant| amount.fix(meant)),
    })
}

/// The amount with the unit that was probably meant.
fn meant(text: &str) -> Option<String> {
    let text: String = text.split_whitespace().collect();
    let end = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(end);
    let unit = match unit.to_ascii_lowercase().as_str() {
        "k" | "kb" => "k",
        "mb" => "M",
        "g" | "gb" => "G",
        "t" | "tb" => "T",
        "ki" | "kib" => "Ki",
        "mi" | "mib" => "Mi",
        "gi" | "gib" => "Gi",
        "ti" | "tib" => "Ti",
        _ => return None,
    };
    let meant = format!("{number}{unit}");
    meant.parse::<Quantity>().is_ok().then_some(meant)
}
