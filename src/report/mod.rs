//! Findings and plans → text.

mod compact;
mod difference;
mod excerpt;
mod human;
mod json;
mod mask;
mod notice;
mod outcome;
mod patch;
mod plan;
mod rollout;
mod secret_lines;
mod text;
mod verdict;
mod view;

pub use compact::compact;
pub use human::Human;
pub use json::{json, pretty};
pub use notice::{Notice, severity_name};
pub use outcome::outcome_json;
pub use patch::patch;
pub use plan::{changes, counts, error_notice, plan_json, problem_notice, problems_json};
pub use rollout::{progress_line, progress_sum, rollout};
pub use text::{escape, escape_lines};
pub use verdict::{Summary, Trouble, Verdict};
pub use view::View;
