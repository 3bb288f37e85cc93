//! Findings and plans → text.
