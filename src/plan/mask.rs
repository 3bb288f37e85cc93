//! Values of Secrets never reach an output, and equality stays visible.
//!
//! They stand in `data` and `stringData`, in the annotation that client-side apply leaves behind,
//! and in the server's error texts.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

/// The annotation in which client-side apply keeps the whole manifest.
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What stands for a value that is equal on both sides, or is on one side only.
const HIDDEN: &str = "***";

/// A text this short is replaced only where it stands alone: it may be a part of any word.
const SHORT: usize = 6;

/// The two sides of a change with every secret value replaced: equal values by equal texts,
/// different ones by different texts. Nothing can be learned of a value, not even its length.
pub fn masked(before: Option<&Value>, after: Option<&Value>) -> (Option<Value>, Option<Value>) {
    let hide = |value: Option<&Value>, other: Option<&Value>, side: &str| {
        let mut shown = value?.clone();
        if is_secret(&shown) {
            for field in ["data", "stringData"] {
                hide_field(&mut shown, other, field, side);
            }
        }
        hide_last_applied(&mut shown);
        Some(shown)
    };
    (hide(before, after, "before"), hide(after, before, "after"))
}

/// Whether values of the object are secret.
pub fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret" && object["apiVersion"] == "v1"
}

fn hide_field(object: &mut Value, other: Option<&Value>, field: &str, side: &str) {
    let Some(found) = object.get_mut(field) else {
        return;
    };
    let others = other.and_then(|other| other.get(field));
    let Value::Object(values) = found else {
        *found = HIDDEN.into();
        return;
    };
    for (key, value) in values.iter_mut() {
        let text = match others.and_then(|others| others.get(key)) {
            Some(other) if other != value => format!("{HIDDEN} ({side})"),
            _ => HIDDEN.to_owned(),
        };
        *value = text.into();
    }
}

fn hide_last_applied(object: &mut Value) {
    let annotations = object.pointer_mut("/metadata/annotations");
    if let Some(found) = annotations.and_then(|annotations| annotations.get_mut(LAST_APPLIED)) {
        *found = HIDDEN.into();
    }
}

/// Takes the values of a run's Secrets out of texts.
#[derive(Clone, Debug, Default)]
pub struct Scrubber {
    words: Vec<String>,
}

impl Scrubber {
    /// Knows the values of the Secrets among these objects.
    pub fn of<'v>(objects: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut words = BTreeSet::new();
        for object in objects.into_iter().filter(|object| is_secret(object)) {
            for field in ["data", "stringData"] {
                collect(&object[field], &mut words);
            }
        }
        let mut words: Vec<String> = words.into_iter().collect();
        // A long value may hold a short one.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self { words }
    }

    /// The values in every form in which a text may hold them, long ones first.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The text without those values.
    pub fn scrub(&self, text: &str) -> String {
        let mut scrubbed = text.to_owned();
        for word in &self.words {
            if scrubbed.contains(word.as_str()) {
                scrubbed = without(&scrubbed, word);
            }
        }
        scrubbed
    }
}

/// Every scalar beneath a value, as it is written, decoded, escaped, and line by line.
fn collect(value: &Value, words: &mut BTreeSet<String>) {
    let text = match value {
        Value::Object(fields) => {
            return fields.values().for_each(|value| collect(value, words));
        }
        Value::Array(items) => return items.iter().for_each(|item| collect(item, words)),
        Value::Null => return,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    let decoded = BASE64_STANDARD.decode(text.trim()).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    for form in std::iter::once(text).chain(decoded) {
        let escaped = Value::from(form.as_str()).to_string();
        words.insert(escaped.trim_matches('"').to_owned());
        words.extend(form.lines().map(|line| line.trim().to_owned()));
        words.insert(form);
    }
    words.remove("");
}

/// Replaces a word; a short one only where it stands alone.
fn without(text: &str, word: &str) -> String {
    if word.len() >= SHORT {
        return text.replace(word, HIDDEN);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    while let Some(at) = rest.find(word) {
        let (left, found) = rest.split_at(at);
        let after = &found[word.len()..];
        result.push_str(left);
        let previous = left.chars().next_back().or(before);
        let alone = !is_letter(previous) && !is_letter(after.chars().next());
        result.push_str(if alone { HIDDEN } else { word });
        before = word.chars().next_back();
        rest = after;
    }
    result.push_str(rest);
    result
}

/// Moves `stringData` into `data`, as the server would do at creation.
///
/// Under server-side apply the server keeps no trace of `stringData`, so a key that leaves it would
/// stay in the cluster for ever; in `data` it is ours and goes.
pub(super) fn merge_string_data(object: &mut Value) {
    if !is_secret(object) {
        return;
    }
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    match fields.get("stringData") {
        Some(Value::Object(values)) if values.values().all(Value::is_string) => {}
        // What is no map of texts is the server's to refuse.
        Some(Value::Null) | None => return drop(fields.remove("stringData")),
        Some(_) => return,
    }
    if !matches!(
        fields.get("data"),
        None | Some(Value::Null | Value::Object(_))
    ) {
        return;
    }
    let Some(Value::Object(texts)) = fields.remove("stringData") else {
        return;
    };
    let data = fields.entry("data").or_insert(Value::Null);
    if data.is_null() {
        *data = Value::Object(Map::new());
    }
    for (key, text) in texts {
        let text = text.as_str().unwrap_or_default();
        data[key] = BASE64_STANDARD.encode(text).into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secret(data: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "data": data})
    }

    #[test]
    fn equality_shows_and_values_do_not() {
        let before = secret(&json!({"same": "YQ==", "changed": "YQ==", "gone": "YQ=="}));
        let after = secret(&json!({"same": "YQ==", "changed": "Yg==", "new": "Yg=="}));
        let (before, after) = masked(Some(&before), Some(&after));
        assert_eq!(
            before.expect("there was one")["data"],
            json!({"same": "***", "changed": "*** (before)", "gone": "***"})
        );
        assert_eq!(
            after.expect("there is one")["data"],
            json!({"same": "***", "changed": "*** (after)", "new": "***"})
        );
    }

    #[test]
    fn the_last_applied_annotation_is_hidden_on_every_kind() {
        let object =
            json!({"kind": "ConfigMap", "metadata": {"annotations": {LAST_APPLIED: "{}"}}});
        let (shown, _) = masked(Some(&object), None);
        assert_eq!(
            shown.expect("there is one")["metadata"]["annotations"][LAST_APPLIED],
            "***"
        );
    }

    #[test]
    fn string_data_wins_over_data() {
        let mut object = secret(&json!({"a": "old", "b": "Yg=="}));
        object["stringData"] = json!({"a": "new"});
        merge_string_data(&mut object);
        assert_eq!(object["data"], json!({"a": "bmV3", "b": "Yg=="}));
        assert!(object.get("stringData").is_none());
    }

    #[test]
    fn string_data_that_is_no_map_of_texts_stays_for_the_server_to_refuse() {
        let mut object = secret(&json!({}));
        object["stringData"] = json!({"port": 8080});
        let before = object.clone();
        merge_string_data(&mut object);
        assert_eq!(object, before);
    }

    #[test]
    fn a_value_is_scrubbed_in_every_form() {
        let scrubber = Scrubber::of([&secret(&json!({
            "password": BASE64_STANDARD.encode("hunter2-long"),
            "pin": 12345,
            "short": BASE64_STANDARD.encode("no"),
        }))]);
        let text = scrubber.scrub(
            "expected string, got Value:12345; hunter2-long; aHVudGVyMi1sb25n; `no` is not a note",
        );
        assert_eq!(
            text,
            "expected string, got Value:***; ***; ***; `***` is not a note"
        );
    }
}
