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

/// How many letters must be changed, added or left out to make one text of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, other) in right.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
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
    }

    #[test]
    fn suggests_nothing_for_a_name_far_from_all() {
        assert_eq!(nearest("probes", ["naked-pod", "duplicate-key"]), None);
    }
}
