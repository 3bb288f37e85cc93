//! Reverts that are refused or interrupted, and what they leave.

use gitops_lab::rollback::{RollbackError, check, write};

use crate::git::Sandbox;
use crate::rollback::{back_to, is_clean, started, state, without};

/// Something that happens to a work tree.
type Step = fn(&Sandbox);

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
fn an_unborn_branch_has_nothing_to_revert() {
    let sandbox = Sandbox::new();
    let error = back_to(&sandbox, "HEAD~1", &[]).expect_err("no commit");
    assert_eq!(error.to_string(), "the branch main has no commit yet");
}
