//! A git repository of manifests, made with the real git program.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The settings that keep a command away from the user's own git, and give it an identity.
pub(crate) const GIT_ENVIRONMENT: [(&str, &str); 6] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_AUTHOR_NAME", "Ada"),
    ("GIT_AUTHOR_EMAIL", "ada@example.com"),
    ("GIT_COMMITTER_NAME", "Ada"),
    ("GIT_COMMITTER_EMAIL", "ada@example.com"),
];

/// A repository in a temporary folder, on branch `main`.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    pub(crate) fn new() -> Self {
        let repository = Self {
            folder: TempDir::new().expect("the machine has a folder for temporary files"),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        let parent = path
            .parent()
            .expect("a file of the work tree stands in a folder");
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .expect("the work tree can be written");
    }

    /// Deletes a file of the work tree.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).expect("the file is there");
    }

    /// Commits the whole work tree, and returns the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The subjects of the commits, the newest first.
    pub(crate) fn log(&self) -> Vec<String> {
        self.git(&["log", "--format=%s"])
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// What a git command prints. Panics when it fails.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .envs(GIT_ENVIRONMENT)
            .output()
            .expect("git is installed");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }
}
