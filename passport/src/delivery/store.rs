//! The outbox's table. A message is claimed by moving its next attempt ahead: if the worker dies, it comes up again by
//! itself, and no transaction stays open while a message is under way.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::model::{Channel, MessageId, Outgoing, Payload};

/// Adds a message that is due at once.
///
/// # Errors
/// The database refused.
pub async fn insert(
    tx: &mut Tx,
    id: MessageId,
    channel: Channel,
    payload: &Payload,
    now: Timestamp,
) -> Result<(), DbError> {
    let payload = serde_json::to_string(payload).map_err(|_| BrokenRow::new("payload", "cannot be written as JSON"))?;
    sql("INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at) \
         VALUES ($1, $2, 'waiting', $3, 0, $4, $4)")
    .bind(id)
    .bind(channel.as_str())
    .bind(payload)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Takes up to `limit` messages that are due and counts the attempt. They come up again at `retry_at` unless
/// something else is said of them.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn claim(
    tx: &mut Tx,
    channel: Channel,
    limit: u32,
    now: Timestamp,
    retry_at: Timestamp,
) -> Result<Vec<Outgoing>, DbError> {
    let rows = sql("UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $3 \
         WHERE id IN (SELECT id FROM outbox WHERE channel = $1 AND state = 'waiting' AND next_attempt_at <= $2 \
                      ORDER BY next_attempt_at LIMIT $4) \
           AND state = 'waiting' AND next_attempt_at <= $2 \
         RETURNING id, payload, attempts, created_at")
    .bind(channel.as_str())
    .bind(now)
    .bind(retry_at)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.iter().map(outgoing).collect()
}

fn outgoing(row: &Row) -> Result<Outgoing, DbError> {
    let payload: String = row.get("payload")?;
    let attempts: i64 = row.get("attempts")?;
    Ok(Outgoing {
        id: row.get("id")?,
        payload: serde_json::from_str(&payload).map_err(|_| BrokenRow::new("payload", "is not a message"))?,
        created_at: row.get("created_at")?,
        attempt: u32::try_from(attempts).map_err(|_| BrokenRow::new("attempts", "is out of range"))?,
    })
}

/// The message was accepted: its content is erased.
///
/// # Errors
/// The database refused.
pub async fn sent(tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<(), DbError> {
    finish(tx, id, "sent", None, now).await
}

/// The message is given up: its content is erased, the reason stays.
///
/// # Errors
/// The database refused.
pub async fn failed(tx: &mut Tx, id: MessageId, error: &str, now: Timestamp) -> Result<(), DbError> {
    finish(tx, id, "failed", Some(error), now).await
}

async fn finish(
    tx: &mut Tx,
    id: MessageId,
    state: &'static str,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("UPDATE outbox SET state = $2, payload = NULL, last_error = $3, finished_at = $4 WHERE id = $1 AND state = 'waiting'")
        .bind(id)
        .bind(state)
        .bind(error)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// The message is to be tried again at that moment.
///
/// # Errors
/// The database refused.
pub async fn retry(tx: &mut Tx, id: MessageId, error: &str, at: Timestamp) -> Result<(), DbError> {
    sql("UPDATE outbox SET next_attempt_at = $2, last_error = $3 WHERE id = $1 AND state = 'waiting'")
        .bind(id)
        .bind(at)
        .bind(error)
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets up to 1,000 messages that were finished before `limit`; how many.
///
/// # Errors
/// The database refused.
pub async fn expire(tx: &mut Tx, limit: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE finished_at < $1 ORDER BY finished_at LIMIT 1000)")
        .bind(limit)
        .execute(tx)
        .await
}

/// How many messages are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// To be sent.
    pub waiting: i64,
    /// Given up.
    pub failed: i64,
    /// When the oldest of those to be sent was written.
    pub oldest_waiting: Option<Timestamp>,
}

/// Counts what waits and what was given up.
///
/// # Errors
/// The database refused.
pub async fn counts(tx: &mut Tx) -> Result<Counts, DbError> {
    let rows = sql("SELECT state, COUNT(*) AS messages, MIN(created_at) AS oldest FROM outbox \
                    WHERE state = 'waiting' OR state = 'failed' GROUP BY state")
    .fetch_all(tx)
    .await?;
    let mut counts = Counts::default();
    for row in &rows {
        match row.get::<String>("state")?.as_str() {
            "waiting" => {
                counts.waiting = row.get("messages")?;
                counts.oldest_waiting = row.get("oldest")?;
            }
            _ => counts.failed = row.get("messages")?,
        }
    }
    Ok(counts)
}
