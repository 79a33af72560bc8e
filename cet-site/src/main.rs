//! The `cet-site` program; everything it does lives in the library and its [`cet_site::cli`].

use std::process::ExitCode;

use cet_site::cli::{Cli, run};
use clap::Parser as _;

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cet-site: {error:#}");
            ExitCode::FAILURE
        }
    }
}
