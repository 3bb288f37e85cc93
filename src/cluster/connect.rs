//! kubeconfig → connection.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use super::{Cluster, ClusterError, Discovery, Identity, Resource, nearest};

/// How long a server may be silent in the middle of a request.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// How long the first connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Cluster {
    /// Connects to the cluster of a context.
    ///
    /// The kubeconfig is the one that is given, or those that `KUBECONFIG` lists (missing ones are
    /// passed over, as kubectl does), or `~/.kube/config`, or the service account of a Pod. None is
    /// ever taken out of a repository: a kubeconfig may name a program to run.
    pub async fn connect(
        kubeconfig: Option<&Path>,
        context: Option<&str>,
    ) -> Result<Self, ClusterError> {
        let (mut config, context) = load(kubeconfig, context).await?;
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        config.read_timeout = Some(READ_TIMEOUT);
        config.reset_reader_on_write = true;
        // The one place that retries is request.rs, which knows what was tried.
        config.default_retry = false;
        let server = config.cluster_url.to_string();
        let server = server.trim_end_matches('/').to_owned();
        let client = kube::Client::try_from(config).map_err(|error| ClusterError::Context {
            context: context.clone(),
            reason: error.to_string(),
        })?;
        let mut cluster = Self {
            client,
            identity: Identity {
                server,
                context,
                uid: None,
            },
            discovery: RwLock::new(Arc::new(Discovery::default())),
        };
        cluster.identity.uid = cluster.uid().await?;
        cluster.refresh().await?;
        Ok(cluster)
    }

    /// The UID of `kube-system`; `None` for a user who may not read it.
    async fn uid(&self) -> Result<Option<String>, ClusterError> {
        let namespaces = Resource::core("namespaces", "Namespace", false);
        match self.get(&namespaces, None, "kube-system").await {
            Ok(namespace) => Ok(namespace
                .and_then(|namespace| Some(namespace["metadata"]["uid"].as_str()?.to_owned()))),
            Err(ClusterError::Forbidden { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The configuration of a context, and the context's name.
async fn load(
    kubeconfig: Option<&Path>,
    context: Option<&str>,
) -> Result<(Config, String), ClusterError> {
    let files = match kubeconfig {
        Some(file) => vec![file.to_owned()],
        None => existing_files(),
    };
    if files.is_empty() {
        return match Config::incluster_env() {
            Ok(config) => Ok((config, "in-cluster".to_owned())),
            Err(_) => Err(ClusterError::NoKubeconfig {
                searched: searched(),
            }),
        };
    }
    let mut merged = Kubeconfig::default();
    for file in &files {
        let unusable = |error: KubeconfigError| ClusterError::Kubeconfig {
            path: file.clone(),
            reason: reason(&error),
        };
        let next = Kubeconfig::read_from(file).map_err(unusable)?;
        merged = merged.merge(next).map_err(unusable)?;
    }
    let name = chosen_context(&merged, context)?;
    let options = KubeConfigOptions {
        context: Some(name.clone()),
        ..KubeConfigOptions::default()
    };
    match Config::from_custom_kubeconfig(merged, &options).await {
        Ok(config) => Ok((config, name)),
        Err(error) => Err(ClusterError::Context {
            context: name,
            reason: reason(&error),
        }),
    }
}

/// The context that is asked for or current, if it exists.
fn chosen_context(config: &Kubeconfig, asked: Option<&str>) -> Result<String, ClusterError> {
    let names: Vec<&str> = config
        .contexts
        .iter()
        .map(|context| context.name.as_str())
        .collect();
    let current = config
        .current_context
        .as_deref()
        .filter(|name| !name.is_empty());
    let Some(name) = asked.or(current) else {
        return Err(ClusterError::NoContext {
            help: format!("name one with --context: {}", listed(&names)),
        });
    };
    if names.contains(&name) {
        return Ok(name.to_owned());
    }
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has: {}", listed(&names)),
    };
    Err(ClusterError::UnknownContext {
        context: name.to_owned(),
        help,
    })
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return "none at all".to_owned();
    }
    names.join(", ")
}

/// The kubeconfig files that exist, in the order in which they count.
fn existing_files() -> Vec<PathBuf> {
    candidates()
        .into_iter()
        .filter(|file| file.exists())
        .collect()
}

fn candidates() -> Vec<PathBuf> {
    if let Some(list) = std::env::var_os("KUBECONFIG") {
        let files: Vec<PathBuf> = std::env::split_paths(&list)
            .filter(|file| !file.as_os_str().is_empty())
            .collect();
        if !files.is_empty() {
            return files;
        }
    }
    let home = std::env::home_dir();
    home.map(|home| home.join(".kube").join("config"))
        .into_iter()
        .collect()
}

fn searched() -> String {
    let files = candidates();
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    files.join(", ")
}

/// The error's text without what our own message already says.
fn reason(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::ReadConfig(cause, _) => cause.to_string(),
        // The parser's own text shows the lines around: a token may stand there.
        KubeconfigError::Parse(cause) => {
            let text = cause.to_string();
            let place = text.split_once("line ").map(|(_, rest)| rest);
            let place = place.and_then(|rest| rest.split(':').next());
            format!("it is no valid YAML (line {})", place.unwrap_or("unknown"))
        }
        KubeconfigError::LoadClusterOfContext(cluster) => {
            format!("its cluster `{cluster}` is not in the kubeconfig")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubeconfig(text: &str) -> Kubeconfig {
        Kubeconfig::from_yaml(text).expect("the test's kubeconfig is valid")
    }

    #[test]
    fn an_unknown_context_names_the_nearest_one() {
        let config = kubeconfig("contexts: [{name: production}, {name: dev}]");
        let error = chosen_context(&config, Some("prodction")).expect_err("it does not exist");
        let ClusterError::UnknownContext { help, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(help, "did you mean `production`?");
    }

    #[test]
    fn a_broken_kubeconfig_is_not_repeated() {
        let text = "users:\n- name: a\n  user: {token: very-secret, x: [\n";
        let error = Kubeconfig::from_yaml(text).expect_err("the bracket is open");
        let reason = reason(&error);
        assert!(
            reason.contains("line ") && !reason.contains("secret"),
            "{reason}"
        );
    }

    #[test]
    fn an_empty_current_context_is_none() {
        let config = kubeconfig("current-context: ''\ncontexts: [{name: dev}]");
        let error = chosen_context(&config, None).expect_err("none is named");
        assert!(matches!(error, ClusterError::NoContext { .. }));
    }
}
