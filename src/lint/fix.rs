//! Applying fixes to a text.

use std::sync::Arc;

use super::remains::{keeps_the_rest, touches_an_anchor};
use super::{Applicability, Edit, Fix};
use crate::source::SourceId;
use crate::yaml;

/// A text after its fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text.
    pub text: String,
    /// The numbers of the fixes that were applied, in the order in which they were given.
    pub applied: Vec<usize>,
    /// The numbers of the fixes that would have changed more than they say, and why they were not
    /// applied.
    pub refused: Vec<(usize, String)>,
}

/// Applies fixes to the text of a source, as many as go together: one that overlaps an earlier one
/// waits for the next round.
///
/// The result is read again: whatever no fix touches has its value and its comments still. A fix
/// within an anchored node changes every place where an alias of it stands, so it is never safe.
pub fn mend(source: SourceId, text: &Arc<str>, fixes: &[&Fix], with_unsafe: bool) -> Mended {
    let parsed = yaml::parse(source, text);
    let is_wanted = |fix: &Fix| {
        fix.edits.iter().all(|edit| edit.span.source == source)
            && match fix.applicability {
                Applicability::Safe => with_unsafe || !touches_an_anchor(&parsed, &fix.edits),
                Applicability::Unsafe => with_unsafe,
                Applicability::DisplayOnly => false,
            }
    };
    let wanted = (0..fixes.len()).filter(|at| is_wanted(fixes[*at]));
    let mut applied = without_overlaps(fixes, wanted);
    let check = |applied: &[usize]| {
        let edits = edits(applied.iter().map(|at| fixes[*at]));
        let text = written(text, &edits);
        keeps_the_rest(&parsed, &text, &edits).map(|()| text)
    };
    let mut refused = Vec::new();
    let together = check(&applied).or_else(|_| {
        applied.retain(|at| {
            let alone = check(&[*at]);
            let lost = alone.err().map(|lost| (*at, lost.to_string()));
            refused.extend(lost.clone());
            lost.is_none()
        });
        check(&applied)
    });
    let text = together.unwrap_or_else(|_| {
        // Each is right alone: one a round.
        applied.truncate(1);
        check(&applied).unwrap_or_else(|_| text.to_string())
    });
    Mended {
        text,
        applied,
        refused,
    }
}

/// Those of the numbered fixes that overlap no earlier one.
fn without_overlaps(fixes: &[&Fix], numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut chosen = Vec::new();
    for number in numbers {
        let overlaps = |edit: &Edit| {
            let touches = |taken: &&Edit| {
                edit.span.start < taken.span.end && taken.span.start < edit.span.end
                    || edit.span.start == taken.span.start
            };
            taken.iter().any(touches)
        };
        if !fixes[number].edits.iter().any(overlaps) {
            taken.extend(&fixes[number].edits);
            chosen.push(number);
        }
    }
    chosen
}

/// The edits of these fixes in the order of the text.
fn edits<'f>(fixes: impl Iterator<Item = &'f Fix>) -> Vec<&'f Edit> {
    let mut edits: Vec<&Edit> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span.start);
    edits
}

fn written(text: &str, edits: &[&Edit]) -> String {
    let mut written = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        written.push_str(text.get(at..start).unwrap_or_default());
        written.push_str(&edit.text);
        at = end;
    }
    written.push_str(text.get(at..).unwrap_or_default());
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

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
        let fixes = [fix(&[(8, 9, "'b'")]), fix(&[(3, 4, "'a'"), (9, 9, " # !")])];
        assert_eq!(
            mended("a: 1\nb: 2\n", &fixes, false).text,
            "a: 'a'\nb: 'b' # !\n"
        );
    }

    #[test]
    fn leaves_out_a_fix_that_overlaps_an_earlier_one() {
        let fixes = [fix(&[(3, 6, "x")]), fix(&[(5, 7, "y"), (8, 9, "z")])];
        assert_eq!(mended("a: abcdef\n", &fixes, false).text, "a: xdef\n");
    }

    fn mended(text: &str, fixes: &[Fix], with_unsafe: bool) -> Mended {
        let fixes: Vec<&Fix> = fixes.iter().collect();
        mend(SourceId(0), &Arc::from(text), &fixes, with_unsafe)
    }

    #[test]
    fn a_fix_that_changes_more_than_it_says_is_refused_and_the_others_are_applied() {
        let fixes = [
            fix(&[(3, 4, "9")]),
            fix(&[(8, 9, "{")]),
            fix(&[(13, 14, "7")]),
        ];
        let mended = mended("a: 1\nb: 2\nc: 3\n", &fixes, false);
        assert_eq!(mended.text, "a: 9\nb: 2\nc: 7\n");
        assert_eq!(mended.applied, [0, 2]);
        assert_eq!(mended.refused.len(), 1);
        assert_eq!(mended.refused[0].0, 1);
    }

    #[test]
    fn unsafe_fixes_wait_to_be_asked_for() {
        let text = "a: 1\n";
        let mut careless = fix(&[(3, 4, "9")]);
        careless.applicability = Applicability::Unsafe;
        let fixes = [careless];
        assert_eq!(mended(text, &fixes, false).text, text);
        assert_eq!(mended(text, &fixes, true).text, "a: 9\n");
    }

    #[test]
    fn within_an_anchor_no_fix_is_safe() {
        let text = "a: &x 1\nb: *x\n";
        let fixes = [fix(&[(6, 7, "9")])];
        assert_eq!(mended(text, &fixes, false).text, text);
        assert_eq!(mended(text, &fixes, true).text, "a: &x 9\nb: *x\n");
    }
}
