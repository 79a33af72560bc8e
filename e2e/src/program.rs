//! How the programs of this crate begin and end.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::demo::Demo;

/// The demo that an argument names; `usage` is what is said when there is none.
pub fn demo(argument: Option<impl AsRef<Path>>, usage: &'static str) -> anyhow::Result<Demo> {
    Demo::read(argument.context(usage)?.as_ref())
}

/// The end of a program: says what went wrong, if anything did.
#[must_use]
pub fn end(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
