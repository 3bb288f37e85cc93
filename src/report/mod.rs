//! Findings and plans → text.

mod excerpt;
mod human;
mod mask;
mod notice;
mod secret_lines;
mod text;
mod view;

pub use human::Human;
pub use notice::{Notice, severity_name};
pub use text::{escape, escape_lines};
pub use view::View;
