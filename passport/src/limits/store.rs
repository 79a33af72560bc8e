//! The counters: one row for each limit and subject, one statement for each count.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::policy::{Limit, Standing};

/// Counts one use. A stretch that has ended begins anew; the last allowed use sets the lock; refused ones prolong
/// nothing, or whoever keeps trying would lock another out for good.
///
/// # Errors
/// See [`DbError`].
pub async fn hit(tx: &mut Tx, limit: &Limit, subject: [u8; 32], now: Timestamp) -> Result<Standing, DbError> {
    let fresh_end = now + limit.lock.filter(|_| limit.allowed <= 1).unwrap_or(limit.window);
    let row = sql("INSERT INTO limits (subject, name, used, ends_at) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (subject) DO UPDATE SET \
         used = CASE WHEN limits.ends_at <= $4 THEN 1 ELSE limits.used + 1 END, \
         ends_at = CASE WHEN limits.ends_at <= $4 THEN $3 \
                        WHEN limits.used + 1 = $5 THEN COALESCE($6, limits.ends_at) \
                        ELSE limits.ends_at END \
         RETURNING used, ends_at")
    .bind(subject)
    .bind(limit.name)
    .bind(fresh_end)
    .bind(now)
    .bind(i64::from(limit.allowed))
    .bind(limit.lock.map(|lock| now + lock))
    .fetch_one(tx)
    .await?;
    standing(&row)
}

/// The uses in the stretch that runs, if one does.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, subject: [u8; 32], now: Timestamp) -> Result<Option<Standing>, DbError> {
    let row = sql("SELECT used, ends_at FROM limits WHERE subject = $1 AND ends_at > $2")
        .bind(subject)
        .bind(now)
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(standing).transpose()
}

/// Takes one use back from the stretch that runs.
///
/// # Errors
/// See [`DbError`].
pub async fn give_back(tx: &mut Tx, subject: [u8; 32], now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE limits SET used = used - 1 WHERE subject = $1 AND ends_at > $2 AND used > 0")
        .bind(subject)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets every use.
///
/// # Errors
/// See [`DbError`].
pub async fn clear(tx: &mut Tx, subject: [u8; 32]) -> Result<(), DbError> {
    sql("DELETE FROM limits WHERE subject = $1").bind(subject).execute(tx).await.map(drop)
}

fn standing(row: &Row) -> Result<Standing, DbError> {
    let used = u32::try_from(row.get::<i64>("used")?).map_err(|_| BrokenRow::new("used", "is no count"))?;
    Ok(Standing { used, ends_at: row.get("ends_at")? })
}
