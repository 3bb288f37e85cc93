//! `gitops-lab rules`

use std::io::Write;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::lint::preset_parser;
use super::output::print;
use super::rule_files::{catalog, custom_here};
use super::{ExitStatus, Failure};
use crate::lint::{Broken, Example, Preset, Rule, try_examples};
use crate::report::escape_lines;

/// List and explain the rules
#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// List all rules
    List {
        /// Only the rules of this preset (may be repeated)
        #[arg(long = "preset", value_name = "NAME", value_parser = preset_parser())]
        presets: Vec<Preset>,
        /// How to print the list
        #[arg(long, value_enum, default_value_t = Output::Table)]
        output: Output,
    },
    /// Explain a rule: why it exists, what it flags and what it does not
    Explain {
        /// The rule's id, or the id that another linter has for it
        rule: String,
    },
    /// Try rules of your own on the examples in their files
    ///
    /// Exit code: 0 when every example holds, 1 when one does not, 2 when a rule file has a mistake.
    Test {
        /// Directories of rule files [default: `lint.customRules` of gitops-lab.yaml]
        #[arg(value_name = "DIR")]
        directories: Vec<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    /// Columns for people
    Table,
    /// A JSON array
    Json,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &RulesArgs) -> Result<ExitStatus, Failure> {
    let custom: Vec<PathBuf> = custom_here()?.into_iter().collect();
    if let RulesCommand::Test { directories } = &arguments.command {
        return test(if directories.is_empty() {
            &custom
        } else {
            directories
        });
    }
    let (catalog, _) = catalog(&custom)?;
    let text = match &arguments.command {
        RulesCommand::List { presets, output } => {
            let is_wanted = |rule: &&Rule| {
                presets.is_empty() || presets.iter().any(|preset| preset.contains(rule))
            };
            let rules: Vec<&Rule> = catalog.rules().iter().filter(is_wanted).collect();
            match output {
                Output::Table => table(&rules),
                Output::Json => json(&rules),
            }
        }
        RulesCommand::Test { .. } => return Ok(ExitStatus::Success),
        RulesCommand::Explain { rule } => {
            let found = catalog.find(rule);
            explanation(found.map_err(|error| Failure::new(ExitStatus::Usage, error))?)
        }
    };
    // A closed pipe is no reason to fail.
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(ExitStatus::Success)
}

/// There is no rule to test.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there are no rules to test")]
#[diagnostic(
    code(rules::none),
    help("name a directory of rule files: `gitops-lab rules test policies`")
)]
struct NoRules;

/// Tries every rule of the directories on its examples.
fn test(directories: &[PathBuf]) -> Result<ExitStatus, Failure> {
    let (_, ids) = catalog(directories)?;
    if ids.is_empty() {
        return Err(Failure::new(ExitStatus::Usage, NoRules));
    }
    let mut status = ExitStatus::Success;
    let mut lines = Vec::new();
    for id in &ids {
        let (catalog, _) = catalog(directories)?;
        let broken = try_examples(catalog, id);
        let broken = broken.map_err(|error| Failure::new(ExitStatus::Usage, error))?;
        if broken.is_empty() {
            lines.push(format!("{id}: ok\n"));
        }
        for Broken { number, message } in broken {
            status = ExitStatus::Findings;
            let place = match number {
                0 => String::new(),
                number => format!("example {number}: "),
            };
            lines.push(format!("{id}: {place}{}\n", escape_lines(&message)));
        }
    }
    print(&lines.concat())?;
    Ok(status)
}

fn table(rules: &[&Rule]) -> String {
    let width = |column: fn(&Rule) -> &str| rules.iter().map(|rule| column(rule).len()).max();
    let id = width(|rule| &rule.id).unwrap_or(0);
    let severity = width(severity).unwrap_or(0);
    let category = width(|rule| rule.category.name()).unwrap_or(0);
    let lines = rules.iter().map(|rule| {
        let line = format!(
            "{:id$}  {:severity$}  {:category$}  {}",
            rule.id,
            self::severity(rule),
            rule.category.name(),
            rule.summary
        );
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}

/// The severity, or `off` for a rule that runs only when it is asked for.
fn severity(rule: &Rule) -> &str {
    if rule.on_by_default {
        rule.severity.name()
    } else {
        "off"
    }
}

fn json(rules: &[&Rule]) -> String {
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| {
            serde_json::json!({
                "id": rule.id,
                "summary": rule.summary,
                "category": rule.category.name(),
                "severity": rule.severity.name(),
                "on_by_default": rule.on_by_default,
                "presets": rule.preset_names(),
                "aliases": rule.aliases,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rules))
}

fn explanation(rule: &Rule) -> String {
    let default = if rule.on_by_default {
        ""
    } else {
        ", off by default"
    };
    let mut parts = vec![
        format!("{}: {}\n\n", rule.id, rule.summary),
        format!("severity: {}{default}\n", rule.severity.name()),
        format!("category: {}\n", rule.category.name()),
    ];
    let presets = rule.preset_names();
    if !presets.is_empty() {
        parts.push(format!("presets: {}\n", presets.join(", ")));
    }
    if !rule.aliases.is_empty() {
        parts.push(format!("aliases: {}\n", rule.aliases.join(", ")));
    }
    parts.push(format!("\n{}\n", rule.explanation));
    parts.extend(rule.help.iter().map(|help| format!("\nHelp: {help}.\n")));
    for example in &rule.examples {
        match example {
            Example::Bad {
                text: manifest,
                fixed,
            } => {
                parts.push(section("Reported", manifest));
                if let Some(fixed) = fixed {
                    parts.push(section("Fixed", fixed));
                }
            }
            Example::Good { text: manifest } => parts.push(section("Not reported", manifest)),
        }
    }
    parts.concat()
}

fn section(title: &str, manifest: &str) -> String {
    let lines = manifest.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("    {line}\n"),
    });
    format!("\n{title}:\n\n{}", lines.collect::<String>())
}
