//! Replacing a file's text: all of it or nothing, and only if it is still what was read.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::path::Path;

/// Replaces the text of a file, which keeps its mode.
///
/// A link is not followed, a file that nobody may write stays, and so does one that changed since it
/// was read, or whose bytes were not the text (a byte order mark, another encoding).
pub(super) fn replace(path: &Path, before: &str, after: &str) -> Result<(), Error> {
    let refuse = |reason: &str| Err(Error::new(ErrorKind::InvalidInput, reason));
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return refuse("it is a symbolic link or no file at all");
    }
    let permissions = metadata.permissions();
    if permissions.readonly() {
        return refuse("it is read-only");
    }
    if fs::read(path)? != before.as_bytes() {
        return refuse("it is not what was read any more");
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.gitops-lab", std::process::id()));
    let written =
        write_new(&temporary, after, permissions).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What could not be written is of no use; the error that counts is the first.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, text: &str, permissions: fs::Permissions) -> Result<(), Error> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.set_permissions(permissions)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_stays_as_it_is() {
        let directory = tempfile::tempdir().expect("the directory is writable");
        let path = directory.path().join("a.yaml");
        fs::write(&path, "a: 2\n").expect("the file is new");
        let error = replace(&path, "a: 1\n", "a: 3\n").expect_err("it changed");
        assert_eq!(error.to_string(), "it is not what was read any more");
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some("a: 2\n"));
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_stays_and_nothing_else_is_left() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().expect("the directory is writable");
        let path = directory.path().join("a.yaml");
        fs::write(&path, "a: 1\n").expect("the file is new");
        let mode = fs::Permissions::from_mode(0o640);
        fs::set_permissions(&path, mode).expect("the file is ours");
        replace(&path, "a: 1\n", "a: 3\n").expect("it is writable");
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some("a: 3\n"));
        let metadata = fs::metadata(&path).expect("the file is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
        let files = fs::read_dir(directory.path()).expect("the directory is ours");
        assert_eq!(files.count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let directory = tempfile::tempdir().expect("the directory is writable");
        let (target, link) = (
            directory.path().join("a.yaml"),
            directory.path().join("b.yaml"),
        );
        fs::write(&target, "a: 1\n").expect("the file is new");
        std::os::unix::fs::symlink(&target, &link).expect("the link is new");
        assert!(replace(&link, "a: 1\n", "a: 3\n").is_err());
        assert_eq!(fs::read_to_string(&target).ok().as_deref(), Some("a: 1\n"));
    }
}
