//! Revert commits in repositories that the real git made and judges.

use std::path::{Path, PathBuf};

use gitops_lab::rollback::{Revert, RevertRequest, RollbackError, Undo, check, prepare, write};

use crate::git::Sandbox;
use crate::source::{reading, revision};

fn request(directory: &Path, undo: Undo, paths: &[&str]) -> RevertRequest {
    RevertRequest {
        directory: directory.to_owned(),
        undo,
        paths: paths.iter().map(PathBuf::from).collect(),
        reason: None,
    }
}

pub(crate) fn back_to(
    sandbox: &Sandbox,
    revision: &str,
    paths: &[&str],
) -> Result<Revert, RollbackError> {
    let undo = Undo::BackTo(revision.to_owned());
    prepare(&request(&sandbox.root(), undo, paths))
}

pub(crate) fn without(sandbox: &Sandbox, revisions: &[&str]) -> Result<Revert, RollbackError> {
    let revisions = revisions
        .iter()
        .map(|revision| (*revision).to_owned())
        .collect();
    prepare(&request(&sandbox.root(), Undo::Commits(revisions), &[]))
}

/// A repository with an identity in its configuration, and a first commit.
pub(crate) fn started() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "user.name", "Bob"]);
    sandbox.git(&["config", "user.email", "bob@example.com"]);
    sandbox.write("prod/web.yaml", "image: web:1\n");
    sandbox.write("dev/web.yaml", "image: web:1\n");
    sandbox.commit("Good");
    sandbox
}

/// Everything that a failed revert must leave as it was.
pub(crate) fn state(sandbox: &Sandbox) -> Vec<String> {
    vec![
        sandbox.git(&["rev-parse", "HEAD"]),
        sandbox.git(&["symbolic-ref", "--quiet", "HEAD"]),
        sandbox.git(&["status", "--porcelain=v2", "--untracked-files=all"]),
        sandbox.git(&["ls-files", "--stage"]),
        sandbox.git(&["reflog"]),
        sandbox.git(&["diff"]),
    ]
}

pub(crate) fn is_clean(sandbox: &Sandbox) -> bool {
    sandbox.git(&["status", "--porcelain"]).is_empty()
}

fn message(sandbox: &Sandbox) -> String {
    sandbox.git(&["log", "-1", "--format=%B"])
}

#[test]
fn one_commit_is_reverted_in_the_words_of_git() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:broken\n");
    sandbox.write("prod/new.yaml", "new\n");
    std::fs::remove_file(sandbox.root().join("dev/web.yaml")).expect("it exists");
    let bad = sandbox.commit("Break it");
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    let written = write(&revert).expect("the work tree is clean");
    assert_eq!(sandbox.git(&["rev-parse", "main"]), written);
    assert!(is_clean(&sandbox));
    assert_eq!(sandbox.git(&["rev-parse", "HEAD^{tree}"]), revert.tree);
    assert_eq!(sandbox.git(&["diff", "HEAD", "HEAD~2"]), "");
    assert_eq!(sandbox.read("prod/web.yaml"), "image: web:1\n");
    assert!(!sandbox.root().join("prod/new.yaml").exists());
    assert!(sandbox.root().join("dev/web.yaml").exists());
    let ours = message(&sandbox);
    assert_eq!(
        ours,
        format!("Revert \"Break it\"\n\nThis reverts commit {bad}.")
    );
    let author = sandbox.git(&["log", "-1", "--format=%an <%ae> %cn <%ce>"]);
    assert_eq!(author, "Bob <bob@example.com> Bob <bob@example.com>");
    let log = sandbox.git(&["reflog", "-1", "--format=%gs", "main"]);
    assert_eq!(log, "revert: Revert \"Break it\"");
    let log = sandbox.git(&["reflog", "-1", "--format=%gs", "HEAD"]);
    assert_eq!(log, "revert: Revert \"Break it\"");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    sandbox.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(message(&sandbox), ours);
    sandbox.git(&["fsck", "--strict"]);
}

#[test]
fn a_range_is_one_commit_that_names_each() {
    let sandbox = started();
    let good = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.write("prod/web.yaml", "image: web:2\n");
    let second = sandbox.commit("Second");
    sandbox.write("prod/web.yaml", "image: web:3\n");
    let third = sandbox.commit("Third");
    let revert = back_to(&sandbox, &good, &[]).expect("there are commits to undo");
    write(&revert).expect("the work tree is clean");
    let short = &good[..7];
    assert_eq!(
        message(&sandbox),
        format!(
            "Revert 2 commits, back to {short}\n\nThis reverts commit {third}.\nThis reverts commit {second}."
        )
    );
    let reverted: Vec<&str> = revert
        .reverted
        .iter()
        .map(|commit| commit.id.as_str())
        .collect();
    assert_eq!(reverted, [third, second]);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD~1"]), reverted[0]);
}

#[test]
fn only_the_paths_of_an_environment_go_back() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.write("dev/web.yaml", "image: web:2\n");
    let both = sandbox.commit("Both");
    sandbox.write("dev/web.yaml", "image: web:3\n");
    sandbox.commit("Development only");
    sandbox.write("dev/draft.yaml", "not committed, in another environment\n");
    sandbox.write("dev/web.yaml", "not committed, in another environment\n");
    let revert = back_to(&sandbox, "HEAD~2", &["prod"]).expect("prod changed");
    write(&revert).expect("prod is clean");
    assert_eq!(sandbox.read("prod/web.yaml"), "image: web:1\n");
    assert_eq!(sandbox.git(&["show", "HEAD:dev/web.yaml"]), "image: web:3");
    assert_eq!(sandbox.git(&["diff", "--name-only"]), "dev/web.yaml");
    assert_eq!(sandbox.git(&["diff", "--name-only", "--cached"]), "");
    assert_eq!(
        message(&sandbox),
        format!("Revert \"Both\"\n\nThis reverts commit {both}.\n\nOnly in prod.")
    );
}

#[test]
fn a_dry_run_changes_nothing_and_its_tree_can_be_read() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.write("dev/web.yaml", "image: web:2\n");
    sandbox.commit("Both");
    let before = state(&sandbox);
    let revert = back_to(&sandbox, "HEAD~1", &["prod"]).expect("prod changed");
    check(&revert).expect("it could be written");
    assert_eq!(state(&sandbox), before);
    let reading = reading(&sandbox.root(), revision(&revert.tree), &[]);
    let texts: Vec<&str> = reading
        .sources
        .iter()
        .map(|(_, source)| &*source.text)
        .collect();
    assert_eq!(texts, ["image: web:2\n", "image: web:1\n"]);
}

#[test]
fn a_merge_is_undone_as_a_whole() {
    let sandbox = started();
    sandbox.git(&["checkout", "--quiet", "-b", "feature"]);
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Feature");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("dev/web.yaml", "image: web:2\n");
    let mainline = sandbox.commit("Mainline");
    sandbox.git(&[
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        "Merge feature",
        "feature",
    ]);
    let merge = sandbox.git(&["rev-parse", "HEAD"]);
    let expected = format!(
        "Revert \"Merge feature\"\n\nThis reverts commit {merge}, reversing\nchanges made to {mainline}."
    );
    for revert in [
        back_to(&sandbox, "HEAD~1", &[]),
        without(&sandbox, &["HEAD"]),
    ] {
        let revert = revert.expect("the merge can be undone");
        write(&revert).expect("the work tree is clean");
        assert_eq!(message(&sandbox), expected);
        assert_eq!(sandbox.read("prod/web.yaml"), "image: web:1\n");
        assert_eq!(sandbox.read("dev/web.yaml"), "image: web:2\n");
        sandbox.git(&["reset", "--quiet", "--hard", &merge]);
    }
    sandbox.git(&["revert", "--no-edit", "--mainline=1", "HEAD"]);
    assert_eq!(message(&sandbox), expected);
}

#[test]
fn a_commit_in_the_middle_is_undone_and_what_follows_stays() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    let bad = sandbox.commit("Bad");
    sandbox.write("dev/web.yaml", "image: web:2\n");
    sandbox.commit("Unrelated");
    let revert = without(&sandbox, &[&bad]).expect("no conflict");
    write(&revert).expect("the work tree is clean");
    assert_eq!(sandbox.read("prod/web.yaml"), "image: web:1\n");
    assert_eq!(sandbox.read("dev/web.yaml"), "image: web:2\n");
    assert!(is_clean(&sandbox));
}

/// A run that is killed leaves some files written, the index old or new, and the branch where it was.
#[test]
fn a_bare_repository_gets_the_commit() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    let bare = sandbox.outside().join("bare.git");
    sandbox.git(&["clone", "--quiet", "--bare", ".", &bare.to_string_lossy()]);
    sandbox.git_in(&bare, &["config", "user.name", "Bob"]);
    sandbox.git_in(&bare, &["config", "user.email", "bob@example.com"]);
    let undo = Undo::BackTo("HEAD~1".to_owned());
    let revert = prepare(&request(&bare, undo, &[])).expect("there is a commit to undo");
    let written = write(&revert).expect("there is nothing in the way");
    assert_eq!(sandbox.git_in(&bare, &["rev-parse", "main"]), written);
    assert_eq!(
        sandbox.git_in(&bare, &["show", "HEAD:prod/web.yaml"]),
        "image: web:1"
    );
}

#[test]
fn a_linked_worktree_moves_its_own_branch() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    let bad = sandbox.commit("Bad");
    let linked = sandbox.linked_worktree();
    let undo = Undo::BackTo("HEAD~1".to_owned());
    let revert = prepare(&request(&linked, undo, &[])).expect("there is a commit to undo");
    let written = write(&revert).expect("the work tree is clean");
    assert_eq!(sandbox.git(&["rev-parse", "side"]), written);
    assert_eq!(sandbox.git(&["rev-parse", "main"]), bad);
    assert_eq!(sandbox.git_in(&linked, &["status", "--porcelain"]), "");
    assert!(is_clean(&sandbox));
}

#[test]
fn a_file_that_became_a_directory_goes_back() {
    let sandbox = started();
    std::fs::remove_file(sandbox.root().join("prod/web.yaml")).expect("it exists");
    sandbox.write("prod/web.yaml/now.yaml", "a directory\n");
    std::fs::remove_dir_all(sandbox.root().join("dev")).expect("it exists");
    sandbox.write("dev", "a file\n");
    sandbox.commit("Swap");
    for paths in [&[][..], &["prod", "dev"]] {
        let revert = back_to(&sandbox, "HEAD~1", paths).expect("there is a commit to undo");
        write(&revert).expect("the work tree is clean");
        assert!(is_clean(&sandbox));
        assert_eq!(sandbox.git(&["diff", "HEAD", "HEAD~2"]), "");
        sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

#[test]
fn line_ends_that_git_converts_are_no_changes() {
    let sandbox = started();
    sandbox.write(".gitattributes", "*.yaml text eol=crlf\n");
    sandbox.commit("Line ends");
    sandbox.write("prod/web.yaml", "image: web:2\r\n");
    sandbox.commit("Bad");
    assert_eq!(
        sandbox.git(&["cat-file", "-p", "HEAD:prod/web.yaml"]),
        "image: web:2"
    );
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    write(&revert).expect("the work tree is clean");
    assert_eq!(sandbox.read("prod/web.yaml"), "image: web:1\r\n");
    assert!(is_clean(&sandbox));
}

#[test]
fn names_that_look_like_patterns_are_names() {
    let sandbox = started();
    sandbox.write("prod/[a]*.yaml", "1\n");
    sandbox.write("prod/aa.yaml", "1\n");
    sandbox.commit("Names");
    sandbox.write("prod/[a]*.yaml", "2\n");
    sandbox.commit("Bad");
    let revert = back_to(&sandbox, "HEAD~1", &["prod"]).expect("there is a commit to undo");
    sandbox.write("prod/untracked.yaml", "mine\n");
    write(&revert).expect("the untracked file is not in the way");
    assert_eq!(sandbox.read("prod/[a]*.yaml"), "1\n");
    assert_eq!(sandbox.read("prod/untracked.yaml"), "mine\n");
}

#[test]
fn a_good_revision_on_a_merged_branch_undoes_the_mainline_too() {
    let sandbox = started();
    sandbox.git(&["checkout", "--quiet", "-b", "feature"]);
    sandbox.write("prod/web.yaml", "image: web:2\n");
    let good = sandbox.commit("Good on a branch");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("dev/web.yaml", "image: web:2\n");
    let mainline = sandbox.commit("Mainline");
    sandbox.git(&["merge", "--quiet", "--no-ff", "-m", "Merge", "feature"]);
    let merge = sandbox.git(&["rev-parse", "HEAD"]);
    let revert = back_to(&sandbox, &good, &[]).expect("the mainline differs");
    let reverted: Vec<&str> = revert
        .reverted
        .iter()
        .map(|commit| commit.id.as_str())
        .collect();
    assert_eq!(reverted, [merge, mainline]);
    write(&revert).expect("the work tree is clean");
    assert_eq!(sandbox.git(&["diff", "HEAD", &good]), "");
}

#[test]
fn the_first_commit_can_be_undone() {
    let sandbox = started();
    let revert = without(&sandbox, &["HEAD"]).expect("no conflict");
    write(&revert).expect("the work tree is clean");
    assert_eq!(sandbox.git(&["ls-files"]), "");
    assert!(is_clean(&sandbox));
}

#[test]
fn a_reason_is_the_last_paragraph() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    let mut request = request(&sandbox.root(), Undo::BackTo("HEAD~1".to_owned()), &[]);
    request.reason = Some("The rollout failed: the image is missing.\n".to_owned());
    let revert = prepare(&request).expect("there is a commit to undo");
    let last = revert.message.split("\n\n").last();
    assert_eq!(last, Some("The rollout failed: the image is missing.\n"));
}

#[test]
fn a_signature_that_is_asked_for_and_not_made_is_said() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    assert!(
        !back_to(&sandbox, "HEAD~1", &[])
            .expect("it can be undone")
            .lacks_signature
    );
    sandbox.git(&["config", "commit.gpgSign", "true"]);
    assert!(
        back_to(&sandbox, "HEAD~1", &[])
            .expect("it can be undone")
            .lacks_signature
    );
}
