//! What a subcommand says on standard output.

use std::io::{ErrorKind, Write};

use super::{ExitStatus, Failure};

/// Standard output does not take what is written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot write to standard output")]
#[diagnostic(
    code(output::write),
    help("check the disk, or the program that reads the output")
)]
struct WriteError(#[source] std::io::Error);

/// Prints a text; colours stay only where a terminal shows them and nobody forbids them
/// (`NO_COLOR`, `CLICOLOR`).
///
/// A reader that has enough (`| head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut output = anstream::stdout().lock();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(ExitStatus::Failed, WriteError(error)))
        }
        _ => Ok(()),
    }
}

/// Says something on standard error. Nobody has to listen: a closed pipe must not stop an apply in
/// its middle.
pub(super) fn say(text: &str) {
    let mut output = anstream::stderr().lock();
    let _ = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
}
