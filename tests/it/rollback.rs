//! Revert commits in repositories that the real git made and judges.

use std::path::{Path, PathBuf};

use gitops_lab::rollback::{Revert, RevertRequest, RollbackError, Undo, check, prepare, write};

use crate::git::Sandbox;
use crate::source::{reading, revision};

/// Something that happens to a work tree.
type Step = fn(&Sandbox);

fn request(directory: &Path, undo: Undo, paths: &[&str]) -> RevertRequest {
    RevertRequest {
        directory: directory.to_owned(),
        undo,
        paths: paths.iter().map(PathBuf::from).collect(),
        reason: None,
    }
}

fn back_to(sandbox: &Sandbox, revision: &str, paths: &[&str]) -> Result<Revert, RollbackError> {
    let undo = Undo::BackTo(revision.to_owned());
    prepare(&request(&sandbox.root(), undo, paths))
}

fn without(sandbox: &Sandbox, revisions: &[&str]) -> Result<Revert, RollbackError> {
    let revisions = revisions
        .iter()
        .map(|revision| (*revision).to_owned())
        .collect();
    prepare(&request(&sandbox.root(), Undo::Commits(revisions), &[]))
}

/// A repository with an identity in its configuration, and a first commit.
fn started() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "user.name", "Bob"]);
    sandbox.git(&["config", "user.email", "bob@example.com"]);
    sandbox.write("prod/web.yaml", "image: web:1\n");
    sandbox.write("dev/web.yaml", "image: web:1\n");
    sandbox.commit("Good");
    sandbox
}

/// Everything that a failed revert must leave as it was.
fn state(sandbox: &Sandbox) -> Vec<String> {
    vec![
        sandbox.git(&["rev-parse", "HEAD"]),
        sandbox.git(&["symbolic-ref", "--quiet", "HEAD"]),
        sandbox.git(&["status", "--porcelain=v2", "--untracked-files=all"]),
        sandbox.git(&["ls-files", "--stage"]),
        sandbox.git(&["reflog"]),
        sandbox.git(&["diff"]),
    ]
}

fn is_clean(sandbox: &Sandbox) -> bool {
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

#[test]
fn a_conflict_names_the_files_and_changes_nothing() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    let bad = sandbox.commit("Bad");
    sandbox.write("prod/web.yaml", "image: web:3\n");
    sandbox.commit("Later");
    let before = state(&sandbox);
    let error = without(&sandbox, &[&bad]).expect_err("the later commit stands on it");
    let expected = format!(
        "reverting {} conflicts with later changes in prod/web.yaml",
        &bad[..7]
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(state(&sandbox), before);
    let both = without(&sandbox, &[&bad, "HEAD"]).expect("both together do not conflict");
    assert_eq!(both.reverted.len(), 2);
}

#[test]
fn changes_that_no_commit_holds_are_never_overwritten() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    std::fs::remove_file(sandbox.root().join("dev/web.yaml")).expect("it exists");
    sandbox.commit("Bad");
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    let changes: [(&str, Step); 5] = [
        ("prod/web.yaml", |sandbox| {
            sandbox.write("prod/web.yaml", "mine\n");
        }),
        ("prod/web.yaml", |sandbox| {
            sandbox.write("prod/web.yaml", "mine\n");
            sandbox.git(&["add", "prod/web.yaml"]);
            sandbox.write("prod/web.yaml", "image: web:2\n");
        }),
        ("dev/web.yaml", |sandbox| {
            sandbox.write("dev/web.yaml", "mine, not tracked\n");
        }),
        ("dev/web.yaml", |sandbox| {
            sandbox.write("dev", "a file where a directory goes\n");
        }),
        ("dev/web.yaml", |sandbox| {
            sandbox.write("dev/web.yaml/x", "a directory where a file goes\n");
        }),
    ];
    for (file, change) in changes {
        change(&sandbox);
        let before = state(&sandbox);
        match write(&revert) {
            Err(RollbackError::Dirty { files }) => assert_eq!(files, [file]),
            other => panic!("{file}: {other:?}"),
        }
        assert_eq!(state(&sandbox), before);
        sandbox.git(&["reset", "--quiet", "--hard"]);
        sandbox.git(&["clean", "--quiet", "-ffdx"]);
    }
    write(&revert).expect("the work tree is clean again");
}

#[test]
fn a_dirty_file_elsewhere_in_the_environment_is_refused() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    sandbox.write("dev/web.yaml", "mine\n");
    let all = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    let error = check(&all).expect_err("dirty");
    assert_eq!(
        error.to_string(),
        "there are changes that are not committed: dev/web.yaml"
    );
    let prod = back_to(&sandbox, "HEAD~1", &["prod"]).expect("there is a commit to undo");
    check(&prod).expect("prod is clean");
}

/// A run that is killed leaves some files written, the index old or new, and the branch where it was.
#[test]
fn a_run_that_was_killed_is_finished_by_the_next() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.write("prod/new.yaml", "new\n");
    std::fs::remove_file(sandbox.root().join("dev/web.yaml")).expect("it exists");
    let bad = sandbox.commit("Bad");
    let leftovers: [Step; 4] = [
        |sandbox| sandbox.write("dev/web.yaml", "image: web:1\n"),
        |sandbox| {
            sandbox.write("dev/web.yaml", "image: w");
            std::fs::remove_file(sandbox.root().join("prod/new.yaml")).expect("it exists");
        },
        |sandbox| std::fs::remove_file(sandbox.root().join("prod/web.yaml")).expect("it exists"),
        |sandbox| {
            sandbox.git(&["checkout", "--quiet", "HEAD~1", "--", "."]);
            sandbox.git(&["rm", "--quiet", "prod/new.yaml"]);
        },
    ];
    for leftover in leftovers {
        leftover(&sandbox);
        let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
        write(&revert).expect("nothing is lost");
        assert!(is_clean(&sandbox));
        assert_eq!(sandbox.git(&["diff", "HEAD", "HEAD~2"]), "");
        sandbox.git(&["reset", "--quiet", "--hard", &bad]);
    }
}

#[test]
fn another_git_at_work_stops_the_revert_before_it_starts() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    for lock in [".git/index.lock", ".git/refs/heads/main.lock"] {
        sandbox.write(lock, "");
        let error = write(&revert).expect_err("locked");
        assert!(matches!(error, RollbackError::Locked { .. }), "{error}");
        std::fs::remove_file(sandbox.root().join(lock)).expect("it was just written");
        assert!(is_clean(&sandbox));
    }
}

#[test]
fn a_failure_after_the_files_were_written_puts_them_back() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.write("prod/new.yaml", "new\n");
    std::fs::remove_file(sandbox.root().join("dev/web.yaml")).expect("it exists");
    let bad = sandbox.commit("Bad");
    let staged = sandbox.git(&["ls-files", "--stage"]);
    // The branch's log cannot be written, and git's library writes it before the branch.
    let log = sandbox.root().join(".git/logs/refs/heads/main");
    std::fs::remove_file(&log).expect("it exists");
    sandbox.write(".git/logs/refs/heads/main/x", "");
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    let error = write(&revert).expect_err("the log is a directory");
    assert!(matches!(error, RollbackError::Git { .. }), "{error}");
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), bad);
    assert_eq!(sandbox.git(&["ls-files", "--stage"]), staged);
    assert!(
        is_clean(&sandbox),
        "{}",
        sandbox.git(&["status", "--porcelain"])
    );
}

#[test]
fn an_unknown_author_is_said() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    sandbox.git(&["config", "user.name", ""]);
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    let error = check(&revert).expect_err("nobody");
    assert!(matches!(error, RollbackError::NoIdentity), "{error:?}");
}

#[test]
fn a_branch_that_moved_is_left_alone() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    sandbox.commit("Bad");
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("there is a commit to undo");
    sandbox.write("prod/web.yaml", "image: web:3\n");
    sandbox.commit("Somebody was faster");
    let before = state(&sandbox);
    let error = write(&revert).expect_err("the branch moved");
    assert!(
        matches!(error, RollbackError::BranchMoved { .. }),
        "{error}"
    );
    assert_eq!(state(&sandbox), before);
}

#[test]
fn a_detached_head_and_a_merge_in_progress_are_refused() {
    let sandbox = started();
    sandbox.write("prod/web.yaml", "image: web:2\n");
    let bad = sandbox.commit("Bad");
    sandbox.git(&["checkout", "--quiet", &bad]);
    let detached = back_to(&sandbox, "HEAD~1", &[]).expect("it can be decided");
    let error = write(&detached).expect_err("detached");
    assert!(matches!(error, RollbackError::DetachedHead), "{error}");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.git(&["branch", "side", "HEAD~1"]);
    sandbox.git(&["checkout", "--quiet", "side"]);
    sandbox.write("dev/web.yaml", "image: web:2\n");
    sandbox.commit("Side");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    let revert = back_to(&sandbox, "HEAD~1", &[]).expect("it can be decided");
    let error = write(&revert).expect_err("merging");
    assert_eq!(
        error.to_string(),
        "the repository is in the middle of a merge"
    );
}

#[test]
fn a_revision_beside_the_history_and_a_revert_of_nothing_say_so() {
    let sandbox = started();
    let nothing = back_to(&sandbox, "HEAD", &[]).expect_err("HEAD is good");
    assert!(
        matches!(nothing, RollbackError::NothingToRevert { .. }),
        "{nothing}"
    );
    sandbox.write("dev/web.yaml", "image: web:2\n");
    sandbox.commit("Development only");
    let nothing = back_to(&sandbox, "HEAD~1", &["prod"]).expect_err("prod did not change");
    let expected = "nothing to revert in prod: the files are the same already";
    assert_eq!(nothing.to_string(), expected);
    sandbox.git(&["checkout", "--quiet", "--orphan", "other"]);
    let other = sandbox.commit("Other");
    sandbox.git(&["checkout", "--quiet", "main"]);
    let error = back_to(&sandbox, &other, &[]).expect_err("another history");
    assert!(
        matches!(error, RollbackError::NotAnAncestor { .. }),
        "{error}"
    );
}

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
    let linked = sandbox.outside().join("linked");
    sandbox.git(&[
        "worktree",
        "add",
        "--quiet",
        "-b",
        "side",
        &linked.to_string_lossy(),
    ]);
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
