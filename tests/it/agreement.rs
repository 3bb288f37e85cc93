//! Whether ours agrees with the tests that polaris and kube-linter have for their own checks, through
//! the aliases of our rules. Needs the corpus of [`corpus`](crate::corpus).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gitops_lab::lint::{Catalog, Selection};

use crate::corpus::{Read, folders, say};

/// The least share of verdicts that agree or differ by intention, in percent.
const AGREEMENT: usize = 95;

/// A verdict on which ours differs, and means to.
struct Difference {
    case: &'static str,
    /// The rule that reports it instead.
    instead: Option<&'static str>,
    reason: &'static str,
}

const fn elsewhere(case: &'static str, rule: &'static str, reason: &'static str) -> Difference {
    Difference {
        case,
        instead: Some(rule),
        reason,
    }
}

const fn otherwise(case: &'static str, reason: &'static str) -> Difference {
    Difference {
        case,
        instead: None,
        reason,
    }
}

const ALL_RESOURCES: &str = "a rule with `*` for its resources is one finding, of another rule";
const BOUND: &str = "the role is reported, once, and not each of its bindings";
const OWN_ROLE: &str =
    "a file that writes one of the cluster's own roles anew is judged as any other";
const CREATES_PODS: &str = "whoever creates Pods needs no exec: the rule is about every such right";

const MEANT: &[Difference] = &[
    elsewhere(
        "clusterrolePodExecAttach/failure.all_wildcards.yaml",
        "wildcard-rbac",
        ALL_RESOURCES,
    ),
    elsewhere(
        "clusterrolePodExecAttach/failure.create_attach_and_exec_using_resource_wildcard.yaml",
        "wildcard-rbac",
        ALL_RESOURCES,
    ),
    elsewhere(
        "clusterrolePodExecAttach/failure.get_attach_and_exec_using_resource_wildcard.yaml",
        "wildcard-rbac",
        ALL_RESOURCES,
    ),
    otherwise(
        "clusterrolePodExecAttach/success.allow_unrelated_perms.yaml",
        CREATES_PODS,
    ),
    elsewhere(
        "rolePodExecAttach/failure.all_wildcards.yaml",
        "wildcard-rbac",
        ALL_RESOURCES,
    ),
    elsewhere(
        "rolePodExecAttach/failure.create_attach_and_exec_using_resource_wildcard.yaml",
        "wildcard-rbac",
        ALL_RESOURCES,
    ),
    elsewhere(
        "rolePodExecAttach/failure.get_attach_and_exec_using_resource_wildcard.yaml",
        "wildcard-rbac",
        ALL_RESOURCES,
    ),
    otherwise(
        "rolePodExecAttach/success.allow_unrelated_perms.yaml",
        CREATES_PODS,
    ),
    otherwise(
        "clusterrolePodExecAttach/success.defaultclusterrole_admin.yaml",
        OWN_ROLE,
    ),
    otherwise(
        "clusterrolePodExecAttach/success.defaultclusterrole_clusteradmin.yaml",
        OWN_ROLE,
    ),
    elsewhere(
        "clusterrolebindingClusterAdmin/failure.all_verbs.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "clusterrolebindingClusterAdmin/failure.all_verbs_different_order.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "clusterrolebindingClusterAdmin/failure.binding_to_system_prefix.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "clusterrolebindingClusterAdmin/failure.wildcards.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "rolebindingClusterAdminClusterRole/failure.all_verbs.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "rolebindingClusterAdminClusterRole/failure.all_verbs_different_order.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "rolebindingClusterAdminClusterRole/failure.binding_to_system_prefix.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    elsewhere(
        "rolebindingClusterAdminClusterRole/failure.wildcards.yaml",
        "wildcard-rbac",
        BOUND,
    ),
    otherwise(
        "latest-tag/NothingOnGood",
        "`v1` is a tag that moves to every newer version",
    ),
    otherwise(
        "mismatching-selector/FindingOnBad",
        "containers without an image are a patch, which is complete elsewhere",
    ),
];

/// One verdict of a peer on one of its files.
struct Verdict {
    check: String,
    /// The check's name and the file's.
    case: String,
    directory: PathBuf,
    file: PathBuf,
    expects: Expectation,
}

/// What the peer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expectation {
    /// Something in the file is reported.
    Finding,
    /// Nothing in the file is reported.
    Nothing,
    /// An object that is to be reported is: those are all but the good ones.
    FindingOnBad,
    /// None of the objects whose name says that they are good is reported.
    NothingOnGood,
}

/// How one check fares.
#[derive(Default)]
struct Row {
    agree: usize,
    meant: Vec<String>,
    differ: Vec<String>,
}

#[test]
fn polaris_agrees_on_its_own_manifests() {
    check("FairwindsOps__polaris", "test/checks", polaris);
}

#[test]
fn kube_linter_agrees_on_its_own_manifests() {
    check("stackrox__kube-linter", "tests/checks", kube_linter);
}

fn check(folder: &str, below: &str, verdicts: fn(&Path) -> Vec<Verdict>) {
    let mut folders = folders().into_iter();
    let Some(folder) = folders.find(|path| path.ends_with(folder)) else {
        return;
    };
    let catalog = Catalog::builtin().expect("the rule files are valid");
    let mut rows: BTreeMap<String, Option<Row>> = BTreeMap::new();
    for verdict in verdicts(&folder.join(below)) {
        let Ok(rule) = catalog.find(&verdict.check) else {
            rows.insert(verdict.check, None);
            continue;
        };
        let row = rows.entry(verdict.check.clone()).or_default();
        let row = row.get_or_insert_default();
        let meant = MEANT.iter().find(|meant| meant.case == verdict.case);
        match (holds(&verdict, &rule.id), meant) {
            (true, None) => row.agree += 1,
            (true, Some(_)) => panic!("{} agrees: it is no difference", verdict.case),
            (false, Some(meant)) => {
                let reported = meant.instead.is_none_or(|rule| holds(&verdict, rule));
                assert!(reported, "{} is not reported instead", verdict.case);
                row.meant
                    .push(format!("{}: {}", verdict.case, meant.reason));
            }
            (false, None) => {
                let expected = format!("{:?} expected", verdict.expects);
                row.differ.push(format!("{}: {expected}", verdict.case));
            }
        }
    }
    conclude(&rows);
}

fn conclude(rows: &BTreeMap<String, Option<Row>>) {
    let (mut agree, mut intended, mut all) = (0, 0, 0);
    say("check                                     agree  meant  differ");
    for (check, row) in rows {
        let Some(row) = row else {
            say(&format!("{check:<40}  no rule has this alias"));
            continue;
        };
        let (meant, differ) = (row.meant.len(), row.differ.len());
        say(&format!(
            "{check:<40}  {:>5}  {meant:>5}  {differ:>6}",
            row.agree
        ));
        for difference in &row.meant {
            say(&format!("    meant: {difference}"));
        }
        for difference in &row.differ {
            say(&format!("    {difference}"));
        }
        agree += row.agree;
        intended += meant;
        all += row.agree + meant + differ;
    }
    say(&format!(
        "{agree} of {all} verdicts agree, {intended} differ by intention"
    ));
    let unexplained = all - agree - intended;
    assert!(
        unexplained * 100 <= all * (100 - AGREEMENT),
        "{unexplained} of {all} verdicts differ"
    );
}

/// Whether our rule says what the peer says.
fn holds(verdict: &Verdict, rule: &str) -> bool {
    let read = Read::of(&verdict.directory, Some(&verdict.file));
    let selection = Selection {
        only: vec![rule.to_owned()],
        ..Selection::default()
    };
    let outcome = read.lint(&selection);
    let findings = outcome.findings.iter();
    let named = findings
        .filter(|finding| finding.rule == rule)
        .map(|finding| {
            let object = finding.object.as_ref();
            object.map_or_else(String::new, |object| object.name.clone())
        });
    let named: Vec<String> = named.collect();
    match verdict.expects {
        Expectation::Finding => !named.is_empty(),
        Expectation::Nothing => named.is_empty(),
        Expectation::FindingOnBad => named.iter().any(|name| !is_good(name)),
        Expectation::NothingOnGood => !named.iter().any(|name| is_good(name)),
    }
}

/// Whether the name of an object in kube-linter's tests says that nothing is to be found in it.
fn is_good(name: &str) -> bool {
    ["dont-fire", "should-pass", "good-"]
        .iter()
        .any(|start| name.starts_with(start))
}

fn listed(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("the corpus has this directory");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    paths
}

fn text(path: Option<&std::ffi::OsStr>) -> String {
    path.unwrap_or_default().to_string_lossy().into_owned()
}

/// The folder is the check; the file's name starts with the verdict.
fn polaris(root: &Path) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for directory in listed(root) {
        let check = text(directory.file_name());
        if directory.join("check.yaml").exists() {
            continue; // Tests of checks that the folder brings itself.
        }
        for path in listed(&directory) {
            let file = text(path.file_name());
            let expects = match file.as_str() {
                name if name.starts_with("success") => Expectation::Nothing,
                name if name.starts_with("failure") => Expectation::Finding,
                _ => continue,
            };
            verdicts.push(Verdict {
                check: check.clone(),
                case: format!("{check}/{file}"),
                directory: directory.clone(),
                file: file.into(),
                expects,
            });
        }
    }
    verdicts
}

/// The file is the check; names of objects say which of them are good.
fn kube_linter(root: &Path) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for path in listed(root) {
        let check = text(path.file_stem());
        let file = text(path.file_name());
        let read = Read::of(root, Some(Path::new(&file)));
        let good = read
            .objects
            .iter()
            .filter(|object| is_good(&object.id.name));
        let good = good.count();
        let kinds = [
            (good > 0, Expectation::NothingOnGood),
            (good < read.objects.len(), Expectation::FindingOnBad),
        ];
        for (_, expects) in kinds.into_iter().filter(|(is_there, _)| *is_there) {
            verdicts.push(Verdict {
                check: check.clone(),
                case: format!("{check}/{expects:?}"),
                directory: root.to_owned(),
                file: file.clone().into(),
                expects,
            });
        }
    }
    verdicts
}
