//! PostgreSQL: a shelf of connections, statement time-outs, and repetition of what a conflict or a lost connection undid.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use tokio::time::timeout;

use super::migrate::broken;
use super::shelf::{Shelf, Taken};
use super::{Conn, DbConfig, DbError, Load, Trouble, Tx};

/// How often an operation is run before its failure is told.
const ATTEMPTS: u32 = 4;
/// How much longer than a statement may run we wait for its answer: after that the network has swallowed it.
const GRACE: Duration = Duration::from_secs(2);
/// How long a migration waits for a lock. Whoever wants the table meanwhile waits behind it, so it gives up and lets them
/// through before it tries again.
const LOCK_WAIT: &str = "SET lock_timeout = '3s'";
/// How often it tries.
const LOCK_ATTEMPTS: u32 = 20;

#[derive(Debug, Clone)]
pub(super) struct Pg {
    shelf: Arc<Shelf<PgConnection>>,
    patience: Duration,
}

impl Pg {
    /// Connections are opened when they are first used, so that a server that is still starting is no failure here.
    pub(super) fn open(config: &DbConfig) -> Result<Self, DbError> {
        let options = PgConnectOptions::from_str(&config.url)
            .map_err(|_| DbError::Address)?
            .disable_statement_logging()
            .statement_cache_capacity(256)
            .options([("statement_timeout", config.statement_timeout.as_millis().to_string())]);
        let shelf = Arc::new(Shelf::new(options, config.max_connections, config.acquire_timeout));
        Ok(Self { shelf, patience: config.statement_timeout + GRACE })
    }

    /// Runs `op` in a transaction.
    pub(super) async fn write<R, E, F>(&self, op: F) -> Result<R, E>
    where
        E: From<DbError>,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>>,
    {
        let mut attempt = 1;
        loop {
            match self.attempt(&op).await {
                Ok(done) => return done,
                Err(Undone::Retry(error)) if attempt < ATTEMPTS => {
                    tracing::debug!(attempt, %error, "database operation is run again");
                    attempt += 1;
                }
                Err(Undone::Retry(error) | Undone::Final(error)) => return Err(E::from(error)),
            }
        }
    }

    /// One try. The outer error is the database's, the inner one the operation's own.
    async fn attempt<R, E, F>(&self, op: &F) -> Result<Result<R, E>, Undone>
    where
        E: From<DbError>,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>>,
    {
        let mut conn = self.take().await.map_err(Undone::Final)?;
        if let Err(error) = self.control(&mut conn, "BEGIN").await {
            self.shelf.clear();
            return Err(Undone::Retry(error));
        }
        let mut tx = Tx::new(Conn::Pg(conn));
        let result = self.within_time(op(&mut tx)).await;
        let (Conn::Pg(mut conn), trouble) = (tx.conn, tx.trouble) else {
            return Err(Undone::Final(DbError::Address));
        };
        // A lost connection took the transaction with it: nothing was stored by what had not been committed.
        match result {
            None => Err(Undone::Final(late())),
            Some(Ok(value)) => match self.commit(&mut conn).await {
                Ok(()) => {
                    self.shelf.put(conn);
                    Ok(Ok(value))
                }
                Err(undone) => Err(undone),
            },
            Some(Err(error)) => match self.control(&mut conn, "ROLLBACK").await {
                Ok(()) if trouble == Some(Trouble::Undone) => {
                    self.shelf.put(conn);
                    Err(Undone::Retry(DbError::Unavailable("another transaction was in the way".to_owned())))
                }
                Ok(()) => {
                    // A server that is read-only or out of space stays so: the next one may reach another.
                    if trouble.is_none() {
                        self.shelf.put(conn);
                    }
                    Ok(Err(error))
                }
                Err(error) => {
                    self.shelf.clear();
                    Err(Undone::Retry(error))
                }
            },
        }
    }

    async fn commit(&self, conn: &mut Taken<PgConnection>) -> Result<(), Undone> {
        match timeout(self.patience, conn.execute("COMMIT")).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) if is_undone(&e) => Err(Undone::Retry(e.into())),
            // Whether the server committed before the connection broke is unknown: not repeated.
            Ok(Err(e)) => Err(Undone::Final(e.into())),
            Err(_) => Err(Undone::Final(late())),
        }
    }

    /// Runs `op` without a transaction around it: each of its statements is one of its own. Begun anew on another
    /// connection if this one turns out to be dead.
    pub(super) async fn run<R, E, F>(&self, op: F) -> Result<R, E>
    where
        E: From<DbError>,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<R, E>>,
    {
        let mut attempt = 1;
        loop {
            let mut tx = Tx::new(Conn::Pg(self.take().await?));
            let Some(result) = self.within_time(op(&mut tx)).await else { return Err(late().into()) };
            let (Conn::Pg(mut conn), trouble) = (tx.conn, tx.trouble) else {
                return result;
            };
            if trouble.is_none() {
                self.shelf.put(conn);
                return result;
            }
            // What still answers would fail again in the same way.
            let undone = trouble == Some(Trouble::Undone);
            let lost = !undone && self.control(&mut conn, "SELECT 1").await.is_err();
            if attempt == ATTEMPTS || !(undone || lost) {
                return result;
            }
            if lost {
                self.shelf.clear();
            }
            attempt += 1;
        }
    }

    pub(super) fn load(&self) -> Load {
        self.shelf.load()
    }

    /// Runs migrations on a connection of their own, whose statements may take as long as they need.
    pub(super) async fn migrate(&self, migrator: &Migrator) -> Result<(), DbError> {
        let mut attempt = 1;
        loop {
            // A new one each time: closing it lifts the lock that lets one migrate at a time.
            let mut conn = self.take().await?;
            self.control(&mut conn, "SET statement_timeout = 0").await?;
            self.control(&mut conn, LOCK_WAIT).await?;
            match migrator.run(&mut *conn).await {
                Err(error) if is_locked_out(&error) && attempt < LOCK_ATTEMPTS => attempt += 1,
                done => return done.map_err(broken),
            }
        }
    }

    async fn take(&self) -> Result<Taken<PgConnection>, DbError> {
        self.shelf.take().await
    }

    pub(super) async fn close(&self) {
        self.shelf.close().await;
    }

    async fn within_time<T>(&self, op: BoxFuture<'_, T>) -> Option<T> {
        timeout(self.patience, op).await.ok()
    }

    async fn control(&self, conn: &mut Taken<PgConnection>, statement: &'static str) -> Result<(), DbError> {
        match timeout(self.patience, conn.execute(statement)).await {
            Ok(result) => result.map(drop).map_err(DbError::from),
            Err(_) => Err(late()),
        }
    }
}

fn late() -> DbError {
    DbError::Unavailable("no answer came in time".to_owned())
}

enum Undone {
    /// Nothing was stored; running the operation again is safe.
    Retry(DbError),
    /// Running it again would not help, or would not be safe.
    Final(DbError),
}

/// `serialization_failure` and `deadlock_detected`: the server undid the transaction and asks for another try.
pub(super) fn is_undone(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(db) if matches!(db.code().as_deref(), Some("40001" | "40P01")))
}

/// `lock_not_available`: it waited as long as it may.
fn is_locked_out(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else { return false };
    matches!(error, sqlx::Error::Database(db) if db.code().as_deref() == Some("55P03"))
}
