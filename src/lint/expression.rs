//! CEL expressions: compiled on first use, evaluated over spanned nodes.
//!
//! This file, `value.rs` and `functions.rs` are all that knows cel 0.15. It rewrites what is parsed:
//! - `has(a.b)` becomes `a.b != null`, since absent fields are null and not an error;
//! - a literal or a call left of `==` is compared both ways: cel asks the left side only, and its own
//!   values say that they equal no value of ours.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use cel::common::types::{CelBool, CelDouble, CelInt, CelString, CelUInt};
use cel::common::value::Val;
use cel::{Context, Env, Value};

use super::functions::{FUNCTIONS, environment};
use super::suggest::nearest;
use super::value::value;
use crate::object::Object;
use crate::yaml::NodeRef;

/// The names that an expression may use.
const VARIABLES: &[&str] = &["self", "object", "podSpec"];
/// Types are names too: `type(self.port) == string`.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];

/// Names that a rule gives to parts of its expressions, each with its text; later ones may use
/// earlier ones.
pub type Definitions = Arc<[(String, String)]>;

/// A CEL expression with its program.
pub struct Expression {
    text: String,
    definitions: Definitions,
    program: OnceLock<Result<Program, ExpressionError>>,
}

/// Why an expression cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
    /// Line and column in the expression, from 1, where they are known.
    pub place: Option<(usize, usize)>,
}

/// What is parsed, with the variables that it uses.
struct Program {
    expression: IdedExpr,
    variables: Vec<&'static str>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Expression({})", self.text)
    }
}

impl Expression {
    /// An expression that is not compiled yet.
    pub fn new(text: impl Into<String>, definitions: &Definitions) -> Self {
        Self {
            text: text.into(),
            definitions: Arc::clone(definitions),
            program: OnceLock::new(),
        }
    }

    /// The expression as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Compiles the expression and refuses names that nothing stands behind.
    pub fn check(&self) -> Result<(), ExpressionError> {
        self.program().map(|_| ())
    }

    /// Judges a node: true or false, or why it cannot be judged.
    pub fn judge(&self, node: NodeRef<'_>, object: &Object) -> Result<bool, String> {
        self.evaluate(node, object, |value| {
            let answer = value.downcast_ref::<CelBool>().map(|value| *value.inner());
            let kind = value.get_type().name();
            answer.ok_or_else(|| format!("`{}` is {kind} and not true or false", self.text))
        })
    }

    /// What the expression makes of a node, for a person.
    pub fn show(&self, node: NodeRef<'_>, object: &Object) -> Result<String, String> {
        self.evaluate(node, object, |value| Ok(show(value)))
    }

    fn evaluate<T>(
        &self,
        node: NodeRef<'_>,
        object: &Object,
        take: impl FnOnce(&dyn Val) -> Result<T, String>,
    ) -> Result<T, String> {
        let program = self.program().map_err(|error| error.to_string())?;
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for name in &program.variables {
            let bound = match *name {
                "self" => Some(node),
                "podSpec" => object.pod_spec(),
                _ => Some(object.root()),
            };
            let bound = bound.map_or_else(|| Box::new(super::value::Absent) as Box<dyn Val>, value);
            context.add_variable_as_val(*name, bound);
        }
        let value = Value::resolve_val(&program.expression, &context)
            .map_err(|error| format!("`{}`: {error}", self.text))?;
        take(value.as_ref())
    }

    fn program(&self) -> Result<&Program, ExpressionError> {
        let program = self
            .program
            .get_or_init(|| compile(&self.text, &self.definitions));
        program.as_ref().map_err(Clone::clone)
    }
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let env = environment().expect("functions.rs declares no function twice");
    Arc::new(env)
});

fn compile(text: &str, definitions: &Definitions) -> Result<Program, ExpressionError> {
    let mut defined: BTreeMap<&str, IdedExpr> = BTreeMap::new();
    for (name, text) in definitions.iter() {
        let mut expression = parse(text)?;
        inline(&mut expression, &defined);
        defined.insert(name, expression);
    }
    let mut expression = parse(text)?;
    inline(&mut expression, &defined);
    let mut names = Names {
        defined: defined.keys().copied().collect(),
        ..Names::default()
    };
    names.check(&expression)?;
    rewrite(&mut expression);
    Ok(Program {
        expression,
        variables: names.variables,
    })
}

fn parse(text: &str) -> Result<IdedExpr, ExpressionError> {
    ENVIRONMENT.parser().parse(text).map_err(|errors| {
        let first = errors.errors.into_iter().next();
        let place = first.as_ref().and_then(|error| {
            let line = usize::try_from(error.pos.0).ok()?;
            Some((line, usize::try_from(error.pos.1).ok()?))
        });
        let message = first.map_or_else(|| "it cannot be parsed".to_owned(), |error| error.msg);
        ExpressionError {
            message,
            help: None,
            place,
        }
    })
}

/// Puts what a name stands for in its place. A variable of a comprehension hides a definition.
fn inline(expression: &mut IdedExpr, defined: &BTreeMap<&str, IdedExpr>) {
    if defined.is_empty() {
        return;
    }
    match &mut expression.expr {
        Expr::Ident(name) => {
            if let Some(meaning) = defined.get(name.as_str()) {
                *expression = meaning.clone();
            }
        }
        Expr::Comprehension(comprehension) => {
            inline(&mut comprehension.iter_range, defined);
            let mut visible = defined.clone();
            visible.remove(comprehension.iter_var.as_str());
            for part in [
                &mut comprehension.loop_cond,
                &mut comprehension.loop_step,
                &mut comprehension.result,
            ] {
                inline(part, &visible);
            }
        }
        other => children(other, |child| inline(child, defined)),
    }
}

/// Calls a function with every expression right beneath one.
fn children(expression: &mut Expr, mut each: impl FnMut(&mut IdedExpr)) {
    match expression {
        Expr::Select(select) => each(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().for_each(each),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    each(&mut entry.key);
                    each(&mut entry.value);
                }
            }
        }
        Expr::Call(call) => {
            call.target.iter_mut().for_each(|target| each(target));
            call.args.iter_mut().for_each(each);
        }
        Expr::Comprehension(comprehension) => {
            each(&mut comprehension.iter_range);
            each(&mut comprehension.loop_cond);
            each(&mut comprehension.loop_step);
            each(&mut comprehension.result);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

/// The names that an expression uses; refuses unknown ones.
#[derive(Default)]
struct Names<'d> {
    defined: Vec<&'d str>,
    variables: Vec<&'static str>,
    bound: Vec<String>,
}

impl Names<'_> {
    fn check(&mut self, expression: &IdedExpr) -> Result<(), ExpressionError> {
        match &expression.expr {
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => self.check(&select.operand),
            Expr::List(list) => self.check_all(&list.elements),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.check(&entry.key)?;
                        self.check(&entry.value)?;
                    }
                }
                Ok(())
            }
            Expr::Call(call) => {
                function(&call.func_name)?;
                if let Some(target) = &call.target {
                    self.check(target)?;
                }
                self.check_all(&call.args)
            }
            Expr::Comprehension(comprehension) => {
                self.check(&comprehension.iter_range)?;
                self.check(&comprehension.accu_init)?;
                let depth = self.bound.len();
                self.bound.push(comprehension.iter_var.clone());
                self.bound.extend(comprehension.iter_var2.clone());
                self.bound.push(comprehension.accu_var.clone());
                self.check(&comprehension.loop_cond)?;
                self.check(&comprehension.loop_step)?;
                self.check(&comprehension.result)?;
                self.bound.truncate(depth);
                Ok(())
            }
            Expr::Struct(structure) => Err(refuse(format!(
                "there is no structure `{}`",
                structure.type_name
            ))),
            Expr::Literal(_) | Expr::Unspecified => Ok(()),
        }
    }

    fn check_all(&mut self, expressions: &[IdedExpr]) -> Result<(), ExpressionError> {
        expressions.iter().try_for_each(|one| self.check(one))
    }

    fn variable(&mut self, name: &str) -> Result<(), ExpressionError> {
        if self.bound.iter().any(|bound| bound == name) || TYPES.contains(&name) {
            return Ok(());
        }
        let Some(known) = VARIABLES.iter().find(|known| **known == name) else {
            let known: Vec<&str> = VARIABLES.iter().chain(&self.defined).copied().collect();
            let near = nearest(name, known.iter().copied());
            let list = known.join("`, `");
            return Err(ExpressionError {
                help: Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("an expression knows `{list}`"),
                }),
                ..refuse(format!("there is no variable `{name}`"))
            });
        };
        if !self.variables.contains(known) {
            self.variables.push(known);
        }
        Ok(())
    }
}

/// Refuses a function that does not exist. Operators are not letters.
fn function(name: &str) -> Result<(), ExpressionError> {
    let is_operator = !name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if is_operator || FUNCTIONS.contains(&name) {
        return Ok(());
    }
    let near = nearest(name, FUNCTIONS.iter().copied());
    Err(ExpressionError {
        help: near.map(|near| format!("did you mean `{near}`?")),
        ..refuse(format!("there is no function `{name}`"))
    })
}

fn refuse(message: String) -> ExpressionError {
    ExpressionError {
        message,
        help: None,
        place: None,
    }
}

/// Gives an expression the meaning that the head of this file describes.
fn rewrite(expression: &mut IdedExpr) {
    children(&mut expression.expr, rewrite);
    let taken = std::mem::take(&mut expression.expr);
    expression.expr = match taken {
        Expr::Select(select) if select.test => presence(select),
        Expr::Call(call) => symmetric(call),
        other => other,
    };
}

/// `a.b != null` for `has(a.b)`.
fn presence(select: SelectExpr) -> Expr {
    let field = Expr::Select(SelectExpr {
        test: false,
        ..select
    });
    call(
        operators::NOT_EQUALS,
        vec![ided(field), ided(Expr::Literal(LiteralValue::Null))],
    )
}

/// `a == b || b == a` where `a` may be a value of cel's own.
fn symmetric(equality: CallExpr) -> Expr {
    let joined_by = match equality.func_name.as_str() {
        operators::EQUALS => operators::LOGICAL_OR,
        operators::NOT_EQUALS => operators::LOGICAL_AND,
        _ => return Expr::Call(equality),
    };
    let is_node = |expression: &IdedExpr| {
        let expression = &expression.expr;
        matches!(expression, Expr::Ident(_) | Expr::Select(_))
    };
    if equality.args.first().is_none_or(is_node) {
        return Expr::Call(equality);
    }
    let mut turned = equality.clone();
    turned.args.reverse();
    call(
        joined_by,
        vec![ided(Expr::Call(equality)), ided(Expr::Call(turned))],
    )
}

fn call(function: &str, arguments: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr {
        func_name: function.to_owned(),
        target: None,
        args: arguments,
    })
}

/// Ids name places in the source; what is made here has none.
fn ided(expression: Expr) -> IdedExpr {
    IdedExpr {
        id: 0,
        expr: expression,
    }
}

/// A value for a person.
fn show(value: &dyn Val) -> String {
    if let Some(text) = value.downcast_ref::<CelString>() {
        text.inner().to_owned()
    } else if let Some(value) = value.downcast_ref::<CelBool>() {
        value.inner().to_string()
    } else if let Some(number) = value.downcast_ref::<CelInt>() {
        number.inner().to_string()
    } else if let Some(number) = value.downcast_ref::<CelUInt>() {
        number.inner().to_string()
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        number.inner().to_string()
    } else if value.downcast_ref::<super::value::Absent>().is_some() {
        "null".to_owned()
    } else {
        format!("{value:?}")
    }
}
