//! For programs: `docs/output.md` and `docs/lint-output.schema.json` say what stands where.
//!
//! Fields are added without a new version; a field that is taken away or means something else makes one.

use serde::Serialize;

use super::compact::places;
use super::notice::severity_name;
use super::text::is_harmful;
use super::verdict::{Summary, Trouble, Verdict};
use super::view::View;
use crate::lint::{Applicability, Edit, Finding, Fix, Label};
use crate::object::ObjectId;
use crate::source::{LineColumn, Span};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output {
    version: u32,
    findings: Vec<JsonFinding>,
    warnings: Vec<JsonTrouble>,
    failures: Vec<JsonTrouble>,
    summary: Summary,
}

#[derive(Serialize)]
struct JsonFinding {
    rule: String,
    severity: &'static str,
    message: String,
    #[serde(flatten)]
    place: JsonPlace,
    label: Option<String>,
    object: Option<JsonObject>,
    related: Vec<JsonRelated>,
    help: Option<String>,
    fix: Option<JsonFix>,
}

#[derive(Serialize)]
struct JsonTrouble {
    code: String,
    message: String,
    #[serde(flatten)]
    place: Option<JsonPlace>,
    help: Option<String>,
}

#[derive(Serialize)]
struct JsonPlace {
    file: String,
    start: JsonPosition,
    end: JsonPosition,
}

#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
    byte: u32,
}

#[derive(Serialize)]
struct JsonObject {
    group: String,
    kind: String,
    namespace: Option<String>,
    name: String,
}

#[derive(Serialize)]
struct JsonRelated {
    #[serde(flatten)]
    place: JsonPlace,
    message: String,
}

#[derive(Serialize)]
struct JsonFix {
    title: String,
    applicability: &'static str,
    edits: Vec<JsonEdit>,
}

#[derive(Serialize)]
struct JsonEdit {
    #[serde(flatten)]
    place: JsonPlace,
    text: String,
}

/// The verdict as JSON.
pub fn json(view: &View<'_>, verdict: &Verdict<'_>) -> String {
    let output = Output {
        version: VERSION,
        findings: verdict
            .findings
            .iter()
            .map(|finding| json_finding(view, finding))
            .collect(),
        warnings: json_troubles(view, verdict.warnings),
        failures: json_troubles(view, verdict.failures),
        summary: verdict.summary,
    };
    pretty(&output)
}

/// JSON in which nothing acts on a terminal that it is shown on.
pub fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value)
        .expect("the values are structs of texts and numbers, with texts for keys");
    let mut result = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if letter != '\n' && is_harmful(letter) {
            let mut units = [0; 2];
            let units = letter.encode_utf16(&mut units).iter();
            result.extend(units.map(|unit| format!("\\u{unit:04x}")));
        } else {
            result.push(letter);
        }
    }
    result.push('\n');
    result
}

fn json_finding(view: &View<'_>, finding: &Finding) -> JsonFinding {
    let places = places(finding);
    let safe = |text: &str| view.scrubbed(text, &places);
    JsonFinding {
        rule: finding.rule.clone(),
        severity: severity_name(finding.severity),
        message: safe(&finding.message),
        place: json_place(view, finding.primary.span),
        label: some(&finding.primary).map(safe),
        object: finding.object.as_ref().map(json_object),
        related: finding
            .related
            .iter()
            .map(|label| JsonRelated {
                place: json_place(view, label.span),
                message: safe(&label.text),
            })
            .collect(),
        help: finding.help.as_deref().map(safe),
        fix: finding.fix.as_ref().and_then(|fix| json_fix(view, fix)),
    }
}

fn some(label: &Label) -> Option<&str> {
    (!label.text.is_empty()).then_some(label.text.as_str())
}

fn json_troubles(view: &View<'_>, troubles: &[Trouble]) -> Vec<JsonTrouble> {
    let troubles = troubles.iter().map(|trouble| {
        let places: Vec<Span> = trouble.place.into_iter().collect();
        JsonTrouble {
            code: trouble.code.clone(),
            message: view.scrubbed(&trouble.message, &places),
            place: trouble.place.map(|place| json_place(view, place)),
            help: trouble.help.clone(),
        }
    });
    troubles.collect()
}

fn json_place(view: &View<'_>, span: Span) -> JsonPlace {
    let position = |at: LineColumn, byte| JsonPosition {
        line: at.line,
        column: at.column,
        byte,
    };
    JsonPlace {
        file: view.raw_name(span).to_owned(),
        start: position(view.start(span), span.start),
        end: position(view.end(span), span.end),
    }
}

fn json_object(id: &ObjectId) -> JsonObject {
    JsonObject {
        group: id.group.clone(),
        kind: id.kind.clone(),
        namespace: id.namespace.clone(),
        name: id.name.clone(),
    }
}

/// A fix, unless its edits stand in secret bytes: its text would show them.
fn json_fix(view: &View<'_>, fix: &Fix) -> Option<JsonFix> {
    let is_secret = |edit: &Edit| view.is_secret(edit.span);
    if fix.edits.iter().any(is_secret) {
        return None;
    }
    let edits = fix.edits.iter().map(|edit| JsonEdit {
        place: json_place(view, edit.span),
        text: edit.text.clone(),
    });
    Some(JsonFix {
        title: fix.title.clone(),
        applicability: match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
            Applicability::DisplayOnly => "display-only",
        },
        edits: edits.collect(),
    })
}
