//! Plan → cluster: stages, prune, wait, outcome.

pub mod causes;
pub mod children;
pub mod status;
