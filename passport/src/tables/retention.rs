//! Removing what is past its time, as the list says.
//!
//! It goes from rule to rule and batch after batch, and rests after each, so that whoever waits to write is served first.
//! What cannot be removed now is said, and the rest removed all the same. Of several nodes one does it at a time
//! ([`crate::jobs`]); twice does no harm.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{Db, DbError};

use super::store::{Count, Sweep};
use super::{Goes, Keep, Work, all};
use crate::accounts::{Accounts, sessions};
use crate::jobs::Outcome;
use crate::oidc::Oidc;

/// How many times as long as a batch took is rested after it: the database is had for a quarter of the time.
const RESTS: u32 = 3;

/// How long is rested at the least.
const LEAST_REST: Duration = Duration::from_millis(5);

/// What removes what is past its time. Cheap to clone.
#[derive(Clone)]
pub struct Retention {
    accounts: Accounts,
    oidc: Oidc,
    sessions: Duration,
}

/// A rule, and how many rows are past their time by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Of which table.
    pub table: &'static str,
    /// After what.
    pub since: &'static str,
    /// How long after that.
    pub keep: Duration,
    /// How many rows there are.
    pub rows: i64,
}

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many rows of each table, where there were any.
    pub rows: Vec<(&'static str, u64)>,
    /// What could not be removed, and why.
    pub left: Vec<String>,
}

impl Removed {
    /// How it went, for the job.
    ///
    /// # Errors
    /// What was left undone, in a sentence.
    pub fn outcome(&self) -> Outcome {
        if self.left.is_empty() { Ok(()) } else { Err(format!("not removed: {}", self.left.join("; "))) }
    }
}

/// A rule that the clean-up follows.
#[derive(Clone, Copy)]
struct Rule {
    table: &'static str,
    since: &'static str,
    keep: Keep,
    count: Count,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    Remove(&'static Sweep),
    Do(Work),
}

/// Every rule, in the order of the list.
fn rules() -> impl Iterator<Item = Rule> {
    all().flat_map(|table| {
        table.goes.iter().filter_map(move |goes| {
            let (keep, since, count, how) = match goes {
                Goes::Over(keep, since, sweep) => (*keep, *since, sweep.count, How::Remove(sweep)),
                Goes::By(work, keep, since, count) => (*keep, *since, *count, How::Do(*work)),
                Goes::Never(_) | Goes::Closed | Goes::When(_) => return None,
            };
            Some(Rule { table: table.name, since, keep, count, how })
        })
    })
}

impl Retention {
    /// Of that passport, where refresh tokens live for so long: they ask whether their session was ended for as long as
    /// they live, and people are shown how theirs ended.
    pub fn new(accounts: Accounts, oidc: Oidc, refresh_absolute: Duration) -> Self {
        Self { accounts, oidc, sessions: refresh_absolute.max(sessions::PAST_SHOWN) }
    }

    /// What is past its time now, rule by rule. Nothing is changed.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn due(&self) -> Result<Vec<Due>, DbError> {
        let mut due = Vec::new();
        for rule in rules() {
            let (keep, limit) = (self.kept(rule.keep), self.limit(rule.keep));
            let rows = self.db().read(move |tx| async move { rule.count.rows(tx, limit).await }.boxed()).await?;
            due.push(Due { table: rule.table, since: rule.since, keep, rows });
        }
        Ok(due)
    }

    /// Removes it, batch after batch, until there is none.
    pub async fn run(&self) -> Removed {
        let mut removed = Removed::default();
        for rule in rules() {
            let (rows, problem) = match rule.how {
                How::Do(Work::Grants) => (0, self.sweep_grants().await.err()),
                how => self.drain(rule, how).await,
            };
            if rows > 0 {
                tracing::info!(removed = rows, what = rule.table, "removed what is past its retention");
                removed.rows.push((rule.table, rows));
            }
            removed.left.extend(problem.map(|error| format!("{}: {error}", rule.table)));
        }
        removed
    }

    /// One rule to its end: how many rows, and what stopped it before.
    async fn drain(&self, rule: Rule, how: How) -> (u64, Option<DbError>) {
        let mut rows = 0;
        loop {
            match then_rest(self.batch(rule, how)).await {
                Ok(0) => return (rows, None),
                Ok(more) => rows += more,
                Err(error) => return (rows, Some(error)),
            }
        }
    }

    async fn batch(&self, rule: Rule, how: How) -> Result<u64, DbError> {
        match how {
            How::Remove(sweep) => {
                let limit = self.limit(rule.keep);
                self.db().write(move |tx| async move { sweep.remove(tx, limit).await }.boxed()).await
            }
            How::Do(work) => self.work(work).await,
        }
    }

    async fn work(&self, work: Work) -> Result<u64, DbError> {
        match work {
            Work::Record => {
                let audit = self.accounts.parts().audit.clone();
                let expired = self.db().write(move |tx| {
                    let audit = audit.clone();
                    async move { audit.expire(tx).await }.boxed()
                });
                expired.await
            }
            Work::Changes => self.accounts.settle_changes().await,
            Work::Numbers => self.accounts.settle_numbers().await,
            Work::Appeals => self.accounts.settle_appeals().await,
            Work::Unproven => self.accounts.close_unproven().await,
            Work::Cancelled => self.accounts.close_due().await,
            Work::Guardians => self.accounts.settle_guardians().await,
            Work::Grants => self.sweep_grants().await.map(|()| 0),
        }
    }

    /// Authorizations and tokens that are over, from the first to the last.
    async fn sweep_grants(&self) -> Result<(), DbError> {
        let mut after = None;
        loop {
            after = then_rest(self.oidc.sweep(after)).await?;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn db(&self) -> &Db {
        &self.accounts.parts().db
    }

    fn kept(&self, keep: Keep) -> Duration {
        match keep {
            Keep::Not => Duration::ZERO,
            Keep::For(time) => time,
            Keep::Sessions => self.sessions,
            Keep::Appeals => self.accounts.parts().appeals.keep,
        }
    }

    /// Whose time ended before then is past it.
    fn limit(&self, keep: Keep) -> Timestamp {
        self.accounts.parts().clock.now() - self.kept(keep)
    }
}

/// Does a batch, then leaves the database to others for longer than that took.
#[expect(clippy::disallowed_methods, reason = "how long a batch took is no business of the clock that rules go by")]
async fn then_rest<T>(batch: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = batch.await;
    tokio::time::sleep(LEAST_REST.max(began.elapsed() * RESTS)).await;
    done
}
