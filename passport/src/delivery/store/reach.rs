//! What is reported of messages after they were handed over, and who could not be reached. A receiver is a keyed hash:
//! whoever reads the table learns no address and no number.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::delivery::model::{MessageId, Reason, Unreachable};

/// How a receiver could not be reached the last time; `None`: nothing is known against it.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(tx: &mut Tx, recipient: [u8; 32]) -> Result<Option<Unreachable>, DbError> {
    let row = sql("SELECT reason, refused_at FROM unreachable WHERE recipient = $1")
        .bind(recipient)
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(Unreachable { reason: Reason::of_code(&row.get::<String>("reason")?), at: row.get("refused_at")? })
    })
    .transpose()
}

/// Writes down that a receiver could not be reached.
///
/// # Errors
/// The database refused.
pub async fn mark(tx: &mut Tx, recipient: Vec<u8>, reason: Reason, at: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO unreachable (recipient, reason, refused_at) VALUES ($1, $2, $3) \
         ON CONFLICT (recipient) DO UPDATE SET reason = EXCLUDED.reason, refused_at = EXCLUDED.refused_at")
    .bind(recipient)
    .bind(reason.code())
    .bind(at)
    .execute(tx)
    .await
    .map(drop)
}

/// Forgets that a receiver could not be reached.
///
/// # Errors
/// The database refused.
pub async fn clear(tx: &mut Tx, recipient: impl Into<Vec<u8>>) -> Result<(), DbError> {
    sql("DELETE FROM unreachable WHERE recipient = $1").bind(recipient.into()).execute(tx).await.map(drop)
}

/// Takes up a report that a message arrived at that moment. What was reported later, or at the same moment, stands: so a
/// report that comes twice changes nothing.
///
/// # Errors
/// The database refused.
pub async fn delivered(tx: &mut Tx, id: MessageId, at: Timestamp, now: Timestamp) -> Result<bool, DbError> {
    let row = sql("UPDATE outbox SET state = 'sent', payload = NULL, last_error = NULL, doubtful_at = NULL, \
         reason = NULL, reported_at = $2, finished_at = COALESCE(finished_at, $3) \
         WHERE id = $1 AND (channel = 'mail' OR channel = 'sms') AND (reported_at IS NULL OR reported_at < $2) \
         RETURNING recipient")
    .bind(id)
    .bind(at)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    if let Some(recipient) = row.get::<Option<Vec<u8>>>("recipient")? {
        sql("DELETE FROM unreachable WHERE recipient = $1 AND refused_at <= $2")
            .bind(recipient)
            .bind(at)
            .execute(tx)
            .await?;
    }
    Ok(true)
}

/// Takes up a report that a message was refused for good, likewise. Its receiver counts as unreachable unless a later
/// message was accepted meanwhile.
///
/// # Errors
/// The database refused.
pub async fn refused(
    tx: &mut Tx,
    id: MessageId,
    reason: Reason,
    (at, now): (Timestamp, Timestamp),
) -> Result<bool, DbError> {
    let row = sql("UPDATE outbox SET state = 'failed', payload = NULL, last_error = 'reported as refused', \
         doubtful_at = NULL, reason = $3, reported_at = $2, finished_at = COALESCE(finished_at, $4) \
         WHERE id = $1 AND (channel = 'mail' OR channel = 'sms') AND (reported_at IS NULL OR reported_at < $2) \
         RETURNING recipient")
    .bind(id)
    .bind(at)
    .bind(reason.code())
    .bind(now)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let recipient: Option<Vec<u8>> = row.get("recipient")?;
    if let Some(recipient) = recipient.filter(|_| reason.is_of_the_contact()) {
        let later = sql("SELECT id FROM outbox WHERE recipient = $1 AND id > $2 AND state = 'sent' LIMIT 1")
            .bind(recipient.clone())
            .bind(id)
            .fetch_optional(tx)
            .await?;
        if later.is_none() {
            mark(tx, recipient, reason, at).await?;
        }
    }
    Ok(true)
}
