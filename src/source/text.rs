//! Texts, their places, and spans in them.

use std::sync::Arc;

/// Names one source of a run; an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A byte range in one source: `start` included, `end` excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source that the bytes belong to.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Where the text of a source was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A blob of this commit (full hexadecimal id).
    Revision(String),
    /// The index: what is staged.
    Index,
    /// The work tree of a repository.
    WorkTree,
    /// A file outside every repository.
    File,
    /// Standard input.
    Stdin,
}

/// A place for people: both count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One text with its name and a line index.
#[derive(Clone, Debug)]
pub struct Source {
    /// What a person sees: the path as it was asked for, or `<stdin>`.
    pub name: String,
    /// Path relative to the repository's root, with `/`; the name where there is no repository.
    pub path: String,
    /// Where the text was read.
    pub origin: Origin,
    /// The text; every span of this source is a range in it.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl Source {
    /// Makes a source and indexes its lines.
    pub fn new(name: String, path: String, origin: Origin, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        Self {
            name,
            path,
            origin,
            text,
            line_starts,
        }
    }

    /// The line (from 0) that holds this byte.
    pub fn line_index(&self, at: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= at) - 1
    }

    /// The byte where this line (from 0) starts; the text's length past the last line.
    pub fn line_start(&self, line: usize) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.line_starts.get(line).copied().unwrap_or(end)
    }

    /// The number of lines.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// Line and column of a byte.
    pub fn line_column(&self, at: u32) -> LineColumn {
        let line = self.line_index(at);
        let start = self.line_start(line) as usize;
        let before = self.text.get(start..at as usize).unwrap_or_default();
        LineColumn {
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        }
    }
}

/// All sources of a run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// Adds a source and names it.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(source);
        id
    }

    /// The source of this name.
    ///
    /// # Panics
    /// When the id was made by other [`Sources`].
    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// All sources in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.sources)
    }

    /// The number of sources.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The text of a span; empty when the span lies outside of it.
    pub fn text(&self, span: Span) -> &str {
        let text = &self.get(span.source).text;
        text.get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Line and column where a span starts.
    pub fn line_column(&self, span: Span) -> LineColumn {
        self.get(span.source).line_column(span.start)
    }
}
