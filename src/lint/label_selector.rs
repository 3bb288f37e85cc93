//! Label selectors: `matchLabels` and `matchExpressions`, or a plain map of labels.

use std::borrow::Cow;

use crate::yaml::NodeRef;

/// What a requirement asks of a label.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Demand<'t> {
    /// One of these values.
    In(Vec<Cow<'t, str>>),
    /// None of these values; absent is fine.
    NotIn(Vec<Cow<'t, str>>),
    /// Any value.
    Exists,
    /// No such label.
    DoesNotExist,
}

/// One requirement of a selector, at its place.
#[derive(Clone, Debug)]
pub(super) struct Requirement<'t> {
    /// The label's key.
    pub(super) key: Cow<'t, str>,
    /// What is asked.
    pub(super) demand: Demand<'t>,
    /// Where it stands.
    pub(super) node: NodeRef<'t>,
}

impl Requirement<'_> {
    /// Whether labels fulfil the requirement.
    pub(super) fn is_met_by(&self, labels: Option<NodeRef<'_>>) -> bool {
        let value = labels
            .and_then(|labels| labels.get(&self.key))
            .and_then(NodeRef::raw);
        match (&self.demand, value) {
            (Demand::In(values), Some(value)) => values.contains(&value),
            (Demand::NotIn(values), Some(value)) => !values.contains(&value),
            (Demand::Exists, value) => value.is_some(),
            (Demand::DoesNotExist, value) => value.is_none(),
            (Demand::In(_), None) => false,
            (Demand::NotIn(_), None) => true,
        }
    }
}

/// The requirements of a `LabelSelector`. Those that the API server would refuse (an unknown operator,
/// values where none belong) are left out.
pub(super) fn requirements(selector: NodeRef<'_>) -> Vec<Requirement<'_>> {
    let labels = selector
        .get("matchLabels")
        .map(equalities)
        .unwrap_or_default();
    let expressions = selector
        .get("matchExpressions")
        .into_iter()
        .flat_map(NodeRef::items);
    labels
        .into_iter()
        .chain(expressions.filter_map(expression))
        .collect()
}

/// The requirements of a plain map of labels, as Services and ReplicationControllers have it.
pub(super) fn equalities(labels: NodeRef<'_>) -> Vec<Requirement<'_>> {
    let fields = labels.fields().into_iter();
    let requirements = fields.filter_map(|(key, node)| {
        Some(Requirement {
            key,
            demand: Demand::In(vec![node.raw()?]),
            node,
        })
    });
    requirements.collect()
}

fn expression(node: NodeRef<'_>) -> Option<Requirement<'_>> {
    let key = node.get("key")?.as_str()?;
    let items = node.get("values").into_iter().flat_map(NodeRef::items);
    let values: Vec<_> = items.filter_map(NodeRef::raw).collect();
    let demand = match (node.get("operator")?.as_str()?.as_ref(), values.is_empty()) {
        ("In", false) => Demand::In(values),
        ("NotIn", false) => Demand::NotIn(values),
        ("Exists", true) => Demand::Exists,
        ("DoesNotExist", true) => Demand::DoesNotExist,
        _ => return None,
    };
    Some(Requirement { key, demand, node })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use std::sync::Arc;

    /// Whether the labels `{app: web, tier: "1"}` fulfil a selector.
    fn matches(selector: &str) -> bool {
        let text = format!("labels: {{app: web, tier: \"1\"}}\nselector: {selector}\n");
        let parsed = crate::yaml::parse(SourceId(0), &Arc::from(text));
        let root = parsed.documents[0].root();
        let requirements = requirements(root.get("selector").expect("a selector"));
        let labels = root.get("labels");
        requirements
            .iter()
            .all(|requirement| requirement.is_met_by(labels))
    }

    #[test]
    fn labels_and_expressions_are_all_required() {
        assert!(matches("{matchLabels: {app: web, tier: '1'}}"));
        assert!(!matches("{matchLabels: {app: web, tier: '2'}}"));
        assert!(!matches("{matchLabels: {app: web, zone: a}}"));
        assert!(!matches(
            "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [api]}]}"
        ));
    }

    #[test]
    fn every_operator_has_its_meaning() {
        for (expression, expected) in [
            ("{key: app, operator: In, values: [api, web]}", true),
            ("{key: app, operator: NotIn, values: [api]}", true),
            ("{key: app, operator: NotIn, values: [web]}", false),
            ("{key: zone, operator: NotIn, values: [a]}", true),
            ("{key: zone, operator: In, values: [a]}", false),
            ("{key: app, operator: Exists}", true),
            ("{key: zone, operator: Exists}", false),
            ("{key: zone, operator: DoesNotExist}", true),
            ("{key: app, operator: DoesNotExist}", false),
            ("{key: app, operator: Like, values: [x]}", true),
        ] {
            assert_eq!(
                matches(&format!("{{matchExpressions: [{expression}]}}")),
                expected,
                "{expression}"
            );
        }
    }
}
