//! PostgreSQL: a pool, statement time-outs, and repetition of what a conflict or a lost connection undid.

use std::str::FromStr as _;

use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor as _};

use super::{Conn, DbConfig, DbError, Tx};

/// How often an operation is run before its failure is told.
const ATTEMPTS: u32 = 4;

#[derive(Debug, Clone)]
pub(super) struct Pg {
    pool: PgPool,
}

impl Pg {
    /// The pool connects when it is first used, so that a server that is still starting is no failure here.
    pub(super) fn open(config: &DbConfig) -> Result<Self, DbError> {
        let options = PgConnectOptions::from_str(&config.url)
            .map_err(|_| DbError::Address)?
            .disable_statement_logging()
            .statement_cache_capacity(256)
            .options([("statement_timeout", config.statement_timeout.as_millis().to_string())]);
        let pool = PgPoolOptions::new()
            .max_connections(config.max_connections)
            .acquire_timeout(config.acquire_timeout)
            // A dead connection shows when it is used, and the operation is then run again.
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

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
        let mut conn = self.pool.acquire().await.map_err(|e| Undone::Final(e.into()))?;
        if let Err(e) = conn.execute("BEGIN").await {
            drop(conn.detach());
            return Err(Undone::Retry(e.into()));
        }
        let mut tx = Tx::new(Conn::Pg(conn));
        let result = op(&mut tx).await;
        let Conn::Pg(mut conn) = tx.conn else {
            return Err(Undone::Final(DbError::Address));
        };
        match result {
            Ok(value) => match conn.execute("COMMIT").await {
                Ok(_) => Ok(Ok(value)),
                Err(e) if retryable(&e) => Err(Undone::Retry(e.into())),
                Err(e) => {
                    // Whether the server committed before the connection broke is unknown: not repeated.
                    drop(conn.detach());
                    Err(Undone::Final(e.into()))
                }
            },
            Err(error) => match conn.execute("ROLLBACK").await {
                Ok(_) => Ok(Err(error)),
                Err(e) => {
                    // The connection is gone, and with it the transaction: nothing was stored.
                    drop(conn.detach());
                    Err(Undone::Retry(e.into()))
                }
            },
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
            let conn = self.pool.acquire().await.map_err(DbError::from)?;
            let mut tx = Tx::new(Conn::Pg(conn));
            let result = op(&mut tx).await;
            if result.is_ok() || attempt == ATTEMPTS {
                return result;
            }
            // An error of the operation's own leaves a healthy connection; on a broken one the pool is asked again.
            let Conn::Pg(mut conn) = tx.conn else {
                return result;
            };
            if conn.execute("SELECT 1").await.is_ok() {
                return result;
            }
            drop(conn.detach());
            attempt += 1;
        }
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

enum Undone {
    /// Nothing was stored; running the operation again is safe.
    Retry(DbError),
    /// Running it again would not help, or would not be safe.
    Final(DbError),
}

/// `serialization_failure` and `deadlock_detected`: the server undid the transaction and asks for another try.
fn retryable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(db) if matches!(db.code().as_deref(), Some("40001" | "40P01")))
}
