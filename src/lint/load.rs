//! Rule files → rules. A mistake is shown at its place in the file.

use std::sync::Arc;

use miette::NamedSource;

use super::each::{Path, Query};
use super::error::RuleFileError;
use super::expression::{Definitions, Expression, ExpressionError};
use super::message::Message;
use super::rule::{Category, Check, Degree, Example, Judgement, KindName, Rule};
use super::suggest::nearest;
use super::{Severity, builtin};
use crate::source::{SourceId, Span};
use crate::yaml::{self, Kind, NodeRef};

const FIELDS: &[&str] = &[
    "summary",
    "category",
    "severity",
    "default",
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

/// Reads a rule file. The id is the file's name without its ending.
pub(crate) fn load(id: &str, file_name: &str, text: &str) -> Result<Rule, RuleFileError> {
    let file = File {
        id,
        name: file_name,
        text,
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
}

impl File<'_> {
    fn rule(&self, root: NodeRef<'_>) -> Result<Rule, RuleFileError> {
        self.known_fields(root, FIELDS)?;
        let explanation = self.required_text(root, "explanation")?;
        Ok(Rule {
            id: self.id.to_owned(),
            summary: self.required_text(root, "summary")?,
            category: self.category(self.required(root, "category")?)?,
            severity: self.severity(self.required(root, "severity")?)?,
            on_by_default: self.on_by_default(root)?,
            aliases: self.texts(root, "aliases")?,
            explanation: explanation.trim().to_owned(),
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
            kinds: self.parsed(root, "kinds", kind_name)?,
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
        Ok(Expression::new(self.text(node)?, definitions))
    }

    fn message(
        &self,
        node: NodeRef<'_>,
        definitions: &Definitions,
    ) -> Result<Message, RuleFileError> {
        let text = self.text(node)?;
        Message::parse(&text, definitions)
            .map_err(|message| self.refuse(node.span(), message, None))
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

    fn texts(&self, root: NodeRef<'_>, field: &str) -> Result<Vec<String>, RuleFileError> {
        self.parsed(root, field, |text| Ok(text.to_owned()))
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
            text: NamedSource::new(self.name, self.text.to_owned()),
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

/// Compiles every expression of a rule, which is put off otherwise.
pub(crate) fn check_expressions(
    rule: &Rule,
    file_name: &str,
    text: &str,
) -> Result<(), RuleFileError> {
    let Check::Expression(judgement) = &rule.check else {
        return Ok(());
    };
    let file = File {
        id: &rule.id,
        name: file_name,
        text,
    };
    let refuse = |error: ExpressionError, written: &str| {
        let start = text.find(written.trim()).unwrap_or(0);
        let place = error.place.map_or(0, |place| offset(written, place));
        let at = u32::try_from(start + place).unwrap_or(0);
        let span = Span {
            source: SourceId(0),
            start: at,
            end: at,
        };
        file.refuse(span, error.message, error.help)
    };
    let degrees = judgement.degrees.iter().map(|degree| &degree.when);
    for expression in std::iter::once(&judgement.expression).chain(degrees) {
        let checked = expression.check();
        checked.map_err(|error| refuse(error, expression.text()))?;
    }
    let messages = judgement
        .degrees
        .iter()
        .filter_map(|degree| degree.message.as_ref());
    for message in std::iter::once(&judgement.message).chain(messages) {
        for expression in message.expressions() {
            let checked = expression.check();
            checked.map_err(|error| refuse(error, expression.text()))?;
        }
    }
    Ok(())
}

/// The byte of a line and column in a text, both from 1.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// `Deployment`, which means the built-in kind, or `Rollout.argoproj.io`.
fn kind_name(text: &str) -> Result<KindName, String> {
    let (kind, group) = match text.split_once('.') {
        Some((kind, group)) => (kind, Some(group.to_owned())),
        None => (text, None),
    };
    if group.is_none() && !crate::object::kinds().iter().any(|info| info.kind == kind) {
        return Err(format!(
            "`{kind}` is not built into Kubernetes; name its group: `{kind}.example.com`"
        ));
    }
    Ok(KindName {
        kind: kind.to_owned(),
        group,
    })
}
