//! The only owner of a kube::Client: discovery, get, list, dry run, apply, delete, watch.
//!
//! Objects are raw JSON: what a server answers is compared and shown as it is, and no version of a
//! typed library stands between. Every request goes through one place that retries what is
//! transient and turns a refusal into an error that says what was tried.

mod connect;
mod discovery;
mod error;
mod nearest;
mod path;
mod request;
mod write;

pub use discovery::{Discovery, Resource};
pub use error::{ApiError, Cause, ClusterError};
pub use nearest::nearest;
pub use request::Selector;
pub use write::{Apply, Delete, Propagation};

use std::sync::{Arc, PoisonError, RwLock};

/// Which cluster this is, for people and for the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The server's URL.
    pub server: String,
    /// The kubeconfig's context; `in-cluster` inside a Pod.
    pub context: String,
    /// The UID of the namespace `kube-system`, which no other cluster has; `None` where it may not be read.
    pub uid: Option<String>,
}

/// A connection to one cluster.
pub struct Cluster {
    client: kube::Client,
    identity: Identity,
    discovery: RwLock<Arc<Discovery>>,
}

impl Cluster {
    /// Which cluster this is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What the server serves, as it was when it was last asked.
    pub fn discovery(&self) -> Arc<Discovery> {
        let discovery = self
            .discovery
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&discovery)
    }

    /// Asks the server again what it serves; needed after a CustomResourceDefinition was made.
    pub async fn refresh(&self) -> Result<(), ClusterError> {
        let discovery = Arc::new(self.discover().await?);
        *self
            .discovery
            .write()
            .unwrap_or_else(PoisonError::into_inner) = discovery;
        Ok(())
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Cluster")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
