//! A rule: what it flags, why, and how it is checked.

use super::builtin::Check as Function;
use super::each::{Path, Query};
use super::expression::Expression;
use super::message::Message;
use super::{Preset, Severity};

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The cluster does something else than the manifest seems to say, or refuses it.
    Correctness,
    /// Somebody gets more than they need.
    Security,
    /// It stops working on a bad day.
    Reliability,
    /// It works, but is harder to read than it need be.
    Style,
    /// True, but few want to hear it.
    Pedantic,
}

impl Category {
    /// Every category, in the order in which the book shows them.
    pub const ALL: [Self; 5] = [
        Self::Correctness,
        Self::Security,
        Self::Reliability,
        Self::Style,
        Self::Pedantic,
    ];

    /// The word for it in rule files and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Security => "security",
            Self::Reliability => "reliability",
            Self::Style => "style",
            Self::Pedantic => "pedantic",
        }
    }
}

/// A rule as its file tells it.
#[derive(Debug)]
pub struct Rule {
    /// The file's name without its ending; named for what the rule flags.
    pub id: String,
    /// One line: what is wrong.
    pub summary: String,
    /// What it is about.
    pub category: Category,
    /// How much a finding weighs, where no degree says otherwise.
    pub severity: Severity,
    /// Whether it runs without being asked for.
    pub on_by_default: bool,
    /// The presets that its file names.
    pub presets: Vec<Preset>,
    /// The ids of other linters for the same thing; accepted wherever the id is.
    pub aliases: Vec<String>,
    /// Why, and what happens in the cluster; Markdown.
    pub explanation: String,
    /// The next step, where no degree says otherwise.
    pub help: Option<String>,
    /// How it is checked.
    pub check: Check,
    /// Manifests that it flags and that it does not; each is a test.
    pub examples: Vec<Example>,
}

/// How a rule is checked.
#[derive(Debug)]
pub enum Check {
    /// By a CEL expression over every place that a path matches.
    Expression(Box<Judgement>),
    /// By a function in `builtin/`.
    Builtin(Function),
    /// By the reader of manifests: its problems become findings of the rule.
    Reader,
    /// By the linter itself, which looks after inline ignores.
    Ignores,
}

/// A check by CEL.
#[derive(Debug)]
pub struct Judgement {
    /// Only objects of these kinds; empty means every kind.
    pub kinds: Vec<KindName>,
    /// What is judged: every match is `self`.
    pub each: Vec<Query>,
    /// Matches without one of these fields are passed over.
    pub needs: Vec<Path>,
    /// True where all is well.
    pub expression: Expression,
    /// Where the label goes, relative to the match.
    pub at: Path,
    /// What is said about it.
    pub message: Message,
    /// The first that applies says severity, message and help.
    pub degrees: Vec<Degree>,
}

/// A kind as a rule names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindName {
    /// The kind.
    pub kind: String,
    /// The API group; `None` where the rule means the kind that is built into Kubernetes.
    pub group: Option<String>,
}

/// A case that weighs more or less than the rule does.
#[derive(Debug)]
pub struct Degree {
    /// True where the degree applies.
    pub when: Expression,
    /// How much it weighs.
    pub severity: Severity,
    /// What is said instead.
    pub message: Option<Message>,
    /// The next step instead.
    pub help: Option<String>,
}

/// A manifest with what the rule says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Example {
    /// The rule reports the lines that end in `# finding`, and no others.
    Bad {
        /// The manifest, with its marks.
        text: String,
        /// What the rule's fixes make of it.
        fixed: Option<String>,
    },
    /// The rule says nothing.
    Good {
        /// The manifest.
        text: String,
    },
}

impl KindName {
    /// `Deployment`, which means the built-in kind, or `Rollout.argoproj.io`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (kind, group) = match text.split_once('.') {
            Some((kind, group)) => (kind, Some(group.to_owned())),
            None => (text, None),
        };
        if group.is_none() && !crate::object::kinds().iter().any(|info| info.kind == kind) {
            return Err(format!(
                "`{kind}` is not built into Kubernetes; name its group: `{kind}.example.com`"
            ));
        }
        Ok(Self {
            kind: kind.to_owned(),
            group,
        })
    }
}

impl Rule {
    /// Whether a name means this rule: its id, or one of its aliases in any case.
    pub fn is_named(&self, name: &str) -> bool {
        self.id == name
            || self
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    }
}
