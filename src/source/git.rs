//! Revisions, the index and the work tree of a git repository.
