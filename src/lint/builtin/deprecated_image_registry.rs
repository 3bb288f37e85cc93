//! `deprecated-image-registry`: an image from a place that its makers have left.

use super::Report;
use crate::lint::containers::containers;
use crate::lint::{Applicability, Context, Edit, Fix, Label};
use crate::object::{ImageReference, Object};
use crate::source::Span;
use crate::yaml::NodeRef;

/// Frozen since April 2023; the same images are in the new registry, under the same names.
const FROZEN: &str = "k8s.gcr.io";
const NEW: &str = "registry.k8s.io";

/// Reports each image from a registry that is no longer kept.
pub(super) fn check(context: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let containers = object.pod_spec().map(containers).unwrap_or_default();
    let images = containers
        .iter()
        .filter_map(|container| container.node.get("image"));
    reports.extend(images.filter_map(|image| report(context, image)));
}

fn report(context: &Context<'_>, node: NodeRef<'_>) -> Option<Report> {
    let text = node.as_str()?;
    let image = ImageReference::parse(&text).ok()?;
    let (message, help, fix) = match place(&image)? {
        Place::Frozen => {
            let message = format!("`{text}` is in a registry that is frozen since 2023");
            (message, None, fix(context, node))
        }
        Place::Older => {
            let message = format!("`{text}` is in a registry that was left long ago");
            let help = format!("Look for it at `{NEW}`, where it may have another name");
            (message, Some(help), None)
        }
        Place::Bitnami => {
            let message = format!(
                "`{text}` is no longer kept: Bitnami took its versions out of `bitnami/` in 2025"
            );
            let help = "Use an image that is kept, or `bitnamilegacy/` until there is one";
            (message, Some(help.to_owned()), None)
        }
    };
    Some(Report {
        message,
        primary: Label {
            span: node.label_span(),
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help,
        fix,
    })
}

/// A place that is no longer kept.
enum Place {
    Frozen,
    Older,
    Bitnami,
}

fn place(image: &ImageReference) -> Option<Place> {
    let first = image.repository.split('/').next()?;
    match (image.registry.as_str(), first) {
        (FROZEN, _) => Some(Place::Frozen),
        (
            "gcr.io" | "eu.gcr.io" | "us.gcr.io" | "asia.gcr.io",
            "google_containers" | "google-containers",
        ) => Some(Place::Older),
        ("" | "docker.io" | "index.docker.io", "bitnami") => Some(Place::Bitnami),
        _ => None,
    }
}

/// Changes the registry alone, where the text begins with it.
fn fix(context: &Context<'_>, node: NodeRef<'_>) -> Option<Fix> {
    let span = node.span();
    let written = context.sources.text(span);
    let inner = written.trim_start_matches(['"', '\'']);
    if !inner.starts_with(FROZEN) {
        return None;
    }
    let start = span.start + u32::try_from(written.len() - inner.len()).ok()?;
    let end = start + u32::try_from(FROZEN.len()).ok()?;
    Some(Fix {
        title: format!("Pull it from `{NEW}`"),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span: Span { start, end, ..span },
            text: NEW.to_owned(),
        }],
    })
}
