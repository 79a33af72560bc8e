//! What commands stand on: settings, database, master key. Each command asks for no more than it needs.

use std::path::Path;
use std::sync::Arc;

use shared::clock::{SharedClock, SystemClock};
use shared::db::{DatabaseTime, Db};
use shared::entropy::{SharedEntropy, SystemEntropy};

use super::failure::{Exit, Failure};
use crate::MIGRATIONS;
use crate::app::{App, World};
use crate::config::Config;
use crate::keys::MasterKey;

/// The system's clock.
pub fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

/// The system's randomness.
pub fn entropy() -> SharedEntropy {
    Arc::new(SystemEntropy::new())
}

/// The settings and the database, which has every table.
pub async fn database(file: Option<&Path>) -> Result<(Config, Db), Failure> {
    let config = Config::load(file)?;
    let db = connect(&config).await?;
    require_migrated(&db).await?;
    Ok((config, db))
}

/// The database, whatever state it is in.
pub async fn connect(config: &Config) -> Result<Db, Failure> {
    Ok(Db::connect(&config.database.db_config()?).await?)
}

/// Refuses a database that lacks tables.
pub async fn require_migrated(db: &Db) -> Result<(), Failure> {
    let state = db.migration_state(&MIGRATIONS).await?;
    if state.pending.is_empty() {
        return Ok(());
    }
    let message = format!("the database lacks {} migration(s) of this version", state.pending.len());
    Err(Failure::new(Exit::Unavailable, message).advise("run `passport migrate`"))
}

/// The master key.
pub fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    let source = &config.keys.master_key_file;
    let missing = source.path().is_some_and(|path| !path.exists());
    let text = source.read().map_err(|error| {
        let failure = Failure::new(Exit::Unavailable, error);
        if missing { failure.advise("`passport keys init` makes the master key") } else { failure }
    })?;
    Ok(MasterKey::parse(&text)?)
}

/// The whole passport, on these settings and this database.
pub async fn app(config: Config, db: Db) -> Result<App, Failure> {
    let master = master_key(&config)?;
    let world = World {
        config: Arc::new(config),
        db,
        clock: clock(),
        time: Arc::new(DatabaseTime),
        entropy: entropy(),
        master,
    };
    Ok(App::build(world).await?)
}
