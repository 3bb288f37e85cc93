//! Image references by the distribution grammar.

/// `[registry/]repository[:tag][@digest]`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The registry as it is written; empty where Docker Hub is implied.
    pub registry: String,
    /// The repository without registry, as it is written (`nginx`, `team/app`).
    pub repository: String,
    /// The tag; empty where there is none.
    pub tag: String,
    /// The digest with its algorithm; empty where there is none.
    pub digest: String,
}

/// Why a text is no image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImageReferenceError(pub String);

impl ImageReference {
    /// Takes a reference apart.
    pub fn parse(text: &str) -> Result<Self, ImageReferenceError> {
        let _ = text;
        todo!()
    }
}
