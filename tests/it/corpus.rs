//! Manifests of public repositories, where somebody has them: `GITOPS_LAB_CORPUS` names a directory
//! that holds one folder a repository. Without it these tests say that they are skipped, and pass.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use gitops_lab::lint::{Catalog, Context, Linter, Outcome, Selection};
use gitops_lab::object::{self, Object, Skipped, SkippedReason};
use gitops_lab::source::{self, Place, Reading, Request, SourceId, Span};
use gitops_lab::yaml::{self, Problem, ProblemKind, Tree};

/// The folders of the corpus; none without one.
pub(crate) fn folders() -> Vec<PathBuf> {
    let Some(corpus) = std::env::var_os("GITOPS_LAB_CORPUS") else {
        say("skipped: GITOPS_LAB_CORPUS names no directory");
        return Vec::new();
    };
    let entries = std::fs::read_dir(corpus).expect("GITOPS_LAB_CORPUS is a directory");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "GITOPS_LAB_CORPUS holds no folder");
    folders
}

/// Says something to whoever runs the tests with `--nocapture`.
pub(crate) fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error is open");
}

/// What was read of a folder or a file.
pub(crate) struct Read {
    pub(crate) reading: Reading,
    pub(crate) documents: Vec<Arc<Tree>>,
    pub(crate) objects: Vec<Object>,
    problems: Vec<Problem>,
    skipped: Vec<Skipped>,
}

impl Read {
    /// A directory with all that is in it, or one file of it.
    pub(crate) fn of(directory: &Path, file: Option<&Path>) -> Self {
        let reading = source::read(&Request {
            place: Place::WorkTree,
            directory: directory.to_owned(),
            paths: file.map(Path::to_owned).into_iter().collect(),
            include: Vec::new(),
            exclude: Vec::new(),
        });
        let mut read = Self {
            reading: reading.expect("the folder can be read"),
            documents: Vec::new(),
            objects: Vec::new(),
            problems: Vec::new(),
            skipped: Vec::new(),
        };
        for (id, source) in read.reading.sources.iter() {
            let parsed = yaml::parse(id, &source.text);
            read.documents.extend(parsed.documents);
            read.problems.extend(parsed.problems);
        }
        (read.objects, read.skipped) = object::read(&read.documents);
        read
    }

    /// What a linter says of it.
    pub(crate) fn lint(&self, selection: &Selection) -> Outcome {
        let catalog = Catalog::builtin().expect("the rule files are valid");
        let linter = Linter::new(catalog, selection).expect("the rules exist");
        let context = Context::new(&self.reading.sources, &self.objects);
        let context = context.with_documents(&self.documents);
        linter.run(&context, &self.problems, &self.skipped)
    }

    /// Places that are accounted for without a finding: objects, what is known to be something else,
    /// and templates.
    fn known(&self) -> Vec<Span> {
        let objects = self.objects.iter().map(Object::span);
        let others = self.skipped.iter().filter(|skipped| {
            matches!(
                skipped.reason,
                SkippedReason::NotAManifest | SkippedReason::ClientSide(_)
            )
        });
        let others = others.map(|skipped| skipped.tree.node(skipped.node).span());
        let problems = self.problems.iter();
        let templates = problems.filter(|problem| problem.kind == ProblemKind::Template);
        let templates = templates.map(|problem| problem.span);
        objects.chain(others).chain(templates).collect()
    }
}

#[test]
fn lint_of_every_folder_ends_with_zero_or_one() {
    for folder in folders() {
        let output = Command::new(env!("CARGO_BIN_EXE_gitops-lab"))
            .args(["lint", "--output", "json"])
            .current_dir(&folder)
            .output()
            .expect("the program starts");
        let code = output.status.code();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            matches!(code, Some(0 | 1)),
            "{}: {code:?} {error}",
            folder.display()
        );
    }
}

#[test]
fn every_document_is_an_object_or_known_to_be_none_or_a_finding() {
    let mut lost = Vec::new();
    for folder in folders() {
        let read = Read::of(&folder, None);
        let outcome = read.lint(&Selection::default());
        let failures: Vec<String> = outcome.failures.iter().map(ToString::to_string).collect();
        assert_eq!(failures, [""; 0], "{}", folder.display());
        let found = outcome.findings.iter().map(|finding| finding.primary.span);
        let accounted: Vec<Span> = read.known().into_iter().chain(found).collect();
        let mut count = 0;
        for (id, source) in read.reading.sources.iter() {
            let extension = Path::new(&source.path).extension();
            let is_json = extension.is_some_and(|extension| extension == "json");
            if is_json && !source.text.contains("\"apiVersion\"") {
                continue;
            }
            let here: Vec<&Span> = accounted.iter().filter(|span| span.source == id).collect();
            for chunk in chunks(id, &source.text) {
                count += 1;
                let meets = |span: &&&Span| {
                    span.start < chunk.end && chunk.start < span.end.max(span.start + 1)
                };
                if here.iter().find(meets).is_none() {
                    let line = read.reading.sources.line_column(chunk).line;
                    lost.push(format!("{}/{}:{line}", folder.display(), source.path));
                }
            }
        }
        let (objects, findings) = (read.objects.len(), outcome.findings.len());
        say(&format!(
            "{}: {count} documents, {objects} objects, {findings} findings",
            folder.display()
        ));
    }
    assert!(lost.is_empty(), "lost in silence:\n{}", lost.join("\n"));
}

/// The documents of a text as lines tell them, without those that hold nothing but comments.
fn chunks(source: SourceId, text: &str) -> Vec<Span> {
    let mut chunks = Vec::new();
    let (mut start, mut at, mut has_content) = (0, 0, false);
    for line in text.split_inclusive('\n').chain(["---"]) {
        let trimmed = line.trim().trim_start_matches('\u{feff}');
        if trimmed == "---" || line.starts_with("--- ") {
            if has_content {
                chunks.push(Span {
                    source,
                    start,
                    end: at,
                });
            }
            start = at;
            has_content = false;
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') && trimmed != "..." {
            has_content = true;
        }
        at += u32::try_from(line.len()).expect("the reader takes no file of 4 GiB");
    }
    chunks
}

#[test]
fn lines_tell_the_documents_of_a_text() {
    let text = "# only a comment\n---\na: 1\n--- # two\nb: 2\n---\n# nothing\n";
    let texts: Vec<&str> = chunks(SourceId(0), text)
        .into_iter()
        .map(|span| &text[span.start as usize..span.end as usize])
        .collect();
    assert_eq!(texts, ["---\na: 1\n", "--- # two\nb: 2\n"]);
}
