//! Manifests for tests.

use std::sync::Arc;

use super::{Catalog, Context, Linter, Outcome, Selection};
use crate::object::{self, Object, Skipped};
use crate::source::{Origin, Source, Sources, Span};
use crate::yaml::{self, Problem};

/// A text that was read.
pub(crate) struct Sample {
    pub(crate) sources: Sources,
    pub(crate) objects: Vec<Object>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Sample {
    pub(crate) fn read(text: &str) -> Self {
        let mut sources = Sources::default();
        let text: Arc<str> = Arc::from(text);
        let name = "sample.yaml".to_owned();
        let source = Source::new(name.clone(), name, Origin::File, Arc::clone(&text));
        let parsed = yaml::parse(sources.add(source), &text);
        let (objects, skipped) = object::read(&parsed.documents);
        Self {
            sources,
            objects,
            problems: parsed.problems,
            skipped,
        }
    }

    pub(crate) fn lint(&self, linter: &Linter) -> Outcome {
        let context = Context::new(&self.sources, &self.objects);
        linter.run(&context, &self.problems, &self.skipped)
    }

    /// The line of a place, and its text.
    pub(crate) fn place(&self, span: Span) -> (u32, &str) {
        let line = self.sources.line_column(span).line;
        (line, self.sources.text(span))
    }
}

/// The rules of the program with one more.
pub(crate) fn catalog_with(id: &str, rule: &str) -> Catalog {
    let mut catalog = Catalog::builtin().expect("the rule files are valid");
    catalog
        .add(id, "rule.yaml", rule)
        .expect("the rule is valid");
    catalog
}

/// A linter with this rule alone.
pub(crate) fn linter_of(id: &str, rule: &str) -> Linter {
    let selection = Selection {
        only: vec![id.to_owned()],
        ..Selection::default()
    };
    Linter::new(catalog_with(id, rule), &selection).expect("the rule exists")
}
