//! The cases of tests/oracle, and what is known about them.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_lab::source::SourceId;
use gitops_lab::yaml::{Parsed, parse};
use serde::Deserialize;

/// A text with its name.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) text: Arc<str>,
}

impl Case {
    pub(crate) fn parse(&self) -> Parsed {
        parse(SourceId(0), &self.text)
    }
}

/// What kubectl's reader makes of one document.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Document {
    pub(crate) json: Option<String>,
    pub(crate) empty: bool,
    pub(crate) error: Option<String>,
    pub(crate) duplicate: bool,
}

/// The golden data.
#[derive(Deserialize)]
pub(crate) struct Golden {
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) cases: BTreeMap<String, Vec<Document>>,
}

pub(crate) fn cases() -> Vec<Case> {
    let file = include_str!("../oracle/cases.txt");
    let mut cases = Vec::new();
    for part in file.split("\n=== ").skip(1) {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        // The last line feed of a case was taken by the split, except at the end of the file.
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = if text.is_empty() && !part.ends_with('\n') {
            String::new()
        } else {
            format!("{text}\n")
        };
        cases.push(Case {
            name,
            text: expand(name, &text).into(),
        });
    }
    cases
}

/// Replaces what stands in `⟨ ⟩`.
fn expand(name: &str, text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('⟨') {
        bytes.extend_from_slice(before.as_bytes());
        let (inside, after) = inside
            .split_once('⟩')
            .expect("every ⟨ is closed in cases.txt");
        rest = after;
        if inside.is_empty() {
            assert_eq!(rest, "\n", "⟨⟩ stands at the end of {name}");
            rest = "";
        } else if let Some((count, what)) = inside.split_once('*') {
            let count = count
                .parse()
                .expect("a number stands before * in cases.txt");
            bytes.extend_from_slice(what.repeat(count).as_bytes());
        } else {
            let byte = |byte| u8::from_str_radix(byte, 16).expect("⟨ ⟩ holds bytes");
            bytes.extend(inside.split(' ').map(byte));
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).expect("cases are UTF-8")
}

pub(crate) fn golden() -> Golden {
    serde_json::from_str(include_str!("../oracle/golden.json")).expect("golden.json is valid")
}

/// The cases that we read otherwise, with the reasons.
pub(crate) fn differences() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("../oracle/differences.txt").lines().skip(1);
    lines
        .map(|line| line.split_once('\t').expect("a name, a tab and a reason"))
        .collect()
}
