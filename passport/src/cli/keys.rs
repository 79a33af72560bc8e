//! `passport keys`

use std::path::Path;

use clap::Subcommand;
use futures_util::FutureExt as _;
use serde_json::json;

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::world;
use crate::MIGRATIONS;
use crate::config::Config;
use crate::keys::{Alg, Change, KeyState, MasterKey, Request, store};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the master key, if it is missing, and the first keys, if the database has its tables.
    Init,
    /// Show every signing key and its state.
    List,
    /// Begin a rotation: publish a new key, which signs once relying parties know it. What is due happens as well.
    Rotate {
        /// Rotate this algorithm only: ES256, EdDSA, PS256 or RS256.
        #[arg(long)]
        alg: Option<Alg>,
        /// A key leaked: let a new one sign at once, and what the old one signed count no more.
        #[arg(long)]
        now: bool,
        /// Make a new key that seals data instead; what older ones sealed still opens.
        #[arg(long, conflicts_with_all = ["alg", "now"])]
        data: bool,
    },
}

pub async fn run(command: KeysCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    match command {
        KeysCommand::Init => init(file, output).await,
        KeysCommand::List => list(file, output).await,
        KeysCommand::Rotate { alg, now, data } => rotate(alg, now, data, file, output).await,
    }
}

async fn init(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let config = Config::load(file)?;
    let path = config.keys.master_key_file.path().map(Path::to_owned);
    let made = match &path {
        Some(path) if !path.exists() => {
            MasterKey::create(path, &*world::entropy())?;
            true
        }
        _ => false,
    };
    let db = world::connect(&config).await?;
    let migrated = db.migration_state(&MIGRATIONS).await?.pending.is_empty();
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

async fn list(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (_, db) = world::database(file).await?;
    let keys = db.read(|tx| store::signing_keys(tx).boxed()).await?;
    let mut rows = vec![["KID", "ALG", "STATE", "SINCE", "VERIFIES UNTIL"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    for key in keys.into_iter().map(|key| key.record) {
        let until = match key.state {
            KeyState::Retiring { until, .. } => Some(until.to_string()),
            _ => None,
        };
        let (state, since) = (key.state.as_str(), key.state.since().to_string());
        values.push(json!({ "kid": key.kid, "alg": key.alg, "state": state, "since": since, "until": until }));
        rows.push(vec![key.kid, key.alg.to_string(), state.to_owned(), since, until.unwrap_or_default()]);
    }
    output.result(table(&rows), &values);
    Ok(Exit::Done)
}

async fn rotate(
    alg: Option<Alg>,
    now: bool,
    data: bool,
    file: Option<&Path>,
    output: &Output,
) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let publish_for = config.keys.publish_for;
    let keys = world::app(config, db).await?.keys.clone();
    let mut changes: Vec<Change> = Vec::new();
    if data {
        changes = keys.add_data_key().await?;
    } else {
        for alg in alg.map_or(Alg::ALL.to_vec(), |alg| vec![alg]) {
            let request = if now { Request::RotateNow(alg) } else { Request::Rotate(alg) };
            changes.extend(keys.change(request).await?);
        }
    }
    let mut lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let waiting = keys.list().await?.into_iter().filter_map(|key| match key.state {
        KeyState::Staged { since } => Some((key, since + publish_for)),
        _ => None,
    });
    for (key, at) in waiting {
        let alg = key.alg;
        lines.push(format!("{alg} key {} signs from {at}, by itself where the passport runs", key.kid));
    }
    if lines.is_empty() {
        lines.push("nothing to do".to_owned());
    }
    output.result(lines.join("\n"), &json!({ "done": lines }));
    Ok(Exit::Done)
}
