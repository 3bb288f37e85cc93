//! Ignores of the configuration: rule × path × object × container.

use globset::GlobMatcher;
use jiff::civil::Date;

use super::{Context, Finding};
use crate::object::Object;
use crate::source::Span;
use crate::yaml::NodeRef;

/// An ignore of the configuration. What it does not name, it does not ask for.
#[derive(Clone, Debug)]
pub struct ConfiguredIgnore {
    /// The ids of its rules.
    pub rules: Vec<String>,
    /// The path of the file, relative to the repository's root.
    pub path: Option<GlobMatcher>,
    /// The object's kind.
    pub kind: Option<GlobMatcher>,
    /// The object's namespace, as it is written.
    pub namespace: Option<GlobMatcher>,
    /// The object's name.
    pub name: Option<GlobMatcher>,
    /// The name of the container that holds the finding.
    pub container: Option<GlobMatcher>,
    /// Why.
    pub reason: String,
    /// Its last day.
    pub until: Option<Date>,
    /// Its place in the configuration.
    pub place: Span,
}

impl ConfiguredIgnore {
    /// Whether it is meant for this finding.
    pub(super) fn covers(&self, finding: &Finding, context: &Context<'_>) -> bool {
        let object = finding.object.as_ref();
        let path = &context.sources.get(finding.primary.span.source).path;
        self.rules.contains(&finding.rule)
            && fits(self.path.as_ref(), Some(path))
            && fits(self.kind.as_ref(), object.map(|id| id.kind.as_str()))
            && fits(
                self.namespace.as_ref(),
                object.and_then(|id| id.namespace.as_deref()),
            )
            && fits(self.name.as_ref(), object.map(|id| id.name.as_str()))
            && self.container.as_ref().is_none_or(|container| {
                let holders = context.objects.iter();
                let mut holders = holders.filter(|object| holds(object.span(), finding));
                holders.any(|object| is_in_container(object, container, finding))
            })
    }
}

fn fits(glob: Option<&GlobMatcher>, text: Option<&str>) -> bool {
    glob.is_none_or(|glob| text.is_some_and(|text| glob.is_match(text)))
}

fn holds(span: Span, finding: &Finding) -> bool {
    let place = finding.primary.span;
    span.source == place.source && span.start <= place.start && place.start < span.end
}

fn is_in_container(object: &Object, name: &GlobMatcher, finding: &Finding) -> bool {
    let Some(spec) = object.pod_spec() else {
        return false;
    };
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let containers = lists.iter().filter_map(|list| spec.get(list));
    let mut containers = containers.flat_map(|list| list.items().collect::<Vec<_>>());
    containers.any(|container| {
        let span = Span {
            start: container.label_span().start,
            ..container.span()
        };
        let text = container.get("name").and_then(NodeRef::as_str);
        holds(span, finding) && fits(Some(name), text.as_deref())
    })
}
