//! `passport audit`, and the job that seals the record.

mod export;
mod search;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use shared::clock::Timestamp;

use super::failure::{Exit, Failure};
use super::keys::moment;
use super::output::Output;
use crate::audit::seal::{Chain, Heads};
use crate::audit::store::search::Sought;
use crate::jobs::Outcome;

/// What can be done with the record.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Tell whether the record is what was sealed: every batch, every event, and the heads that were written elsewhere. The
    /// exit code is 6 if it is not.
    Verify {
        /// Only batches that were sealed then or later, as in 2027-03-18T03:00:00+08:00.
        #[arg(long, value_parser = moment, value_name = "TIME")]
        since: Option<Timestamp>,
        /// A file of heads to compare with; may be said more than once. Left out: `audit.heads_file`, if it is there.
        #[arg(long, value_name = "FILE")]
        heads: Vec<PathBuf>,
    },
    /// Show events, newest first.
    Search {
        #[command(flatten)]
        which: Which,
        /// At most that many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Write events to a file or to standard output, oldest first.
    Export {
        #[command(flatten)]
        which: Which,
        /// Lines of JSON, or CSV whose cells no spreadsheet takes for formulas.
        #[arg(long, value_enum, default_value_t)]
        format: export::Format,
        /// The file, which must not be there yet. Left out: standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Which events.
#[derive(Debug, Args)]
pub struct Which {
    /// Of this account.
    #[arg(long, value_name = "ACCOUNT_ID")]
    account: Option<String>,
    /// Of this client.
    #[arg(long, value_name = "CLIENT_ID", allow_hyphen_values = true)]
    client: Option<String>,
    /// Of this organisation of the portal.
    #[arg(long, value_name = "ORGANISATION_ID")]
    organisation: Option<String>,
    /// Of this kind, as in `sign_in_refused`. docs/operate/audit-events.md lists them.
    #[arg(long)]
    kind: Option<String>,
    /// By this actor: `operator`, `system`, `visitor`, `account:ID` or `client:ID`.
    #[arg(long)]
    actor: Option<String>,
    /// Not before that, as in 2027-03-18T03:00:00+08:00.
    #[arg(long, value_parser = moment, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Before that.
    #[arg(long, value_parser = moment, value_name = "TIME")]
    until: Option<Timestamp>,
}

impl From<Which> for Sought {
    fn from(which: Which) -> Self {
        Self {
            account: which.account,
            client: which.client,
            organisation: which.organisation,
            kind: which.kind,
            actor: which.actor,
            since: which.since.unwrap_or_default(),
            until: which.until.unwrap_or(Timestamp::from_millis(i64::MAX)),
        }
    }
}

pub async fn run(command: AuditCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    match command {
        AuditCommand::Verify { since, heads } => verify::verify(since, heads, file, output).await,
        AuditCommand::Search { which, limit } => search::search(which.into(), limit, file, output).await,
        AuditCommand::Export { which, format, out } => export::export(which.into(), (format, out), file, output).await,
    }
}

/// Seals what was recorded, and writes the end of the chain outside the database.
pub async fn seal(chain: Chain, heads: Option<Heads>) -> Outcome {
    let sealed = chain.seal_all().await;
    // What was sealed before something failed is worth its head, too.
    let Some(last) = chain.last().await.map_err(|error| error.to_string())? else {
        return sealed.map(drop).map_err(|error| error.to_string());
    };
    let digest = crate::audit::seal::Head::of(&last, chain.key()).digest;
    let written = match &heads {
        Some(heads) => heads.follow(&chain, &last).await.map_err(|error| error.to_string())?,
        None => matches!(sealed, Ok(1..)),
    };
    if written {
        tracing::info!(batch = last.number, digest, "the record is sealed up to here");
    }
    sealed.map(drop).map_err(|error| error.to_string())
}
