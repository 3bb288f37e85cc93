//! What can go wrong between us and a cluster.

use std::fmt;
use std::path::PathBuf;

use kube::core::response::StatusDetails;

/// A failure to reach a cluster or to do something in it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ClusterError {
    /// There is no kubeconfig, and this is no Pod.
    #[error("no kubeconfig was found ({searched}), and this does not run inside a cluster")]
    #[diagnostic(
        code(cluster::no_kubeconfig),
        help("give --kubeconfig FILE, or set KUBECONFIG")
    )]
    NoKubeconfig {
        /// Where it was looked for.
        searched: String,
    },
    /// A kubeconfig exists and cannot be used.
    #[error("cannot read the kubeconfig {}: {reason}", path.display())]
    #[diagnostic(
        code(cluster::kubeconfig),
        help("try `kubectl config view --kubeconfig {}`", path.display())
    )]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The context does not exist.
    #[error("the kubeconfig has no context `{context}`")]
    #[diagnostic(code(cluster::unknown_context))]
    UnknownContext {
        /// The name that was asked for.
        context: String,
        /// The nearest name, or the list of those that exist.
        #[help]
        help: String,
    },
    /// No context is named anywhere.
    #[error("the kubeconfig names no current context")]
    #[diagnostic(code(cluster::no_context))]
    NoContext {
        /// The contexts that exist.
        #[help]
        help: String,
    },
    /// The context's cluster or user cannot be used.
    #[error("cannot use context `{context}`: {reason}")]
    #[diagnostic(
        code(cluster::context),
        help("check this context's cluster and user in the kubeconfig")
    )]
    Context {
        /// The context.
        context: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers.
    #[error("the server {server} does not answer: {reason}")]
    #[diagnostic(
        code(cluster::unreachable),
        help(
            "check that the cluster runs and that this machine reaches it; --context picks another"
        )
    )]
    Unreachable {
        /// The server's URL.
        server: String,
        /// What the operating system said.
        reason: String,
    },
    /// The server's certificate is not one that the kubeconfig trusts.
    #[error("the certificate of {server} is not trusted: {reason}")]
    #[diagnostic(
        code(cluster::certificate),
        help(
            "the kubeconfig's certificate-authority must be the one that signed the server's certificate"
        )
    )]
    Certificate {
        /// The server's URL.
        server: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server does not know who we are.
    #[error("{server} does not accept the credentials of context `{context}`")]
    #[diagnostic(
        code(cluster::unauthorized),
        help("log in again: a token or certificate in the kubeconfig has expired or is wrong")
    )]
    Unauthorized {
        /// The server's URL.
        server: String,
        /// The context.
        context: String,
    },
    /// The server knows who we are and does not let us.
    #[error("not allowed to {verb} {resource}{}: {message}", in_namespace(namespace.as_deref()))]
    #[diagnostic(
        code(cluster::forbidden),
        help(
            "grant it with a Role: apiGroups [\"{group}\"], resources [\"{resource}\"], verbs [\"{verb}\"]"
        )
    )]
    Forbidden {
        /// What was tried, as RBAC names it.
        verb: String,
        /// The API group; empty for the core group.
        group: String,
        /// The resource's plural.
        resource: String,
        /// The namespace, where there is one.
        namespace: Option<String>,
        /// The server's own words.
        message: String,
    },
    /// The server refused or failed.
    #[error("cannot {verb} {resource}{}: {error}", in_namespace(namespace.as_deref()))]
    #[diagnostic(code(cluster::refused))]
    Api {
        /// What was tried, as RBAC names it.
        verb: &'static str,
        /// The resource's plural with the object's name.
        resource: String,
        /// The namespace, where there is one.
        namespace: Option<String>,
        /// The server's answer.
        #[source]
        error: Box<ApiError>,
    },
    /// The server's answer is not what Kubernetes answers.
    #[error("{server} gave an answer that is not of Kubernetes: {reason}")]
    #[diagnostic(
        code(cluster::protocol),
        help("check that the kubeconfig's server is the API server, and not a proxy's page")
    )]
    Protocol {
        /// The server's URL.
        server: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A refusal of the API server, as it said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub code: u16,
    /// The machine-readable reason (`Invalid`, `Conflict`, …); empty where the server gives none.
    pub reason: String,
    /// The server's text.
    pub message: String,
    /// What in the object causes it.
    pub causes: Vec<Cause>,
}

/// One cause of a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The field, as the server writes it.
    pub field: String,
    /// The machine-readable reason (`FieldValueInvalid`, `FieldManagerConflict`, …).
    pub reason: String,
    /// The server's text.
    pub message: String,
}

impl std::error::Error for ApiError {}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            return write!(formatter, "the server answered {}", self.code);
        }
        formatter.write_str(&self.message)
    }
}

impl ApiError {
    /// Takes the server's status apart.
    pub(super) fn from_status(status: kube::core::Status) -> Self {
        let causes = status.details.map(causes).unwrap_or_default();
        Self {
            code: status.code,
            reason: status.reason,
            message: status.message,
            causes,
        }
    }

    /// The error with every text passed through a function; for taking Secret values out.
    #[must_use]
    pub fn map_text(self, scrub: impl Fn(&str) -> String) -> Self {
        let causes = self.causes.into_iter();
        Self {
            message: scrub(&self.message),
            causes: causes
                .map(|cause| Cause {
                    message: scrub(&cause.message),
                    ..cause
                })
                .collect(),
            ..self
        }
    }

    /// Whether fields are owned by other managers.
    pub fn is_conflict_of_managers(&self) -> bool {
        let ours = |cause: &Cause| cause.reason == "FieldManagerConflict";
        self.code == 409 && self.causes.iter().any(ours)
    }

    /// Whether the object changed (or went, or is another) since it was read.
    pub fn is_stale(&self) -> bool {
        self.code == 409 && !self.is_conflict_of_managers()
    }
}

impl ClusterError {
    /// The server's own refusal, where there is one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The error with every text of the server passed through a function.
    #[must_use]
    pub fn map_text(self, scrub: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Api {
                verb,
                resource,
                namespace,
                error,
            } => Self::Api {
                verb,
                resource,
                namespace,
                error: Box::new(error.map_text(scrub)),
            },
            Self::Forbidden {
                verb,
                group,
                resource,
                namespace,
                message,
            } => Self::Forbidden {
                verb,
                group,
                resource,
                namespace,
                message: scrub(&message),
            },
            other => other,
        }
    }
}

/// The verb that RBAC misses, in the server's own words: an apply that creates needs `create` too. `None`
/// where something else than RBAC refuses: admission answers 403 as well.
pub(super) fn missing_verb(message: &str) -> Option<&str> {
    let (_, after) = message.split_once(" cannot ")?;
    let (verb, after) = after.split_once(' ')?;
    let names_target = after.starts_with("resource ") || after.starts_with("path ");
    names_target.then_some(verb)
}

fn causes(details: StatusDetails) -> Vec<Cause> {
    let causes = details.causes.into_iter();
    causes
        .map(|cause| Cause {
            field: cause.field,
            reason: cause.reason,
            message: cause.message,
        })
        .collect()
}

fn in_namespace(namespace: Option<&str>) -> String {
    namespace.map_or_else(String::new, |namespace| {
        format!(" in namespace {namespace}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_admission_is_not_one_of_rbac() {
        let rbac = r#"deployments.apps "a" is forbidden: User "u" cannot create resource "deployments" in API group "apps" in the namespace "p""#;
        assert_eq!(missing_verb(rbac), Some("create"));
        let quota = r#"pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1"#;
        assert_eq!(missing_verb(quota), None);
    }
}
