//! What operators see of the messages that wait, and do about them.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use crate::delivery::model::MessageId;

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

/// A message that is not delivered, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Its id.
    pub id: MessageId,
    /// By which way it goes, as it is stored.
    pub channel: String,
    /// Whether it was given up.
    pub given_up: bool,
    /// How often it was tried since it was written or taken up again.
    pub attempts: i64,
    /// What kept it the last time; never says who it is for.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is tried next, if it waits.
    pub next_attempt_at: Timestamp,
}

/// Up to `limit` messages that wait or were given up, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn undelivered(tx: &mut Tx, limit: u32) -> Result<Vec<Undelivered>, DbError> {
    let rows = sql("SELECT id, channel, state, attempts, last_error, created_at, next_attempt_at FROM outbox \
                    WHERE state = 'waiting' OR state = 'failed' ORDER BY id LIMIT $1")
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    let read = |row: &Row| {
        Ok(Undelivered {
            id: row.get("id")?,
            channel: row.get("channel")?,
            given_up: row.get::<String>("state")? == "failed",
            attempts: row.get("attempts")?,
            last_error: row.get("last_error")?,
            created_at: row.get("created_at")?,
            next_attempt_at: row.get("next_attempt_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Makes messages due at once, with all their attempts before them: the one of that id, or all that were given up. Those
/// whose content is erased stay as they are. How many were taken up.
///
/// # Errors
/// The database refused.
pub async fn take_up(tx: &mut Tx, id: Option<MessageId>, now: Timestamp) -> Result<u64, DbError> {
    let statement = match id {
        Some(id) => sql("UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL \
                         WHERE id = $2 AND payload IS NOT NULL AND (state = 'failed' OR state = 'waiting')")
        .bind(now)
        .bind(id),
        None => sql("UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL \
                     WHERE state = 'failed' AND payload IS NOT NULL")
        .bind(now),
    };
    statement.execute(tx).await
}
