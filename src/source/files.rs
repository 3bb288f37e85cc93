//! Files, directories and stdin.
