//! Paths as managed fields write them: `.data.index.html`, `.spec.ports[port=80,protocol="TCP"].port`.
//!
//! Dots in keys are not escaped there, so a path is read along an object that has its keys.

use serde_json::Value;

use crate::object::{FieldPath, Step};

/// The path in an object, down to the deepest field that the object has.
pub(super) fn resolve(object: &Value, path: &str) -> FieldPath {
    let mut value = object;
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let next = match rest.strip_prefix('[') {
            Some(inside) => item(value, inside),
            None => key(value, rest.strip_prefix('.').unwrap_or(rest)),
        };
        let Some((step, found, after)) = next else {
            break;
        };
        steps.push(step);
        value = found;
        rest = after;
    }
    FieldPath(steps)
}

/// Removes the field at a path, if the object has it; tells whether it had.
pub(super) fn remove(object: &mut Value, path: &str) -> bool {
    let FieldPath(mut steps) = resolve(object, path);
    let Some(last) = steps.pop() else {
        return false;
    };
    let parent = steps.iter().try_fold(object, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    });
    match (parent, last) {
        (Some(Value::Object(fields)), Step::Key(key)) => fields.remove(&key).is_some(),
        (Some(Value::Array(items)), Step::Index(index)) if index < items.len() => {
            items.remove(index);
            true
        }
        _ => false,
    }
}

type Found<'v, 'p> = (Step, &'v Value, &'p str);

/// The longest key of a map with which a path goes on.
fn key<'v, 'p>(value: &'v Value, rest: &'p str) -> Option<Found<'v, 'p>> {
    let fields = value.as_object()?.iter();
    fields
        .filter_map(|(key, value)| {
            let after = rest.strip_prefix(key.as_str())?;
            let ends = after.is_empty() || after.starts_with(['.', '[']);
            ends.then(|| (Step::Key(key.clone()), value, after))
        })
        .min_by_key(|(_, _, after)| after.len())
}

/// The item of a list that a path picks by its keys, its value, or its index.
fn item<'v, 'p>(value: &'v Value, inside: &'p str) -> Option<Found<'v, 'p>> {
    let (picked, after) = split_brackets(inside)?;
    let parts = split_commas(picked);
    let mut items = value.as_array()?.iter().enumerate();
    let (index, found) = items.find(|(index, item)| {
        parts.iter().all(|part| match part.split_once('=') {
            None => part.parse() == Ok(*index),
            Some(("", value)) => is_value(item, value),
            // A key that the manifest leaves out has its default there.
            Some((key, value)) => item.get(key).is_none_or(|own| is_value(own, value)),
        })
    })?;
    Some((Step::Index(index), found, after))
}

fn is_value(value: &Value, text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|other| *value == other)
}

/// Splits `a="]",b=1].c` at the bracket that stands outside of quotes.
fn split_brackets(text: &str) -> Option<(&str, &str)> {
    let at = outside_quotes(text).find(|(_, letter)| *letter == ']')?.0;
    Some((&text[..at], &text[at + 1..]))
}

fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in outside_quotes(text).filter(|(_, letter)| *letter == ',') {
        parts.push(&text[start..at]);
        start = at + 1;
    }
    parts.push(&text[start..]);
    parts
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quoted = false;
    let mut escaped = false;
    text.char_indices().filter(move |(_, letter)| {
        if escaped {
            escaped = false;
            return false;
        }
        escaped = quoted && *letter == '\\';
        if *letter == '"' {
            quoted = !quoted;
            return false;
        }
        !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object() -> Value {
        json!({
            "data": {"index.html": "a", "index": "b"},
            "spec": {
                "ports": [{"port": 80, "protocol": "UDP"}, {"port": 80}],
                "containers": [{"name": "a]\"b", "image": "x"}],
            },
            "metadata": {"finalizers": ["p", "q"]},
        })
    }

    #[test]
    fn a_path_is_read_along_the_object() {
        for (written, read) in [
            (".data.index.html", "data[index.html]"),
            (".data.index", "data.index"),
            (
                r#".spec.ports[port=80,protocol="TCP"].port"#,
                "spec.ports[1].port",
            ),
            (
                r#".spec.containers[name="a]\"b"].image"#,
                "spec.containers[0].image",
            ),
            (r#".metadata.finalizers[="q"]"#, "metadata.finalizers[1]"),
            (".spec.ports[0].nodePort", "spec.ports[0]"),
        ] {
            assert_eq!(resolve(&object(), written).to_string(), read, "{written}");
        }
    }

    #[test]
    fn a_field_is_removed() {
        let mut object = object();
        assert!(remove(&mut object, ".data.index.html"));
        assert_eq!(object["data"], json!({"index": "b"}));
    }
}
