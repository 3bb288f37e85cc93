//! Taking out the findings that somebody wants to keep, and looking after the ignores that say so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::builtin::Report;
use super::configured_ignore::ConfiguredIgnore;
use super::error::UnknownRule;
use super::ignore::{Ignore, Malformed, ignores, of_annotations};
use super::linter::finding;
use super::{Catalog, Context, Finding, Label, Linter, Suppressed};
use crate::object::Skipped;
use crate::source::{SourceId, Span};

/// Which ignores hold.
#[derive(Clone, Debug, Default)]
pub struct Ignoring {
    /// Those of the configuration.
    pub configured: Vec<ConfiguredIgnore>,
    /// Whether those in manifests, comments and annotations, have no effect: for a gate that the
    /// authors of manifests cannot pass by.
    pub no_inline: bool,
    /// Whether the run reads everything that the configuration is about, so that an ignore of it that
    /// ignores nothing is of no use.
    pub is_whole: bool,
}

/// Takes out the findings that an ignore covers, and adds what is to be said about the ignores.
pub(super) fn suppress(
    linter: &Linter,
    context: &Context<'_>,
    skipped: &[Skipped],
    findings: Vec<Finding>,
) -> (Vec<Finding>, Vec<Suppressed>) {
    let mut all = All::new(linter, context, skipped);
    let mut kept = Vec::new();
    let mut suppressed = Vec::new();
    for finding in findings {
        match all.covering(&finding, context) {
            None => kept.push(finding),
            Some((reason, ignore)) => suppressed.push(Suppressed {
                finding,
                reason,
                ignore,
            }),
        }
    }
    kept.extend(all.about(linter));
    (kept, suppressed)
}

/// All ignores of a run.
struct All<'a> {
    inline: BTreeMap<SourceId, Vec<Resolved>>,
    malformed: Vec<Malformed>,
    configured: Vec<(&'a ConfiguredIgnore, BTreeSet<String>)>,
    today: Date,
}

impl<'a> All<'a> {
    fn new(linter: &'a Linter, context: &Context<'_>, skipped: &[Skipped]) -> Self {
        let ignoring = &linter.ignoring;
        let configured = ignoring.configured.iter();
        let mut all = Self {
            inline: BTreeMap::new(),
            malformed: Vec::new(),
            configured: configured.map(|ignore| (ignore, BTreeSet::new())).collect(),
            today: today(),
        };
        if !ignoring.no_inline {
            all.add_inline(linter.catalog(), context, skipped);
        }
        all
    }

    fn add_inline(&mut self, catalog: &Catalog, context: &Context<'_>, skipped: &[Skipped]) {
        let of_objects = context.objects.iter().map(|object| &object.tree);
        let of_others = skipped.iter().map(|skipped| &skipped.tree);
        let mut seen = BTreeSet::new();
        for tree in of_objects.chain(of_others) {
            if seen.insert(Arc::as_ptr(tree)) {
                let found = ignores(tree, context.sources.get(tree.source));
                self.add(catalog, tree.source, found);
            }
        }
        for object in context.objects {
            self.add(catalog, object.tree.source, of_annotations(object));
        }
    }

    fn add(
        &mut self,
        catalog: &Catalog,
        source: SourceId,
        (ignores, malformed): (Vec<Ignore>, Vec<Malformed>),
    ) {
        self.malformed.extend(malformed);
        if !ignores.is_empty() {
            let resolved = ignores.into_iter();
            let resolved = resolved.map(|ignore| Resolved::new(catalog, ignore));
            self.inline.entry(source).or_default().extend(resolved);
        }
    }

    /// The reason and the place of the ignore that covers a finding.
    fn covering(&mut self, finding: &Finding, context: &Context<'_>) -> Option<(String, Span)> {
        let today = self.today;
        let inline = self.inline.get_mut(&finding.primary.span.source);
        let mut inline = inline.into_iter().flatten();
        if let Some(ignore) = inline.find(|ignore| ignore.covers(finding, today)) {
            ignore.used.insert(finding.rule.clone());
            return Some((ignore.written.reason.clone(), ignore.written.span));
        }
        let mut configured = self.configured.iter_mut();
        let found = configured.find(|(ignore, _)| {
            !is_expired(ignore.until, today) && ignore.covers(finding, context)
        });
        let (ignore, used) = found?;
        used.insert(finding.rule.clone());
        Some((ignore.reason.clone(), ignore.place))
    }

    /// What is to be said about the ignores themselves.
    fn about(&self, linter: &Linter) -> Vec<Finding> {
        let mut about = About {
            linter,
            findings: Vec::new(),
        };
        for wrong in &self.malformed {
            about.add("invalid-ignore", wrong.span, wrong.message.clone(), None);
        }
        for ignore in self.inline.values().flatten() {
            let span = ignore.written.span;
            for error in &ignore.unknown {
                let help = Some(error.help.clone());
                about.add("invalid-ignore", span, error.to_string(), help);
            }
            if ignore.written.reason.is_empty() {
                let message = "this ignore does not say why".to_owned();
                about.add("ignore-without-reason", span, message, None);
            }
            if is_expired(ignore.written.until, self.today) {
                about.expired(ignore.written.until, span);
                continue;
            }
            about.unused(ignore.ids.difference(&ignore.used), span, "here");
        }
        for (ignore, used) in &self.configured {
            if is_expired(ignore.until, self.today) {
                about.expired(ignore.until, ignore.place);
            } else if linter.ignoring.is_whole {
                let unused = ignore.rules.iter().filter(|id| !used.contains(*id));
                about.unused(unused, ignore.place, "there");
            }
        }
        about.findings
    }
}

/// An inline ignore with the rules that it means.
struct Resolved {
    written: Ignore,
    ids: BTreeSet<String>,
    unknown: Vec<UnknownRule>,
    used: BTreeSet<String>,
}

impl Resolved {
    fn new(catalog: &Catalog, written: Ignore) -> Self {
        let mut resolved = Self {
            ids: BTreeSet::new(),
            unknown: Vec::new(),
            used: BTreeSet::new(),
            written,
        };
        for name in &resolved.written.rules {
            match catalog.find(name) {
                Ok(rule) => {
                    resolved.ids.insert(rule.id.clone());
                }
                Err(error) => resolved.unknown.push(error),
            }
        }
        resolved
    }

    fn covers(&self, finding: &Finding, today: Date) -> bool {
        let start = finding.primary.span.start;
        self.ids.contains(&finding.rule)
            && !is_expired(self.written.until, today)
            && self
                .written
                .scope
                .is_some_and(|scope| scope.start <= start && start < scope.end.max(scope.start + 1))
    }
}

/// Findings about ignores, of the rules among these that run.
struct About<'l> {
    linter: &'l Linter,
    findings: Vec<Finding>,
}

impl About<'_> {
    fn add(&mut self, id: &str, span: Span, message: String, help: Option<String>) {
        let Some(rule) = self.linter.rule(id) else {
            return;
        };
        let report = Report {
            message,
            primary: Label {
                span,
                text: String::new(),
            },
            related: Vec::new(),
            severity: None,
            help,
            fix: None,
        };
        self.findings.push(finding(rule, report, None));
    }

    fn expired(&mut self, until: Option<Date>, span: Span) {
        let until = until.map(|date| date.to_string()).unwrap_or_default();
        let message = format!("this ignore held until {until}");
        self.add("expired-ignore", span, message, None);
    }

    fn unused<'i>(&mut self, ids: impl Iterator<Item = &'i String>, span: Span, place: &str) {
        for id in ids {
            if self.linter.is_enabled(id) {
                let message = format!("there is no finding of `{id}` {place} to ignore");
                self.add("unused-ignore", span, message, None);
            }
        }
    }
}

/// Whether the last day of an ignore is over.
fn is_expired(until: Option<Date>, today: Date) -> bool {
    until.is_some_and(|until| until < today)
}

/// The day in UTC: the same for everybody who runs a gate.
fn today() -> Date {
    let now = jiff::Timestamp::now();
    jiff::tz::Offset::UTC.to_datetime(now).date()
}
