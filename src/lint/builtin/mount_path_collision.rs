//! `mount-path-collision`: two volumes at one place.

use super::Report;
use crate::lint::containers::containers;
use crate::lint::{Context, Label};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Reports each mount whose path an earlier mount of the same container has.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let containers = object.pod_spec().map(containers).unwrap_or_default();
    for container in containers {
        let mounts = container.node.get("volumeMounts").into_iter();
        let paths = mounts.flat_map(NodeRef::items);
        let paths: Vec<_> = paths.filter_map(|mount| mount.get("mountPath")).collect();
        for (at, path) in paths.iter().enumerate() {
            let Some(text) = path.as_str() else {
                continue;
            };
            let earlier = paths[..at]
                .iter()
                .find(|earlier| earlier.as_str().as_ref() == Some(&text));
            reports.extend(earlier.map(|earlier| report(&text, *path, *earlier)));
        }
    }
}

fn report(text: &str, path: NodeRef<'_>, earlier: NodeRef<'_>) -> Report {
    Report {
        message: format!("two volumes are mounted at `{text}`"),
        primary: Label {
            span: path.label_span(),
            text: String::new(),
        },
        related: vec![Label {
            span: earlier.label_span(),
            text: "the first is here".to_owned(),
        }],
        severity: None,
        help: None,
        fix: None,
    }
}
