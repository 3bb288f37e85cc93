//! Which set, in which cluster, from which manifests: the options that diff, apply and rollback share.

use std::path::{Path, PathBuf};

use super::settings::{self, Settings};
use super::{ExitStatus, Failure};
use crate::plan::Set;
use crate::source::{self, Place, RepositoryInfo};

/// Which set, in which cluster.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Target")]
pub(super) struct TargetArgs {
    /// The set's name [default: `set` in gitops-lab.yaml]
    #[arg(long, value_name = "NAME")]
    pub(super) set: Option<String>,
    /// The namespace of the set's record [default: `setNamespace` in gitops-lab.yaml]
    #[arg(long, value_name = "NAMESPACE")]
    pub(super) set_namespace: Option<String>,
    /// The namespace for objects that name none; the kubeconfig's is never used
    #[arg(long, short, value_name = "NAMESPACE")]
    pub(super) namespace: Option<String>,
    /// The kubeconfig's context
    #[arg(long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// The kubeconfig [default: KUBECONFIG, or ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// Take over a set that is bound to another repository, path or cluster, or is another tool's
    #[arg(long)]
    pub(super) adopt_set: bool,
}

/// What the options and the settings say together.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) set: Set,
    pub(super) namespace: Option<String>,
    pub(super) context: Option<String>,
    pub(super) kubeconfig: Option<PathBuf>,
    pub(super) adopt_set: bool,
    /// What `gitops-lab.yaml` says.
    pub(super) settings: Settings,
    /// What the paths are relative to.
    pub(super) directory: PathBuf,
    /// The set's own paths; empty for the whole directory.
    pub(super) paths: Vec<PathBuf>,
}

/// No set is named.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no set is named: {missing} is missing")]
#[diagnostic(
    code(target::no_set),
    help(
        "give --set NAME and --set-namespace NAMESPACE, or write `set:` and `setNamespace:` into gitops-lab.yaml"
    )
)]
struct NoSet {
    missing: &'static str,
}

impl TargetArgs {
    /// Options first, then the settings of the place that is read.
    pub(super) fn target(&self, directory: &Path, place: &Place) -> Result<Target, Failure> {
        let (settings, home) = settings::read(directory, place)?;
        let missing = |missing| Failure::new(ExitStatus::Usage, NoSet { missing });
        let or = |option: &Option<String>, setting: &Option<String>| {
            option.clone().or_else(|| setting.clone())
        };
        let Settings {
            set,
            set_namespace,
            namespace,
            context,
            ..
        } = &settings;
        let name = or(&self.set, set).ok_or_else(|| missing("--set"))?;
        let set_namespace =
            or(&self.set_namespace, set_namespace).ok_or_else(|| missing("--set-namespace"))?;
        let set = Set::new(&name, &set_namespace)
            .map_err(|error| Failure::new(ExitStatus::Usage, error))?;
        Ok(Target {
            set,
            namespace: or(&self.namespace, namespace),
            context: or(&self.context, context),
            kubeconfig: self.kubeconfig.clone(),
            adopt_set: self.adopt_set,
            directory: home,
            paths: settings.paths(),
            settings,
        })
    }
}

impl Target {
    /// The paths as the set is bound to them: relative to the repository's root, sorted.
    pub(super) fn bound_path(&self, repository: Option<&RepositoryInfo>) -> String {
        let root = repository.map(|repository| repository.root.as_path());
        let own = [PathBuf::new()];
        let paths = if self.paths.is_empty() {
            &own[..]
        } else {
            &self.paths
        };
        let mut bound: Vec<String> = paths
            .iter()
            .map(|path| relative(&self.directory.join(path), root))
            .collect();
        bound.sort();
        bound.join(",")
    }
}

/// The repository as a set is bound to it: its remote without scheme, user and `.git`, so that a
/// clone by another protocol is the same; without a remote, its place on this machine.
pub(super) fn bound_repository(repository: Option<&RepositoryInfo>, directory: &Path) -> String {
    let remote = repository.and_then(|repository| repository.remote.as_deref());
    if let Some(remote) = remote {
        return normal_remote(remote);
    }
    // The work trees of one repository share its git directory.
    let shared = source::open(directory).map(|repository| repository.commondir().to_owned());
    let shared = shared.unwrap_or_else(|_| directory.to_owned());
    let root = if shared.ends_with(".git") {
        shared.parent().unwrap_or(&shared)
    } else {
        &shared
    };
    let root: PathBuf = root.components().collect();
    format!("file:{}", root.display())
}

fn normal_remote(remote: &str) -> String {
    let rest = remote.split_once("://").map_or(remote, |(_, rest)| rest);
    let has_scheme = remote.contains("://");
    let (host, path) = match rest.split_once(if has_scheme { '/' } else { ':' }) {
        Some((host, path)) => (host, path),
        None => ("", rest),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    if host.is_empty() {
        return format!("file:/{path}");
    }
    format!("{}/{path}", host.to_lowercase())
}

fn relative(path: &Path, root: Option<&Path>) -> String {
    let path = path.components().collect::<PathBuf>();
    let inside = root.and_then(|root| path.strip_prefix(root).ok());
    let path = inside.unwrap_or(&path).to_string_lossy().into_owned();
    let path = path.trim_start_matches("./");
    if path.is_empty() {
        ".".to_owned()
    } else {
        path.to_owned()
    }
}

/// The full id and the tree of a commit.
pub(super) fn commit_and_tree(directory: &Path, revision: &str) -> Option<(String, String)> {
    let repository = source::open(directory).ok()?;
    let commit = source::find_commit(&repository, revision).ok()?;
    Some((commit.id().to_string(), commit.tree_id().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_repository_by_any_protocol_is_one() {
        for remote in [
            "https://github.com/team/app.git",
            "https://token@GitHub.com/team/app",
            "ssh://git@github.com:22/team/app.git",
            "git@github.com:team/app.git",
        ] {
            assert_eq!(normal_remote(remote), "github.com/team/app", "{remote}");
        }
        assert_eq!(normal_remote("/srv/git/app.git"), "file:/srv/git/app");
    }

    #[test]
    fn a_path_is_bound_relative_to_the_repository() {
        let root = Path::new("/work/repo");
        assert_eq!(
            relative(&root.join("deploy/prod"), Some(root)),
            "deploy/prod"
        );
        assert_eq!(relative(root, Some(root)), ".");
    }
}
