//! `passport accounts`

use std::path::Path;

use clap::Subcommand;

use super::failure::{Exit, Failure};
use super::output::Output;

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {}

pub async fn run(command: AccountsCommand, _file: Option<&Path>, _output: &Output) -> Result<Exit, Failure> {
    match command {}
}
