//! `passport keys rewrap`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use shared::config::SecretSource;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::config::Config;
use crate::keys::token::TokenError;
use crate::keys::{MasterKey, MasterKeyError};

/// What the next master key is.
pub struct Wanted {
    /// Its file; none: the settings name it.
    pub file: Option<PathBuf>,
    /// Whether it is to be made.
    pub make: bool,
    /// Whether that is in the token.
    pub in_token: bool,
}

/// Makes a master key and its file.
pub fn make(path: &Path, in_token: bool, config: &Config) -> Result<(), Failure> {
    let entropy = world::entropy();
    if in_token {
        let token = world::token(&config.keys.pkcs11).ok_or(TokenError::NotConfiguredForMaster);
        MasterKey::create_in_token(path, Arc::new(token.map_err(MasterKeyError::from)?), &*entropy)?;
    } else {
        MasterKey::create(path, &*entropy)?;
    }
    Ok(())
}

/// Changes the master key. What it is never stands on the command line, which others can read.
pub async fn rewrap(wanted: Wanted, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (mut config, db) = world::database(file).await?;
    if let Some(path) = wanted.file {
        // Made by a run that was killed before it went on.
        if wanted.make && !path.exists() {
            make(&path, wanted.in_token, &config)?;
        }
        config.keys.next_master_key_file = Some(SecretSource::file(path));
    }
    let Some(next) = world::next_master_key(&config)? else {
        return Err(Failure::new(Exit::Usage, "no next master key is named")
            .advise("name its file with --new-master-key-file or keys.next_master_key_file; --make makes it as well"));
    };
    let id = next.id().to_owned();
    let done = world::app(config, db).await?.keys.rewrap(next).await?;
    let mut lines = Vec::new();
    match &done {
        None => lines.push(format!("the keys are sealed under master key {id} already: nothing to do")),
        Some(done) => {
            lines.push(format!("master key {} → {}: {} keys are sealed under it now", done.from, done.to, done.keys));
            lines.push(
                "running nodes go on, and take it up when it stands where they look for their master key: in place of \
                 the file of keys.master_key_file, or in keys.next_master_key_file"
                    .to_owned(),
            );
            lines.push(format!("keep {} for as long as you keep backups from before now", done.from));
        }
    }
    let value = json!({ "master_key": id, "changed_from": done.as_ref().map(|done| &done.from), "done": lines,
        "keys": done.as_ref().map_or(0, |done| done.keys) });
    output.result(lines.join("\n"), &value);
    Ok(Exit::Done)
}
