//! `gitops-lab lint`

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::baseline::{BaseArgs, load_base, read_file, write_file};
use super::fix::{FixArgs, fixed};
use super::input::{InputArgs, InputError, Loaded, load};
use super::lint_settings::{FailSetting, configured_ignores, select, with_settings};
use super::output::{print, say};
use super::rule_files::{catalog, custom};
use super::settings::{self, Settings};
use super::{ExitStatus, Failure};
use crate::lint::{
    Baseline, Finding, Ignoring, Linter, Outcome, Preset, Rule, Selection, Severity,
};
use crate::object::SkippedReason;
use crate::report::{self, Human, Run, Summary, Trouble, Verdict, View};
use crate::schema::Version;
use crate::source::{Place, Sources};
use crate::yaml::ProblemKind;

/// Lint manifests
///
/// Exit code: 0 without findings, 1 with findings at or above `--fail-on`, 2 for wrong usage, 3 when
/// something could not be read or judged.
#[derive(Debug, clap::Args)]
pub(super) struct LintArgs {
    /// How to say it
    #[arg(long, short, value_enum, default_value_t = Output::Human)]
    output: Output,
    /// The least severity that makes the exit code 1
    /// [default: error, or what `gitops-lab.yaml` says]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Give ignores in manifests no effect: only those of `gitops-lab.yaml` hold
    #[arg(long)]
    no_inline: bool,
    /// The version of Kubernetes that the objects are meant for
    #[arg(long, value_name = "VERSION", default_value_t = Version::NEWEST)]
    kubernetes_version: Version,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    fix: FixArgs,
    #[command(flatten)]
    base: BaseArgs,
}

/// Which rules judge.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArgs {
    /// Run only this rule (id or alias; may be repeated)
    #[arg(long = "rule", value_name = "ID")]
    only: Vec<String>,
    /// Run the rules of this preset in place of the recommended ones (may be repeated)
    #[arg(long = "preset", value_name = "NAME", value_parser = preset_parser(), conflicts_with = "only")]
    presets: Vec<Preset>,
    /// Run this rule too, which is off by default (may be repeated)
    #[arg(long, value_name = "ID")]
    enable: Vec<String>,
    /// Do not run this rule (may be repeated)
    #[arg(long, value_name = "ID")]
    disable: Vec<String>,
    /// Run your own rules too: a directory of rule files
    #[arg(long = "rules", value_name = "DIR")]
    directories: Vec<PathBuf>,
}

/// A preset by its name.
pub(super) fn preset_parser() -> impl TypedValueParser<Value = Preset> {
    let names = Preset::ALL.map(Preset::name);
    PossibleValuesParser::new(names).map(|name| {
        let mut presets = Preset::ALL.into_iter();
        let named = presets.find(|preset| preset.name() == name);
        named.expect("only names of presets are let in")
    })
}

/// The forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// Excerpts with a caret under the cause
    Human,
    /// `path:line:column: severity[rule] message`
    Compact,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for test reports
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
}

/// The severities that can fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Every finding
    Info,
    /// No finding
    Never,
}

impl FailOn {
    fn fails(self, finding: &Finding) -> bool {
        match self {
            Self::Error => finding.severity >= Severity::Error,
            Self::Warning => finding.severity >= Severity::Warning,
            Self::Info => true,
            Self::Never => false,
        }
    }
}

/// Why no rule ran.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum LintError {
    /// Nothing to lint: a gate that is green because it looked at nothing is worse than none.
    #[error("there are no Kubernetes manifests in {place}{found}")]
    #[diagnostic(
        code(lint::no_manifests),
        help(
            "name the directory or the files that hold them: `gitops-lab lint path/to/manifests`"
        )
    )]
    NoManifests { place: String, found: String },
}

/// Runs the subcommand.
pub(super) fn run(arguments: &LintArgs) -> Result<ExitStatus, Failure> {
    arguments.fix.refuse_unwritable(&arguments.input)?;
    let (settings, home) = settings(&arguments.input)?;
    let mut linter = linter(&arguments.rules, &settings, &home)?;
    let loaded = load(&arguments.input, Place::WorkTree)?;
    refuse_nothing(&arguments.input, &loaded)?;
    let loaded = with_settings(loaded, &settings);
    let of_base = match &arguments.base.base {
        Some(revision) => {
            let base = with_settings(load_base(&arguments.input, revision)?, &settings);
            let ignoring = ignoring(arguments, &settings, &home, &linter, &base)?;
            linter = linter.with_ignoring(ignoring);
            let outcome = judge(&linter, arguments, &base);
            Some(Baseline::of(&outcome.findings, &base.context()))
        }
        None => None,
    };
    let ignoring = ignoring(arguments, &settings, &home, &linter, &loaded)?;
    let linter = linter.with_ignoring(ignoring);
    let rules = linter.catalog().rules();
    let known: Vec<Baseline> = of_base
        .into_iter()
        .chain(of_file(arguments, &linter, &loaded)?)
        .collect();
    let fail_on = arguments.fail_on.unwrap_or_else(|| fail_on(&settings));
    let judge = |loaded: &Loaded| {
        let mut outcome = judge(&linter, arguments, loaded);
        let findings = std::mem::take(&mut outcome.findings);
        let context = loaded.context();
        let new = known.iter().fold(findings, |findings, known| {
            known.new_among(findings, &context)
        });
        outcome.findings = new;
        outcome
    };
    if !arguments.fix.is_wanted() {
        let outcome = judge(&loaded);
        let (text, status) = verdict(arguments, fail_on, rules, &loaded, &outcome);
        print(&text)?;
        return Ok(status);
    }
    let fixed = fixed(loaded, arguments.fix, judge)?;
    if arguments.fix.is_diff() {
        return fixed.show();
    }
    fixed.write()?;
    let (text, status) = verdict(arguments, fail_on, rules, &fixed.loaded, &fixed.outcome);
    match fixed.stdin() {
        Some(manifests) => {
            print(manifests)?;
            say(&text);
        }
        None => print(&text)?,
    }
    Ok(status)
}

/// The ignores that hold in these manifests.
fn ignoring(
    arguments: &LintArgs,
    settings: &Settings,
    home: &Path,
    linter: &Linter,
    loaded: &Loaded,
) -> Result<Ignoring, Failure> {
    Ok(Ignoring {
        configured: configured_ignores(settings, linter, loaded)?,
        no_inline: arguments.no_inline,
        is_whole: is_whole(&arguments.input, home),
    })
}

/// The baseline that a file holds, written just now if that is wanted.
fn of_file(
    arguments: &LintArgs,
    linter: &Linter,
    loaded: &Loaded,
) -> Result<Option<Baseline>, Failure> {
    let Some(path) = &arguments.base.baseline else {
        return Ok(None);
    };
    if arguments.base.write_baseline {
        let outcome = judge(linter, arguments, loaded);
        let baseline = Baseline::of(&outcome.findings, &loaded.context());
        write_file(path, &baseline)?;
    }
    Ok(Some(read_file(path)?))
}

fn judge(linter: &Linter, arguments: &LintArgs, loaded: &Loaded) -> Outcome {
    let context = loaded.context();
    let context = context.for_kubernetes(arguments.kubernetes_version);
    let context = if is_part(&arguments.input, loaded) {
        context.partial()
    } else {
        context
    };
    linter.run(&context, &loaded.problems, &loaded.skipped)
}

/// What is said about the manifests, and how the run ends.
fn verdict(
    arguments: &LintArgs,
    fail_on: FailOn,
    rules: &[Rule],
    loaded: &Loaded,
    outcome: &Outcome,
) -> (String, ExitStatus) {
    let failures = failures(loaded, outcome);
    let warnings: Vec<_> = loaded
        .reading
        .warnings
        .iter()
        .map(|warning| Trouble::new(warning))
        .collect();
    let verdict = Verdict {
        findings: &outcome.findings,
        warnings: &warnings,
        failures: &failures,
        summary: summary(loaded, outcome, failures.len()),
    };
    let view = View::new(&loaded.reading.sources);
    let run = Run {
        rules,
        objects: &loaded.objects,
        suppressed: &outcome.suppressed,
        repository: loaded.reading.repository.as_ref(),
    };
    let text = match arguments.output {
        Output::Human => Human::new(&view).verdict(&verdict),
        Output::Compact => report::compact(&view, &verdict),
        Output::Json => report::json(&view, &verdict),
        Output::Sarif => report::sarif(&view, &verdict, &run),
        Output::Junit => report::junit(&view, &verdict, &run),
        Output::Github => report::github(&view, &verdict),
        Output::Gitlab => report::gitlab(&view, &verdict, &run),
    };
    let fails = |finding: &Finding| fail_on.fails(finding);
    let status = if !failures.is_empty() {
        ExitStatus::Failed
    } else if outcome.findings.iter().any(fails) {
        ExitStatus::Findings
    } else {
        ExitStatus::Success
    };
    (text, status)
}

/// What `gitops-lab.yaml` says, read from where the manifests are read, and its directory.
fn settings(input: &InputArgs) -> Result<(Settings, PathBuf), Failure> {
    let directory = std::env::current_dir()
        .map_err(|error| Failure::new(ExitStatus::Usage, InputError::NoDirectory(error)))?;
    let place = match input.place(Place::WorkTree) {
        Place::Stdin => Place::WorkTree,
        place => place,
    };
    settings::read(&directory, &place)
}

/// Whether the run reads everything that the settings are about.
fn is_whole(input: &InputArgs, home: &Path) -> bool {
    let is_here = std::env::current_dir().is_ok_and(|directory| directory == home);
    let is_everything = input.paths.is_empty() || input.paths == [Path::new(".")];
    is_here && is_everything && input.include.is_empty() && input.exclude.is_empty()
}

fn fail_on(settings: &Settings) -> FailOn {
    let setting = settings.lint.as_ref().and_then(|lint| lint.fail_on);
    match setting {
        None | Some(FailSetting::Error) => FailOn::Error,
        Some(FailSetting::Warning) => FailOn::Warning,
        Some(FailSetting::Info) => FailOn::Info,
        Some(FailSetting::Never) => FailOn::Never,
    }
}

/// The linter that the options and the settings ask for.
fn linter(arguments: &RuleArgs, settings: &Settings, home: &Path) -> Result<Linter, Failure> {
    let mut directories: Vec<PathBuf> = custom(settings, home)?.into_iter().collect();
    directories.extend(arguments.directories.iter().cloned());
    let (catalog, _) = catalog(&directories)?;
    let mut selection = Selection {
        only: arguments.only.clone(),
        presets: arguments.presets.clone(),
        enable: arguments.enable.clone(),
        disable: arguments.disable.clone(),
        severities: Vec::new(),
    };
    select(settings, &catalog, &mut selection)?;
    Linter::new(catalog, &selection).map_err(|error| Failure::new(ExitStatus::Usage, error))
}

/// Refuses a run over directories that holds nothing to judge. Files that were named one by one, and
/// the index, may well be something else: a hook is run for every commit.
fn refuse_nothing(input: &InputArgs, loaded: &Loaded) -> Result<(), Failure> {
    let place = input.place(Place::WorkTree);
    let sources = &loaded.reading.sources;
    let has_something = !loaded.objects.is_empty()
        || !loaded.problems.is_empty()
        || !loaded.reading.failures.is_empty();
    if has_something || names_files(input, sources) || place == Place::Staged {
        return Ok(());
    }
    let error = LintError::NoManifests {
        place: described(&place, &input.paths),
        found: match (sources.len(), loaded.skipped.len()) {
            (0, _) => ": no YAML files".to_owned(),
            (files, documents) => {
                format!(": {documents} documents in {files} files are something else")
            }
        },
    };
    Err(Failure::new(ExitStatus::Failed, error))
}

/// Whether every path is a file: somebody chose them one by one.
fn names_files(input: &InputArgs, sources: &Sources) -> bool {
    let is_file = |path: &PathBuf| {
        let name = path.to_string_lossy();
        sources.iter().any(|(_, source)| source.name == name)
    };
    !input.paths.is_empty() && input.paths.iter().all(is_file)
}

/// Whether less was read than is applied together, so that nothing can be said about what is missing.
fn is_part(input: &InputArgs, loaded: &Loaded) -> bool {
    let reading = &loaded.reading;
    let is_filtered = !input.include.is_empty() || !input.exclude.is_empty();
    is_filtered
        || input.place(Place::WorkTree) == Place::Stdin
        || names_files(input, &reading.sources)
        || !reading.failures.is_empty()
}

fn described(place: &Place, paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let names = match names.as_slice() {
        [] => "the current directory".to_owned(),
        names => names.join(", "),
    };
    match place {
        Place::Revision(revision) => format!("{names} at {revision}"),
        Place::Stdin => "standard input".to_owned(),
        Place::Staged | Place::WorkTree => names,
    }
}

fn failures(loaded: &Loaded, outcome: &Outcome) -> Vec<Trouble> {
    let of_files = loaded.reading.failures.iter();
    let of_files = of_files.map(|error| Trouble::new(error));
    let of_rules = outcome.failures.iter().map(|failure| Trouble {
        code: failure.rule.clone(),
        message: failure.to_string(),
        help: Some(format!("run without it: `--disable {}`", failure.rule)),
        place: Some(failure.span),
    });
    of_files.chain(of_rules).collect()
}

fn summary(loaded: &Loaded, outcome: &Outcome, failures: usize) -> Summary {
    let templates = loaded.problems.iter();
    let templates = templates.filter(|problem| problem.kind == ProblemKind::Template);
    let is_other = |reason: &SkippedReason| !matches!(reason, SkippedReason::Malformed(_));
    let skipped = loaded.skipped.iter();
    let mut summary = Summary {
        ignored: outcome.suppressed.len(),
        objects: loaded.objects.len(),
        files: loaded.reading.sources.len(),
        not_manifests: skipped.filter(|skipped| is_other(&skipped.reason)).count(),
        templates: templates.count(),
        failures,
        ..Summary::default()
    };
    summary.count(&outcome.findings);
    summary
}
