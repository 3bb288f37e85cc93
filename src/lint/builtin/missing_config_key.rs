//! `missing-config-key`: a key that a Pod needs and its ConfigMap or Secret does not have.

use std::collections::BTreeSet;

use super::Report;
use crate::lint::config_lookup::Answer;
use crate::lint::config_provider::{Keys, Provided};
use crate::lint::config_reference::references;
use crate::lint::suggest::nearest;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Keys that are named in a message; more of them help nobody.
const SHOWN: usize = 6;

/// Reports each key that none of the objects of that name has.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object.pod_spec() else {
        return;
    };
    for reference in references(pod_spec) {
        if reference.keys.is_empty() {
            continue;
        }
        let Answer::Provided(provided) =
            context
                .providers()
                .find(object, reference.holder, &reference.name)
        else {
            continue;
        };
        let Some(known) = known_keys(&provided) else {
            continue;
        };
        let subject = format!("{} `{}`", reference.holder.kind(), reference.name);
        let missing = reference
            .keys
            .iter()
            .filter(|(key, _)| !known.contains(key.as_ref()));
        reports
            .extend(missing.map(|(key, place)| report(&subject, key, *place, &known, provided[0])));
    }
}

/// The keys of all objects of a name together: overlays add keys to what they patch. `None` where
/// somebody else fills one in.
fn known_keys(provided: &[&Provided<'_>]) -> Option<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for one in provided {
        match &one.keys {
            Keys::Known(keys) => all.extend(keys.iter().cloned()),
            Keys::Unknown => return None,
        }
    }
    Some(all)
}

fn report(
    subject: &str,
    key: &str,
    place: NodeRef<'_>,
    known: &BTreeSet<String>,
    provided: &Provided<'_>,
) -> Report {
    let shown: Vec<String> = known
        .iter()
        .take(SHOWN)
        .map(|key| format!("`{key}`"))
        .collect();
    let more = match known.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let near = nearest(key, known.iter().map(String::as_str));
    Report {
        message: format!("{subject} has no key `{key}`"),
        primary: Label {
            span: place.span(),
            text: String::new(),
        },
        related: vec![Label {
            span: provided.place.label_span(),
            text: format!("it has {}{more}", shown.join(", ")),
        }],
        severity: None,
        help: near.map(|near| format!("Did you mean `{near}`?")),
        fix: None,
    }
}
