//! What is wrong with a document.

use crate::source::Span;

/// The kinds of problem that the reader itself sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// kubectl cannot read the document.
    Syntax,
    /// The document is a template (`{{ … }}` where YAML has no meaning for it).
    Template,
    /// A limit of this reader: depth, expansion of aliases, size.
    Limit,
    /// Bytes that are not UTF-8.
    Encoding,
    /// The same key twice in one mapping: kubectl keeps the last one in silence.
    DuplicateKey,
    /// Text after `...` that kubectl drops in silence.
    DroppedText,
}

/// A problem at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// One sentence without a full stop.
    pub message: String,
    /// Where it is.
    pub span: Span,
    /// Other places that explain it, each with its text (the first of two equal keys).
    pub related: Vec<(Span, String)>,
    /// The next step.
    pub help: Option<String>,
}
