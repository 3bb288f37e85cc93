//! The part `lint` of `gitops-lab.yaml`: which rules run, what they weigh, and what is ignored.

use std::collections::BTreeMap;
use std::path::PathBuf;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use super::Failure;
use super::input::Loaded;
use super::settings::{Settings, SettingsFile};
use crate::lint::{Catalog, ConfiguredIgnore, Linter, Preset, Selection, Severity};
use crate::source::{Origin, Source, SourceId, Span};

/// What the file says about linting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LintSettings {
    /// The presets that run in place of the recommended rules.
    #[serde(default, deserialize_with = "one_or_many")]
    preset: Vec<String>,
    /// `on`, `off` or a severity for each rule.
    #[serde(default)]
    rules: BTreeMap<String, RuleSetting>,
    /// The least severity that fails a run.
    pub(super) fail_on: Option<FailSetting>,
    /// Findings that stay.
    #[serde(default)]
    ignore: Vec<IgnoreSettings>,
    /// A directory of rule files, relative to the file.
    pub(super) custom_rules: Option<PathBuf>,
}

/// What is said about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RuleSetting {
    On,
    Off,
    Error,
    Warning,
    Info,
}

/// The severities that can fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailSetting {
    Error,
    Warning,
    Info,
    Never,
}

/// An ignore.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IgnoreSettings {
    #[serde(deserialize_with = "one_or_many")]
    rule: Vec<String>,
    path: Option<String>,
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    container: Option<String>,
    reason: String,
    until: Option<String>,
}

/// One text, or a list of them.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    })
}

/// Adds what the file says to the choice of rules.
pub(super) fn select(
    settings: &Settings,
    catalog: &Catalog,
    selection: &mut Selection,
) -> Result<(), Failure> {
    let Some((lint, file)) = of(settings) else {
        return Ok(());
    };
    if selection.presets.is_empty() {
        for name in &lint.preset {
            let mut presets = Preset::ALL.into_iter();
            let preset = presets.find(|preset| preset.name() == name);
            let preset = preset.ok_or_else(|| {
                let names = Preset::ALL.map(Preset::name).join(", ");
                let help = format!("the presets are {names}");
                file.refuse("lint.preset", format!("there is no preset `{name}`"), help)
            })?;
            selection.presets.push(preset);
        }
    }
    for (name, setting) in &lint.rules {
        if let Err(unknown) = catalog.find(name) {
            let path = format!("lint.rules[\"{name}\"]");
            return Err(file.refuse(&path, unknown.to_string(), unknown.help));
        }
        let severity = match setting {
            RuleSetting::On => None,
            RuleSetting::Off => {
                // An option of the command line has the last word.
                if !selection.enable.contains(name) {
                    selection.disable.push(name.clone());
                }
                continue;
            }
            RuleSetting::Error => Some(Severity::Error),
            RuleSetting::Warning => Some(Severity::Warning),
            RuleSetting::Info => Some(Severity::Info),
        };
        if selection.only.is_empty() {
            selection.enable.push(name.clone());
        }
        let severity = severity.map(|severity| (name.clone(), severity));
        selection.severities.extend(severity);
    }
    Ok(())
}

/// The file's ignores. Their places are in a source of this number.
fn ignores(
    settings: &Settings,
    catalog: &Catalog,
    source: SourceId,
) -> Result<Vec<ConfiguredIgnore>, Failure> {
    let Some((lint, file)) = of(settings) else {
        return Ok(Vec::new());
    };
    let ignores = lint.ignore.iter().enumerate();
    let ignores = ignores.map(|(number, written)| {
        let entry = Entry {
            file,
            catalog,
            path: format!("lint.ignore[{number}]"),
        };
        entry.ignore(written, source)
    });
    ignores.collect()
}

/// Whether the file ignores anything.
fn has_ignores(settings: &Settings) -> bool {
    of(settings).is_some_and(|(lint, _)| !lint.ignore.is_empty())
}

fn of(settings: &Settings) -> Option<(&LintSettings, &SettingsFile)> {
    settings.lint.as_ref().zip(settings.file.as_ref())
}

/// An entry of the list of ignores.
struct Entry<'a> {
    file: &'a SettingsFile,
    catalog: &'a Catalog,
    path: String,
}

impl Entry<'_> {
    fn ignore(
        &self,
        written: &IgnoreSettings,
        source: SourceId,
    ) -> Result<ConfiguredIgnore, Failure> {
        if written.reason.trim().is_empty() {
            let help = "say why the finding may stay";
            return Err(self.refuse("reason", "this ignore does not say why", help));
        }
        let mut rules = Vec::new();
        for name in &written.rule {
            let rule = self.catalog.find(name);
            let rule =
                rule.map_err(|unknown| self.refuse("rule", &unknown.to_string(), &unknown.help))?;
            rules.push(rule.id.clone());
        }
        if rules.is_empty() {
            let help = "`gitops-lab rules list` shows all rules";
            return Err(self.refuse("rule", "an ignore names at least one rule", help));
        }
        Ok(ConfiguredIgnore {
            rules,
            path: self.glob("path", written.path.as_ref())?,
            kind: self.glob("kind", written.kind.as_ref())?,
            namespace: self.glob("namespace", written.namespace.as_ref())?,
            name: self.glob("name", written.name.as_ref())?,
            container: self.glob("container", written.container.as_ref())?,
            reason: written.reason.trim().to_owned(),
            until: self.date(written.until.as_ref())?,
            place: self.place(source),
        })
    }

    fn glob(&self, field: &str, text: Option<&String>) -> Result<Option<GlobMatcher>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|error| {
            let help = "`*` is anything within a folder, `**` any folders";
            self.refuse(field, &error.to_string(), help)
        })?;
        Ok(Some(glob.compile_matcher()))
    }

    fn date(&self, text: Option<&String>) -> Result<Option<Date>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let date = text.parse().map_err(|_| {
            let message = format!("`{text}` is no day");
            self.refuse("until", &message, "a day is written 2030-01-31")
        })?;
        Ok(Some(date))
    }

    fn refuse(&self, field: &str, message: &str, help: &str) -> Failure {
        let path = format!("{}.{field}", self.path);
        self.file.refuse(&path, message.to_owned(), help.to_owned())
    }

    fn place(&self, source: SourceId) -> Span {
        let range = self.file.place(&self.path).unwrap_or_default();
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span {
            source,
            start: at(range.start),
            end: at(range.end),
        }
    }
}
/// The same with the file of the settings among the sources, if findings may point at it.
pub(super) fn with_settings(loaded: Loaded, settings: &Settings) -> Loaded {
    let Some(file) = settings.file.as_ref().filter(|_| has_ignores(settings)) else {
        return loaded;
    };
    if settings_source(&loaded, file).is_some() {
        return loaded;
    }
    let mut loaded = loaded;
    let name = file.name.clone();
    let source = Source::new(name.clone(), name, Origin::File, file.text.as_str());
    loaded.reading.sources.add(source);
    loaded
}

fn settings_source(loaded: &Loaded, file: &SettingsFile) -> Option<SourceId> {
    let mut sources = loaded.reading.sources.iter();
    let found = sources.find(|(_, source)| source.name == file.name && *source.text == *file.text);
    found.map(|(id, _)| id)
}

/// The file's ignores, whose places are in the source that [`with_settings`] added.
pub(super) fn configured_ignores(
    settings: &Settings,
    linter: &Linter,
    loaded: &Loaded,
) -> Result<Vec<ConfiguredIgnore>, Failure> {
    let file = settings.file.as_ref();
    let source = file.and_then(|file| settings_source(loaded, file));
    let source = source.unwrap_or(SourceId(0));
    ignores(settings, linter.catalog(), source)
}
