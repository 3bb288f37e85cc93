//! Plan → cluster: stages, prune, wait, outcome.

mod applied;
pub mod causes;
mod change;
pub mod children;
mod delete;
mod error;
mod established;
mod execute;
mod record;
pub mod status;
pub mod wait;

pub use applied::Applied;
pub use error::ApplyError;
pub use execute::{ApplyOptions, ApplyOutcome, Event, apply};
