//! The jobs' table.

use shared::clock::Timestamp;
use shared::db::{Db, DbError, Row, Tx, sql};

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Which.
    pub name: String,
    /// When it is to be done next.
    pub due: Timestamp,
    /// The node that does it, or did last.
    pub node: String,
    /// Until when that node has it; the epoch: it gave it up.
    pub lease_until: Timestamp,
    /// When it was begun last.
    pub began: Timestamp,
    /// When it ended last, however it went.
    pub ended: Option<Timestamp>,
    /// When it was last done without anything left.
    pub done: Option<Timestamp>,
    /// What was left undone the last time, in a sentence.
    pub problem: Option<String>,
}

impl JobRow {
    /// Until when there is nothing to do for others, if that lies ahead.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.due.max(self.lease_until);
        (until > now).then_some(until)
    }
}

/// A job about to be taken.
pub struct Taking<'t> {
    /// Which.
    pub job: &'t str,
    /// The node's id.
    pub holder: &'t str,
    /// The node's name.
    pub node: &'t str,
    /// The present moment.
    pub now: Timestamp,
    /// How long the lease lasts.
    pub until: Timestamp,
}

/// A job that ended.
pub struct Ended<'e> {
    /// Which.
    pub job: &'e str,
    /// The id of the node that did it.
    pub holder: &'e str,
    /// The present moment.
    pub at: Timestamp,
    /// When it is to be done next.
    pub due: Timestamp,
    /// What was left undone.
    pub problem: Option<&'e String>,
}

/// Takes the job, if it is due and nobody has it; whether that is so. Whoever has it already takes it again, so that the
/// statement can be repeated whose answer was lost.
///
/// # Errors
/// The database refused.
pub async fn take(db: &Db, taking: &Taking<'_>) -> Result<bool, DbError> {
    let taken = sql("INSERT INTO jobs (name, due_at, holder, node, lease_until, began_at) \
         VALUES ($1, $2, $3, $4, $5, $2) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, node = excluded.node, \
             lease_until = excluded.lease_until, began_at = excluded.began_at \
         WHERE jobs.due_at <= excluded.began_at \
             AND (jobs.lease_until <= excluded.began_at OR jobs.holder = excluded.holder)")
    .bind(taking.job)
    .bind(taking.now)
    .bind(taking.holder)
    .bind(taking.node)
    .bind(taking.until);
    Ok(db.execute(taken).await? == 1)
}

/// Makes the job due now, if it was not yet.
///
/// # Errors
/// The database refused.
pub async fn hasten(db: &Db, job: &str, now: Timestamp) -> Result<(), DbError> {
    let due = sql("UPDATE jobs SET due_at = $2 WHERE name = $1 AND due_at > $2");
    db.execute(due.bind(job).bind(now)).await.map(drop)
}

/// Renews the lease of that holder; whether it still has the job.
///
/// # Errors
/// The database refused.
pub async fn renew(db: &Db, job: &str, holder: &str, until: Timestamp) -> Result<bool, DbError> {
    let renewed = sql("UPDATE jobs SET lease_until = $3 WHERE name = $1 AND holder = $2");
    Ok(db.execute(renewed.bind(job).bind(holder).bind(until)).await? == 1)
}

/// Gives the job up with how it went, unless another node has taken it meanwhile.
///
/// # Errors
/// The database refused.
pub async fn give_up(db: &Db, ended: &Ended<'_>) -> Result<(), DbError> {
    let given_up = sql("UPDATE jobs SET holder = NULL, lease_until = 0, due_at = $3, ended_at = $4, \
             done_at = COALESCE($5, done_at), problem = $6 \
         WHERE name = $1 AND holder = $2")
    .bind(ended.job)
    .bind(ended.holder)
    .bind(ended.due)
    .bind(ended.at)
    .bind(ended.problem.is_none().then_some(ended.at))
    .bind(ended.problem);
    db.execute(given_up).await.map(drop)
}

/// How a job stands; none: it was never begun.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(db: &Db, job: &str) -> Result<Option<JobRow>, DbError> {
    let found = sql("SELECT name, due_at, node, lease_until, began_at, ended_at, done_at, problem FROM jobs \
         WHERE name = $1");
    db.find(found.bind(job)).await?.map(|row| read(&row)).transpose()
}

/// Every job, by name.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn all(tx: &mut Tx) -> Result<Vec<JobRow>, DbError> {
    let rows =
        sql("SELECT name, due_at, node, lease_until, began_at, ended_at, done_at, problem FROM jobs ORDER BY name")
            .fetch_all(tx)
            .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<JobRow, DbError> {
    Ok(JobRow {
        name: row.get("name")?,
        due: row.get("due_at")?,
        node: row.get("node")?,
        lease_until: row.get("lease_until")?,
        began: row.get("began_at")?,
        ended: row.get("ended_at")?,
        done: row.get("done_at")?,
        problem: row.get("problem")?,
    })
}
