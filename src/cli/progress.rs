//! Progress of a rollout on standard error: lines that stay, and on a terminal a line that moves.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::say;
use crate::apply::wait::WaitEvent;
use crate::report::{progress_line, progress_sum};

/// Shows how a rollout goes.
#[derive(Debug)]
pub(super) struct Progress {
    spinner: Option<ProgressBar>,
}

impl Progress {
    /// A spinner where somebody looks at standard error, plain lines elsewhere.
    pub(super) fn new() -> Self {
        let spinner = std::io::stderr().is_terminal().then(|| {
            let spinner = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                spinner.set_style(style);
            }
            spinner.enable_steady_tick(Duration::from_millis(120));
            spinner
        });
        Self { spinner }
    }

    /// Shows one change.
    pub(super) fn show(&self, event: &WaitEvent) {
        self.say(&format!("{}\n", progress_line(event)));
        if let Some(spinner) = &self.spinner {
            spinner.set_message(progress_sum(event));
        }
    }

    /// Says something above the line that moves.
    pub(super) fn say(&self, text: &str) {
        match &self.spinner {
            Some(spinner) => spinner.suspend(|| say(text)),
            None => say(text),
        }
    }

    /// Takes the moving line away.
    pub(super) fn finish(self) {
        if let Some(spinner) = self.spinner {
            spinner.finish_and_clear();
        }
    }
}
