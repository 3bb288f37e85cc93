//! Arguments → library → exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    gitops_lab::run(std::env::args_os())
}
