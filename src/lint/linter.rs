//! Objects → findings.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::builtin::Report;
use super::error::UnknownRule;
use super::judgement::judge;
use super::rule::{Check, Rule};
use super::suppress::suppress;
use super::{
    Catalog, Context, Finding, Ignoring, Outcome, Preset, RuleFailure, Severity, problems,
};
use crate::object::{Object, ObjectId, Skipped};
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
    /// What findings of these weigh, whatever the rules say.
    pub severities: Vec<(String, Severity)>,
}

/// Runs rules.
#[derive(Debug)]
pub struct Linter {
    catalog: Catalog,
    enabled: BTreeSet<String>,
    severities: BTreeMap<String, Severity>,
    pub(super) ignoring: Ignoring,
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
        let severities = selection.severities.iter();
        let severities = severities.map(|(name, severity)| Ok((id(name)?, *severity)));
        let severities = severities.collect::<Result<_, _>>()?;
        Ok(Self {
            catalog,
            enabled,
            severities,
            ignoring: Ignoring::default(),
        })
    }

    /// The same with other ignores than those in the manifests, or without these.
    #[must_use]
    pub fn with_ignoring(self, ignoring: Ignoring) -> Self {
        Self { ignoring, ..self }
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
        self.weigh(&mut all.findings);
        sort(&mut all.findings);
        all.findings.dedup_by(|next, kept| {
            (&next.rule, next.primary.span, &next.message)
                == (&kept.rule, kept.primary.span, &kept.message)
        });
        all.failures
            .sort_by(|left, right| (left.span, &left.rule).cmp(&(right.span, &right.rule)));
        let (mut findings, suppressed) = suppress(self, context, skipped, all.findings);
        self.weigh(&mut findings);
        sort(&mut findings);
        Outcome {
            findings,
            suppressed,
            failures: all.failures,
        }
    }

    /// Gives findings the severity that was chosen for their rule.
    fn weigh(&self, findings: &mut [Finding]) {
        if self.severities.is_empty() {
            return;
        }
        for finding in findings {
            if let Some(severity) = self.severities.get(&finding.rule) {
                finding.severity = *severity;
            }
        }
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        let rules = self.catalog.rules().iter();
        rules.filter(|rule| self.enabled.contains(&rule.id))
    }

    /// The rule of this id, if it runs.
    pub(super) fn rule(&self, id: &str) -> Option<&Rule> {
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

pub(super) fn finding(rule: &Rule, report: Report, object: Option<ObjectId>) -> Finding {
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
                "{head}\ndata:\n  a: x\n  # gitops-lab: ignore[duplicate-key] on purpose\n  a: z\n"
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
                disable: names(disable),
                ..Selection::default()
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
