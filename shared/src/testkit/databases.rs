//! A fresh, migrated database for a test, on every engine.
//!
//! SQLite always; PostgreSQL where `TEST_POSTGRES_URL` holds the address of a superuser. `REQUIRE_POSTGRES=1`
//! makes its absence a failure, so that a complete run cannot quietly become half a run. A database is migrated once:
//! the file of SQLite is copied, and databases of the server are used again ([`postgres`]).

pub(super) mod postgres;

use std::collections::HashMap;
use std::fmt::Write;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Mutex;
use url::Url;

use crate::db::{Db, DbConfig, Migrations};
use crate::secret::sha256;

/// Runs the test on SQLite and, where there is one, on PostgreSQL, each time with a database of its own that
/// is migrated and empty.
///
/// # Panics
/// When the test does, or when a database that must be there is not.
pub async fn on_both<F, Fut>(migrations: &Migrations, test: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()>,
{
    // A machine that does other work besides must not make fifty requests at once look like an outage.
    let patience = Duration::from_secs(60);
    let connected = async |config: DbConfig| {
        let config = DbConfig { acquire_timeout: patience, statement_timeout: patience, ..config };
        let db = Db::connect(&config).await.expect("the test's database can be opened");
        test(db.clone()).await;
        db.close().await;
    };
    each_engine(migrations, connected).await;
}

/// [`on_both`] for tests that open the database themselves: to restart on it, or to hand it to a process.
///
/// # Panics
/// As [`on_both`].
pub async fn each_engine(migrations: &Migrations, test: impl AsyncFn(DbConfig)) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let config = sqlite(migrations, dir.path()).await;
    run("SQLite", test(config)).await.unwrap_or_else(|panic| resume_unwind(panic));

    let Some(server) = server() else { return };
    let lent = postgres::lend(migrations, &server).await;
    run("PostgreSQL", test(lent.config.clone())).await.unwrap_or_else(|panic| resume_unwind(panic));
}

/// One more database of a test, migrated and empty, on SQLite in that folder: for a second program beside the one that is
/// tested on every engine.
///
/// # Panics
/// When it cannot be made.
pub async fn one_more(migrations: &Migrations, dir: &Path) -> Db {
    let config = sqlite(migrations, dir).await;
    Db::connect(&config).await.expect("the test's database can be opened")
}

/// Whether tests run on PostgreSQL too.
#[must_use]
pub fn postgres_is_there() -> bool {
    server().is_some()
}

async fn run(engine: &str, test: impl Future<Output = ()>) -> std::thread::Result<()> {
    let outcome = AssertUnwindSafe(test).catch_unwind().await;
    if outcome.is_err() {
        eprintln!("the test failed on {engine}");
    }
    outcome
}

/// A copy of a database file that was migrated once in this process.
async fn sqlite(migrations: &Migrations, dir: &Path) -> DbConfig {
    static MIGRATED: LazyLock<Mutex<HashMap<String, Arc<[u8]>>>> = LazyLock::new(Mutex::default);

    let path = dir.join("test.db");
    let config = DbConfig::new(format!("sqlite:{}", path.display()));
    let mut migrated = MIGRATED.lock().await;
    let key = fingerprint(migrations.sqlite.iter());
    if let Some(bytes) = migrated.get(&key) {
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
    } else {
        migrate(&config, migrations).await;
        let bytes = std::fs::read(&path).expect("the migrated database can be read");
        migrated.insert(key, bytes.into());
    }
    config
}

async fn migrate(config: &DbConfig, migrations: &Migrations) {
    let db = Db::connect(config).await.expect("the test's database can be opened");
    db.migrate(migrations).await.expect("the migrations apply to an empty database");
    db.close().await;
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment what they may use")]
pub(super) fn server() -> Option<Url> {
    let url = std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|required| required == "1");
    assert!(url.is_some() || !required, "REQUIRE_POSTGRES=1, but TEST_POSTGRES_URL names no server");
    url.map(|url| url.parse().expect("TEST_POSTGRES_URL is a URL"))
}

fn fingerprint<'m>(migrations: impl Iterator<Item = &'m sqlx::migrate::Migration>) -> String {
    let checksums = migrations.flat_map(|migration| migration.checksum.iter().copied()).collect::<Vec<u8>>();
    hex(&sha256(&checksums)[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
