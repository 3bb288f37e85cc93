//! Items of a list that must differ and do not.

use std::collections::BTreeMap;

use super::Label;
use super::builtin::Report;
use crate::yaml::NodeRef;

/// An item whose name an earlier item has, with both places.
#[derive(Clone, Debug)]
pub(super) struct Repetition<'t> {
    /// The name that they share.
    pub(super) name: String,
    /// Where the earlier one says it.
    pub(super) first: NodeRef<'t>,
    /// Where this one says it.
    pub(super) again: NodeRef<'t>,
}

/// Finds the items that share a name with an earlier one; those without a name share none.
pub(super) fn repetitions<'t>(
    items: impl IntoIterator<Item = NodeRef<'t>>,
    name: impl Fn(NodeRef<'t>) -> Option<(String, NodeRef<'t>)>,
) -> Vec<Repetition<'t>> {
    let mut seen: BTreeMap<String, NodeRef<'t>> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, place) in items.into_iter().filter_map(name) {
        match seen.get(&name) {
            Some(first) => found.push(Repetition {
                name,
                first: *first,
                again: place,
            }),
            None => {
                seen.insert(name, place);
            }
        }
    }
    found
}

/// The text of an item's field, with its place.
pub(super) fn field<'t>(item: NodeRef<'t>, name: &str) -> Option<(String, NodeRef<'t>)> {
    let place = item.get(name)?;
    let text = place.raw().filter(|text| !text.is_empty())?;
    (!place.is_null()).then(|| (text.into_owned(), place))
}

/// The report of a repetition.
pub(super) fn report(repetition: &Repetition<'_>, message: String) -> Report {
    Report {
        message,
        primary: Label {
            span: repetition.again.span(),
            text: String::new(),
        },
        related: vec![Label {
            span: repetition.first.span(),
            text: "the first".to_owned(),
        }],
        severity: None,
        help: None,
        fix: None,
    }
}
