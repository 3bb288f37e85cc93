//! The message of a revert commit, in git's own form.

use std::fmt::Write as _;

use git2::{Commit, Repository};

use super::{RevertRequest, RollbackError, history};
use crate::source;

/// Writes the message. One commit gives what `git revert` writes; more give a line `This reverts commit …` for each.
pub(super) fn write(
    repository: &Repository,
    commits: &[Commit<'_>],
    good: Option<&Commit<'_>>,
    paths: &[String],
    request: &RevertRequest,
) -> Result<String, RollbackError> {
    let mut message = match commits {
        [commit] => title(&source::describe(commit).summary),
        commits => title_of_many(commits.len(), good),
    };
    message.push('\n');
    for commit in commits {
        message.push('\n');
        message.push_str(&line(commit));
    }
    message.push('\n');
    let is_partial = commits
        .iter()
        .map(|commit| history::touches_more(repository, commit, paths))
        .collect::<Result<Vec<bool>, git2::Error>>()
        .map_err(|cause| RollbackError::git("compare a commit to its parent", repository, cause))?
        .contains(&true);
    if is_partial {
        // A String takes everything.
        let _ = write!(message, "\nOnly in {}.\n", paths.join(", "));
    }
    if let Some(reason) = &request.reason {
        let _ = write!(message, "\n{}\n", reason.trim());
    }
    Ok(message)
}

/// `Revert "subject"`; and since git 2.43 `Reapply "subject"` for the revert of a revert, but not for deeper ones.
fn title(subject: &str) -> String {
    match subject.strip_prefix("Revert \"") {
        Some(original) if !original.starts_with("Revert \"") => format!("Reapply \"{original}"),
        _ => format!("Revert \"{subject}\""),
    }
}

fn title_of_many(count: usize, good: Option<&Commit<'_>>) -> String {
    let good = good.map(|good| source::describe(good).short_id);
    match (count, good) {
        // A merge dropped what the good revision did: no commit of the mainline did anything here.
        (0, Some(good)) => format!("Go back to {good}"),
        (_, Some(good)) => format!("Revert {count} commits, back to {good}"),
        (_, None) => format!("Revert {count} commits"),
    }
}

fn line(commit: &Commit<'_>) -> String {
    let id = commit.id();
    match commit.parent_id(0) {
        Ok(parent) if commit.parent_count() > 1 => {
            format!("This reverts commit {id}, reversing\nchanges made to {parent}.")
        }
        _ => format!("This reverts commit {id}."),
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_revert_of_a_revert_reapplies() {
        assert_eq!(title("Add web"), "Revert \"Add web\"");
        assert_eq!(title("Revert \"Add web\""), "Reapply \"Add web\"");
        assert_eq!(
            title("Revert \"Revert \"Add web\"\""),
            "Revert \"Revert \"Revert \"Add web\"\"\""
        );
    }
}
