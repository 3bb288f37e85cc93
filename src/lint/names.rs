//! The names in an expression. cel looks them up when it evaluates and not before, so a typo would be
//! found by the first manifest that gets there.

use cel::common::ast::{EntryExpr, Expr, IdedExpr};

use super::expression::ExpressionError;
use super::functions::FUNCTIONS;
use super::suggest::nearest;

/// The names that an expression may use.
const VARIABLES: &[&str] = &["self", "object", "podSpec", "isPatch"];
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

/// The variables that an expression uses; an error where it uses a name that nothing stands behind.
/// Names that the rule itself defines are suggested for a typo too.
pub(super) fn variables_of(
    expression: &IdedExpr,
    defined: &[&str],
) -> Result<Vec<&'static str>, ExpressionError> {
    let mut names = Names {
        defined,
        variables: Vec::new(),
        bound: Vec::new(),
    };
    names.check(expression)?;
    Ok(names.variables)
}

/// What is known on the way through an expression.
struct Names<'d> {
    defined: &'d [&'d str],
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
            let known: Vec<&str> = VARIABLES.iter().chain(self.defined).copied().collect();
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
