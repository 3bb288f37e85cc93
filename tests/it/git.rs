//! Repositories made by the real git, the same on every machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A directory that is removed with this value, with a repository in `repository` and an empty home.
pub(crate) struct Sandbox {
    directory: TempDir,
}

impl Sandbox {
    /// A repository on branch `main` without a commit.
    pub(crate) fn new() -> Self {
        let sandbox = Self::empty();
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        sandbox
    }

    /// The directories only.
    pub(crate) fn empty() -> Self {
        let directory = TempDir::new().expect("the temporary directory is writable");
        for name in ["repository", "home"] {
            std::fs::create_dir(directory.path().join(name)).expect("the directory is new");
        }
        Self { directory }
    }

    /// The whole directory, its links resolved.
    pub(crate) fn outside(&self) -> PathBuf {
        let path = self.directory.path().canonicalize();
        path.expect("the directory exists")
    }

    /// The repository's work tree, its links resolved.
    pub(crate) fn root(&self) -> PathBuf {
        self.outside().join("repository")
    }

    /// Writes a file of the work tree, with its directories.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        let parent = path.parent().expect("a file has a directory");
        std::fs::create_dir_all(parent).expect("the directory is writable");
        std::fs::write(path, content).expect("the file is writable");
    }

    /// Reads a file of the work tree.
    pub(crate) fn read(&self, path: &str) -> String {
        let text = std::fs::read_to_string(self.root().join(path));
        text.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Makes a symbolic link in the work tree.
    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, target: &str) {
        std::os::unix::fs::symlink(target, self.root().join(path)).expect("the link is new");
    }

    /// Stages everything, commits it, and says the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Adds a linked worktree, on a branch `side` of its own.
    pub(crate) fn linked_worktree(&self) -> PathBuf {
        let linked = self.outside().join("linked");
        let add = ["worktree", "add", "--quiet", "-b", "side"];
        self.git(&[&add[..], &[&linked.to_string_lossy()]].concat());
        linked
    }

    /// Runs git in the work tree and gives its trimmed output; it must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root(), arguments)
    }

    /// Runs git in a directory and gives its trimmed output; it must succeed.
    pub(crate) fn git_in(&self, directory: &Path, arguments: &[&str]) -> String {
        let output = self.try_git(directory, arguments);
        assert!(
            output.status.success(),
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs git in a directory.
    pub(crate) fn try_git(&self, directory: &Path, arguments: &[&str]) -> Output {
        let mut command = self.command("git", directory);
        command.args(arguments);
        command.output().expect("git is installed")
    }

    /// Our own program in a directory.
    pub(crate) fn gitops_lab(&self, directory: &Path) -> Command {
        self.command(env!("CARGO_BIN_EXE_gitops-lab"), directory)
    }

    /// A program with an environment that is the same everywhere.
    pub(crate) fn command(&self, program: &str, directory: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(directory)
            .env("HOME", self.outside().join("home"))
            .env("XDG_CONFIG_HOME", self.outside().join("home/.config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
            .env("NO_COLOR", "1");
        command
    }
}
