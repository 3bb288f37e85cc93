//! Sources before and after a change → a unified diff. What is secret is starred on both sides.

use similar::TextDiff;

use super::text::escape_lines;
use super::view::View;
use crate::source::SourceId;

/// How a source of one view became the source of the same number in another, as a unified diff; empty
/// where nothing changed.
pub fn patch(before: &View<'_>, after: &View<'_>, source: SourceId) -> String {
    let (old, new) = (before.covered(source), after.covered(source));
    let name = before.source_name(source);
    let difference = TextDiff::from_lines(&old, &new);
    let text = difference
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string();
    let lines = escape_lines(&text);
    if lines.is_empty() {
        return lines;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Source, Sources};

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        let name = "a.yaml".to_owned();
        sources.add(Source::new(name.clone(), name, Origin::File, text));
        sources
    }

    fn patch_of(before: &str, after: &str) -> String {
        let (before, after) = (sources(before), sources(after));
        patch(&View::new(&before), &View::new(&after), SourceId(0))
    }

    #[test]
    fn shows_the_lines_that_differ() {
        assert_eq!(
            patch_of("a: 1\nb: 2\n", "a: 1\nb: 3\n"),
            "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n"
        );
        assert_eq!(patch_of("a: 1\n", "a: 1\n"), "");
    }

    #[test]
    fn shows_no_secret() {
        let secret = |kind: &str| {
            format!(
                "apiVersion: v1\nkind: Secret\ntype: {kind}\nstringData:\n  password: hunter2\n"
            )
        };
        let patch = patch_of(&secret("Opaque"), &secret("Other"));
        assert!(patch.contains("+type: Other"), "{patch}");
        assert!(!patch.contains("hunter2"), "{patch}");
    }
}
