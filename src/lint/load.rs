//! Rule files → rules. A mistake is shown at its place in the file.

use std::sync::Arc;

use miette::NamedSource;

use super::each::{Path, Query};
use super::error::RuleFileError;
use super::expression::{Definitions, Expression, ExpressionError};
use super::message::Message;
use super::rule::{Category, Check, Degree, Example, Judgement, KindName, Rule};
use super::suggest::nearest;
use super::{Preset, Severity, builtin};
use crate::source::{SourceId, Span};
use crate::yaml::{self, Kind, NodeRef};

const FIELDS: &[&str] = &[
    "summary",
    "category",
    "severity",
    "default",
    "presets",
    "aliases",
    "explanation",
    "help",
    "builtin",
    "kinds",
    "each",
    "needs",
    "let",
    "expression",
    "at",
    "message",
    "degrees",
    "examples",
];
/// What makes sense only where an expression judges.
const JUDGEMENT_FIELDS: &[&str] = &["kinds", "each", "needs", "let", "at", "message", "degrees"];

/// When the expressions of a rule are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compile {
    /// Now: a mistake in one is a mistake in the file.
    Now,
    /// When they are needed, which is a matter of milliseconds at every start.
    OnUse,
}

/// Reads a rule file. The id is the file's name without its ending.
pub(crate) fn load(
    id: &str,
    file_name: &str,
    text: &str,
    compile: Compile,
) -> Result<Rule, RuleFileError> {
    let file = File {
        id,
        name: file_name,
        text,
        compile,
    };
    let parsed = yaml::parse(SourceId(0), &Arc::from(text));
    if let Some(problem) = parsed.problems.into_iter().next() {
        return Err(file.refuse(problem.span, problem.message, problem.help));
    }
    let [document] = parsed.documents.as_slice() else {
        return Err(file.refuse_start("a rule file holds one document"));
    };
    file.rule(document.root())
}

/// The file that is read.
struct File<'a> {
    id: &'a str,
    name: &'a str,
    text: &'a str,
    compile: Compile,
}

impl File<'_> {
    fn rule(&self, root: NodeRef<'_>) -> Result<Rule, RuleFileError> {
        self.known_fields(root, FIELDS)?;
        Ok(Rule {
            id: self.id.to_owned(),
            summary: self.required_text(root, "summary")?,
            category: self.category(self.required(root, "category")?)?,
            severity: self.severity(self.required(root, "severity")?)?,
            on_by_default: self.on_by_default(root)?,
            presets: self.parsed(root, "presets", preset)?,
            aliases: self.parsed(root, "aliases", |text| Ok(text.to_owned()))?,
            explanation: self.required_text(root, "explanation")?.trim().to_owned(),
            help: self.optional_text(root, "help")?,
            check: self.check(root)?,
            examples: self.examples(root)?,
        })
    }

    fn category(&self, node: NodeRef<'_>) -> Result<Category, RuleFileError> {
        let names = Category::ALL.map(Category::name);
        let at = self.one_of(node, &names)?;
        Ok(Category::ALL[at])
    }

    fn severity(&self, node: NodeRef<'_>) -> Result<Severity, RuleFileError> {
        let severities = [Severity::Error, Severity::Warning, Severity::Info];
        let at = self.one_of(node, &["error", "warning", "info"])?;
        Ok(severities[at])
    }

    /// `default: off`; kubectl's reader makes true and false of `on` and `off`.
    fn on_by_default(&self, root: NodeRef<'_>) -> Result<bool, RuleFileError> {
        let Some(node) = root.get("default") else {
            return Ok(true);
        };
        node.as_bool()
            .ok_or_else(|| self.refuse(node.span(), "`default` is `on` or `off`", None))
    }

    fn check(&self, root: NodeRef<'_>) -> Result<Check, RuleFileError> {
        match (root.get("builtin"), root.get("expression")) {
            (Some(node), None) => {
                let mut fields = JUDGEMENT_FIELDS.iter().filter_map(|name| root.get(name));
                if let Some(field) = fields.next() {
                    let message = "a builtin check says this itself";
                    return Err(self.refuse(field.label_span(), message, None));
                }
                self.builtin(node)
            }
            (None, Some(node)) => {
                let judgement = self.judgement(root, node)?;
                Ok(Check::Expression(Box::new(judgement)))
            }
            _ => Err(self.refuse_start("a rule has either an `expression` or a `builtin` check")),
        }
    }

    fn builtin(&self, node: NodeRef<'_>) -> Result<Check, RuleFileError> {
        let name = self.text(node)?;
        match name.as_str() {
            "reader" => Ok(Check::Reader),
            "ignores" => Ok(Check::Ignores),
            _ => builtin::check(&name).map(Check::Builtin).ok_or_else(|| {
                self.refuse(node.span(), format!("there is no builtin `{name}`"), None)
            }),
        }
    }

    fn judgement(
        &self,
        root: NodeRef<'_>,
        expression: NodeRef<'_>,
    ) -> Result<Judgement, RuleFileError> {
        let message = self.required(root, "message")?;
        let mut each = self.parsed(root, "each", Query::parse)?;
        if each.is_empty() {
            each.push(Query::default());
        }
        let at = self.parsed(root, "at", Path::parse)?;
        let definitions = self.definitions(root)?;
        Ok(Judgement {
            kinds: self.parsed(root, "kinds", KindName::parse)?,
            each,
            needs: self.parsed(root, "needs", Path::parse)?,
            expression: self.expression(expression, &definitions)?,
            at: at.into_iter().next().unwrap_or_default(),
            message: self.message(message, &definitions)?,
            degrees: self.degrees(root, &definitions)?,
        })
    }

    fn definitions(&self, root: NodeRef<'_>) -> Result<Definitions, RuleFileError> {
        let Some(node) = root.get("let") else {
            return Ok(Definitions::default());
        };
        let definitions = node.fields().into_iter();
        let definitions = definitions.map(|(name, node)| Ok((name.into_owned(), self.text(node)?)));
        definitions.collect()
    }

    fn degrees(
        &self,
        root: NodeRef<'_>,
        definitions: &Definitions,
    ) -> Result<Vec<Degree>, RuleFileError> {
        let Some(list) = root.get("degrees") else {
            return Ok(Vec::new());
        };
        self.list(list)?
            .map(|node| {
                self.known_fields(node, &["when", "severity", "message", "help"])?;
                let message = node.get("message");
                Ok(Degree {
                    when: self.expression(self.required(node, "when")?, definitions)?,
                    severity: self.severity(self.required(node, "severity")?)?,
                    message: message
                        .map(|node| self.message(node, definitions))
                        .transpose()?,
                    help: self.optional_text(node, "help")?,
                })
            })
            .collect()
    }

    fn expression(
        &self,
        node: NodeRef<'_>,
        definitions: &Definitions,
    ) -> Result<Expression, RuleFileError> {
        let expression = Expression::new(self.text(node)?, definitions);
        self.compiled(&expression, node)?;
        Ok(expression)
    }

    fn message(
        &self,
        node: NodeRef<'_>,
        definitions: &Definitions,
    ) -> Result<Message, RuleFileError> {
        let message = Message::parse(&self.text(node)?, definitions)
            .map_err(|message| self.refuse(node.span(), message, None))?;
        for expression in message.expressions() {
            self.compiled(expression, node)?;
        }
        Ok(message)
    }

    /// Compiles an expression that a node holds, if it is time.
    fn compiled(&self, expression: &Expression, node: NodeRef<'_>) -> Result<(), RuleFileError> {
        if self.compile == Compile::OnUse {
            return Ok(());
        }
        let refuse = |error: ExpressionError| {
            let span = self.place_of(&error, expression.text(), node.span());
            self.refuse(span, error.message, error.help)
        };
        expression.check().map_err(refuse)
    }

    /// Where the error is, if the expression stands in the file as it is; else all of its node.
    fn place_of(&self, error: &ExpressionError, written: &str, node: Span) -> Span {
        let text = self.text.get(node.start as usize..node.end as usize);
        let start = text.and_then(|text| text.find(written));
        let at = start.zip(error.place);
        let at = at.and_then(|(start, place)| u32::try_from(start + offset(written, place)).ok());
        at.map_or(node, |at| Span {
            start: node.start + at,
            end: node.start + at,
            ..node
        })
    }

    fn examples(&self, root: NodeRef<'_>) -> Result<Vec<Example>, RuleFileError> {
        let list = self.required(root, "examples")?;
        self.list(list)?
            .map(|node| {
                self.known_fields(node, &["bad", "good", "fixed"])?;
                let fixed = self.optional_text(node, "fixed")?;
                match (node.get("bad"), node.get("good")) {
                    (Some(text), None) => Ok(Example::Bad {
                        text: self.text(text)?,
                        fixed,
                    }),
                    (None, Some(text)) if fixed.is_none() => Ok(Example::Good {
                        text: self.text(text)?,
                    }),
                    _ => {
                        let message =
                            "an example is either `bad`, with or without `fixed`, or `good`";
                        Err(self.refuse(node.label_span(), message, None))
                    }
                }
            })
            .collect()
    }

    /// The field's text, or each of its texts, read by a function that says what is wrong.
    fn parsed<T>(
        &self,
        root: NodeRef<'_>,
        field: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, RuleFileError> {
        let Some(node) = root.get(field) else {
            return Ok(Vec::new());
        };
        let nodes = match node.resolved().kind() {
            Kind::Sequence => node.items().collect(),
            _ => vec![node],
        };
        let parsed = nodes.into_iter().map(|node| {
            let text = self.text(node)?;
            parse(&text).map_err(|message| self.refuse(node.span(), message, None))
        });
        parsed.collect()
    }

    fn required<'t>(&self, parent: NodeRef<'t>, field: &str) -> Result<NodeRef<'t>, RuleFileError> {
        let place = parent.label_span();
        parent.get(field).ok_or_else(|| {
            let message = format!("`{field}` is missing");
            match parent.parent() {
                Some(_) => self.refuse(place, message, None),
                None => self.refuse_start(&message),
            }
        })
    }

    fn required_text(&self, parent: NodeRef<'_>, field: &str) -> Result<String, RuleFileError> {
        self.text(self.required(parent, field)?)
    }

    fn optional_text(
        &self,
        parent: NodeRef<'_>,
        field: &str,
    ) -> Result<Option<String>, RuleFileError> {
        parent.get(field).map(|node| self.text(node)).transpose()
    }

    fn text(&self, node: NodeRef<'_>) -> Result<String, RuleFileError> {
        let text = node.as_str().map(std::borrow::Cow::into_owned);
        text.ok_or_else(|| self.refuse(node.span(), "a text is needed here", None))
    }

    fn list<'t>(
        &self,
        node: NodeRef<'t>,
    ) -> Result<impl Iterator<Item = NodeRef<'t>> + use<'t>, RuleFileError> {
        if node.resolved().kind() != Kind::Sequence {
            return Err(self.refuse(node.label_span(), "a list is needed here", None));
        }
        Ok(node.items())
    }

    /// Which of these words a text is.
    fn one_of(&self, node: NodeRef<'_>, words: &[&str]) -> Result<usize, RuleFileError> {
        let text = self.text(node)?;
        words.iter().position(|word| *word == text).ok_or_else(|| {
            let list = words.join("`, `");
            let help =
                nearest(&text, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            self.refuse(node.span(), format!("this is not one of `{list}`"), help)
        })
    }

    fn known_fields(&self, node: NodeRef<'_>, known: &[&str]) -> Result<(), RuleFileError> {
        if node.resolved().kind() != Kind::Mapping {
            return Err(self.refuse(node.span(), "fields are needed here", None));
        }
        for (key, _) in node.entries() {
            let name = key.raw().unwrap_or_default();
            if !known.contains(&name.as_ref()) {
                let help = match nearest(&name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the fields are `{}`", known.join("`, `")),
                };
                let message = format!("there is no field `{name}`");
                return Err(self.refuse(key.span(), message, Some(help)));
            }
        }
        Ok(())
    }

    fn refuse(
        &self,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) -> RuleFileError {
        let (start, end) = (span.start as usize, span.end as usize);
        RuleFileError {
            rule: self.id.to_owned(),
            message: message.into(),
            help,
            text: Arc::new(NamedSource::new(self.name, self.text.to_owned())),
            place: (start..end.max(start)).into(),
        }
    }

    fn refuse_start(&self, message: &str) -> RuleFileError {
        let span = Span {
            source: SourceId(0),
            start: 0,
            end: 0,
        };
        self.refuse(span, message, None)
    }
}

/// The byte of a line and column in a text, both from 1.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// A preset that a rule file may name.
fn preset(text: &str) -> Result<Preset, String> {
    let mut presets = Preset::NAMED_BY_RULES.into_iter();
    let found = presets.find(|preset| preset.name() == text);
    found.ok_or_else(|| {
        let names = Preset::NAMED_BY_RULES.map(Preset::name).join("`, `");
        format!("this is not one of `{names}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Catalog;

    const RULE: &str = r#"summary: Example
category: style
severity: info
explanation: A rule for tests.
each: spec.ports[*]
expression: self.port > 0
at: port
message: "{self.port}"
examples:
  - good: "{}"
"#;

    /// What is wrong with the rule after a change: the message, the help and the text at the place.
    fn mistake(from: &str, to: &str) -> (String, Option<String>, String) {
        let text = RULE.replacen(from, to, 1);
        assert_ne!(text, RULE);
        let mut catalog = Catalog::default();
        let error = catalog
            .add("example", "example.yaml", &text)
            .expect_err("the rule has a mistake");
        let place = error.place.offset()..error.place.offset() + error.place.len();
        (error.message, error.help, text[place].to_owned())
    }

    #[test]
    fn a_rule_is_what_its_file_says() {
        let rule =
            load("example", "example.yaml", RULE, Compile::OnUse).expect("the rule is valid");
        assert_eq!(rule.id, "example");
        assert_eq!(rule.category, Category::Style);
        assert_eq!(rule.severity, Severity::Info);
        assert!(rule.on_by_default);
        assert!(matches!(rule.check, Check::Expression(_)));
        let off = format!("default: off\n{RULE}");
        let rule =
            load("example", "example.yaml", &off, Compile::OnUse).expect("the rule is valid");
        assert!(!rule.on_by_default);
    }

    #[test]
    fn mistakes_are_shown_at_their_place() {
        let (message, help, place) = mistake("category", "catgory");
        assert_eq!(message, "there is no field `catgory`");
        assert_eq!(help.as_deref(), Some("did you mean `category`?"));
        assert_eq!(place, "catgory");
        let (_, help, place) = mistake("style", "styles");
        assert_eq!(help.as_deref(), Some("did you mean `style`?"));
        assert_eq!(place, "styles");
        let (message, _, place) = mistake("spec.ports[*]", "spec..ports");
        assert_eq!(message, "a name is missing");
        assert_eq!(place, "spec..ports");
        let (message, _, _) = mistake("summary: Example\n", "");
        assert_eq!(message, "`summary` is missing");
        let (message, _, _) = mistake("expression: self.port > 0", "builtin: reader");
        assert_eq!(message, "a builtin check says this itself");
        let (message, _, place) = mistake("each:", "presets: [recommended]\neach:");
        assert!(message.starts_with("this is not one of `security`"));
        assert_eq!(place, "recommended");
        let (message, _, place) = mistake("each:", "kinds: Deploymnt\neach:");
        assert!(message.starts_with("`Deploymnt` is not built into Kubernetes"));
        assert_eq!(place, "Deploymnt");
    }

    #[test]
    fn a_file_that_is_not_yaml_is_refused() {
        assert!(
            load(
                "example",
                "example.yaml",
                "summary: \"Example",
                Compile::OnUse
            )
            .is_err()
        );
    }

    #[test]
    fn expressions_are_compiled_when_a_rule_is_added() {
        let (message, help, place) = mistake("self.port > 0", "slef.port > 0");
        assert_eq!(message, "there is no variable `slef`");
        assert_eq!(help.as_deref(), Some("did you mean `self`?"));
        assert_eq!(place, "slef.port > 0");
        let (message, _, _) = mistake("{self.port}", "{port(self)}");
        assert_eq!(message, "there is no function `port`");
    }
}
