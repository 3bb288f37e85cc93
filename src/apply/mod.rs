//! Plan → cluster: stages, prune, wait, outcome.

mod applied;
pub mod causes;
pub mod children;
pub mod status;
pub mod wait;

pub use applied::Applied;
