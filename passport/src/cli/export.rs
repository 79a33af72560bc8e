//! `passport accounts export`: all that is held of one person.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::failure::{Exit, Failure};
use super::output::Output;
use crate::accounts::appeals::model::Staff;
use crate::accounts::{AccountId, Accounts};
use crate::tables::copy::{self, Held};

/// Whose data, and who wants it why.
#[derive(Debug, Args)]
pub struct Export {
    /// Its id, mail address, mobile number or login name.
    pub account: String,
    /// Why. It is on record, and the person reads it in their account.
    #[arg(long, value_enum)]
    reason: Reason,
    /// Who you are: 2 to 32 small letters, digits, dots, dashes or underscores. On record as well.
    #[arg(long, value_name = "NAME")]
    staff: String,
    /// The file, which must not be there yet, and which only you can read. Left out: standard output.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Why a copy is made.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Reason {
    /// The person asked for it.
    Request,
    /// An authority asked, as a law allows it to.
    Authority,
    /// Something went wrong that concerns the person.
    Incident,
}

impl From<Reason> for copy::Reason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Request => Self::Request,
            Reason::Authority => Self::Authority,
            Reason::Incident => Self::Incident,
        }
    }
}

pub async fn export(accounts: &Accounts, id: AccountId, wanted: &Export, output: &Output) -> Result<(), Failure> {
    let refused = |what: &str| Failure::new(Exit::Refused, what);
    let staff = Staff::parse(&wanted.staff)
        .ok_or_else(|| refused("--staff takes 2 to 32 small letters, digits, dots, dashes, underscores"))?;
    // Before it is on record that the data was read.
    let file = wanted.to.as_deref().map(create).transpose()?;
    let made = copy::copy(accounts, id, (&staff, wanted.reason.into())).await;
    let held = match (made, &wanted.to) {
        (Ok(Some(held)), _) => held,
        (other, path) => {
            if let Some(path) = path {
                // It is empty, and why is told below.
                let _ = std::fs::remove_file(path);
            }
            return other?.map(drop).ok_or_else(|| refused("there is no such account"));
        }
    };
    match (file, &wanted.to) {
        (Some(file), Some(path)) => {
            write(file, path, &held)?;
            let path = path.display().to_string();
            output.result(format!("{path}: delete it when it is handed over"), &json!({ "file": path }));
        }
        _ => Output::new(true).result("", &held),
    }
    Ok(())
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |error| Failure::new(Exit::Failed, format!("{}: {error}", path.display()))
}

fn create(path: &Path) -> Result<File, Failure> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed(path))
}

fn write(mut file: File, path: &Path, held: &Held) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(held).map_err(|error| failed(path)(error.into()))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed(path))
}
