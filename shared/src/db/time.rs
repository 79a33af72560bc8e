//! A time that all nodes agree on.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Conn, DbError, Tx, sql};
use crate::clock::{Clock, FakeClock, Timestamp};

/// What tells every node the same time, where their own clocks must not make them disagree.
pub trait CommonTime: Send + Sync {
    /// The present moment.
    fn now<'t>(&'t self, tx: &'t mut Tx) -> BoxFuture<'t, Result<Timestamp, DbError>>;
}

/// The clock of the database's machine. To the embedded database that is the clock of this one, which is the only node.
#[derive(Debug, Clone, Copy, Default)]
pub struct DatabaseTime;

impl CommonTime for DatabaseTime {
    fn now<'t>(&'t self, tx: &'t mut Tx) -> BoxFuture<'t, Result<Timestamp, DbError>> {
        // The one question that the engines have no common words for.
        let question = match tx.conn {
            Conn::Pg(_) => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
            Conn::LiteWriter(_) | Conn::LiteReader(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now",
        };
        async move { sql(question).fetch_one(tx).await?.get("now") }.boxed()
    }
}

/// A test's time is the same for all its nodes.
impl CommonTime for FakeClock {
    fn now<'t>(&'t self, _: &'t mut Tx) -> BoxFuture<'t, Result<Timestamp, DbError>> {
        let now = Clock::now(self);
        async move { Ok(now) }.boxed()
    }
}
