//! Measures `hardcoded-ip` on labelled places of public repositories.
//!
//! The manifests and the labels are not part of this repository. `GITOPS_LAB_CORPUS` names the
//! directory that holds them (`OWNER__REPO/…` and `ip-labels.tsv`); without it nothing is measured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use gitops_lab::lint::{Catalog, Context, Finding, Linter, Selection};
use gitops_lab::object::{FieldPath, Object, Step};
use gitops_lab::source::{Origin, Source, Sources, Span};
use gitops_lab::yaml::NodeRef;
use gitops_lab::{object, yaml};

const RULE: &str = "hardcoded-ip";
/// Places labelled as no finding that may be reported all the same.
const FALSE_POSITIVES_ALLOWED: usize = 3;

/// One line of the table of labels.
struct Labelled {
    file: String,
    object: String,
    path: String,
    value: String,
    is_finding: bool,
}

#[test]
#[expect(clippy::print_stderr, reason = "says that and what it measured")]
fn labelled_places_of_public_repositories() {
    let Some(corpus) = env::var_os("GITOPS_LAB_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: GITOPS_LAB_CORPUS names no directory with ip-labels.tsv");
        return;
    };
    let table = fs::read_to_string(corpus.join("ip-labels.tsv")).expect("the table of labels");
    let labels: Vec<Labelled> = table.lines().skip(1).map(labelled).collect();
    let mut reported: BTreeMap<&str, Vec<Reported>> = BTreeMap::new();
    for label in &labels {
        reported
            .entry(&label.file)
            .or_insert_with(|| reports(&corpus.join(&label.file)));
    }
    let is_reported = |label: &&Labelled| {
        let mut of_file = reported[label.file.as_str()].iter();
        of_file.any(|report| report.is_at(label))
    };
    let missed: Vec<&Labelled> = labels
        .iter()
        .filter(|label| label.is_finding && !is_reported(label))
        .collect();
    let wrong: Vec<&Labelled> = labels
        .iter()
        .filter(|label| !label.is_finding && is_reported(label))
        .collect();
    eprintln!(
        "{} labels; missed:\n{}reported without need:\n{}",
        labels.len(),
        list(&missed),
        list(&wrong)
    );
    assert!(missed.is_empty());
    assert!(wrong.len() <= FALSE_POSITIVES_ALLOWED);
}

fn labelled(line: &str) -> Labelled {
    let columns: Vec<&str> = line.split('\t').collect();
    let [repository, file, object, path, value, label, ..] = columns[..] else {
        panic!("not a line of the table: {line}");
    };
    Labelled {
        file: format!("{}/{file}", repository.replace('/', "__")),
        object: object
            .rsplit(['/', ' '])
            .next()
            .unwrap_or_default()
            .to_owned(),
        path: path.to_owned(),
        value: value.to_owned(),
        is_finding: label == "TP",
    }
}

fn list(labels: &[&Labelled]) -> String {
    labels.iter().fold(String::new(), |mut list, label| {
        writeln!(list, "  {} {} {}", label.file, label.path, label.value)
            .expect("a string takes all");
        list
    })
}

/// A place that the rule points at: the field's path with `.` between its steps, and its text.
struct Reported {
    object: String,
    path: String,
    text: String,
}

impl Reported {
    fn is_at(&self, label: &Labelled) -> bool {
        self.object == label.object
            && self.path == label.path
            && label.value.starts_with(&self.text)
    }
}

fn reports(file: &Path) -> Vec<Reported> {
    let text: Arc<str> = fs::read_to_string(file)
        .expect("a file of the corpus")
        .into();
    let mut sources = Sources::default();
    let name = file.display().to_string();
    let source = sources.add(Source::new(
        name.clone(),
        name,
        Origin::File,
        Arc::clone(&text),
    ));
    let parsed = yaml::parse(source, &text);
    let (objects, _) = object::read(&parsed.documents);
    let context = Context::new(&sources, &objects);
    let outcome = linter().run(&context, &[], &[]);
    let of_finding = |finding: Finding| {
        let labels = std::iter::once(finding.primary).chain(finding.related);
        let spans: Vec<Span> = labels.map(|label| label.span).collect();
        spans
    };
    let spans = outcome.findings.into_iter().flat_map(of_finding);
    spans
        .map(|span| reported(&sources, &objects, span))
        .collect()
}

fn reported(sources: &Sources, objects: &[Object], span: Span) -> Reported {
    let mut objects = objects
        .iter()
        .filter(|object| contains(object.span(), span));
    let object = objects.next().expect("a finding stands in an object");
    let node = scalar_at(object.root(), span).expect("an address stands in a scalar");
    let path = FieldPath::of(node, object.root()).expect("the scalar stands in the object");
    let steps = path.0.iter().map(|step| match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => index.to_string(),
    });
    Reported {
        object: object.id.name.clone(),
        path: steps.collect::<Vec<_>>().join("."),
        text: sources.text(span).to_owned(),
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn scalar_at(node: NodeRef<'_>, span: Span) -> Option<NodeRef<'_>> {
    if node.scalar().is_some() {
        return contains(node.span(), span).then_some(node);
    }
    let values = node.entries().map(|(_, value)| value).chain(node.items());
    values.into_iter().find_map(|value| scalar_at(value, span))
}

fn linter() -> Linter {
    let selection = Selection {
        only: vec![RULE.to_owned()],
        ..Selection::default()
    };
    let catalog = Catalog::builtin().expect("the rule files are valid");
    Linter::new(catalog, &selection).expect("the rule exists")
}
