//! Trials of staged keys.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::super::trial::judge::{Judged, Outcome};
use super::super::trial::model::{Ending, Trial, TrialEnd, Tried};

/// What was tried with the key of a row that [`super::signing_keys`] read.
pub(super) fn tried(row: &Row) -> Result<Tried, DbError> {
    let waived = row.get::<Option<Timestamp>>("trial_waived_at")?.is_some();
    let Some(since) = row.get::<Option<Timestamp>>("began_at")? else { return Ok(Tried { trial: None, waived }) };
    let broken = |column, what: &str| DbError::from(BrokenRow::new(column, what));
    let clients: Option<String> = row.get("clients")?;
    let clients = match clients {
        None => Vec::new(),
        Some(list) => serde_json::from_str(&list).map_err(|_| broken("clients", "is no list of ids"))?,
    };
    let (at, how): (Option<Timestamp>, Option<String>) = (row.get("ended_at")?, row.get("ending")?);
    let end = match (at, how) {
        (None, None) => None,
        (Some(at), Some(how)) => {
            let how = Ending::named(&how).ok_or_else(|| broken("ending", "is no way for a trial to end"))?;
            Some(TrialEnd { at, how })
        }
        _ => return Err(broken("ending", "does not fit the time of the end")),
    };
    let until: Option<Timestamp> = row.get("ends_at")?;
    let until = until.ok_or_else(|| broken("ends_at", "is missing"))?;
    Ok(Tried { trial: Some(Trial { since, until, clients, end }), waived })
}

/// Begins a trial of a staged key, in place of an earlier one; how many keys that is.
///
/// # Errors
/// The database refused.
pub async fn begin(tx: &mut Tx, kid: &str, trial: &Trial) -> Result<u64, DbError> {
    let clients = serde_json::to_string(&trial.clients).ok().filter(|_| !trial.clients.is_empty());
    sql("DELETE FROM key_trials WHERE kid = $1 AND ended_at IS NOT NULL").bind(kid).execute(tx).await?;
    sql("INSERT INTO key_trials (kid, began_at, ends_at, clients) \
         SELECT kid, $2, $3, $4 FROM signing_keys WHERE kid = $1 AND state = 'staged'")
    .bind(kid)
    .bind(trial.since)
    .bind(trial.until)
    .bind(clients)
    .execute(tx)
    .await
}

/// Writes down how a trial ended; how many there were.
///
/// # Errors
/// The database refused.
pub async fn end(tx: &mut Tx, kid: &str, end: TrialEnd, judged: &[Judged]) -> Result<u64, DbError> {
    let count = |outcome| judged.iter().filter(|client| client.outcome == outcome).count();
    let count = |outcome| i64::try_from(count(outcome)).unwrap_or(i64::MAX);
    sql("UPDATE key_trials SET ended_at = $2, ending = $3, succeeded = $4, failed = $5, unknown = $6 \
         WHERE kid = $1 AND ended_at IS NULL")
    .bind(kid)
    .bind(end.at)
    .bind(end.how.as_str())
    .bind(count(Outcome::Succeeded))
    .bind(count(Outcome::Failed))
    .bind(count(Outcome::Unknown))
    .execute(tx)
    .await
}

/// Lets a staged key sign without a clean trial; how many there were.
///
/// # Errors
/// The database refused.
pub async fn waive(tx: &mut Tx, kid: &str, now: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE signing_keys SET trial_waived_at = $2 WHERE kid = $1 AND state = 'staged'")
        .bind(kid)
        .bind(now)
        .execute(tx)
        .await
}

/// Forgets the trial of a key.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, kid: &str) -> Result<(), DbError> {
    sql("DELETE FROM key_trials WHERE kid = $1").bind(kid).execute(tx).await.map(drop)
}
