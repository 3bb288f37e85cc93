//! The pre-commit hook, run by the real git.

use std::path::Path;
use std::process::Output;

use crate::git::Sandbox;

/// No document; whatever the rules are, this is a finding.
const BAD: &str = "kind: [unclosed\n";

/// A manifest that no rule has anything to say about.
fn good(value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: web\ndata:\n  greeting: {value}\n"
    )
}

/// A repository with a good commit and our hook.
fn hooked() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("web.yaml", good("hello"));
    sandbox.write(
        "other.yaml",
        good("other").replace("name: web", "name: other"),
    );
    sandbox.commit("First");
    hook(&sandbox, &sandbox.root(), "install");
    sandbox
}

/// Runs `gitops-lab hook` with success and gives what it printed.
fn hook(sandbox: &Sandbox, directory: &Path, command: &str) -> String {
    let output = try_hook(sandbox, directory, command);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn try_hook(sandbox: &Sandbox, directory: &Path, command: &str) -> Output {
    let mut program = sandbox.gitops_lab(directory);
    program.args(["hook", command]);
    program.output().expect("the program was built")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether git makes the commit; when not, the hook must have named the file.
fn commits(sandbox: &Sandbox, directory: &Path, arguments: &[&str]) -> bool {
    let before = sandbox.git_in(directory, &["rev-parse", "HEAD"]);
    let mut all = vec!["commit", "--quiet", "-m", "Next"];
    all.extend(arguments);
    let output = sandbox.try_git(directory, &all);
    let after = sandbox.git_in(directory, &["rev-parse", "HEAD"]);
    assert_eq!(output.status.success(), before != after);
    if !output.status.success() {
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!(said.contains("web.yaml"), "{said}");
    }
    output.status.success()
}

#[test]
fn commit_checks_what_is_staged_and_not_the_work_tree() {
    let sandbox = hooked();
    sandbox.write("web.yaml", good("staged"));
    sandbox.git(&["add", "web.yaml"]);
    sandbox.write("web.yaml", BAD);
    assert!(commits(&sandbox, &sandbox.root(), &[]));
    sandbox.git(&["add", "web.yaml"]);
    sandbox.write("web.yaml", good("mended, but not staged"));
    assert!(!commits(&sandbox, &sandbox.root(), &[]));
}

#[test]
fn commit_all_checks_the_index_that_git_made_for_it() {
    let sandbox = hooked();
    sandbox.write("web.yaml", BAD);
    assert!(!commits(&sandbox, &sandbox.root(), &["-a"]));
    sandbox.write("web.yaml", good("mended"));
    assert!(commits(&sandbox, &sandbox.root(), &["-a"]));
}

#[test]
fn commit_file_checks_the_index_that_git_made_for_it() {
    let sandbox = hooked();
    sandbox.write("web.yaml", BAD);
    sandbox.git(&["add", "web.yaml"]);
    sandbox.write(
        "other.yaml",
        good("changed").replace("name: web", "name: other"),
    );
    assert!(commits(&sandbox, &sandbox.root(), &["other.yaml"]));
    assert!(!commits(&sandbox, &sandbox.root(), &["web.yaml"]));
    sandbox.write("web.yaml", good("mended"));
    assert!(commits(&sandbox, &sandbox.root(), &["web.yaml"]));
}

#[test]
fn commit_from_a_subdirectory_checks_the_whole_index() {
    let sandbox = hooked();
    sandbox.write("web.yaml", BAD);
    sandbox.write(
        "sub/good.yaml",
        good("good").replace("name: web", "name: sub"),
    );
    sandbox.git(&["add", "--all"]);
    assert!(!commits(&sandbox, &sandbox.root().join("sub"), &[]));
}

#[test]
fn a_linked_worktree_runs_the_same_hook_on_its_own_index() {
    let sandbox = hooked();
    let linked = sandbox.linked_worktree();
    std::fs::write(linked.join("web.yaml"), BAD).expect("the directory exists");
    assert!(!commits(&sandbox, &linked, &["-a"]));
    assert!(!commits(&sandbox, &linked, &["web.yaml"]));
    sandbox.git_in(&linked, &["add", "web.yaml"]);
    assert!(!commits(&sandbox, &linked, &[]));
    sandbox.write("web.yaml", good("the main work tree is good"));
    assert!(commits(&sandbox, &sandbox.root(), &["-a"]));
    assert!(hook(&sandbox, &linked, "uninstall").contains("removed"));
    assert!(!sandbox.root().join(".git/hooks/pre-commit").exists());
}

#[test]
fn the_first_commit_of_a_repository_is_checked() {
    let sandbox = Sandbox::new();
    hook(&sandbox, &sandbox.root(), "install");
    sandbox.write("web.yaml", BAD);
    sandbox.git(&["add", "web.yaml"]);
    let output = sandbox.try_git(&sandbox.root(), &["commit", "-m", "First"]);
    assert!(!output.status.success());
    sandbox.write("web.yaml", good("hello"));
    sandbox.commit("First");
}

#[cfg(unix)]
fn write_hook(sandbox: &Sandbox, path: &str, content: &str) {
    use std::os::unix::fs::PermissionsExt;
    sandbox.write(path, content);
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(sandbox.root().join(path), mode).expect("the file is ours");
}

#[cfg(unix)]
#[test]
fn a_hook_that_is_there_runs_first_and_comes_back() {
    let sandbox = hooked();
    hook(&sandbox, &sandbox.root(), "uninstall");
    let theirs = "#!/bin/sh\necho ran >> \"$(git rev-parse --git-dir)/ran\"\ntest ! -e forbidden\n";
    write_hook(&sandbox, ".git/hooks/pre-commit", theirs);
    hook(&sandbox, &sandbox.root(), "install");
    assert!(hook(&sandbox, &sandbox.root(), "install").contains("runs first"));
    sandbox.write("web.yaml", good("changed"));
    assert!(commits(&sandbox, &sandbox.root(), &["-a"]));
    assert_eq!(sandbox.read(".git/ran"), "ran\n");
    sandbox.write("forbidden", "");
    sandbox.write("web.yaml", good("again"));
    let output = sandbox.try_git(&sandbox.root(), &["commit", "-a", "-m", "Next"]);
    assert!(!output.status.success(), "the other hook refuses");
    hook(&sandbox, &sandbox.root(), "uninstall");
    assert_eq!(sandbox.read(".git/hooks/pre-commit"), theirs);
    assert!(!sandbox.root().join(".git/hooks/pre-commit.local").exists());
    assert!(hook(&sandbox, &sandbox.root(), "uninstall").contains("nothing to remove"));
}

#[cfg(unix)]
#[test]
fn two_hooks_are_never_overwritten() {
    let sandbox = Sandbox::new();
    write_hook(&sandbox, ".git/hooks/pre-commit", "#!/bin/sh\n");
    write_hook(
        &sandbox,
        ".git/hooks/pre-commit.local",
        "#!/bin/sh\n# other\n",
    );
    let output = try_hook(&sandbox, &sandbox.root(), "install");
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("hook::both_exist"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(sandbox.read(".git/hooks/pre-commit"), "#!/bin/sh\n");
}

#[test]
fn the_directory_of_hooks_is_the_configured_one_and_never_a_shared_one() {
    let sandbox = hooked();
    hook(&sandbox, &sandbox.root(), "uninstall");
    sandbox.git(&["config", "core.hooksPath", "own hooks"]);
    hook(&sandbox, &sandbox.root(), "install");
    assert!(sandbox.root().join("own hooks/pre-commit").exists());
    sandbox.write("web.yaml", BAD);
    assert!(!commits(&sandbox, &sandbox.root(), &["-a"]));
    sandbox.git(&["config", "--unset", "core.hooksPath"]);
    sandbox.git(&["config", "--global", "core.hooksPath", "/tmp/shared"]);
    let output = try_hook(&sandbox, &sandbox.root(), "install");
    assert!(
        text(&output.stderr).contains("hook::shared"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn no_repository_and_a_bare_one_say_so() {
    let sandbox = Sandbox::empty();
    let output = try_hook(&sandbox, &sandbox.root(), "install");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("source::not_a_repository"));
    sandbox.git(&["init", "--quiet", "--bare"]);
    let output = try_hook(&sandbox, &sandbox.root(), "install");
    assert!(text(&output.stderr).contains("source::bare_repository"));
}

#[test]
fn a_hook_whose_program_is_gone_stops_the_commit() {
    let sandbox = hooked();
    let script = sandbox.read(".git/hooks/pre-commit");
    let gone = script.replace(env!("CARGO_BIN_EXE_gitops-lab"), "/nowhere/gitops-lab");
    assert_ne!(script, gone);
    sandbox.write(".git/hooks/pre-commit", gone);
    sandbox.write("web.yaml", good("changed"));
    let mut commit = sandbox.command("git", &sandbox.root());
    commit
        .args(["commit", "-a", "-m", "Next"])
        .env("PATH", "/usr/bin:/bin");
    let output = commit.output().expect("git is installed");
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("not in PATH"),
        "{}",
        text(&output.stderr)
    );
}

/// What a CI container meets: the checkout belongs to the user who started the job.
#[cfg(unix)]
#[test]
fn a_repository_of_another_user_says_how_to_trust_it() {
    let sandbox = hooked();
    let root = sandbox.root();
    let given_away = std::os::unix::fs::chown(&root, Some(12345), None)
        .and_then(|()| std::os::unix::fs::chown(root.join(".git"), Some(12345), None));
    if given_away.is_err() {
        // Only root may give files away.
        return;
    }
    let lint = |arguments: &[&str]| {
        let mut program = sandbox.gitops_lab(&root);
        program.arg("lint").args(arguments);
        program.output().expect("the program was built")
    };
    let output = lint(&["--staged"]);
    let said = text(&output.stderr)
        .replace("│", "")
        .split_whitespace()
        .collect::<String>();
    let expected = format!("gitconfig--global--addsafe.directory{}", root.display());
    assert!(said.contains(&expected), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(3));
    let global = sandbox.outside().join("home/.gitconfig");
    let trust = format!("[safe]\n\tdirectory = {}\n", root.display());
    std::fs::write(global, trust).expect("the home is ours");
    assert_eq!(lint(&["--staged"]).status.code(), Some(0));
}

/// The program of <https://pre-commit.com> with our `.pre-commit-hooks.yaml`; without it there is nothing to try, except
/// in CI, which installs it.
#[cfg(unix)]
#[test]
fn the_pre_commit_framework_runs_the_hook() {
    let sandbox = Sandbox::new();
    let framework = |directory: &Path, program: &str, arguments: &[&str]| {
        let mut command = sandbox.command(program, directory);
        let ours = Path::new(env!("CARGO_BIN_EXE_gitops-lab")).parent();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let others: Vec<_> = std::env::split_paths(&path).collect();
        let all = ours.map(Path::to_owned).into_iter().chain(others);
        let path = std::env::join_paths(all).expect("the paths come from PATH");
        command.args(arguments).env("PATH", path).output()
    };
    if framework(&sandbox.root(), "pre-commit", &["--version"]).is_err() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has the program pre-commit"
        );
        return;
    }
    let hooks = sandbox.outside().join("hooks");
    std::fs::create_dir(&hooks).expect("it is new");
    let definition = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    std::fs::copy(definition, hooks.join(".pre-commit-hooks.yaml")).expect("it exists");
    sandbox.git_in(&hooks, &["init", "--quiet"]);
    sandbox.git_in(&hooks, &["add", "--all"]);
    sandbox.git_in(&hooks, &["commit", "--quiet", "-m", "Hooks"]);
    let revision = sandbox.git_in(&hooks, &["rev-parse", "HEAD"]);
    let hooks = hooks.display();
    sandbox.write(
        ".pre-commit-config.yaml",
        format!(
            "repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks: [{{id: gitops-lab-system}}]\n"
        ),
    );
    sandbox.write("web.yaml", good("hello"));
    sandbox.commit("First");
    let installed = framework(&sandbox.root(), "pre-commit", &["install"]);
    assert!(installed.is_ok_and(|output| output.status.success()));
    for (content, is_committed) in [(BAD.to_owned(), false), (good("mended"), true)] {
        sandbox.write("web.yaml", content);
        let arguments = ["commit", "-a", "-m", "Next"];
        let output = framework(&sandbox.root(), "git", &arguments).expect("git is installed");
        assert_eq!(
            output.status.success(),
            is_committed,
            "{}",
            text(&output.stderr)
        );
    }
}
