//! SARIF 2.1.0, which code scanning services read.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::compact::places;
use super::fingerprint::Fingerprints;
use super::json::pretty;
use super::run::Run;
use super::sarif_place::{ROOT, artifact, physical, provenance, region};
use super::verdict::{Trouble, Verdict};
use super::view::View;
use crate::lint::{Applicability, Edit, Finding, Fix, Rule, Severity, Suppressed};
use crate::object::ObjectId;
use crate::source::{Origin, Span};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of our fingerprint; another way to make it gets another version.
const FINGERPRINT: &str = "gitopsLab/v1";

/// The findings, those that an ignore covers too.
pub fn sarif(view: &View<'_>, verdict: &Verdict<'_>, run: &Run<'_>) -> String {
    let findings = verdict.findings.iter().map(|finding| (finding, None));
    let ignored = run.suppressed.iter();
    let ignored = ignored.map(|suppressed| (&suppressed.finding, Some(suppressed)));
    let mut all: Vec<_> = findings.chain(ignored).collect();
    all.sort_by_key(|(finding, _)| (finding.primary.span, &finding.rule));
    let named: BTreeSet<&str> = all.iter().map(|(finding, _)| &*finding.rule).collect();
    let rules = run.rules.iter();
    let rules: Vec<&Rule> = rules.filter(|rule| named.contains(&*rule.id)).collect();

    let mut fingerprints = Fingerprints::new(view, run);
    let mut results = Vec::new();
    for (finding, suppressed) in all {
        let mut result = result(view, finding, &rules);
        let fingerprint = fingerprints.next(finding);
        result.insert(
            "partialFingerprints".to_owned(),
            json!({FINGERPRINT: fingerprint}),
        );
        if let Some(suppressed) = suppressed {
            let suppressions = json!([suppression(view, suppressed)]);
            result.insert("suppressions".to_owned(), suppressions);
        }
        results.push(Value::Object(result));
    }

    let mut log = json!({
        "tool": {"driver": {
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository"}}},
        "invocations": [invocation(view, verdict)],
        "results": results,
    });
    if let Some(provenance) = provenance_of(view, run) {
        log["versionControlProvenance"] = provenance;
    }
    pretty(&json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [log]}))
}

/// Only a revision is the same for everybody: a work tree may hold what nobody has committed.
fn provenance_of(view: &View<'_>, run: &Run<'_>) -> Option<Value> {
    let mut origins = view.sources().map(|(_, source)| &source.origin);
    let commit = origins.find_map(|origin| match origin {
        Origin::Revision(commit) => Some(commit),
        _ => None,
    });
    provenance(run.repository?, commit?)
}

fn descriptor(rule: &Rule) -> Value {
    let explanation = rule.explanation.trim();
    let first = explanation.split("\n\n").next().unwrap_or_default();
    let text = match &rule.help {
        Some(help) => format!("{explanation}\n\n{help}"),
        None => explanation.to_owned(),
    };
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": first},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {
            "enabled": rule.on_by_default,
            "level": level(rule.severity),
        },
        "properties": {"tags": [rule.category.name()], "aliases": rule.aliases},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(view: &View<'_>, finding: &Finding, rules: &[&Rule]) -> Map<String, Value> {
    let places = places(finding);
    let safe = |text: &str| view.scrubbed(text, &places);
    let message = match &finding.help {
        Some(help) => format!("{}. {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = Map::new();
    let mut set = |name: &str, value: Value| result.insert(name.to_owned(), value);
    set("ruleId", json!(finding.rule));
    if let Some(at) = rules.iter().position(|rule| rule.id == finding.rule) {
        set("ruleIndex", json!(at));
    }
    set("level", json!(level(finding.severity)));
    set("message", json!({"text": safe(&message)}));
    let mut location = json!({"physicalLocation": physical(view, finding.primary.span)});
    if !finding.primary.text.is_empty() {
        location["message"] = json!({"text": safe(&finding.primary.text)});
    }
    if let Some(id) = &finding.object {
        location["logicalLocations"] = json!([logical(id)]);
    }
    set("locations", json!([location]));
    let related = (1..).zip(&finding.related).map(|(id, label)| {
        let mut location = json!({"id": id, "physicalLocation": physical(view, label.span)});
        if !label.text.is_empty() {
            location["message"] = json!({"text": safe(&label.text)});
        }
        location
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        set("relatedLocations", Value::Array(related));
    }
    if let Some(fix) = finding.fix.as_ref().and_then(|fix| fix_value(view, fix)) {
        set("fixes", json!([fix]));
    }
    result
}

fn logical(id: &ObjectId) -> Value {
    let group = if id.group.is_empty() {
        String::new()
    } else {
        format!("{}/", id.group)
    };
    json!({"name": id.name, "fullyQualifiedName": format!("{group}{id}"), "kind": "object"})
}

/// A fix that a viewer may apply, unless it would show a value of a Secret.
fn fix_value(view: &View<'_>, fix: &Fix) -> Option<Value> {
    let spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
    let shows_secret =
        |edit: &Edit| view.is_secret(edit.span) || view.scrubbed(&edit.text, &spans) != edit.text;
    let is_shown_only = fix.applicability == Applicability::DisplayOnly;
    if is_shown_only || spans.is_empty() || fix.edits.iter().any(shows_secret) {
        return None;
    }
    let changes = fix
        .edits
        .chunk_by(|one, next| one.span.source == next.span.source);
    let changes = changes.map(|edits| {
        let replacements = edits.iter().map(|edit| {
            json!({
                "deletedRegion": region(view, edit.span),
                "insertedContent": {"text": edit.text},
            })
        });
        json!({
            "artifactLocation": artifact(view, edits[0].span),
            "replacements": replacements.collect::<Vec<_>>(),
        })
    });
    let is_safe = fix.applicability == Applicability::Safe;
    Some(json!({
        "description": {"text": view.scrubbed(&fix.title, &spans)},
        "artifactChanges": changes.collect::<Vec<_>>(),
        "properties": {"applicability": if is_safe { "safe" } else { "unsafe" }},
    }))
}

fn suppression(view: &View<'_>, suppressed: &Suppressed) -> Value {
    let is_beside = suppressed.ignore.source == suppressed.finding.primary.span.source;
    let mut value = json!({
        "kind": if is_beside { "inSource" } else { "external" },
        "status": "accepted",
        "location": {"physicalLocation": physical(view, suppressed.ignore)},
    });
    if !suppressed.reason.is_empty() {
        let places = [suppressed.ignore, suppressed.finding.primary.span];
        value["justification"] = json!(view.scrubbed(&suppressed.reason, &places));
    }
    value
}

fn invocation(view: &View<'_>, verdict: &Verdict<'_>) -> Value {
    let mut notifications = Vec::new();
    for warning in verdict.warnings {
        notifications.push(notification(view, warning, "warning"));
    }
    for failure in verdict.failures {
        notifications.push(notification(view, failure, "error"));
    }
    json!({
        "executionSuccessful": verdict.failures.is_empty(),
        "toolExecutionNotifications": notifications,
    })
}

fn notification(view: &View<'_>, trouble: &Trouble, level: &str) -> Value {
    let places: Vec<Span> = trouble.place.into_iter().collect();
    let message = match &trouble.help {
        Some(help) => format!("{}. {help}", trouble.message),
        None => trouble.message.clone(),
    };
    let mut value = json!({
        "level": level,
        "descriptor": {"id": trouble.code},
        "message": {"text": view.scrubbed(&message, &places)},
    });
    if let Some(place) = trouble.place {
        value["locations"] = json!([{"physicalLocation": physical(view, place)}]);
    }
    value
}
