//! `lint --fix`: fixes, until there is nothing more to fix; then the files are written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::input::{InputArgs, Loaded, parse};
use super::output::{print, say};
use super::replace_file::replace;
use super::{ExitStatus, Failure};
use crate::lint::{Finding, Fix, Mended, Outcome, mend};
use crate::report::{View, patch};
use crate::source::{Origin, Place, Source, SourceId, Sources};

/// After so many rounds two rules undo each other's work.
const MOST_ROUNDS: usize = 10;

/// What to do with the fixes of findings.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Fixes")]
pub(super) struct FixArgs {
    /// Write the fixes that keep what the manifests mean into the files
    #[arg(long, group = "mending")]
    fix: bool,
    /// Show as a diff what `--fix` would write
    #[arg(long, group = "mending")]
    diff: bool,
    /// With `--fix` or `--diff`: fixes too that may change what the manifests mean
    #[arg(long, requires = "mending")]
    unsafe_fixes: bool,
}

impl FixArgs {
    /// Whether anything is to be fixed, or shown fixed.
    pub(super) fn is_wanted(self) -> bool {
        self.fix || self.diff
    }

    /// Whether fixes are only shown.
    pub(super) fn is_diff(self) -> bool {
        self.diff
    }

    /// Refuses to write what is no file on disk.
    pub(super) fn refuse_unwritable(self, input: &InputArgs) -> Result<(), Failure> {
        let place = match input.place(Place::WorkTree) {
            Place::Revision(_) => "a revision",
            Place::Staged => "the index",
            Place::WorkTree | Place::Stdin => return Ok(()),
        };
        if self.fix {
            let place = place.to_owned();
            return Err(Failure::new(ExitStatus::Usage, FixError::NoFiles { place }));
        }
        Ok(())
    }
}

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum FixError {
    /// History is not rewritten, and the index belongs to the person who stages.
    #[error("`--fix` cannot write into {place}")]
    #[diagnostic(
        code(fix::no_files),
        help(
            "`--diff` shows the fixes; leave out `--rev` and `--staged` to fix the files on disk"
        )
    )]
    NoFiles { place: String },

    /// Two rules undo each other's fixes.
    #[error("the fixes did not come to an end in {MOST_ROUNDS} rounds; nothing was written")]
    #[diagnostic(
        code(fix::endless),
        help("these rules undo each other: {rules}; disable one of them, and report it please")
    )]
    Endless { rules: String },

    /// A file was not written; those before it were.
    #[error("cannot write the fixes of {name}")]
    #[diagnostic(
        code(fix::write),
        help("the file is as it was; mend what stands in the way and run `--fix` again")
    )]
    Write {
        name: String,
        #[source]
        cause: std::io::Error,
    },
}

/// Manifests after their fixes, in memory.
pub(super) struct Fixed {
    /// What was read, with the fixes.
    pub(super) loaded: Loaded,
    /// What the linter says about it.
    pub(super) outcome: Outcome,
    /// The sources as they were read.
    before: Sources,
    /// How many fixes were applied.
    count: usize,
    /// Fixes that would change more than they say.
    refused: Vec<String>,
}

/// Lints and fixes until no fix is left.
pub(super) fn fixed(
    loaded: Loaded,
    arguments: FixArgs,
    judge: impl Fn(&Loaded) -> Outcome,
) -> Result<Fixed, Failure> {
    let before = loaded.reading.sources.clone();
    let outcome = judge(&loaded);
    let mut fixed = Fixed {
        loaded,
        outcome,
        before,
        count: 0,
        refused: Vec::new(),
    };
    for _ in 0..MOST_ROUNDS {
        let (mended, rules) = round(&fixed, arguments.unsafe_fixes);
        fixed.refused = refused(&mended, &rules);
        let applied: usize = mended.values().map(|mended| mended.applied.len()).sum();
        if applied == 0 {
            return Ok(fixed);
        }
        fixed.count += applied;
        fixed.loaded = with_texts(fixed.loaded, &mended);
        fixed.outcome = judge(&fixed.loaded);
    }
    let (mended, rules) = round(&fixed, arguments.unsafe_fixes);
    let numbers = |(source, mended): (&SourceId, &Mended)| {
        let rules = &rules[source];
        let names = mended.applied.iter().map(|at| rules[*at].clone());
        names.collect::<Vec<_>>()
    };
    let mut names: Vec<String> = mended.iter().flat_map(numbers).collect();
    if names.is_empty() {
        return Ok(fixed);
    }
    names.sort();
    names.dedup();
    let rules = names.join(", ");
    Err(Failure::new(
        ExitStatus::Failed,
        FixError::Endless { rules },
    ))
}

/// The texts of the sources after one round of fixes, and the rules that the fixes belong to.
fn round(
    fixed: &Fixed,
    with_unsafe: bool,
) -> (BTreeMap<SourceId, Mended>, BTreeMap<SourceId, Vec<String>>) {
    let mut by_source: BTreeMap<SourceId, Vec<(&Finding, &Fix)>> = BTreeMap::new();
    for finding in &fixed.outcome.findings {
        let Some(fix) = &finding.fix else { continue };
        let list = by_source.entry(finding.primary.span.source).or_default();
        list.push((finding, fix));
    }
    let mut texts = BTreeMap::new();
    let mut rules = BTreeMap::new();
    for (source, list) in by_source {
        let fixes: Vec<&Fix> = list.iter().map(|(_, fix)| *fix).collect();
        let text = &fixed.loaded.reading.sources.get(source).text;
        texts.insert(source, mend(source, text, &fixes, with_unsafe));
        let names = list.iter().map(|(finding, _)| finding.rule.clone());
        rules.insert(source, names.collect());
    }
    (texts, rules)
}

fn refused(
    mended: &BTreeMap<SourceId, Mended>,
    rules: &BTreeMap<SourceId, Vec<String>>,
) -> Vec<String> {
    let of_source = mended.iter().flat_map(|(source, mended)| {
        let rules = &rules[source];
        let refused = mended.refused.iter();
        refused.map(|(at, reason)| format!("a fix of `{}` was left out: {reason}", rules[*at]))
    });
    of_source.collect()
}

/// The same with other texts, read again.
fn with_texts(loaded: Loaded, mended: &BTreeMap<SourceId, Mended>) -> Loaded {
    let mut reading = loaded.reading;
    let mut sources = Sources::default();
    for (id, source) in reading.sources.iter() {
        let text = mended.get(&id).map_or_else(
            || Arc::clone(&source.text),
            |mended| Arc::from(&*mended.text),
        );
        let (name, path) = (source.name.clone(), source.path.clone());
        sources.add(Source::new(name, path, source.origin.clone(), text));
    }
    reading.sources = sources;
    parse(reading)
}

impl Fixed {
    /// Prints what `--fix` would write. Something to write is a difference, as for `git diff`.
    pub(super) fn show(&self) -> Result<ExitStatus, Failure> {
        let after = View::new(&self.loaded.reading.sources);
        let before = View::new(&self.before);
        let changed = self.changed().map(|(id, _, _)| patch(&before, &after, id));
        let text: String = changed.collect();
        print(&text)?;
        self.tell("would fix");
        Ok(if self.count == 0 {
            ExitStatus::Success
        } else {
            ExitStatus::Findings
        })
    }

    /// Writes the files that changed. What came from standard input goes to standard output.
    pub(super) fn write(&self) -> Result<(), Failure> {
        for (_, before, after) in self.changed() {
            if before.origin == Origin::Stdin {
                continue;
            }
            let path = Path::new(&before.name);
            replace(path, &before.text, &after.text).map_err(|cause| {
                let name = before.name.clone();
                Failure::new(ExitStatus::Failed, FixError::Write { name, cause })
            })?;
        }
        self.tell("fixed");
        Ok(())
    }

    /// The text of standard input after its fixes.
    pub(super) fn stdin(&self) -> Option<&str> {
        let mut sources = self.loaded.reading.sources.iter();
        let stdin = sources.find(|(_, source)| source.origin == Origin::Stdin);
        stdin.map(|(_, source)| &*source.text)
    }

    fn changed(&self) -> impl Iterator<Item = (SourceId, &Source, &Source)> {
        let after = &self.loaded.reading.sources;
        let pairs = self.before.iter();
        let pairs = pairs.map(|(id, before)| (id, before, after.get(id)));
        pairs.filter(|(_, before, after)| before.text != after.text)
    }

    fn tell(&self, done: &str) {
        for line in &self.refused {
            say(&format!("{line}\n"));
        }
        let files = self.changed().count();
        if self.count > 0 {
            let findings = if self.count == 1 {
                "finding"
            } else {
                "findings"
            };
            let ending = if files == 1 { "file" } else { "files" };
            say(&format!(
                "{done} {} {findings} in {files} {ending}\n",
                self.count
            ));
        }
    }
}
