//! `passport keys`

mod back;
mod compromise;
mod followers;
mod inventory;
mod list;
mod pin;
mod rehash;
mod reseal;
mod rewrap;
mod rotate;
mod trial;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use clap::Subcommand;
use serde_json::json;
use shared::clock::Timestamp;
use shared::config::{Raw, Setting as _};

use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::config::Config;
use crate::keys::{Alg, Keys};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the master key, if it is missing, and the first keys, if the database has its tables.
    Init {
        /// Make the master key in the token of keys.pkcs11; the file names it there.
        #[arg(long)]
        in_token: bool,
    },
    /// Show every signing key, its state and what comes next, and the nodes that serve them.
    List {
        /// Show everything else as well that is a key or a secret: what for, how old, who holds it, and what changes it.
        #[arg(long)]
        all: bool,
    },
    /// Show what happens to the keys within the next year, if nobody does anything.
    Plan,
    /// Show which clients know a key, how we know, and of which it is only a guess.
    Followers {
        /// The key's id, as `passport keys list` shows it.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
    /// Let the staged key sign, which relying parties know already. Keys do so by themselves when it is time.
    Rotate {
        /// Rotate this algorithm only: ES256, EdDSA, PS256 or RS256.
        #[arg(long)]
        alg: Option<Alg>,
        /// When, as in 2027-03-18T03:00:00+08:00. Left out: as soon as every node and relying party knows the key.
        #[arg(long, value_parser = moment, value_name = "TIME")]
        at: Option<Timestamp>,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Do without a clean trial, where `keys.trial_required` asks for one.
        #[arg(long)]
        without_trial: bool,
        /// Make a new key that seals data instead; what older ones sealed still opens.
        #[arg(long, conflicts_with_all = ["alg", "at", "dry_run", "without_trial"])]
        data: bool,
    },
    /// Let the key sign again that the present one replaced, while its private half is kept (keys.return_within).
    Return {
        /// This algorithm only: ES256, EdDSA, PS256 or RS256. Left out: every one whose former key is kept.
        #[arg(long)]
        alg: Option<Alg>,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
    },
    /// Let the staged key sign for a while, or for some clients, and return to the active one by itself.
    #[command(group = clap::ArgGroup::new("what").args(["lasts", "client", "stop", "report"]).required(true).multiple(true))]
    Trial {
        /// This algorithm only: ES256, EdDSA, PS256 or RS256.
        #[arg(long)]
        alg: Option<Alg>,
        /// For how long, as in 30m or 4h; left out, for an hour.
        #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
        lasts: Option<Duration>,
        /// For this client only; may be said more than once.
        #[arg(long, value_name = "CLIENT_ID", allow_hyphen_values = true)]
        client: Vec<String>,
        /// End the trial now.
        #[arg(long, conflicts_with_all = ["lasts", "client", "report"])]
        stop: bool,
        /// Show how each client fared in the last trial.
        #[arg(long, conflicts_with_all = ["lasts", "client"])]
        report: bool,
    },
    /// Change the master key: seal every key under the next one, which is that of keys.next_master_key_file unless another
    /// file is named. Running nodes go on; one that starts needs the new one.
    Rewrap {
        /// The file of the next master key.
        #[arg(long, value_name = "FILE")]
        new_master_key_file: Option<PathBuf>,
        /// Make that file and the key in it first, unless it is there.
        #[arg(long, requires = "new_master_key_file")]
        make: bool,
        /// Make it in the token of keys.pkcs11; the file names it there.
        #[arg(long, requires = "make")]
        in_token: bool,
    },
    /// Change the keys that seal data: make a new one, seal by it what older ones sealed, and destroy those when nothing
    /// is sealed by them any more. While the passport serves; a run that was stopped is taken up by the next.
    Reseal {
        /// Only say how much there is to do.
        #[arg(long)]
        dry_run: bool,
    },
    /// Change the key of the hashes by which identity documents are found: each gets a second hash by a new key, which then
    /// takes the place of the first. While the passport serves; a run that was stopped is taken up by the next.
    Rehash {
        /// Only say how far it is.
        #[arg(long)]
        dry_run: bool,
    },
    /// Have a client that cannot follow a change stay with the key that signs for it now, until a day; move that day, or let
    /// the client go.
    Pin {
        /// The client.
        #[arg(allow_hyphen_values = true, required_unless_present = "list")]
        client_id: Option<String>,
        /// Until when: a day, as in 2027-06-30, to its end in China; or a moment, as in 2027-06-30T03:00:00+08:00.
        #[arg(long, value_parser = day, value_name = "DATE", required_unless_present_any = ["lift", "list"])]
        until: Option<Timestamp>,
        /// This algorithm only; left out, those of what the client verifies.
        #[arg(long)]
        alg: Option<Alg>,
        /// This key: the one that signs, or an older one that is kept for other clients.
        #[arg(long, value_name = "KID", allow_hyphen_values = true, conflicts_with = "alg")]
        key: Option<String>,
        /// Sign for the client as for everybody again, at once.
        #[arg(long, conflicts_with_all = ["until", "key"])]
        lift: bool,
        /// Show who stays with which key, and until when.
        #[arg(long, conflicts_with_all = ["until", "key", "lift", "alg", "client_id"])]
        list: bool,
    },
    /// Somebody else has a key: let nothing that it signed count any more, anywhere, and the staged one sign instead.
    Compromise {
        /// The key's id, as `passport keys list` shows it. One in 64 begins with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
        /// End every session as well, of everybody: for when somebody may have got into accounts by it.
        #[arg(long)]
        end_sessions: bool,
    },
}

pub async fn run(command: KeysCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    match command {
        KeysCommand::Init { in_token } => init(in_token, file, output).await,
        KeysCommand::List { all: true } => inventory::all(file, output).await,
        KeysCommand::List { all: false } => list::list(file, output).await,
        KeysCommand::Plan => list::plan(file, output).await,
        KeysCommand::Followers { kid } => followers::followers(&kid, file, output).await,
        KeysCommand::Rotate { data: true, .. } => rotate::data(file, output).await,
        KeysCommand::Rotate { alg, at, dry_run, without_trial, .. } => {
            rotate::rotate(rotate::Wanted { alg, at, dry_run, without_trial }, file, output).await
        }
        KeysCommand::Return { alg, dry_run } => back::back(alg, dry_run, file, output).await,
        KeysCommand::Trial { alg, report: true, .. } => trial::report(alg, file, output).await,
        KeysCommand::Trial { alg, stop: true, .. } => trial::stop(alg, file, output).await,
        KeysCommand::Trial { alg, lasts, client, .. } => {
            trial::begin(trial::Wanted { alg, lasts, clients: client }, file, output).await
        }
        KeysCommand::Rewrap { new_master_key_file, make, in_token } => {
            rewrap::rewrap(rewrap::Wanted { file: new_master_key_file, make, in_token }, file, output).await
        }
        KeysCommand::Reseal { dry_run } => reseal::reseal(dry_run, file, output).await,
        KeysCommand::Rehash { dry_run } => rehash::rehash(dry_run, file, output).await,
        KeysCommand::Pin { client_id: Some(client), until: Some(until), alg, key, .. } => {
            pin::pin(pin::Wanted { client, until, alg, key }, file, output).await
        }
        KeysCommand::Pin { client_id: Some(client), alg, .. } => pin::lift((&client, alg), file, output).await,
        KeysCommand::Pin { client_id: None, .. } => pin::list(file, output).await,
        KeysCommand::Compromise { kid, end_sessions } => compromise::compromise(&kid, end_sessions, file, output).await,
    }
}

/// A moment as RFC 3339 writes it.
pub(in crate::cli) fn moment(text: &str) -> Result<Timestamp, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|moment| Timestamp::from_millis(moment.timestamp_millis()))
        .map_err(|_| "must be a time with its offset, such as 2027-03-18T03:00:00+08:00".to_owned())
}

/// A moment, or the end of a day in China.
fn day(text: &str) -> Result<Timestamp, String> {
    match text.parse::<NaiveDate>() {
        Ok(day) => moment(&format!("{day}T23:59:59+08:00")).map(|last| last + Duration::from_secs(1)),
        Err(_) => moment(text).map_err(|_| "must be a day such as 2027-06-30, or a time with its offset".to_owned()),
    }
}

/// A span of time as the settings write it.
pub(in crate::cli) fn duration(text: &str) -> Result<Duration, String> {
    Duration::decode(Raw::Env(text))
}

/// The keys in the database, which has every table.
async fn keys(file: Option<&Path>) -> Result<Keys, Failure> {
    let (config, db) = world::database(file).await?;
    Ok(world::app(config, db).await?.keys.clone())
}

async fn init(in_token: bool, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let config = Config::load(file)?;
    let db = world::connect(&config).await?;
    let path = config.keys.master_key_file.path().map(Path::to_owned);
    let made = match &path {
        Some(path) if !path.exists() => {
            // Another one would open nothing, and hide that the right one is missing.
            if let Some(used) = world::master_in_use(&db).await {
                let (path, id) = (path.display(), used.id);
                let message = format!("{path} is missing: the keys in this database are sealed under master key {id}");
                return Err(Failure::new(Exit::Refused, message)
                    .advise("put that key back in place, from where its copy is kept"));
            }
            rewrap::make(path, in_token, &config)?;
            true
        }
        _ => false,
    };
    let migrated = world::fitting(&db).await?.pending.is_empty();
    if migrated {
        // Putting the passport together makes what is missing.
        world::app(config, db.clone()).await?;
    } else {
        world::master_key(&config)?;
    }
    db.close().await;
    let mut text = String::new();
    if let (true, Some(path)) = (made, &path) {
        text = format!("made the master key {}: keep a copy apart from the database's backups\n", path.display());
    }
    text += if migrated { "the keys are in place" } else { "the other keys are made when the passport first starts" };
    output.result(text, &json!({ "master_key_made": made, "keys_in_place": migrated }));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_in_china() {
        assert_eq!(day("2027-03-18"), moment("2027-03-19T00:00:00+08:00"));
        assert_eq!(day("2027-03-18T03:00:00Z"), moment("2027-03-18T03:00:00Z"));
        for wrong in ["2027-02-30", "2027-03", "soon", ""] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_needs_its_offset() {
        let utc = moment("2027-03-17T19:00:00Z");
        assert_eq!(utc, Ok(Timestamp::from_seconds(1_805_310_000)));
        assert_eq!(moment("2027-03-18T03:00:00+08:00"), utc);
        for wrong in ["2027-03-18T03:00:00", "2027-03-18", "tomorrow", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
