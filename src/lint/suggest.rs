//! "Did you mean": the nearest of the names that are known.

/// The known name that is nearest to what was written, if one is near enough to be meant.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    let allowed = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (distance(&written, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, left out or swapped with the next to make one text of the
/// other.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    rows[0] = (0..=right.len()).collect();
    for row in 1..=left.len() {
        rows[row][0] = row;
        for column in 1..=right.len() {
            let same = left[row - 1] == right[column - 1];
            let change = rows[row - 1][column - 1] + usize::from(!same);
            let gap = rows[row - 1][column].min(rows[row][column - 1]) + 1;
            let is_swap = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            let swap = if is_swap {
                rows[row - 2][column - 2] + 1
            } else {
                usize::MAX
            };
            rows[row][column] = change.min(gap).min(swap);
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_name() {
        let known = ["mutable-image-tag", "naked-pod", "duplicate-key"];
        assert_eq!(
            nearest("mutable-image-tags", known),
            Some("mutable-image-tag")
        );
        assert_eq!(nearest("Naked-Pot", known), Some("naked-pod"));
        assert_eq!(nearest("slef", ["self", "object"]), Some("self"));
    }

    #[test]
    fn suggests_nothing_for_a_name_far_from_all() {
        assert_eq!(nearest("probes", ["naked-pod", "duplicate-key"]), None);
    }
}
