//! What can go wrong when bytes are read.

use std::path::PathBuf;

/// A failure to read a source. One bad file never hides the others: those are returned beside the rest.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SourceError {
    /// A path that was named does not exist or cannot be read.
    #[error("cannot read {}", path.display())]
    #[diagnostic(
        code(source::unreadable),
        help("check that the path exists and that you may read it")
    )]
    Unreadable {
        /// The path as it was asked for.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        cause: std::io::Error,
    },
}
