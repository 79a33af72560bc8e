//! A time that all nodes agree on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::{Conn, Db, DbError, Tx, sql};
use crate::clock::{Clock, FakeClock, SharedClock, Timestamp};

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

/// A clock of this machine, held to the time that all nodes share: what is dated by it is right on a machine whose own
/// clock is not. To read it costs no more than to read the machine's.
pub struct CommonClock {
    own: SharedClock,
    time: Arc<dyn CommonTime>,
    /// How many milliseconds the shared time is ahead of this machine's.
    ahead: AtomicI64,
}

impl CommonClock {
    /// A clock that goes by `own` until it is [corrected](Self::correct).
    pub fn new(own: SharedClock, time: Arc<dyn CommonTime>) -> Self {
        Self { own, time, ahead: AtomicI64::new(0) }
    }

    /// Asks the database for the time, and goes by that from then on; by how many milliseconds the machine's own clock is
    /// behind.
    ///
    /// # Errors
    /// The database refused; the clock goes on as it did.
    pub async fn correct(&self, db: &Db) -> Result<i64, DbError> {
        let time = Arc::clone(&self.time);
        let before = self.own.now();
        let common = db
            .read::<_, DbError, _>(move |tx| {
                let time = Arc::clone(&time);
                async move { time.now(tx).await }.boxed()
            })
            .await?;
        let asked = Asked { before, common, after: self.own.now() };
        let ahead = asked.correct(self.ahead.load(Ordering::Acquire));
        self.ahead.store(ahead, Ordering::Release);
        Ok(ahead)
    }
}

impl Clock for CommonClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.own.now().millis().saturating_add(self.ahead.load(Ordering::Acquire)))
    }
}

/// The shared time, as it was at some moment between two of this machine's.
struct Asked {
    before: Timestamp,
    common: Timestamp,
    after: Timestamp,
}

impl Asked {
    /// How far the shared time is ahead. A guess that what was heard does not disprove is kept, however long the answer
    /// took: so the clock does not jump to and fro.
    fn correct(&self, guess: i64) -> i64 {
        // Both times are cut off to milliseconds.
        let least = self.common.millis().saturating_sub(self.after.millis()).saturating_sub(1);
        let most = self.common.millis().saturating_sub(self.before.millis()).saturating_add(1);
        // A machine whose clock was set back meanwhile learns nothing from this answer.
        if least > most { guess } else { guess.clamp(least, most) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::migrate::Migrator;

    use super::*;
    use crate::db::Migrations;
    use crate::testkit;

    const NONE: Migrations = Migrations { sqlite: &Migrator::DEFAULT, postgres: &Migrator::DEFAULT };
    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn asked(before: i64, common: i64, after: i64) -> Asked {
        let [before, common, after] = [before, common, after].map(Timestamp::from_millis);
        Asked { before, common, after }
    }

    #[test]
    fn a_clock_is_moved_no_further_than_what_was_heard_proves() {
        for (guess, heard, corrected) in [
            (0, asked(100, 105, 110), 0),
            (6, asked(100, 105, 110), 6),
            (0, asked(100, 400, 110), 289),
            (0, asked(100, 40, 110), -59),
            // An answer that took a minute says little.
            (300, asked(0, 100, 60_000), 101),
            (-300, asked(0, 100, 60_000), -300),
            // The machine's clock was set back while it waited.
            (7, asked(60_000, 100, 0), 7),
        ] {
            assert_eq!(heard.correct(guess), corrected, "{guess}");
        }
    }

    #[tokio::test]
    async fn a_machine_whose_clock_is_years_off_tells_the_time_of_the_database() {
        testkit::on_both(&NONE, |db| async move {
            for wrong in [0, 7_000_000_000] {
                let own = Arc::new(FakeClock::at(Timestamp::from_seconds(wrong)));
                let clock = CommonClock::new(own.clone(), Arc::new(DatabaseTime));
                assert_eq!(clock.now().seconds(), wrong);
                clock.correct(&db).await.expect("an answer");
                let right = clock.now();
                assert!((1_700_000_000..4_000_000_000).contains(&right.seconds()), "{right}");
                own.advance(Duration::from_secs(5));
                assert_eq!(clock.now(), right + Duration::from_secs(5), "it goes on by itself");
            }
        })
        .await;
    }

    #[tokio::test]
    async fn a_clock_that_is_right_stays_as_it_is() {
        testkit::on_both(&NONE, |db| async move {
            let own = Arc::new(FakeClock::at(NOW));
            let clock = CommonClock::new(own.clone(), own);
            assert_eq!(clock.correct(&db).await.expect("an answer"), 0);
            assert_eq!(clock.now(), NOW);
        })
        .await;
    }
}
