//! Sessions as their owner is shown them. Both lists are read along the index of an account's sessions.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};
use shared::http::Device;

use super::stay;
use crate::accounts::assurance::Shown;
use crate::accounts::model::AccountId;
use crate::accounts::sessions::{End, EndReason, Listed, Past};

macro_rules! columns {
    () => {
        "id, COALESCE(created_at, auth_time) AS began_at, auth_time, last_seen_at, first_network, last_network, \
         network, device, shown, amr, stay"
    };
}

pub(super) const LISTED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sessions \
     WHERE account_id = $1 AND ended_at IS NULL AND idle_at > $2 AND expires_at > $2 \
     ORDER BY last_seen_at DESC, id DESC LIMIT $3"
);

/// What ended one that had run out before (an alarm, a clean-up) is not how it ended.
pub(super) const PAST: &str = concat!(
    "SELECT * FROM (SELECT ",
    columns!(),
    ", idle_limit, idle_at, expires_at, ended_at, end_reason, ended_by, \
     CASE WHEN ended_at < idle_at AND ended_at < expires_at THEN ended_at \
     WHEN idle_at < expires_at THEN idle_at ELSE expires_at END AS over_at \
     FROM sessions WHERE account_id = $1) AS theirs \
     WHERE over_at >= $2 AND over_at <= $3 ORDER BY over_at DESC, id DESC LIMIT $4"
);

/// The sessions of an account that have not ended, the one used last first: no more than `most`.
///
/// # Errors
/// See [`DbError`].
pub async fn listed(tx: &mut Tx, account: AccountId, now: Timestamp, most: i64) -> Result<Vec<Listed>, DbError> {
    let rows = sql(LISTED).bind(account).bind(now).bind(most).fetch_all(tx).await?;
    rows.iter().map(read).collect()
}

/// Those that were over by `now` and not before `since`, the one that ended last first: no more than `most`.
///
/// # Errors
/// See [`DbError`].
pub async fn past(
    tx: &mut Tx,
    account: AccountId,
    (since, now): (Timestamp, Timestamp),
    most: i64,
) -> Result<Vec<Past>, DbError> {
    let rows = sql(PAST).bind(account).bind(since).bind(now).bind(most).fetch_all(tx).await?;
    rows.iter().map(|row| Ok(Past { was: read(row)?, over_at: row.get("over_at")?, end: end(row)? })).collect()
}

fn read(row: &Row) -> Result<Listed, DbError> {
    Ok(Listed {
        id: row.get("id")?,
        created_at: row.get("began_at")?,
        auth_time: row.get("auth_time")?,
        last_seen_at: row.get("last_seen_at")?,
        first_network: row.get("first_network")?,
        last_network: row.get("last_network")?,
        network: row.get("network")?,
        device: row.get::<Option<String>>("device")?.map(|stored| Device::parse(&stored)),
        shown: row.get::<Option<String>>("shown")?.and_then(|code| Shown::of_code(&code)),
        amr: row.get("amr")?,
        stay: stay(row)?,
    })
}

fn end(row: &Row) -> Result<End, DbError> {
    let [over, idle, whole] = ["over_at", "idle_at", "expires_at"].map(|column| row.get::<Timestamp>(column));
    let (over, idle, whole) = (over?, idle?, whole?);
    Ok(match row.get::<Option<Timestamp>>("ended_at")? {
        Some(at) if at == over && at < idle.min(whole) => End::Ended(reason(row)?),
        _ if idle < whole => {
            End::Idle(Duration::from_millis(u64::try_from(row.get::<i64>("idle_limit")?).unwrap_or_default()))
        }
        _ => End::Whole(whole.since(row.get("auth_time")?)),
    })
}

/// Why it was ended. What a former version wrote was replaced when all that came of the session was withdrawn: then it is
/// not known any more.
fn reason(row: &Row) -> Result<Option<String>, DbError> {
    let kept = row.get::<Option<String>>("ended_by")?;
    let former = row.get::<Option<String>>("end_reason")?.filter(|reason| reason != EndReason::Locked.code());
    Ok(kept.or(former))
}
