//! What kubectl refuses although the syntax is right.

use super::arena::{Arena, Content, NONE};
use super::fields::is_merge;
use super::node::NodeRef;
use super::problem::{Problem, ProblemKind};
use super::scalar::is_plain_string;
use super::tree::{Kind, NodeId, Scalar, Style, Tree};

/// How deep collections may lie in each other, aliases followed: everything that walks a tree may recurse.
pub(super) const MAX_DEPTH: usize = 1000;

/// The number of decoded nodes up to which 99 of 100 may come from aliases.
const ALIAS_RANGE_LOW: f64 = 400_000.0;
/// The number of decoded nodes from which on 10 of 100 may come from aliases.
const ALIAS_RANGE_HIGH: f64 = 4_000_000.0;

/// Notes which scalars are strings as they are written, so that nobody has to ask again.
pub(super) fn mark_verbatim(arena: &mut Arena, text: &str) {
    for node in &mut arena.nodes {
        if node.kind != Kind::Scalar || node.tagged {
            continue;
        }
        node.verbatim = node.style != Style::Plain
            || match &node.content {
                Content::Source(start, end) => text
                    .get(*start as usize..*end as usize)
                    .is_some_and(|text| text != "<<" && is_plain_string(text)),
                Content::Decoded(text) => is_plain_string(text),
                Content::Nothing | Content::Alias(_) => false,
            };
    }
}

/// The first reason for which kubectl does not read the document.
pub(super) fn refusal(tree: &Tree) -> Option<Problem> {
    let mut is_doubtful = false;
    for node in tree.nodes() {
        if node.node().verbatim {
            continue;
        }
        if let Some(problem) = refuse_node(node) {
            return Some(problem);
        }
        is_doubtful |= is_unencodable(node);
    }
    if tree.arena.has_aliases
        && let Some(problem) = Expansion::default().run(tree.root())
    {
        return Some(problem);
    }
    if is_doubtful {
        return refuse_json(tree.root());
    }
    None
}

fn refuse_node(node: NodeRef<'_>) -> Option<Problem> {
    match node.kind() {
        Kind::Scalar => refuse_tag(node).or_else(|| refuse_merge(node)),
        Kind::Mapping | Kind::Sequence => refuse_collection_key(node),
        Kind::Alias => refuse_cycle(node).or_else(|| refuse_collection_key(node)),
    }
}

fn refuse_tag(node: NodeRef<'_>) -> Option<Problem> {
    let message = node.resolve()?.err()?;
    let help =
        "kubectl refuses a value that its tag does not fit: remove the tag or mend the value";
    Some(syntax(node, message, help))
}

fn refuse_merge(key: NodeRef<'_>) -> Option<Problem> {
    if !is_key(key) || !is_merge(key) {
        return None;
    }
    let value = key.tree().node(NodeId(key.node().after));
    let is_mapping = |node: NodeRef<'_>| node.resolved().kind() == Kind::Mapping;
    let fits = match value.kind() {
        Kind::Sequence => value.items().all(is_mapping),
        _ => is_mapping(value),
    };
    if fits {
        return None;
    }
    let message = "`<<` merges a mapping or a list of mappings, and this is neither".to_owned();
    Some(syntax(value, message, "quote the key if `<<` is its name"))
}

fn refuse_collection_key(node: NodeRef<'_>) -> Option<Problem> {
    if !is_key(node) || node.resolved().kind() == Kind::Scalar {
        return None;
    }
    let outer = node.parent().unwrap_or(node).span();
    let written = node.tree().text.get(outer.start as usize..);
    if written.is_some_and(|written| written.starts_with("{{")) {
        return Some(template(outer));
    }
    let message = "a mapping or a list cannot be a key".to_owned();
    Some(syntax(
        node,
        message,
        "quote the key if it is meant as text",
    ))
}

fn refuse_cycle(alias: NodeRef<'_>) -> Option<Problem> {
    let target = alias.resolved();
    let inside = target.id().0..target.node().after;
    let message = "the anchored value contains itself".to_owned();
    inside
        .contains(&alias.id().0)
        .then(|| syntax(alias, message, "write the value out in place of the alias"))
}

fn is_key(node: NodeRef<'_>) -> bool {
    let is_in_mapping = node
        .parent()
        .is_some_and(|parent| parent.kind() == Kind::Mapping);
    is_in_mapping && node.node().lead == NONE
}

/// Whether JSON may have no form for the node: a key that is null, a number that is none.
fn is_unencodable(node: NodeRef<'_>) -> bool {
    if node.kind() == Kind::Alias {
        return is_key(node) && node.key_text().is_none();
    }
    match node.resolve() {
        Some(Ok(Scalar::Float(number))) => !number.is_finite() && !is_key(node),
        Some(Ok(Scalar::Null | Scalar::Uint(_))) => is_key(node),
        _ => false,
    }
}

/// Looks for the first value or key without a form in JSON, among those that kubectl keeps.
fn refuse_json(node: NodeRef<'_>) -> Option<Problem> {
    match node.resolved().kind() {
        Kind::Mapping => refuse_keys(node).or_else(|| {
            let mut fields = node.fields().into_iter();
            fields.find_map(|(_, value)| refuse_json(value))
        }),
        Kind::Sequence => node.items().find_map(refuse_json),
        Kind::Scalar | Kind::Alias => refuse_number(node),
    }
}

/// Looks through the keys of a mapping and of what is merged into it.
fn refuse_keys(mapping: NodeRef<'_>) -> Option<Problem> {
    mapping.entries().find_map(|(key, value)| {
        if !is_merge(key) {
            return refuse_key(key);
        }
        match value.kind() {
            Kind::Sequence => value.items().find_map(refuse_keys),
            _ => refuse_keys(value),
        }
    })
}

fn refuse_key(key: NodeRef<'_>) -> Option<Problem> {
    if key.key_text().is_some() {
        return None;
    }
    let what = match key.scalar() {
        Some(Scalar::Uint(_)) => "a number above 9223372036854775807",
        _ => "null",
    };
    let message = format!("{what} cannot be a key");
    Some(syntax(
        key,
        message,
        "write a name before the colon, in quotes if need be",
    ))
}

fn refuse_number(node: NodeRef<'_>) -> Option<Problem> {
    let Some(Scalar::Float(number)) = node.scalar() else {
        return None;
    };
    if number.is_finite() {
        return None;
    }
    let written = node.raw().unwrap_or_default();
    let message = format!("`{written}` is not a number that JSON has");
    Some(syntax(
        node,
        message,
        "quote the value if it is meant as text",
    ))
}

fn syntax(node: NodeRef<'_>, message: String, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message,
        span: node.span(),
        related: Vec::new(),
        help: Some(help.to_owned()),
    }
}

/// The problem of a document that is a template.
pub(super) fn template(span: crate::source::Span) -> Problem {
    Problem {
        kind: ProblemKind::Template,
        message: "this document is a template and not YAML yet".to_owned(),
        span,
        related: Vec::new(),
        help: Some("render it first (such as with `helm template`) and read the result".to_owned()),
    }
}

/// Counts what kubectl decodes: go-yaml refuses a document when too much of it comes from aliases.
#[derive(Default)]
struct Expansion {
    decoded: u32,
    from_aliases: u32,
    depth: usize,
    aliases: usize,
}

impl Expansion {
    fn run(mut self, root: NodeRef<'_>) -> Option<Problem> {
        self.decoded = 1;
        self.decode(root)
    }

    fn decode(&mut self, node: NodeRef<'_>) -> Option<Problem> {
        self.decoded += 1;
        if self.aliases > 0 {
            self.from_aliases += 1;
        }
        if self.is_excessive() {
            return Some(limit(
                node,
                "this document expands to too many nodes by its aliases",
            ));
        }
        if node.kind() == Kind::Alias {
            self.aliases += 1;
            let problem = self.decode(node.resolved());
            self.aliases -= 1;
            return problem.map(|problem| at_alias(problem, node));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Some(limit(node, TOO_DEEP));
        }
        let problem = match node.kind() {
            Kind::Mapping => node
                .entries()
                .find_map(|(key, value)| self.decode_entry(key, value)),
            _ => node.items().find_map(|item| self.decode(item)),
        };
        self.depth -= 1;
        problem
    }

    fn decode_entry(&mut self, key: NodeRef<'_>, value: NodeRef<'_>) -> Option<Problem> {
        if !is_merge(key) {
            return self.decode(key).or_else(|| self.decode(value));
        }
        if value.kind() != Kind::Sequence {
            return self.decode(value);
        }
        let mappings: Vec<_> = value.items().collect();
        mappings
            .into_iter()
            .rev()
            .find_map(|mapping| self.decode(mapping))
    }

    fn is_excessive(&self) -> bool {
        if self.from_aliases <= 100 || self.decoded <= 1000 {
            return false;
        }
        let decoded = f64::from(self.decoded);
        let allowed = if decoded <= ALIAS_RANGE_LOW {
            0.99
        } else if decoded >= ALIAS_RANGE_HIGH {
            0.10
        } else {
            0.99 - 0.89 * (decoded - ALIAS_RANGE_LOW) / (ALIAS_RANGE_HIGH - ALIAS_RANGE_LOW)
        };
        f64::from(self.from_aliases) / decoded > allowed
    }
}

/// The message of a document that is nested deeper than this reader goes.
pub(super) const TOO_DEEP: &str = "this document is nested deeper than 1000 levels";

fn limit(node: NodeRef<'_>, message: &str) -> Problem {
    Problem {
        kind: ProblemKind::Limit,
        message: message.to_owned(),
        span: node.span(),
        related: Vec::new(),
        help: Some("write the document with less nesting and fewer aliases".to_owned()),
    }
}

/// A limit that is met inside of an alias is shown at the outermost alias.
fn at_alias(mut problem: Problem, alias: NodeRef<'_>) -> Problem {
    problem.span = alias.span();
    problem
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use crate::source::SourceId;
    use crate::yaml::{ProblemKind, parse};

    /// The only problem of a text: its kind, its message, and the text that it points at.
    fn problem(text: &str) -> (ProblemKind, String, &str) {
        let parsed = parse(SourceId(0), &Arc::from(text));
        assert!(parsed.documents.is_empty());
        assert_eq!(parsed.problems.len(), 1, "{:?}", parsed.problems);
        let problem = &parsed.problems[0];
        let span = problem.span.start as usize..problem.span.end as usize;
        (problem.kind, problem.message.clone(), &text[span])
    }

    #[test]
    fn what_json_has_no_form_for_is_refused_at_its_place() {
        assert_eq!(problem("a: [1, .inf]\n").2, ".inf");
        assert_eq!(problem("a: {~: 1}\n").2, "~");
        assert_eq!(problem("? [a]\n: 1\n").2, "[a]");
        assert_eq!(problem("9223372036854775808: 1\n").2, "9223372036854775808");
    }

    #[test]
    fn a_value_that_a_later_key_replaces_is_not_looked_at() {
        let parsed = parse(SourceId(0), &Arc::from("a: .inf\na: 1\n"));
        assert_eq!(parsed.documents.len(), 1);
    }

    #[test]
    fn an_alias_inside_of_its_own_anchor_is_refused() {
        let (kind, message, text) = problem("a: &a {b: [*a]}\n");
        assert_eq!(kind, ProblemKind::Syntax);
        assert_eq!(message, "the anchored value contains itself");
        assert_eq!(text, "*a");
    }

    #[test]
    fn an_expansion_beyond_the_limit_is_refused_at_the_outermost_alias() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{}", level - 1);
            let aliases = vec![alias; 10].join(", ");
            let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
        }
        let (kind, _, at) = problem(&text);
        assert_eq!(kind, ProblemKind::Limit);
        assert!(at.starts_with("*a"), "{at}");
    }

    #[test]
    fn depth_counts_through_aliases() {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(600), "]".repeat(600));
        let text = format!("a: &a {}\nb: {}\n", deep("x"), deep("*a"));
        assert_eq!(problem(&text).0, ProblemKind::Limit);
        let text = format!("a: &a {}\nb: [*a]\n", deep("x"));
        assert_eq!(parse(SourceId(0), &Arc::from(&*text)).documents.len(), 1);
    }

    #[test]
    fn a_merge_of_something_else_is_refused_at_the_value() {
        assert_eq!(problem("m: {<<: 1}\n").2, "1");
        assert_eq!(problem("a: &a [{b: 1}]\nm: {<<: *a}\n").2, "*a");
    }
}
