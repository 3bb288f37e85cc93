//! The rules that come with the program, and those of directories.

use std::path::{Component, Path, PathBuf};

use super::settings::{self, Settings};
use super::{ExitStatus, Failure};
use crate::lint::Catalog;
use crate::source::Place;

/// Why a directory of rules is of no use.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum RuleFilesError {
    /// A directory or a file of user rules cannot be read.
    #[error("cannot read the rules in {}", path.display())]
    #[diagnostic(
        code(lint::rules_unreadable),
        help("name a directory that holds one YAML file a rule")
    )]
    Unreadable {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

/// The files of a directory that hold rules, in the order of their names.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|cause| unreadable(directory, cause))?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
    });
    files.sort();
    Ok(files)
}

/// The rules of the program with those of directories, and the ids of the latter.
pub(super) fn catalog(directories: &[PathBuf]) -> Result<(Catalog, Vec<String>), Failure> {
    let mut catalog = Catalog::builtin().map_err(|error| Failure::new(ExitStatus::Usage, error))?;
    let mut ids = Vec::new();
    for directory in directories {
        for path in files(directory)? {
            let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?;
            let id = path.file_stem().unwrap_or_default().to_string_lossy();
            catalog
                .add(&id, &path.display().to_string(), &text)
                .map_err(|error| Failure::new(ExitStatus::Usage, error))?;
            ids.push(id.into_owned());
        }
    }
    Ok((catalog, ids))
}

fn unreadable(path: &Path, cause: std::io::Error) -> Failure {
    let path = path.to_owned();
    Failure::new(
        ExitStatus::Usage,
        RuleFilesError::Unreadable { path, cause },
    )
}

/// The directory of rules that the settings name. It lies in the repository, so that a repository
/// cannot show other files.
pub(super) fn custom(settings: &Settings, home: &Path) -> Result<Option<PathBuf>, Failure> {
    let Some((lint, file)) = settings.lint.as_ref().zip(settings.file.as_ref()) else {
        return Ok(None);
    };
    let Some(directory) = &lint.custom_rules else {
        return Ok(None);
    };
    let is_inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !directory.components().all(is_inside) {
        let reason = "the rules must lie beneath this file's directory".to_owned();
        let help = "`--rules` takes a directory anywhere".to_owned();
        return Err(file.refuse("lint.customRules", reason, help));
    }
    Ok(Some(home.join(directory)))
}

/// The directory of rules that the settings of the current directory name.
pub(super) fn custom_here() -> Result<Option<PathBuf>, Failure> {
    let here = Path::new(".");
    let directory = std::env::current_dir().map_err(|cause| unreadable(here, cause))?;
    let (settings, home) = settings::read(&directory, &Place::WorkTree)?;
    custom(&settings, &home)
}
