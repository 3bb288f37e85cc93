//! What names a finding from run to run, wherever its lines move.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::compact::places;
use super::run::Run;
use super::view::View;
use crate::lint::Finding;
use crate::object::{FieldPath, Object, Step};
use crate::yaml::NodeRef;

/// The bytes of the hash that are kept.
const LENGTH: usize = 16;

/// Makes the fingerprints of a run. Findings that are alike in all that names them are counted, so
/// they are asked for in the order of the output.
#[derive(Debug)]
pub(super) struct Fingerprints<'a> {
    view: &'a View<'a>,
    run: &'a Run<'a>,
    seen: BTreeMap<String, usize>,
}

impl<'a> Fingerprints<'a> {
    /// For a run of which nothing has been asked yet.
    pub(super) fn new(view: &'a View<'a>, run: &'a Run<'a>) -> Self {
        Self {
            view,
            run,
            seen: BTreeMap::new(),
        }
    }

    /// The fingerprint of the next finding: of its rule, file, object and field; of its words
    /// where it is about no object.
    pub(super) fn next(&mut self, finding: &Finding) -> String {
        let what = match field(self.run, finding) {
            Some(field) => format!("{}\0{field}", object_text(finding)),
            None => self.view.scrubbed(&finding.message, &places(finding)),
        };
        let path = self.view.raw_path(finding.primary.span);
        self.counted(&format!("{}\0{path}\0{what}", finding.rule))
    }

    /// The fingerprint of something else that is said.
    pub(super) fn of_text(&mut self, code: &str, message: &str) -> String {
        self.counted(&format!("{code}\0\0{message}"))
    }

    fn counted(&mut self, identity: &str) -> String {
        let count = self.seen.entry(identity.to_owned()).or_default();
        *count += 1;
        let hash = Sha256::digest(format!("{identity}\0{count}"));
        let mut text = String::new();
        for byte in &hash[..LENGTH] {
            write!(text, "{byte:02x}").expect("a String takes everything");
        }
        text
    }
}

fn object_text(finding: &Finding) -> String {
    match &finding.object {
        Some(id) => format!("{}\0{id}", id.group),
        None => String::new(),
    }
}

/// The field that a finding points at; items of a list are named by their `name`, where they have one,
/// so that another item in front changes nothing.
pub(super) fn field(run: &Run<'_>, finding: &Finding) -> Option<String> {
    let object = object_of(run, finding)?;
    let path = FieldPath::around(finding.primary.span, object.root());
    let mut node = object.root();
    let mut text = String::new();
    for step in &path.0 {
        match step {
            Step::Key(key) => {
                node = node.get(key)?;
                let plain = !key.contains(['.', '/', '[', ']']);
                match plain {
                    true if text.is_empty() => text.push_str(key),
                    true => text.extend([".", key]),
                    false => text.extend(["[", key, "]"]),
                }
            }
            Step::Index(at) => {
                node = node.items().nth(*at)?;
                let name = node.get("name").and_then(NodeRef::as_str);
                let name = name.map_or_else(|| at.to_string(), std::borrow::Cow::into_owned);
                text.extend(["[", &name, "]"]);
            }
        }
    }
    Some(text)
}

/// The object that a finding is about and points into.
fn object_of<'a>(run: &Run<'a>, finding: &Finding) -> Option<&'a Object> {
    let id = finding.object.as_ref()?;
    let span = finding.primary.span;
    let of_source = |object: &Object| object.span().source;
    let first = run
        .objects
        .partition_point(|object| of_source(object) < span.source);
    let objects = run.objects[first..].iter();
    let mut objects = objects.take_while(|object| of_source(object) == span.source);
    objects.find(|object| {
        let whole = object.span();
        object.id == *id && whole.start <= span.start && span.end <= whole.end
    })
}
