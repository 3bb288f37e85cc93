//! Reading manifests from repositories that the real git made.

use std::path::{Path, PathBuf};

use gitops_lab::source::{
    ChangeKind, Origin, Place, Reading, Request, SourceError, changed_paths, commit_info,
    current_branch, is_dirty, read, resolve,
};
use miette::Diagnostic;

use crate::git::Sandbox;

pub(crate) fn request(directory: &Path, place: Place, paths: &[&str]) -> Request {
    Request {
        place,
        directory: directory.to_owned(),
        paths: paths.iter().map(PathBuf::from).collect(),
        include: Vec::new(),
        exclude: Vec::new(),
    }
}

pub(crate) fn revision(name: &str) -> Place {
    Place::Revision(name.to_owned())
}

/// Reads with success.
pub(crate) fn reading(directory: &Path, place: Place, paths: &[&str]) -> Reading {
    let request = request(directory, place, paths);
    read(&request).unwrap_or_else(|error| panic!("{request:?}: {error}"))
}

/// What people see of each source, in order.
pub(crate) fn names(reading: &Reading) -> Vec<&str> {
    reading
        .sources
        .iter()
        .map(|(_, source)| source.name.as_str())
        .collect()
}

fn texts(reading: &Reading) -> Vec<&str> {
    reading
        .sources
        .iter()
        .map(|(_, source)| &*source.text)
        .collect()
}

fn messages(problems: &[SourceError]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn help(error: &SourceError) -> String {
    error
        .help()
        .map(|help| help.to_string())
        .unwrap_or_default()
}

fn error(directory: &Path, place: Place, paths: &[&str]) -> SourceError {
    let request = request(directory, place, paths);
    read(&request)
        .err()
        .unwrap_or_else(|| panic!("{request:?} must fail"))
}

fn committed() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.write("base/web.yaml", "kind: Service\n");
    sandbox.write("base/data.json", "{}\n");
    sandbox.write("overlays/prod/web.yml", "kind: Deployment\n");
    sandbox.write(".ci/job.yaml", "kind: Job\n");
    sandbox.write("README.md", "# Read me\n");
    let commit = sandbox.commit("First");
    (sandbox, commit)
}

const ALL: [&str; 4] = [
    ".ci/job.yaml",
    "base/data.json",
    "base/web.yaml",
    "overlays/prod/web.yml",
];

#[test]
fn a_revision_is_read_from_the_objects_and_not_from_the_work_tree() {
    let (sandbox, first) = committed();
    sandbox.write("base/web.yaml", "changed\n");
    std::fs::remove_file(sandbox.root().join("base/data.json")).expect("the file exists");
    let reading = reading(&sandbox.root(), revision("HEAD"), &[]);
    assert_eq!(names(&reading), ALL);
    assert_eq!(texts(&reading)[2], "kind: Service\n");
    let (_, source) = reading.sources.iter().next().expect("there are four");
    assert_eq!(source.origin, Origin::Revision(first.clone()));
    let repository = reading.repository.expect("there is one");
    assert_eq!(repository.commit, Some(first));
    assert_eq!(repository.root, sandbox.root());
}

#[test]
fn an_older_revision_a_tag_and_a_tree_are_revisions() {
    let (sandbox, first) = committed();
    sandbox.git(&["tag", "-a", "v1", "-m", "One"]);
    sandbox.write("base/web.yaml", "second\n");
    sandbox.commit("Second");
    for name in ["HEAD~1", "v1", &first[..8], "HEAD~1^{tree}"] {
        let reading = reading(&sandbox.root(), revision(name), &["base/web.yaml"]);
        assert_eq!(texts(&reading), ["kind: Service\n"], "{name}");
    }
    let tree = sandbox.git(&["rev-parse", "v1^{tree}"]);
    let reading = reading(&sandbox.root(), revision(&tree), &[]);
    let (_, source) = reading.sources.iter().next().expect("there are four");
    assert_eq!(source.origin, Origin::Revision(tree));
    assert_eq!(reading.repository.expect("there is one").commit, None);
}

#[test]
fn a_bare_repository_gives_its_revisions() {
    let (sandbox, _) = committed();
    let bare = sandbox.outside().join("bare.git");
    let path = bare.to_string_lossy();
    sandbox.git(&["clone", "--quiet", "--bare", ".", &path]);
    let reading = reading(&bare, revision("main"), &["overlays"]);
    assert_eq!(names(&reading), ["overlays/prod/web.yml"]);
    let error = error(&bare, Place::Staged, &[]);
    assert!(
        matches!(error, SourceError::BareRepository { .. }),
        "{error}"
    );
}

#[test]
fn a_linked_worktree_has_its_own_head_and_index() {
    let (sandbox, _) = committed();
    let linked = sandbox.linked_worktree();
    std::fs::write(linked.join("side.yaml"), "kind: Side\n").expect("the directory exists");
    sandbox.git_in(&linked, &["add", "side.yaml"]);
    assert_eq!(
        names(&reading(&linked, Place::Staged, &["side.yaml"])),
        ["side.yaml"]
    );
    assert_eq!(names(&reading(&sandbox.root(), Place::Staged, &[])), ALL);
    assert_eq!(
        names(&reading(&linked, Place::WorkTree, &["side.yaml"])),
        ["side.yaml"]
    );
    let branch = current_branch(&linked).expect("the repository opens");
    assert_eq!(branch.as_deref(), Some("side"));
}

#[test]
fn the_index_is_read_and_not_the_work_tree() {
    let (sandbox, first) = committed();
    sandbox.write("base/web.yaml", "staged\n");
    sandbox.git(&["add", "base/web.yaml"]);
    sandbox.write("base/web.yaml", "not staged\n");
    sandbox.write("new.yaml", "new\n");
    sandbox.git(&["add", "--intent-to-add", "new.yaml"]);
    let reading = reading(&sandbox.root(), Place::Staged, &[]);
    assert_eq!(names(&reading), ALL);
    assert_eq!(texts(&reading)[2], "staged\n");
    assert_eq!(
        reading.repository.expect("there is one").commit,
        Some(first)
    );
}

#[test]
fn a_conflict_in_the_index_is_a_failure_and_the_rest_is_read() {
    let (sandbox, _) = committed();
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("base/web.yaml", "side\n");
    sandbox.commit("Side");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("base/web.yaml", "main\n");
    sandbox.commit("Main");
    let merge = sandbox.try_git(&sandbox.root(), &["merge", "side"]);
    assert!(!merge.status.success());
    let reading = reading(&sandbox.root(), Place::Staged, &[]);
    assert_eq!(names(&reading).len(), 3);
    assert_eq!(
        messages(&reading.failures),
        ["base/web.yaml has a merge conflict in the index"]
    );
}

#[test]
fn the_work_tree_is_read_without_what_git_ignores() {
    let (sandbox, _) = committed();
    sandbox.write("build/tracked.yaml", "tracked\n");
    sandbox.git(&["add", "build/tracked.yaml"]);
    sandbox.write("build/out.yaml", "ignored\n");
    sandbox.write(".gitignore", "build/\n*.tmp.yaml\n");
    sandbox.write("a.tmp.yaml", "ignored\n");
    sandbox.write("new.yaml", "untracked\n");
    let reading = reading(&sandbox.root(), Place::WorkTree, &[]);
    let mut expected = ALL.to_vec();
    expected.insert(3, "build/tracked.yaml");
    expected.insert(4, "new.yaml");
    expected.sort_unstable();
    assert_eq!(names(&reading), expected);
    let (_, source) = reading.sources.iter().next().expect("there are six");
    assert_eq!(source.origin, Origin::WorkTree);
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name_and_git_say() {
    let (sandbox, _) = committed();
    sandbox.write("notes.txt", "kind: Note\n");
    sandbox.write(".gitignore", "notes.txt\n");
    let read = reading(&sandbox.root(), Place::WorkTree, &["notes.txt"]);
    assert_eq!(names(&read), ["notes.txt"]);
    let read = reading(&sandbox.root(), revision("HEAD"), &["README.md"]);
    assert_eq!(names(&read), ["README.md"]);
}

#[test]
fn paths_are_relative_to_the_directory_in_every_place() {
    let (sandbox, _) = committed();
    let directory = sandbox.root().join("overlays/prod");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let here = reading(&directory, place.clone(), &[]);
        assert_eq!(names(&here), ["web.yml"], "{place:?}");
        let above = reading(
            &directory,
            place.clone(),
            &["../../base", "./web.yml", "web.yml"],
        );
        let expected = ["../../base/data.json", "../../base/web.yaml", "web.yml"];
        assert_eq!(names(&above), expected, "{place:?}");
        let paths: Vec<&str> = above
            .sources
            .iter()
            .map(|(_, source)| source.path.as_str())
            .collect();
        let expected = ["base/data.json", "base/web.yaml", "overlays/prod/web.yml"];
        assert_eq!(paths, expected, "{place:?}");
        let absolute = sandbox.root().join("base/web.yaml");
        let absolute = absolute.to_string_lossy();
        let named = reading(&directory, place.clone(), &[&absolute]);
        assert_eq!(names(&named), [&*absolute], "{place:?}");
    }
}

#[test]
fn globs_select_by_repository_path() {
    let (sandbox, _) = committed();
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let mut request = request(&sandbox.root(), place, &[]);
        request.include = vec!["base".to_owned(), "overlays/**/*.yml".to_owned()];
        request.exclude = vec!["*.json".to_owned()];
        let reading = read(&request).expect("the globs are valid");
        assert_eq!(names(&reading), ["base/web.yaml", "overlays/prod/web.yml"]);
    }
}

#[test]
fn a_path_that_does_not_exist_is_an_error_with_a_near_name() {
    let (sandbox, _) = committed();
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let error = error(&sandbox.root(), place, &["base/wep.yaml"]);
        assert!(matches!(error, SourceError::NoSuchPath { .. }), "{error}");
        assert_eq!(help(&error), "did you mean base/web.yaml?");
    }
    let error = error(&sandbox.root(), revision("HEAD"), &["base/wep.yaml"]);
    assert_eq!(
        error.to_string(),
        "base/wep.yaml is not in the revision HEAD"
    );
}

#[test]
fn a_path_outside_the_repository_is_a_file_and_in_no_revision() {
    let (sandbox, _) = committed();
    std::fs::write(sandbox.outside().join("x.yaml"), "kind: X\n").expect("writable");
    let read = reading(&sandbox.root(), Place::WorkTree, &["../x.yaml"]);
    let (_, source) = read.sources.iter().next().expect("it is read");
    assert_eq!(
        (source.path.as_str(), &source.origin),
        ("../x.yaml", &Origin::File)
    );
    let error = error(&sandbox.root(), revision("HEAD"), &["../x.yaml"]);
    assert!(
        matches!(error, SourceError::OutsideRepository { .. }),
        "{error}"
    );
}

#[test]
fn files_without_a_repository_are_read() {
    let sandbox = Sandbox::empty();
    sandbox.write("a/b.yaml", "kind: B\n");
    sandbox.write(".gitignore", "a\n");
    let read = reading(&sandbox.root(), Place::WorkTree, &[]);
    assert_eq!(names(&read), ["a/b.yaml"]);
    assert_eq!(read.repository, None);
    let error = error(&sandbox.root(), revision("HEAD"), &[]);
    assert!(
        matches!(error, SourceError::NotARepository { .. }),
        "{error}"
    );
}

#[test]
fn nothing_to_read_is_no_error() {
    let sandbox = Sandbox::new();
    sandbox.write("README.md", "# Read me\n");
    sandbox.commit("First");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let reading = reading(&sandbox.root(), place, &[]);
        assert!(reading.sources.is_empty() && reading.failures.is_empty());
    }
}

#[test]
fn an_unknown_revision_names_a_near_one() {
    let (sandbox, _) = committed();
    sandbox.git(&["branch", "feature/web"]);
    let error = error(&sandbox.root(), revision("feature/wbe"), &[]);
    assert_eq!(error.to_string(), "unknown revision feature/wbe");
    assert_eq!(help(&error), "did you mean feature/web?");
}

#[test]
fn a_parent_before_the_first_commit_is_unknown() {
    let (sandbox, _) = committed();
    let error = error(&sandbox.root(), revision("HEAD~7"), &[]);
    assert_eq!(
        help(&error),
        "HEAD exists, what follows it in `HEAD~7` does not"
    );
}

#[test]
fn a_shallow_clone_says_how_to_get_the_rest() {
    let (sandbox, first) = committed();
    sandbox.commit("Second");
    let clone = sandbox.outside().join("clone");
    let url = format!("file://{}", sandbox.root().display());
    sandbox.git(&[
        "clone",
        "--quiet",
        "--depth=1",
        &url,
        &clone.to_string_lossy(),
    ]);
    let error = error(&clone, revision(&first), &[]);
    assert!(
        help(&error).contains("git fetch --unshallow"),
        "{}",
        help(&error)
    );
}

#[test]
fn an_unborn_branch_has_no_revision_but_an_index_and_files() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "kind: A\n");
    sandbox.git(&["add", "a.yaml"]);
    let unborn = error(&sandbox.root(), revision("HEAD"), &[]);
    assert_eq!(unborn.to_string(), "the branch main has no commit yet");
    let unknown = error(&sandbox.root(), revision("other"), &[]);
    assert!(
        matches!(unknown, SourceError::UnknownRevision { .. }),
        "{unknown}"
    );
    for place in [Place::Staged, Place::WorkTree] {
        let reading = reading(&sandbox.root(), place, &[]);
        assert_eq!(names(&reading), ["a.yaml"]);
        assert_eq!(reading.repository.expect("there is one").commit, None);
    }
    assert_eq!(
        current_branch(&sandbox.root())
            .expect("it opens")
            .as_deref(),
        Some("main")
    );
}

#[test]
fn a_file_and_a_range_are_no_revisions() {
    let (sandbox, _) = committed();
    let file = error(&sandbox.root(), revision("HEAD:base/web.yaml"), &[]);
    assert_eq!(
        file.to_string(),
        "HEAD:base/web.yaml names a file, not a commit or a tree"
    );
    let range = error(&sandbox.root(), revision("HEAD..main"), &[]);
    assert_eq!(
        range.to_string(),
        "HEAD..main names a range, not a commit or a tree"
    );
}

#[test]
fn a_commit_is_described() {
    let (sandbox, first) = committed();
    let info = commit_info(&sandbox.root(), "HEAD").expect("the commit exists");
    assert_eq!(info.id, first);
    assert!(first.starts_with(&info.short_id) && info.short_id.len() == 7);
    assert_eq!(info.author, "Ada <ada@example.com>");
    assert_eq!((info.summary.as_str(), info.time), ("First", 1_767_323_045));
    assert_eq!(
        resolve(&sandbox.root(), "main").expect("the branch exists"),
        first
    );
}

#[test]
fn changed_paths_are_those_between_two_revisions() {
    let (sandbox, _) = committed();
    sandbox.write("base/web.yaml", "changed\n");
    sandbox.write("new.yaml", "new\n");
    std::fs::remove_file(sandbox.root().join("base/data.json")).expect("it exists");
    sandbox.commit("Second");
    let changed = changed_paths(&sandbox.root(), "HEAD~1", "HEAD").expect("both exist");
    let changed: Vec<(&str, ChangeKind)> = changed
        .iter()
        .map(|changed| (changed.path.as_str(), changed.kind))
        .collect();
    let expected = [
        ("base/data.json", ChangeKind::Deleted),
        ("base/web.yaml", ChangeKind::Modified),
        ("new.yaml", ChangeKind::Added),
    ];
    assert_eq!(changed, expected);
}

#[test]
fn dirty_is_what_differs_beneath_the_paths() {
    let (sandbox, _) = committed();
    let dirty = |paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        is_dirty(&sandbox.root(), &paths).expect("the repository opens")
    };
    assert!(dirty(&[]).is_empty());
    sandbox.write("base/web.yaml", "changed\n");
    sandbox.write("README.md", "changed\n");
    sandbox.write("overlays/new.yaml", "untracked\n");
    sandbox.write("overlays/new.txt", "untracked, and no manifest\n");
    assert_eq!(
        dirty(&[]),
        ["README.md", "base/web.yaml", "overlays/new.yaml"]
    );
    assert_eq!(dirty(&["."]), dirty(&[]));
    assert_eq!(dirty(&["overlays"]), ["overlays/new.yaml"]);
    sandbox.git(&["add", "base/web.yaml"]);
    assert_eq!(dirty(&["base"]), ["base/web.yaml"]);
}
