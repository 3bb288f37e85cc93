//! The manifests of a set: which revision, read whole or not at all.

use std::path::PathBuf;

use super::input::{Loaded, parse};
use super::lint_settings::{configured_ignores, select, with_settings};
use super::output::say;
use super::rule_files::{catalog, custom};
use super::target::{Target, TargetArgs, bound_repository, commit_and_tree};
use super::{ExitStatus, Failure};
use crate::lint::{Ignoring, Label, Linter, Selection, Severity};
use crate::object::SkippedReason;
use crate::plan::Binding;
use crate::report::{Human, Notice, View, error_notice};
use crate::source::{self, Place, Request};
use crate::yaml::ProblemKind;

/// Which manifests are meant.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Manifests")]
pub(super) struct ManifestArgs {
    /// The revision to read, from the object database [default: HEAD]
    #[arg(value_name = "REVISION", conflicts_with = "worktree")]
    pub(super) revision: Option<String>,
    /// Read the files as they are on disk
    #[arg(long)]
    pub(super) worktree: bool,
    /// Only these files and directories of the set; such a run never prunes
    #[arg(last = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
}

/// The manifests of a set, all of which could be read.
#[derive(Debug)]
pub(super) struct Manifests {
    pub(super) target: Target,
    pub(super) loaded: Loaded,
    /// What the set is bound to, apart from the cluster.
    pub(super) binding: Binding,
    /// The commit that was read, or the one beneath the work tree; empty without a repository.
    pub(super) revision: String,
    pub(super) tree: Option<String>,
    /// Whether less than the whole set was read.
    pub(super) is_filtered: bool,
    /// Whether files were read that no commit has.
    pub(super) is_worktree: bool,
}

/// The work tree is not what HEAD says.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the work tree has changes that no commit has: {files}")]
#[diagnostic(
    code(manifests::dirty),
    help(
        "commit them, or name a revision to apply; --worktree applies the files as they are on disk"
    )
)]
struct Dirty {
    files: String,
}

/// Part of the set cannot be read, and what is missing would be deleted.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{count} of the manifests cannot be read")]
#[diagnostic(
    code(manifests::unreadable),
    help("a set is applied as a whole or not at all: what cannot be read would look deleted")
)]
struct Unreadable {
    count: usize,
}

/// What is wrong with the manifests forbids to apply them.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("lint finds {count} errors in the manifests")]
#[diagnostic(
    code(manifests::lint),
    help("mend them, ignore them with a reason, or apply with --no-lint")
)]
struct LintErrors {
    count: usize,
}

/// A path stands where a revision is expected.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{path}` is a path, and the first argument names a revision")]
#[diagnostic(
    code(manifests::path_as_revision),
    help("to apply only this part of the set: `-- {path}`; such a run never prunes")
)]
struct PathAsRevision {
    path: String,
}

/// How many files a message names.
const NAMED_FILES: usize = 5;

impl ManifestArgs {
    fn place(&self) -> Place {
        if self.worktree {
            return Place::WorkTree;
        }
        Place::Revision(self.revision.clone().unwrap_or_else(|| "HEAD".to_owned()))
    }

    /// Reads the manifests of the target. A file that cannot be read stops the run.
    pub(super) fn read(&self, target: &TargetArgs) -> Result<Manifests, Failure> {
        let failed = |error| Failure::new(ExitStatus::Failed, error);
        let here = std::env::current_dir().map_err(|error| {
            Failure::new(
                ExitStatus::Failed,
                miette::miette!("cannot find out the current directory: {error}"),
            )
        })?;
        let place = self.place();
        if let Some(revision) = &self.revision
            && source::resolve(&here, revision).is_err()
            && here.join(revision).exists()
        {
            let path = revision.clone();
            return Err(Failure::new(ExitStatus::Usage, PathAsRevision { path }));
        }
        let target = target.target(&here, &place)?;
        let (directory, paths) = if self.paths.is_empty() {
            (target.directory.clone(), target.paths.clone())
        } else {
            (here, self.paths.clone())
        };
        let request = Request {
            place,
            directory,
            paths,
            include: Vec::new(),
            exclude: Vec::new(),
        };
        let reading = source::read(&request).map_err(failed)?;
        let repository = reading.repository.clone();
        let commit = repository.as_ref().and_then(|known| known.commit.clone());
        let tree = commit.as_ref().and_then(|commit| {
            let (_, tree) = commit_and_tree(&request.directory, commit)?;
            Some(tree)
        });
        Ok(Manifests {
            binding: Binding {
                repository: bound_repository(repository.as_ref(), &target.directory),
                path: target.bound_path(repository.as_ref()),
                cluster: None,
            },
            loaded: with_settings(parse(reading), &target.settings),
            target,

            revision: commit.unwrap_or_default(),
            tree: tree.filter(|_| !self.worktree),
            // Files of no repository are nobody's whole.
            is_filtered: !self.paths.is_empty() || repository.is_none(),
            is_worktree: self.worktree,
        })
    }

    /// Refuses a work tree that differs from HEAD, when HEAD is meant without being named.
    pub(super) fn refuse_dirty(&self, manifests: &Manifests) -> Result<(), Failure> {
        if self.worktree || self.revision.is_some() {
            return Ok(());
        }
        let target = &manifests.target;
        let mut dirty = source::is_dirty(&target.directory, &target.paths)
            .map_err(|error| Failure::new(ExitStatus::Failed, error))?;
        if dirty.is_empty() {
            return Ok(());
        }
        let more = dirty.len().saturating_sub(NAMED_FILES);
        dirty.truncate(NAMED_FILES);
        let mut files = dirty.join(", ");
        if more > 0 {
            files = format!("{files} and {more} more");
        }
        Err(Failure::new(ExitStatus::Refused, Dirty { files }))
    }
}

/// Whether a problem of a document means that nothing of it was read.
fn is_fatal(kind: ProblemKind) -> bool {
    use ProblemKind::{Encoding, Limit, Syntax, Template};
    matches!(kind, Syntax | Template | Limit | Encoding)
}

impl Manifests {
    /// Refuses manifests that could not be read, after saying what is wrong with each.
    pub(super) fn refuse_unreadable(&self) -> Result<(), Failure> {
        let count = self.say_unreadable();
        if count == 0 {
            return Ok(());
        }
        Err(Failure::new(ExitStatus::Failed, Unreadable { count }))
    }

    /// Says what could not be read, and counts it.
    pub(super) fn say_unreadable(&self) -> usize {
        let loaded = &self.loaded;
        let view = View::new(&loaded.reading.sources);
        let human = Human::new(&view);
        for failure in &loaded.reading.failures {
            say(&human.notice(&error_notice(failure)));
        }
        let mut count = loaded.reading.failures.len();
        let unreadable = loaded
            .problems
            .iter()
            .filter(|problem| is_fatal(problem.kind));
        let malformed = loaded
            .skipped
            .iter()
            .filter_map(|skipped| match &skipped.reason {
                SkippedReason::Malformed(reason) => Some((skipped.span, reason.clone(), None)),
                _ => None,
            });
        let unreadable =
            unreadable.map(|problem| (problem.span, problem.message.clone(), problem.help.clone()));
        for (span, message, help) in unreadable.chain(malformed) {
            count += 1;
            let notice = Notice {
                code: "unreadable".to_owned(),
                severity: Severity::Error,
                message,
                labels: vec![Label {
                    span,
                    text: String::new(),
                }],
                object: None,
                help,
            };
            say(&human.notice(&notice));
        }
        count
    }

    /// The linter that the settings ask for, with their ignores.
    fn linter(&self) -> Result<Linter, Failure> {
        let usage = |error| Failure::new(ExitStatus::Usage, error);
        let Target {
            settings,
            directory,
            ..
        } = &self.target;
        let directories: Vec<PathBuf> = custom(settings, directory)?.into_iter().collect();
        let (catalog, _) = catalog(&directories)?;
        let mut selection = Selection::default();
        select(settings, &catalog, &mut selection)?;
        let linter = Linter::new(catalog, &selection).map_err(usage)?;
        let ignoring = Ignoring {
            configured: configured_ignores(settings, &linter, &self.loaded)?,
            no_inline: false,
            is_whole: false,
        };
        Ok(linter.with_ignoring(ignoring))
    }

    /// Refuses manifests with errors that a rule finds, after showing them.
    pub(super) fn refuse_lint_errors(&self) -> Result<(), Failure> {
        let linter = self.linter()?;
        let loaded = &self.loaded;
        let context = if self.is_filtered {
            loaded.context().partial()
        } else {
            loaded.context()
        };
        let outcome = linter.run(&context, &loaded.problems, &loaded.skipped);
        let view = View::new(&loaded.reading.sources);
        let human = Human::new(&view);
        let errors: Vec<_> = outcome
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        for finding in &errors {
            say(&human.notice(&Notice::from(*finding)));
        }
        if errors.is_empty() {
            return Ok(());
        }
        let count = errors.len();
        Err(Failure::new(ExitStatus::Findings, LintErrors { count }))
    }
}
