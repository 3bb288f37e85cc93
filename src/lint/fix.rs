//! Applying fixes to a text.

use super::{Edit, Fix};

/// The text with the edits of these fixes; one that overlaps an earlier one is left out as a whole.
///
/// The fixes must belong to the source of this text.
pub fn apply_fixes<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> String {
    let mut edits: Vec<&Edit> = Vec::new();
    for fix in fixes {
        let overlaps = |edit: &Edit| {
            let touches = |taken: &&Edit| {
                edit.span.start < taken.span.end && taken.span.start < edit.span.end
                    || edit.span.start == taken.span.start
            };
            edits.iter().any(touches)
        };
        if !fix.edits.iter().any(overlaps) {
            edits.extend(&fix.edits);
        }
    }
    edits.sort_by_key(|edit| edit.span.start);
    let mut fixed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        fixed.push_str(text.get(at..start).unwrap_or_default());
        fixed.push_str(&edit.text);
        at = end;
    }
    fixed.push_str(text.get(at..).unwrap_or_default());
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Applicability;
    use crate::source::{SourceId, Span};

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edits = edits.iter().map(|(start, end, text)| Edit {
            span: Span {
                source: SourceId(0),
                start: *start,
                end: *end,
            },
            text: (*text).to_owned(),
        });
        Fix {
            title: "Change".to_owned(),
            applicability: Applicability::Safe,
            edits: edits.collect(),
        }
    }

    #[test]
    fn writes_all_edits_in_the_order_of_the_text() {
        let fixes = [fix(&[(4, 5, "'b'")]), fix(&[(0, 1, "'a'"), (6, 6, "!")])];
        assert_eq!(apply_fixes("a: \nb c", &fixes), "'a': \n'b' !c");
    }

    #[test]
    fn leaves_out_a_fix_that_overlaps_an_earlier_one() {
        let fixes = [fix(&[(0, 3, "x")]), fix(&[(2, 4, "y"), (5, 6, "z")])];
        assert_eq!(apply_fixes("abcdef", &fixes), "xdef");
    }
}
