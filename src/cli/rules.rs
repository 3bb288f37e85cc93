//! `gitops-lab rules`

use std::io::Write;

use clap::{Subcommand, ValueEnum};

use super::lint::preset_parser;
use super::{ExitStatus, Failure};
use crate::lint::{Catalog, Example, Preset, Rule};

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
    let catalog = Catalog::builtin().map_err(|error| Failure::new(ExitStatus::Usage, error))?;
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
        RulesCommand::Explain { rule } => {
            let found = catalog.find(rule);
            explanation(found.map_err(|error| Failure::new(ExitStatus::Usage, error))?)
        }
    };
    // A closed pipe is no reason to fail.
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(ExitStatus::Success)
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
