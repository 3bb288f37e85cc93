//! `gitops-lab.yaml`: what a repository says about its set.
//!
//! It is read from where the manifests are read, so that a commit says everything. It can never name
//! a kubeconfig: that file may run programs, and a repository is not trusted so far.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{NamedSource, SourceSpan};
use serde::Deserialize;

use super::lint_settings::LintSettings;
use super::{ExitStatus, Failure};
use crate::object::FieldPath;
use crate::source::{self, Place, Request, SourceError, SourceId};
use crate::yaml;

/// The file's name.
pub(super) const FILE: &str = "gitops-lab.yaml";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Settings {
    /// The set's name.
    pub(super) set: Option<String>,
    /// The namespace of the set's record.
    pub(super) set_namespace: Option<String>,
    /// The namespace for objects that name none.
    pub(super) namespace: Option<String>,
    /// The kubeconfig's context.
    pub(super) context: Option<String>,
    /// The folder of the manifests, relative to the file.
    path: Option<PathBuf>,
    /// Several of them.
    #[serde(default)]
    paths: Vec<PathBuf>,
    /// What it says about linting.
    pub(super) lint: Option<LintSettings>,
    /// The file itself.
    #[serde(skip)]
    pub(super) file: Option<SettingsFile>,
}

/// The file's text, for mistakes that are found after it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SettingsFile {
    /// Its name, as it is shown.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
}

impl SettingsFile {
    /// Where a field stands, or the nearest one around it that does.
    pub(super) fn place(&self, path: &str) -> Option<Range<usize>> {
        let parsed = yaml::parse(SourceId(0), &Arc::from(self.text.as_str()));
        let root = parsed.documents.first()?.root();
        let (node, _) = FieldPath::parse(path)?.find(root);
        let span = node.label_span();
        Some(span.start as usize..span.end as usize)
    }

    /// A mistake at a field.
    pub(super) fn refuse(&self, path: &str, reason: String, help: String) -> Failure {
        let error = SettingsError {
            reason,
            help,
            text: NamedSource::new(&self.name, self.text.clone()),
            at: self.place(path).map(SourceSpan::from),
        };
        Failure::new(ExitStatus::Usage, error)
    }
}

impl Settings {
    /// The folders of the manifests, relative to the file.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let one = self.path.iter();
        one.chain(&self.paths).cloned().collect()
    }
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot read {FILE}: {reason}")]
#[diagnostic(code(settings::invalid), help("{help}"))]
struct SettingsError {
    reason: String,
    help: String,
    #[source_code]
    text: NamedSource<String>,
    #[label("here")]
    at: Option<SourceSpan>,
}

/// Reads the settings of a directory: its own file, or that of the repository's root. Gives the
/// directory of the file; without one, nothing is set.
pub(super) fn read(directory: &Path, place: &Place) -> Result<(Settings, PathBuf), Failure> {
    let root = source::open(directory).map(|repository| source::root(&repository));
    let mut directories = vec![directory.to_owned()];
    directories.extend(root.into_iter().filter(|root| root != directory));
    for directory in directories {
        if let Some((name, text)) = text(&directory, place)? {
            return Ok((parse(name, text)?, directory));
        }
    }
    Ok((Settings::default(), directory.to_owned()))
}

fn text(directory: &Path, place: &Place) -> Result<Option<(String, String)>, Failure> {
    let request = Request {
        place: place.clone(),
        directory: directory.to_owned(),
        paths: vec![FILE.into()],
        include: Vec::new(),
        exclude: Vec::new(),
    };
    let failed = |error: SourceError| Failure::new(ExitStatus::Failed, error);
    let reading = match source::read(&request) {
        Ok(reading) => reading,
        Err(SourceError::NoSuchPath { .. } | SourceError::NotARepository { .. }) => {
            return Ok(None);
        }
        Err(SourceError::Unreadable { cause, .. })
            if cause.kind() == std::io::ErrorKind::NotFound =>
        {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
    };
    let first = reading.sources.iter().next();
    if let Some((_, source)) = first {
        return Ok(Some((source.name.clone(), source.text.to_string())));
    }
    match reading.failures.into_iter().next() {
        Some(SourceError::NoSuchPath { .. }) | None => Ok(None),
        Some(SourceError::Unreadable { cause, .. })
            if cause.kind() == std::io::ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Some(error) => Err(failed(error)),
    }
}

fn parse(name: String, text: String) -> Result<Settings, Failure> {
    if text.trim().is_empty() {
        return Ok(Settings::default());
    }
    let parsed = serde_yaml::from_str::<Option<Settings>>(&text);
    let problem = match parsed {
        Ok(settings) => {
            let file = Some(SettingsFile { name, text });
            return Ok(Settings {
                file,
                ..settings.unwrap_or_default()
            });
        }
        Err(problem) => problem,
    };
    let at = problem.location().map(|place| {
        let start = place.index().min(text.len());
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        SourceSpan::new(start.into(), length)
    });
    let help = if text.contains("kubeconfig") {
        "a repository cannot choose a kubeconfig, which may run programs: use --kubeconfig or KUBECONFIG"
    } else {
        "it takes set, setNamespace, namespace, context, path, paths and lint"
    };
    let error = SettingsError {
        reason: problem.to_string(),
        help: help.to_owned(),
        text: NamedSource::new(name, text),
        at,
    };
    Err(Failure::new(ExitStatus::Usage, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_path_and_several_are_the_same_to_us() {
        let settings = parse(FILE.to_owned(), "set: web\npaths: [a, b]\n".to_owned())
            .expect("the test's file is valid");
        assert_eq!(settings.set.as_deref(), Some("web"));
        assert_eq!(settings.paths(), [PathBuf::from("a"), PathBuf::from("b")]);
    }

    #[test]
    fn a_key_that_is_not_known_is_refused_at_its_place() {
        let failure = parse(FILE.to_owned(), "set: web\nkubeconfig: ./evil\n".to_owned())
            .expect_err("the key is not known");
        let text = format!("{:?}", failure.report);
        assert!(text.contains("2:1") || text.contains("line 2"), "{text}");
        assert!(text.contains("cannot choose a kubeconfig"), "{text}");
    }

    #[test]
    fn an_empty_file_sets_nothing() {
        let settings = parse(FILE.to_owned(), "# nothing yet\n".to_owned());
        assert_eq!(settings.expect("it is valid").set, None);
    }
}
