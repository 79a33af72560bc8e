//! A fresh, migrated database for a test, on every engine.
//!
//! SQLite always; PostgreSQL where `TEST_POSTGRES_URL` holds the address of a superuser. `REQUIRE_POSTGRES=1`
//! makes its absence a failure, so that a complete run cannot quietly become half a run. Migrating once and
//! copying keeps a test at milliseconds.

use std::collections::HashMap;
use std::fmt::Write;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::Mutex;
use url::Url;

use crate::db::{Db, DbConfig, Migrations};
use crate::entropy::{self, SystemEntropy};
use crate::secret::sha256;

/// Runs the test on SQLite and, where there is one, on PostgreSQL, each time with a database of its own that
/// is migrated, empty, and gone afterwards.
///
/// # Panics
/// When the test does, or when a database that must be there is not.
pub async fn on_both<F, Fut>(migrations: &Migrations, test: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()>,
{
    let connected = async |config: DbConfig| {
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
    let name = postgres(migrations, &server).await;
    let outcome = run("PostgreSQL", test(DbConfig::new(address(&server, &name)))).await;
    execute(&mut connect(&server).await, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
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

/// The name of a new database, copied from one that was migrated once per set of migrations.
async fn postgres(migrations: &Migrations, server: &Url) -> String {
    let mut conn = connect(server).await;
    let template = format!("template_{}", fingerprint(migrations.postgres.iter()));
    template_exists(&mut conn, server, migrations, &template).await;
    let name = format!("test_{}", hex(&entropy::bytes::<8>(&SystemEntropy::new())));
    execute(&mut conn, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    name
}

/// Test processes meet at a lock of the server: the first one migrates. The name appears when the template
/// is whole, so that a killed run leaves no half of one.
async fn template_exists(conn: &mut PgConnection, server: &Url, migrations: &Migrations, template: &str) {
    execute(conn, "SELECT pg_advisory_lock(4711)".to_owned()).await;
    let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(template)
        .fetch_optional(&mut *conn)
        .await
        .expect("PostgreSQL lists its databases");
    if known.is_none() {
        let growing = format!("{template}_growing");
        execute(conn, format!("DROP DATABASE IF EXISTS {growing} WITH (FORCE)")).await;
        execute(conn, format!("CREATE DATABASE {growing}")).await;
        migrate(&DbConfig::new(address(server, &growing)), migrations).await;
        execute(conn, format!("ALTER DATABASE {growing} RENAME TO {template}")).await;
    }
    execute(conn, "SELECT pg_advisory_unlock(4711)".to_owned()).await;
}

async fn migrate(config: &DbConfig, migrations: &Migrations) {
    let db = Db::connect(config).await.expect("the test's database can be opened");
    db.migrate(migrations).await.expect("the migrations apply to an empty database");
    db.close().await;
}

async fn connect(server: &Url) -> PgConnection {
    PgConnection::connect(server.as_str()).await.expect("TEST_POSTGRES_URL leads to a PostgreSQL server")
}

/// Statements made of names of ours.
async fn execute(conn: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(conn).await.expect("a superuser may do this");
}

fn address(server: &Url, database: &str) -> String {
    let mut url = server.clone();
    url.set_path(database);
    url.into()
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment what they may use")]
fn server() -> Option<Url> {
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
