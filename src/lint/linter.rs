//! Objects → findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::builtin::Report;
use super::error::UnknownRule;
use super::ignore::{Ignore, Malformed, ignores};
use super::judgement::judge;
use super::rule::{Check, Rule};
use super::{Catalog, Context, Finding, Label, Outcome, Preset, RuleFailure, Suppressed, problems};
use crate::object::{Object, ObjectId, Skipped};
use crate::source::{SourceId, Span};
use crate::yaml::Problem;

/// Which rules run. Names are ids or aliases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these, whatever the presets hold; empty means those of the presets.
    pub only: Vec<String>,
    /// The rules of any of these; empty means those of [`Preset::Recommended`].
    pub presets: Vec<Preset>,
    /// These too.
    pub enable: Vec<String>,
    /// But not these.
    pub disable: Vec<String>,
}

/// Runs rules.
#[derive(Debug)]
pub struct Linter {
    catalog: Catalog,
    enabled: BTreeSet<String>,
}

impl Linter {
    /// A linter for the chosen ones of these rules.
    ///
    /// Problems that hide a document from every rule are reported whatever is chosen, unless they are
    /// disabled by name.
    pub fn new(catalog: Catalog, selection: &Selection) -> Result<Self, UnknownRule> {
        let id = |name: &String| catalog.find(name).map(|rule| rule.id.clone());
        let only: BTreeSet<String> = selection.only.iter().map(id).collect::<Result<_, _>>()?;
        let presets = match selection.presets.as_slice() {
            [] => &[Preset::Recommended],
            presets => presets,
        };
        let is_chosen = |rule: &Rule| {
            if only.is_empty() {
                presets.iter().any(|preset| preset.contains(rule))
            } else {
                only.contains(&rule.id)
            }
        };
        let is_on = |rule: &&Rule| is_chosen(rule) || problems::hides_a_document(&rule.id);
        let on = catalog.rules().iter().filter(is_on);
        let mut enabled: BTreeSet<String> = on.map(|rule| rule.id.clone()).collect();
        for name in &selection.enable {
            enabled.insert(id(name)?);
        }
        for name in &selection.disable {
            enabled.remove(&id(name)?);
        }
        Ok(Self { catalog, enabled })
    }

    /// The rules that it knows.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Whether the rule of this id runs.
    pub fn is_enabled(&self, id: &str) -> bool {
        self.enabled.contains(id)
    }

    /// Judges all objects of a run, and reports what the readers saw.
    pub fn run(&self, context: &Context<'_>, problems: &[Problem], skipped: &[Skipped]) -> Outcome {
        let rules: Vec<&Rule> = self.rules().collect();
        let judged: Vec<Judged> = context
            .objects
            .par_iter()
            .map(|object| judge_object(&rules, context, object))
            .collect();
        let mut all = Judged::default();
        for judged in judged {
            all.findings.extend(judged.findings);
            all.failures.extend(judged.failures);
        }
        all.findings.extend(self.seen_by_readers(problems, skipped));
        sort(&mut all.findings);
        all.findings.dedup_by(|next, kept| {
            (&next.rule, next.primary.span, &next.message)
                == (&kept.rule, kept.primary.span, &kept.message)
        });
        all.failures
            .sort_by(|left, right| (left.span, &left.rule).cmp(&(right.span, &right.rule)));
        let (findings, suppressed) = self.suppress(context, skipped, all.findings);
        Outcome {
            findings,
            suppressed,
            failures: all.failures,
        }
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        let rules = self.catalog.rules().iter();
        rules.filter(|rule| self.enabled.contains(&rule.id))
    }

    /// The rule of this id, if it runs.
    fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.id == id)
    }

    fn seen_by_readers(&self, problems: &[Problem], skipped: &[Skipped]) -> Vec<Finding> {
        let of_yaml = problems.iter().map(|problem| {
            let report = problems::report(problem);
            (problems::rule_of(problem.kind), report)
        });
        let of_objects = skipped.iter().filter_map(problems::skipped);
        let findings = of_yaml.chain(of_objects).filter_map(|(id, report)| {
            let rule = self.rule(id)?;
            Some(finding(rule, report, None))
        });
        findings.collect()
    }

    /// Takes out the findings that an ignore covers, and adds what is to be said about the ignores.
    fn suppress(
        &self,
        context: &Context<'_>,
        skipped: &[Skipped],
        findings: Vec<Finding>,
    ) -> (Vec<Finding>, Vec<Suppressed>) {
        let (mut ignores, malformed) = self.ignores(context, skipped);
        if ignores.is_empty() && malformed.is_empty() {
            return (findings, Vec::new());
        }
        let mut kept = Vec::new();
        let mut suppressed = Vec::new();
        for finding in findings {
            let of_source = ignores.get_mut(&finding.primary.span.source);
            let covering = of_source.and_then(|list| {
                let mut list = list.iter_mut();
                list.find(|ignore| ignore.covers(&finding))
            });
            let Some(ignore) = covering else {
                kept.push(finding);
                continue;
            };
            ignore.used.insert(finding.rule.clone());
            suppressed.push(Suppressed {
                finding,
                reason: ignore.written.reason.clone(),
                ignore: ignore.written.span,
            });
        }
        kept.extend(self.about_ignores(ignores.values().flatten(), &malformed));
        sort(&mut kept);
        (kept, suppressed)
    }

    fn ignores(
        &self,
        context: &Context<'_>,
        skipped: &[Skipped],
    ) -> (BTreeMap<SourceId, Vec<Resolved>>, Vec<Malformed>) {
        let mut all: BTreeMap<SourceId, Vec<Resolved>> = BTreeMap::new();
        let mut malformed = Vec::new();
        let of_objects = context.objects.iter().map(|object| &object.tree);
        let of_others = skipped.iter().map(|skipped| &skipped.tree);
        let mut seen = BTreeSet::new();
        for tree in of_objects.chain(of_others) {
            if !seen.insert(Arc::as_ptr(tree)) {
                continue;
            }
            let source = context.sources.get(tree.source);
            let (ignores, wrong) = ignores(tree, source);
            malformed.extend(wrong);
            let resolved = ignores.into_iter().map(|ignore| self.resolve(ignore));
            all.entry(tree.source).or_default().extend(resolved);
        }
        all.retain(|_, list| !list.is_empty());
        (all, malformed)
    }

    fn resolve(&self, written: Ignore) -> Resolved {
        let mut resolved = Resolved {
            ids: BTreeSet::new(),
            unknown: Vec::new(),
            used: BTreeSet::new(),
            written,
        };
        for name in &resolved.written.rules {
            match self.catalog.find(name) {
                Ok(rule) => {
                    resolved.ids.insert(rule.id.clone());
                }
                Err(error) => resolved.unknown.push(error),
            }
        }
        resolved
    }

    fn about_ignores<'i>(
        &self,
        ignores: impl Iterator<Item = &'i Resolved>,
        malformed: &[Malformed],
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut add = |id: &str, span: Span, message: String, help: Option<String>| {
            if let Some(rule) = self.rule(id) {
                let report = about_ignore(span, message, help);
                findings.push(finding(rule, report, None));
            }
        };
        for comment in malformed {
            add(
                "invalid-ignore",
                comment.span,
                comment.message.clone(),
                None,
            );
        }
        for ignore in ignores {
            let span = ignore.written.span;
            for error in &ignore.unknown {
                let help = Some(error.help.clone());
                add("invalid-ignore", span, error.to_string(), help);
            }
            if ignore.written.reason.is_empty() {
                let message = "this ignore does not say why".to_owned();
                add("ignore-without-reason", span, message, None);
            }
            for id in ignore.ids.difference(&ignore.used) {
                if self.is_enabled(id) {
                    let message = format!("there is no finding of `{id}` here to ignore");
                    add("unused-ignore", span, message, None);
                }
            }
        }
        findings
    }
}

/// An ignore with the rules that it means.
struct Resolved {
    written: Ignore,
    ids: BTreeSet<String>,
    unknown: Vec<UnknownRule>,
    used: BTreeSet<String>,
}

impl Resolved {
    fn covers(&self, finding: &Finding) -> bool {
        let start = finding.primary.span.start;
        self.ids.contains(&finding.rule)
            && self
                .written
                .scope
                .is_some_and(|scope| scope.start <= start && start < scope.end.max(scope.start + 1))
    }
}

/// What the rules say of one object.
#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    failures: Vec<RuleFailure>,
}

fn judge_object(rules: &[&Rule], context: &Context<'_>, object: &Object) -> Judged {
    let mut judged = Judged::default();
    let mut reports = Vec::new();
    for rule in rules {
        match &rule.check {
            Check::Builtin(check) => check(context, object, &mut reports),
            Check::Expression(judgement) => {
                let unjudged = judge(judgement, object, &mut reports).into_iter();
                judged.failures.extend(unjudged.map(|unjudged| RuleFailure {
                    rule: rule.id.clone(),
                    reason: unjudged.reason,
                    span: unjudged.span,
                    object: Some(object.id.clone()),
                }));
            }
            Check::Reader | Check::Ignores => {}
        }
        let of_rule = reports.drain(..);
        let findings = of_rule.map(|report| finding(rule, report, Some(object.id.clone())));
        judged.findings.extend(findings);
    }
    judged
}

fn finding(rule: &Rule, report: Report, object: Option<ObjectId>) -> Finding {
    Finding {
        rule: rule.id.clone(),
        severity: report.severity.unwrap_or(rule.severity),
        message: report.message,
        primary: report.primary,
        related: report.related,
        object,
        help: report.help.or_else(|| rule.help.clone()),
        fix: report.fix,
    }
}

fn about_ignore(span: Span, message: String, help: Option<String>) -> Report {
    Report {
        message,
        primary: Label {
            span,
            text: String::new(),
        },
        related: Vec::new(),
        severity: None,
        help,
        fix: None,
    }
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by(|left, right| {
        let key = |finding: &Finding| (finding.primary.span.source, finding.primary.span.start);
        key(left)
            .cmp(&key(right))
            .then_with(|| left.rule.cmp(&right.rule))
            .then_with(|| left.primary.span.end.cmp(&right.primary.span.end))
            .then_with(|| left.message.cmp(&right.message))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Severity;
    use crate::lint::sample::{Sample, catalog_with, linter_of};

    const RULE: &str = r#"
summary: Replica
category: style
severity: error
aliases: [PEER-1]
explanation: A rule for tests.
help: Help of the rule
kinds: Deployment
needs: spec.replicas
expression: self.spec.replicas < 3
at: spec.replicas
message: "{self.spec.replicas} replicas"
degrees:
  - when: self.spec.replicas < 5
    severity: info
    help: Help of the degree
examples:
  - good: ""
"#;

    fn deployment(replicas: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  replicas: {replicas}\n"
        )
    }

    fn lint(text: &str) -> (Sample, Outcome) {
        let sample = Sample::read(text);
        let outcome = sample.lint(&linter_of("replica", RULE));
        (sample, outcome)
    }

    #[test]
    fn a_degree_says_severity_and_help() {
        let (_, outcome) = lint(&deployment("4"));
        let finding = &outcome.findings[0];
        assert_eq!(finding.severity, Severity::Info);
        assert_eq!(finding.help.as_deref(), Some("Help of the degree"));
        let (sample, outcome) = lint(&deployment("5"));
        let finding = &outcome.findings[0];
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.help.as_deref(), Some("Help of the rule"));
        assert_eq!(finding.message, "5 replicas");
        assert_eq!(sample.place(finding.primary.span), (5, "replicas: 5"));
    }

    #[test]
    fn kinds_and_needs_pass_over_without_judging() {
        let other = "apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: x}\n";
        for text in [other, &deployment("null")] {
            assert_eq!(lint(text).1, Outcome::default(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_judged_is_a_failure_at_its_place() {
        let (sample, outcome) = lint(&deployment("many"));
        assert_eq!(outcome.findings, []);
        let failure = &outcome.failures[0];
        assert_eq!(failure.rule, "replica");
        assert_eq!(sample.place(failure.span), (5, "replicas: many"));
        assert!(
            failure.reason.contains("self.spec.replicas < 3"),
            "{failure}"
        );
    }

    #[test]
    fn an_ignored_finding_is_kept_with_its_reason() {
        let text = deployment("9 # gitops-lab: ignore[peer-1] tests need many");
        let (_, outcome) = lint(&text);
        assert_eq!(outcome.findings, []);
        assert_eq!(outcome.suppressed[0].reason, "tests need many");
        assert_eq!(outcome.suppressed[0].finding.rule, "replica");
    }

    #[test]
    fn what_the_reader_finds_is_ignored_in_any_document() {
        let with_ignore = |head: &str| {
            let text = format!(
                "{head}\nlist:\n  a: 1\n  # gitops-lab: ignore[duplicate-key] on purpose\n  a: 2\n"
            );
            lint_with_all(&text)
        };
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}";
        let other = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization";
        for head in [object, other] {
            let outcome = with_ignore(head);
            assert_eq!(outcome.findings, [], "{head}");
            assert_eq!(outcome.suppressed.len(), 1, "{head}");
        }
    }

    fn lint_with_all(text: &str) -> Outcome {
        let catalog = Catalog::builtin().expect("the rule files are valid");
        let linter = Linter::new(catalog, &Selection::default()).expect("no name is unknown");
        Sample::read(text).lint(&linter)
    }

    #[test]
    fn findings_are_sorted_by_place_whatever_the_order_of_the_objects() {
        let text = format!(
            "{}---\n{}---\n{}",
            deployment("7"),
            deployment("8"),
            deployment("9")
        );
        let mut sample = Sample::read(&text);
        let linter = linter_of("replica", RULE);
        let forward = sample.lint(&linter);
        sample.objects.reverse();
        assert_eq!(sample.lint(&linter), forward);
        let messages: Vec<_> = forward
            .findings
            .iter()
            .map(|finding| &finding.message)
            .collect();
        assert_eq!(messages, ["7 replicas", "8 replicas", "9 replicas"]);
    }

    #[test]
    fn a_selection_knows_ids_aliases_and_nothing_else() {
        let select = |only: &[&str], disable: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let selection = Selection {
                only: names(only),
                presets: Vec::new(),
                enable: Vec::new(),
                disable: names(disable),
            };
            Linter::new(catalog_with("replica", RULE), &selection)
        };
        let linter = select(&[], &["PEER-1"]).expect("known names");
        assert!(!linter.is_enabled("replica") && linter.is_enabled("naked-pod"));
        assert!(!linter.is_enabled("not-a-manifest"), "off by default");
        let linter = select(&["replica"], &[]).expect("known names");
        assert!(linter.is_enabled("replica") && !linter.is_enabled("naked-pod"));
        assert!(
            linter.is_enabled("yaml-syntax"),
            "what cannot be read is always said"
        );
        let selection = Selection {
            presets: vec![Preset::All],
            disable: vec!["naked-pod".to_owned()],
            ..Selection::default()
        };
        let linter = Linter::new(catalog_with("replica", RULE), &selection).expect("known names");
        assert!(linter.is_enabled("not-a-manifest") && !linter.is_enabled("naked-pod"));
        let error = select(&["nakedpod"], &[]).map(|linter| linter.is_enabled(""));
        assert_eq!(error, Ok(false), "an alias of naked-pod, in another case");
        let error = select(&["naked-pot"], &[]).expect_err("an unknown name");
        assert_eq!(error.help, "did you mean `naked-pod`?");
    }
}
