//! The small language of paths in rule files: what is judged, and where a label goes.

use crate::object::Object;
use crate::source::Span;
use crate::yaml::{Kind, NodeRef};

/// Where a query starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    /// The object.
    Object,
    /// The pod spec, wherever the kind keeps it.
    PodSpec,
    /// The metadata that the object's Pods get.
    PodMetadata,
}

/// One step of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `.name`, or one of `.{name,other}`.
    Fields(Vec<String>),
    /// `[*]`
    Items,
    /// `.*`
    Values,
}

/// A path that matches many places: `podSpec.{containers,initContainers}[*]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    root: Root,
    steps: Vec<Step>,
}

/// A path of fields: `securityContext.privileged`; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<String>);

/// The query for the object itself.
impl Default for Query {
    fn default() -> Self {
        Self {
            root: Root::Object,
            steps: Vec::new(),
        }
    }
}

impl Query {
    /// Reads a query; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[*]") {
                steps.push(Step::Items);
                rest = after;
                continue;
            }
            if rest.starts_with('[') {
                return Err("only `[*]` may stand in brackets".to_owned());
            }
            match rest.strip_prefix('.') {
                Some(after) if !steps.is_empty() => rest = after,
                Some(_) => return Err("a path starts with a name".to_owned()),
                None if steps.is_empty() => {}
                None => return Err(format!("a `.` or `[*]` is missing before `{rest}`")),
            }
            let (step, after) = parse_step(rest)?;
            steps.push(step);
            rest = after;
        }
        let root = match steps.first() {
            Some(Step::Fields(names)) => root_named(names),
            _ => None,
        };
        if root.is_some() {
            steps.remove(0);
        }
        let root = root.unwrap_or(Root::Object);
        Ok(Self { root, steps })
    }

    /// Every place of the object that the query matches and that is not null, in order.
    pub fn matches<'o>(&self, object: &'o Object) -> Vec<NodeRef<'o>> {
        let root = match self.root {
            Root::Object => Some(object.root()),
            Root::PodSpec => object.pod_spec(),
            Root::PodMetadata => object.pod_metadata(),
        };
        let mut nodes: Vec<_> = root.into_iter().filter(|node| !is_null(*node)).collect();
        for step in &self.steps {
            nodes = nodes.into_iter().flat_map(|node| step.take(node)).collect();
        }
        nodes
    }
}

impl Step {
    /// The places one step further that are not null.
    fn take<'t>(&self, node: NodeRef<'t>) -> Vec<NodeRef<'t>> {
        let next: Vec<_> = match self {
            Self::Fields(names) => names.iter().filter_map(|name| node.get(name)).collect(),
            Self::Items => node.items().collect(),
            Self::Values => node.fields().into_iter().map(|(_, value)| value).collect(),
        };
        next.into_iter().filter(|node| !is_null(*node)).collect()
    }
}

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let query = Query::parse(text)?;
        if query.root != Root::Object || text == "object" || text.starts_with("object.") {
            return Err("a path starts at the match, not at the object".to_owned());
        }
        let names = query.steps.into_iter().map(|step| match step {
            Step::Fields(names) => match <[String; 1]>::try_from(names) {
                Ok([name]) => Ok(name),
                Err(_) => Err("braces match many places; a path leads to one".to_owned()),
            },
            Step::Items | Step::Values => {
                Err("`*` matches many places; a path leads to one".to_owned())
            }
        });
        Ok(Self(names.collect::<Result<_, _>>()?))
    }

    /// Whether the path leads to something that is not null.
    pub fn exists(&self, node: NodeRef<'_>) -> bool {
        self.follow(node).1
    }

    /// Where the label goes: the place that the path leads to, or its nearest ancestor that is there.
    pub fn label(&self, node: NodeRef<'_>) -> Span {
        label_of(self.follow(node).0)
    }

    /// The farthest place of the path that is there, and whether it is the end of the path.
    fn follow<'t>(&self, node: NodeRef<'t>) -> (NodeRef<'t>, bool) {
        let mut node = node;
        for name in &self.0 {
            match node.get(name) {
                Some(next) => node = next,
                None => return (node, false),
            }
        }
        (node, !is_null(node))
    }
}

/// Where a person looks for a node. A document's root would be the whole text: its `kind` stands for it,
/// as it does for an object in a List.
pub(crate) fn label_of(node: NodeRef<'_>) -> Span {
    if node.parent().is_some() && !is_object_of_list(node) {
        return node.label_span();
    }
    let named = node.get("kind").or_else(|| node.get("metadata"));
    named.map_or_else(|| node.label_span(), NodeRef::label_span)
}

fn is_object_of_list(node: NodeRef<'_>) -> bool {
    let list = node.parent().and_then(NodeRef::key);
    list.is_some_and(|key| key.raw().is_some_and(|key| key == "items"))
        && node.get("metadata").is_some()
}

/// Whether kubectl reads a node as null, which is as good as absent.
fn is_null(node: NodeRef<'_>) -> bool {
    let node = node.resolved();
    node.kind() == Kind::Scalar && node.is_null()
}

fn root_named(names: &[String]) -> Option<Root> {
    let [name] = names else {
        return None;
    };
    match name.as_str() {
        "object" => Some(Root::Object),
        "podSpec" => Some(Root::PodSpec),
        "podMetadata" => Some(Root::PodMetadata),
        _ => None,
    }
}

/// Reads a name, `*` or names in braces, and gives back the rest.
fn parse_step(text: &str) -> Result<(Step, &str), String> {
    if let Some(rest) = text.strip_prefix('*') {
        return Ok((Step::Values, rest));
    }
    if let Some(rest) = text.strip_prefix('{') {
        let (names, rest) = rest.split_once('}').ok_or("a `}` is missing")?;
        let names = names.split(',').map(|name| parse_name(name.trim()));
        return Ok((Step::Fields(names.collect::<Result<_, _>>()?), rest));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    Ok((Step::Fields(vec![parse_name(name)?]), rest))
}

fn parse_name(name: &str) -> Result<String, String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-/$".contains(letter);
    if name.is_empty() {
        return Err("a name is missing".to_owned());
    }
    if !name.chars().all(is_letter) {
        return Err(format!("`{name}` is not the name of a field"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &[&str]) -> Step {
        Step::Fields(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn reads_roots_fields_alternatives_and_wildcards() {
        let query = Query::parse("podSpec.{containers, initContainers}[*].env[*]").expect("valid");
        assert_eq!(query.root, Root::PodSpec);
        let alternatives = fields(&["containers", "initContainers"]);
        let expected = [alternatives, Step::Items, fields(&["env"]), Step::Items];
        assert_eq!(query.steps, expected);
        let query = Query::parse("data.*").expect("valid");
        assert_eq!(query.root, Root::Object);
        assert_eq!(query.steps, [fields(&["data"]), Step::Values]);
    }

    #[test]
    fn an_empty_query_is_the_object() {
        assert_eq!(Query::parse(""), Ok(Query::default()));
        assert_eq!(Query::parse("object"), Ok(Query::default()));
    }

    #[test]
    fn refuses_what_is_no_path() {
        for text in [".a", "a..b", "a[0]", "a b", "a[*]b", "a.{b", "a.", "a[*"] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_leads_to_one_place() {
        assert_eq!(
            Path::parse("securityContext.privileged"),
            Ok(Path(vec![
                "securityContext".to_owned(),
                "privileged".to_owned()
            ]))
        );
        assert_eq!(Path::parse(""), Ok(Path::default()));
        for text in ["a[*]", "a.*", "{a,b}", "podSpec.containers", "object.kind"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
