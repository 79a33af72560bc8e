//! One handle over SQLite (embedded) and PostgreSQL, running one portable SQL text per query.
//!
//! * [`Db::write`] runs an operation in one transaction and answers only after its commit is durable.
//!   On SQLite one writer groups the operations that wait ([`lite`]); on PostgreSQL a pool runs them side by
//!   side and repeats those that a serialization failure or a lost connection undid ([`pg`]).
//! * [`Db::execute`] does so for a single statement, in one trip.
//! * [`Db::read`] runs an operation on a reading connection, without the writer's queue.
//! * [`Db::find`] looks one row up. Where many wait for the same statement, they share a trip ([`gather`]).
//!
//! An operation is a closure that owns its arguments, awaits nothing but SQL and may be run again: it is
//! `Fn`, so it clones what it binds. An `Err` from it rolls its own changes back and no one else's.
//!
//! ```ignore
//! let used = db.write(move |tx| {
//!     let hash = hash;
//!     Box::pin(async move { store::consume(tx, hash, now).await })
//! }).await?;
//! ```
//!
//! Portable SQL means `$1` placeholders, `RETURNING`, `ON CONFLICT`; `BIGINT` for integers, milliseconds and
//! truth values (0 or 1), `TEXT`, `BLOB`/`BYTEA`, JSON as `TEXT` that Rust decodes. Unique columns are declared
//! inline (`UNIQUE`), so that both engines name the constraint alike (`table_column_key`).

mod error;
mod gather;
mod lite;
pub mod locks;
mod migrate;
mod pg;
mod place;
mod query;
mod row;
mod shelf;
mod time;
mod together;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tracing::{Instrument as _, Span};

pub use self::error::DbError;
pub use self::migrate::{MigrationState, Migrations, Misfit, Planned};
pub use self::query::{Bind, Query, Value, sql};
pub use self::row::{BrokenRow, Cell, CellError, Column, Row};
pub use self::time::{CommonClock, CommonTime, DatabaseTime};

use crate::telemetry::SPANS;

use self::gather::Gathering;
use self::lite::Lite;
use self::pg::Pg;
use self::shelf::Taken;
use self::together::{Changing, Finding};

/// How to reach the database.
#[derive(Clone)]
pub struct DbConfig {
    /// `sqlite:PATH` or `postgres://…`. May hold a password: never shown.
    pub url: String,
    /// The most connections to hold: of a PostgreSQL pool, or reading ones of SQLite.
    pub max_connections: u32,
    /// How long one statement may run (PostgreSQL).
    pub statement_timeout: Duration,
    /// How long to wait for a connection before the database counts as unavailable.
    pub acquire_timeout: Duration,
}

impl DbConfig {
    /// That address with the usual limits: 16 connections, 10 s a statement, 3 s for a connection.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            statement_timeout: Duration::from_secs(10),
            acquire_timeout: Duration::from_secs(3),
        }
    }
}

impl std::fmt::Debug for DbConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let engine = self.url.split(':').next().unwrap_or_default();
        f.debug_struct("DbConfig")
            .field("engine", &engine)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// How many rows a batch of a clean-up removes: so few that whoever waits to write does not notice it.
pub const BATCH: i64 = 100;

/// Which engine stands behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one writer.
    Sqlite,
    /// A server, many writers.
    Postgres,
}

/// How busy a database is kept from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Connections in use; of SQLite those that read.
    pub used: usize,
    /// How many may be.
    pub most: usize,
    /// How many operations wait: for a connection, and for the one writer of SQLite.
    pub waiting: usize,
}

/// A connection, in a transaction where it writes. Statements run on it: see [`sql`].
#[derive(Debug)]
pub struct Tx {
    pub(crate) conn: Conn,
    /// Whether a statement ran that may have changed something since the flag was last cleared.
    pub(crate) wrote: bool,
    /// How many statements ran.
    pub(crate) ran: u64,
    /// What befell the last statement that failed, if it is nothing of its own.
    pub(crate) trouble: Option<Trouble>,
}

#[derive(Debug)]
pub(crate) enum Conn {
    LiteWriter(Box<sqlx::SqliteConnection>),
    LiteReader(Taken<sqlx::SqliteConnection>),
    Pg(Taken<sqlx::PgConnection>),
}

/// What befell a statement, apart from the answer that its operation makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server undid the transaction because of another one, and asks for a new try.
    Undone,
    /// The server is not fit to serve, or the connection broke.
    Unavailable,
}

impl Tx {
    fn new(conn: Conn) -> Self {
        Self { conn, wrote: false, ran: 0, trouble: None }
    }

    /// How many statements ran on it so far: by that, tests hold what has to take the same time against each other.
    pub const fn statements(&self) -> u64 {
        self.ran
    }
}

/// An operation of that statement and nothing else.
fn alone(statement: Query) -> impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<u64, DbError>> {
    move |tx| {
        let statement = statement.clone();
        Box::pin(async move { statement.execute(tx).await })
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Parts>);

struct Parts {
    backend: Backend,
    finding: Gathering<Finding>,
    /// None on SQLite, whose writer groups what waits by itself.
    changing: Option<Gathering<Changing>>,
}

#[derive(Debug, Clone)]
enum Backend {
    Lite(Lite),
    Pg(Pg),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Db").field(&self.engine()).finish()
    }
}

impl Backend {
    async fn read<R, E, F>(&self, op: F) -> Result<R, E>
    where
        E: From<DbError>,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>>,
    {
        match self {
            Self::Lite(lite) => lite.read(op).await,
            Self::Pg(pg) => pg.run(op).await,
        }
    }
}

impl Db {
    /// Opens the database that the address names; an SQLite file is created if missing.
    ///
    /// # Errors
    /// The address is of neither kind, or the database cannot be reached.
    pub async fn connect(config: &DbConfig) -> Result<Self, DbError> {
        let backend = if config.url.starts_with("sqlite:") {
            Backend::Lite(Lite::open(config).await?)
        } else if config.url.starts_with("postgres:") || config.url.starts_with("postgresql:") {
            Backend::Pg(Pg::open(config)?)
        } else {
            return Err(DbError::Address);
        };
        let changing = match &backend {
            Backend::Lite(_) => None,
            Backend::Pg(pg) => Some(Gathering::new(Changing(pg.clone()))),
        };
        let finding = Gathering::new(Finding(backend.clone()));
        Ok(Self(Arc::new(Parts { backend, finding, changing })))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.0.backend {
            Backend::Lite(_) => Engine::Sqlite,
            Backend::Pg(_) => Engine::Postgres,
        }
    }

    /// Runs `op` in one transaction and answers after the commit is durable.
    ///
    /// # Errors
    /// What `op` returned (its changes are rolled back), or the [`DbError`] that kept it from being run or
    /// committed: then nothing of it was stored, except where the connection broke during the commit itself.
    pub async fn write<R, E, F>(&self, op: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + Sync + 'static,
    {
        let span = self.span("write");
        match &self.0.backend {
            Backend::Lite(lite) => lite.write(op).instrument(span).await,
            Backend::Pg(pg) => pg.write(op).instrument(span).await,
        }
    }

    /// The time that an operation takes, waiting for its turn included.
    fn span(&self, operation: &'static str) -> Span {
        let system = match self.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
        };
        tracing::info_span!(
            target: SPANS,
            "database",
            otel.name = operation,
            otel.kind = "client",
            db.system.name = system,
            db.operation.name = operation,
        )
    }

    /// Runs one statement as a transaction of its own; how many rows it touched. After a lost connection it is run
    /// again, without knowing whether it had been carried out: it must be one that a repetition does not change.
    ///
    /// Next to [`Db::write`] it spares PostgreSQL two trips of three, and statements with the same text that wait share
    /// the trip and the commit. `$1` names the row that is changed: those that name the same go one after the other. It
    /// returns no rows.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&self, statement: Query) -> Result<u64, DbError> {
        let span = self.span("execute");
        match (&self.0.backend, &self.0.changing) {
            (Backend::Lite(lite), _) => lite.write(alone(statement)).instrument(span).await,
            (Backend::Pg(_), Some(changing)) => changing.ask(statement).instrument(span).await,
            (Backend::Pg(pg), None) => pg.run(alone(statement)).instrument(span).await,
        }
    }

    /// The row that the statement finds; it finds one at most. It is a plain `SELECT` without `ORDER BY` and `LIMIT`,
    /// because those with the same text that wait share a trip.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn find(&self, statement: Query) -> Result<Option<Row>, DbError> {
        self.0.finding.ask(statement).instrument(self.span("find")).await
    }

    /// Runs `op`, which only reads, outside the writer's queue.
    ///
    /// # Errors
    /// What `op` returned, or the [`DbError`] that kept it from running.
    pub async fn read<R, E, F>(&self, op: F) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + Sync + 'static,
    {
        self.0.backend.read(op).instrument(self.span("read")).await
    }

    /// How busy it is kept from here.
    pub fn load(&self) -> Load {
        match &self.0.backend {
            Backend::Lite(lite) => lite.load(),
            Backend::Pg(pg) => pg.load(),
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// It gave none, or could not be written when that was last tried and cannot be written now.
    pub async fn ping(&self) -> Result<(), DbError> {
        match &self.0.backend {
            Backend::Lite(lite) => lite.ping().await,
            Backend::Pg(pg) => pg.run(alone(sql("SELECT 1 AS one"))).await.map(drop),
        }
    }

    /// Finishes what waits and closes every connection.
    pub async fn close(&self) {
        match &self.0.backend {
            Backend::Lite(lite) => lite.close().await,
            Backend::Pg(pg) => pg.close().await,
        }
    }
}

#[cfg(test)]
mod tests;
