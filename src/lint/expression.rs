//! CEL expressions: compiled on first use, evaluated over spanned nodes.
//!
//! This file, `names.rs`, `value.rs` and `functions.rs` are all that knows cel 0.15. It rewrites what is parsed:
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

use super::functions::environment;
use super::names::variables_of;
use super::patch::is_patch;
use super::value::{Absent, value};
use crate::object::Object;
use crate::yaml::NodeRef;

/// Names that a rule gives to parts of its expressions, each with its text; later ones may use
/// earlier ones.
pub(crate) type Definitions = Arc<[(String, String)]>;

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
            answer.ok_or_else(|| format!("`{}` is {kind} and not true or false", self.in_short()))
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
            let bound: Box<dyn Val> = match *name {
                "self" => value(node),
                "podSpec" => object
                    .pod_spec()
                    .map_or_else(|| Box::new(Absent) as Box<dyn Val>, value),
                "isPatch" => Box::new(CelBool::from(is_patch(object))),
                _ => value(object.root()),
            };
            context.add_variable_as_val(*name, bound);
        }
        let value = Value::resolve_val(&program.expression, &context)
            .map_err(|error| format!("{error} in `{}`", self.in_short()))?;
        take(value.as_ref())
    }

    /// The expression in one line, cut where it is long.
    fn in_short(&self) -> String {
        const LENGTH: usize = 60;
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let line = words.join(" ");
        match line.char_indices().nth(LENGTH) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
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
    let defined: Vec<&str> = defined.keys().copied().collect();
    let variables = variables_of(&expression, &defined)?;
    rewrite(&mut expression);
    Ok(Program {
        expression,
        variables,
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
    } else if value.downcast_ref::<Absent>().is_some() {
        "null".to_owned()
    } else {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, tier: '1'}
  annotations:
spec:
  priority: 10
  hostNetwork: true
  containers:
    - name: web
      image: nginx:1.27
      command: [run, --fast]
      resources: {limits: {cpu: 500m, memory: 1Gi}, requests: {cpu: 1}}
";

    fn judge(expression: &str) -> Result<bool, String> {
        judge_with(&Definitions::default(), expression)
    }

    fn judge_with(definitions: &Definitions, expression: &str) -> Result<bool, String> {
        let sample = Sample::read(POD);
        let object = &sample.objects[0];
        Expression::new(expression, definitions).judge(object.root(), object)
    }

    fn assert_true(expressions: &[&str]) {
        for expression in expressions {
            assert_eq!(judge(expression), Ok(true), "{expression}");
        }
    }

    #[test]
    fn what_is_absent_is_null_however_deep_one_asks() {
        assert_true(&[
            "self.spec.nodeSelector == null",
            "null == self.spec.nodeSelector",
            "self.spec.nodeSelector.zone.deeper == null",
            "self.metadata.annotations == null",
            "self.spec.containers[7].image == null",
            "!has(self.spec.nodeSelector)",
            "!has(self.metadata.annotations)",
            "has(self.spec.containers)",
            "self.spec.hostPID != true",
            "self.spec.nodeSelector.all(key, false)",
            "size(self.spec.nodeSelector) == 0",
            "!('zone' in self.spec.nodeSelector)",
        ]);
    }

    #[test]
    fn nodes_and_literals_are_equal_on_either_side() {
        assert_true(&[
            "'web' == self.metadata.name",
            "self.metadata.name == 'web'",
            "10 == self.spec.priority",
            "['run', '--fast'] == self.spec.containers[0].command",
            "self.spec.containers[0].command == ['run', '--fast']",
            "{'app': 'web', 'tier': '1'} == self.metadata.labels",
            "['run'] != self.spec.containers[0].command",
            "self.spec.containers[0].command.map(word, word) == self.spec.containers[0].command",
            "self.metadata.labels == object.metadata.labels",
        ]);
    }

    #[test]
    fn collections_are_searched_and_walked() {
        assert_true(&[
            "'app' in self.metadata.labels || true",
            "self.metadata.labels.exists(key, key == 'app')",
            "'--fast' in self.spec.containers[0].command",
            "self.spec.containers.all(one, one.image.startsWith('nginx'))",
            "size(self.spec.containers) == 1",
            "self.metadata.labels['app'] == 'web'",
            "podSpec.hostNetwork",
            "!isPatch",
        ]);
    }

    #[test]
    fn functions_know_images_addresses_and_quantities() {
        assert_true(&[
            "image(self.spec.containers[0].image).tag == '1.27'",
            "image('localhost:5000/a').registry == 'localhost:5000'",
            "!isImage('https://nginx')",
            "isIP('10.0.0.1') && isIP('::1') && !isIP('10.0.0')",
            "ip('127.0.0.1').loopback && ip('::').family == 6",
            "isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0')",
            "quantity('1Gi') > quantity('1G') && quantity('1000m') == quantity(1)",
            "quantity(self.spec.containers[0].resources.limits.cpu) < quantity(self.spec.containers[0].resources.requests.cpu)",
            "!isQuantity('1 Gi')",
            "either(self.spec.nothing, self.spec.priority) == 10",
            "either(self.metadata.name, self.spec.nothing) == 'web'",
            "either(self.spec.nothing, self.metadata.labels).app == 'web'",
            "either(null, self.spec.nothing) == null",
            "[self.spec.containers, self.spec.nothing].exists(list, list.exists(one, one.name == 'web'))",
            "[self.spec.containers[0], null].filter(one, one != null).size() == 1",
            "!('web' in [null, self.spec.nothing])",
            "'abc'.matches('^a.c$') && !'abc'.matches('^b')",
            "'A,B'.lowerAscii().split(',') == ['a', 'b']",
        ]);
    }

    #[test]
    fn an_error_is_never_an_answer() {
        for expression in [
            "self.metadata.name",
            "image('::').tag == ''",
            "image(self.spec.nothing).tag == ''",
            "self.spec.priority < 'a'",
            "self.spec.nothing < 1",
            "!self.spec.nothing",
            "self.metadata.name.first == 'w'",
            "'a'.matches('(')",
        ] {
            assert!(judge(expression).is_err(), "{expression}");
        }
    }

    #[test]
    fn definitions_stand_for_their_text() {
        let definitions: Definitions = [
            ("first".to_owned(), "self.spec.containers[0]".to_owned()),
            ("tag".to_owned(), "image(first.image).tag".to_owned()),
        ]
        .into_iter()
        .collect();
        assert_eq!(judge_with(&definitions, "tag == '1.27'"), Ok(true));
        let shadowed = "['a'].all(tag, tag == 'a')";
        assert_eq!(judge_with(&definitions, shadowed), Ok(true));
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest_one() {
        let check = |text: &str| Expression::new(text, &Definitions::default()).check();
        let error = check("slef.image == ''").expect_err("a typo");
        assert_eq!(error.message, "there is no variable `slef`");
        assert_eq!(error.help.as_deref(), Some("did you mean `self`?"));
        let error = check("imag(self.image).tag == ''").expect_err("a typo");
        assert_eq!(error.message, "there is no function `imag`");
        assert_eq!(error.help.as_deref(), Some("did you mean `image`?"));
        assert_eq!(
            check("self.list.exists(one, one.name == string(1))"),
            Ok(())
        );
        assert!(check("self.list.exists(one, two == 1)").is_err());
        assert!(check("self..name").is_err_and(|error| error.place.is_some()));
    }
}
