//! Plan → cluster: stages, prune, wait, outcome.
