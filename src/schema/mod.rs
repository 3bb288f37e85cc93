//! What the API of each supported Kubernetes version, and of the CustomResourceDefinitions of a run,
//! says about objects: kinds, fields, types, values.
//!
//! Null is an absent value, and field names are compared as they are written, as in the strict decoding
//! of the API server (`fieldValidation=Strict`). Where a value is put in later (`${NAME}`), nothing is
//! said about it.

mod catalogue;
mod check;
mod custom;
mod format;
mod place;
mod structural;
mod version;
mod violation;

pub use custom::CustomKinds;
pub use version::{UnknownVersion, Version};
pub use violation::{Violation, ViolationKind};

use crate::yaml::NodeRef;
use catalogue::Catalogue;
use check::Checker;

/// Whether a document is all of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It is sent as it is.
    Whole,
    /// It is merged into an object: what it does not say is said there.
    Part,
}

/// What is wrong with an object of a built-in kind; `None` where this version does not have the kind.
pub fn check_builtin(
    version: Version,
    api_version: &str,
    kind: &str,
    object: NodeRef<'_>,
    completeness: Completeness,
) -> Option<Vec<Violation>> {
    let shape = Catalogue::builtin().kind(version, api_version, kind)?;
    let mut checker = Checker::new(version, completeness);
    checker.value(object, &shape);
    Some(checker.violations)
}

/// Whether a version has a built-in kind.
pub fn is_builtin(version: Version, api_version: &str, kind: &str) -> bool {
    let catalogue = Catalogue::builtin();
    catalogue.kind(version, api_version, kind).is_some()
}

/// The API versions in which a version of Kubernetes has a kind of a group.
pub fn api_versions(version: Version, group: &str, kind: &str) -> Vec<&'static str> {
    let catalogue = Catalogue::builtin();
    catalogue.api_versions(version, group, kind).collect()
}

/// The known name that somebody probably meant: the same in other letters, or the nearest.
fn nearest<'n>(written: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let mut same = known.clone();
    same.find(|name| name.eq_ignore_ascii_case(written))
        .or_else(|| crate::source::nearest(written, known))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceId;
    use crate::yaml::parse;

    fn said(version: Version, text: &str, completeness: Completeness) -> Vec<(String, String)> {
        let parsed = parse(SourceId(0), &Arc::from(text));
        let root = parsed.documents[0].root();
        let word = |key| root.get(key).and_then(NodeRef::as_str).unwrap_or_default();
        let (api_version, kind) = (word("apiVersion"), word("kind"));
        let violations = check_builtin(version, &api_version, &kind, root, completeness);
        let violations = violations.expect("the kind is built in").into_iter();
        violations
            .map(|violation| (violation.message, violation.help.unwrap_or_default()))
            .collect()
    }

    const POD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a}]\n";

    #[test]
    fn a_field_is_known_only_in_the_versions_that_have_it() {
        let text = format!("{POD}  workloadRef: {{name: a, podGroup: b}}\n");
        let said = |version: &str| {
            let version = version.parse().expect("it is known");
            said(version, &text, Completeness::Whole)
        };
        let unknown = "has no field `workloadRef` in `spec`";
        let expected = |version, help: &str| {
            vec![(format!("Kubernetes {version} {unknown}"), help.to_owned())]
        };
        assert_eq!(
            said("1.34"),
            expected("1.34", "it came with Kubernetes 1.35")
        );
        assert_eq!(said("1.35"), []);
        assert_eq!(said("1.37"), expected("1.37", "it was dropped"));
    }

    #[test]
    fn a_field_in_other_letters_is_the_one_that_was_meant() {
        let text = format!("{POD}  HostNetwork: true\n");
        let message = "there is no field `HostNetwork` in `spec`".to_owned();
        let help = "did you mean `hostNetwork`?".to_owned();
        let said = said(Version::NEWEST, &text, Completeness::Whole);
        assert_eq!(said, [(message, help)]);
    }

    #[test]
    fn a_part_lacks_nothing_and_may_hold_directives() {
        let text =
            "apiVersion: v1\nkind: Pod\nspec:\n  volumes: [{$patch: delete, emptyDir: {}}]\n";
        assert_eq!(said(Version::NEWEST, text, Completeness::Part), []);
        let whole = said(Version::NEWEST, text, Completeness::Whole);
        let messages: Vec<&str> = whole.iter().map(|(message, _)| &**message).collect();
        let expected = [
            "there is no field `$patch` in `spec.volumes[0]`",
            "`spec.volumes[0].name` is missing",
            "`spec.containers` is missing",
        ];
        assert_eq!(messages, expected);
    }

    #[test]
    fn what_is_put_in_later_is_not_judged() {
        let text = format!("{POD}  priority: ${{PRIORITY}}\n  restartPolicy: <policy>\n");
        assert_eq!(said(Version::NEWEST, &text, Completeness::Whole), []);
    }
}
