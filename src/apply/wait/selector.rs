//! `spec.selector` → the text of a label selector.

use serde_json::Value;

/// The label selector of a workload; `None` where it selects nothing in particular, and so would select all.
pub(super) fn label_selector(workload: &Value) -> Option<String> {
    let selector = workload.pointer("/spec/selector")?.as_object()?;
    let is_plain =
        !selector.contains_key("matchLabels") && !selector.contains_key("matchExpressions");
    let mut terms = Vec::new();
    let labels = if is_plain {
        Some(selector)
    } else {
        selector.get("matchLabels").and_then(Value::as_object)
    };
    for (key, value) in labels.into_iter().flatten() {
        terms.push(format!("{key}={}", value.as_str()?));
    }
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    for expression in expressions.into_iter().flatten() {
        terms.push(term(expression)?);
    }
    (!terms.is_empty()).then(|| terms.join(","))
}

fn term(expression: &Value) -> Option<String> {
    let key = expression.get("key")?.as_str()?;
    let values = || {
        let values = expression.get("values").and_then(Value::as_array);
        let values: Vec<&str> = values
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        values.join(",")
    };
    match expression.get("operator")?.as_str()? {
        "In" => Some(format!("{key} in ({})", values())),
        "NotIn" => Some(format!("{key} notin ({})", values())),
        "Exists" => Some(key.to_owned()),
        "DoesNotExist" => Some(format!("!{key}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_and_expressions_become_one_selector() {
        let workload = json!({"spec": {"selector": {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["a", "b"]},
                {"key": "old", "operator": "DoesNotExist"},
            ],
        }}});
        assert_eq!(
            label_selector(&workload).as_deref(),
            Some("app=web,tier in (a,b),!old")
        );
    }

    #[test]
    fn a_replication_controller_has_a_plain_map() {
        let workload = json!({"spec": {"selector": {"app": "web"}}});
        assert_eq!(label_selector(&workload).as_deref(), Some("app=web"));
    }

    #[test]
    fn an_empty_selector_is_none() {
        assert_eq!(label_selector(&json!({"spec": {"selector": {}}})), None);
        assert_eq!(label_selector(&json!({"spec": {}})), None);
    }
}
