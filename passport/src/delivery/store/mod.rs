//! The outbox's table. A message is claimed by moving its next attempt ahead: if the worker dies, it comes up again by
//! itself, and no transaction stays open while a message is under way.

mod hold;
mod listed;
pub mod reach;
mod watch;

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

pub use self::hold::{HELD, hold, let_go, release};
pub use self::listed::{Cause, Listed, Stand, by_kind, causes, of_kind, take_up_kind, undelivered_one};
pub use self::watch::{
    Counts, Flow, Last, Undelivered, Waiting, counts, flow, last, of_channel, take_up, undelivered, waiting,
};

use super::model::{Channel, MessageId, Outgoing, Payload, Progress, Reason, Receipt};

/// Adds a message that is written now and due at a moment; `recipient` is what its receiver is remembered by.
///
/// # Errors
/// The database refused.
pub async fn insert(
    tx: &mut Tx,
    id: MessageId,
    (channel, recipient): (&Channel, Option<[u8; 32]>),
    payload: &Payload,
    (now, due): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    sql("INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at, recipient) \
         VALUES ($1, $2, 'waiting', $3, 0, $4, $5, $6)")
    .bind(id)
    .bind(&*channel.name())
    .bind(payload.as_str())
    .bind(due)
    .bind(now)
    .bind(recipient)
    .execute(tx)
    .await
    .map(drop)
}

/// Adds a message that is never sent. Its content is not kept.
///
/// # Errors
/// The database refused.
pub async fn withhold(tx: &mut Tx, id: MessageId, payload: &Payload, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO outbox (id, channel, state, payload, attempts, next_attempt_at, created_at, finished_at) \
         VALUES ($1, 'none', 'withheld', CASE WHEN $2 = '' THEN $2 END, 0, $3, $3, $3)")
    .bind(id)
    .bind(payload.as_str())
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Takes a message back that nobody tried to hand over; whether it could be.
///
/// # Errors
/// The database refused.
pub async fn withdraw(tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE outbox SET state = 'withheld', payload = NULL, finished_at = $2 \
         WHERE id = $1 AND state = 'waiting' AND attempts = 0")
    .bind(id)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// How far a message has come.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn progress(tx: &mut Tx, id: MessageId) -> Result<Progress, DbError> {
    let row = sql("SELECT state, finished_at, doubtful_at, reported_at, reason FROM outbox WHERE id = $1")
        .bind(id)
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(Progress::Unknown { at: None }) };
    let finished: Option<Timestamp> = row.get("finished_at")?;
    let doubtful: Option<Timestamp> = row.get("doubtful_at")?;
    let reported: Option<Timestamp> = row.get("reported_at")?;
    let reason: Option<String> = row.get("reason")?;
    Ok(match (row.get::<String>("state")?.as_str(), finished) {
        ("waiting", _) if doubtful.is_some() => Progress::Unknown { at: doubtful },
        ("waiting", _) => Progress::Queued,
        ("sent", Some(at)) => reported.map_or(Progress::Accepted { at }, |at| Progress::Delivered { at }),
        ("failed", Some(at)) => {
            let reason = reason.as_deref().map(Reason::of_code);
            Progress::Refused { at: reported.unwrap_or(at), reason }
        }
        _ => Progress::Unknown { at: None },
    })
}

/// The channels in which a message is due, whichever they are.
///
/// # Errors
/// The database refused.
pub async fn due_channels(tx: &mut Tx, now: Timestamp) -> Result<Vec<Channel>, DbError> {
    let (mut due, mut last) = (Vec::new(), String::new());
    // One step of the index a channel, however many messages wait in each.
    while let Some(row) = sql("SELECT channel FROM outbox WHERE state = 'waiting' AND channel > $1 \
                               ORDER BY channel LIMIT 1")
    .bind(&last)
    .fetch_optional(tx)
    .await?
    {
        last = row.get("channel")?;
        let first =
            sql("SELECT id FROM outbox WHERE state = 'waiting' AND channel = $1 AND next_attempt_at <= $2 LIMIT 1")
                .bind(&last)
                .bind(now)
                .fetch_optional(tx)
                .await?;
        due.extend(first.and_then(|_| Channel::named(&last)));
    }
    Ok(due)
}

/// Takes up to `limit` messages that are due and counts the attempt. They come up again at `retry_at` unless
/// something else is said of them.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn claim(
    tx: &mut Tx,
    channel: &Channel,
    limit: u32,
    now: Timestamp,
    retry_at: Timestamp,
) -> Result<Vec<Outgoing>, DbError> {
    let rows = sql("UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $3 \
         WHERE id IN (SELECT id FROM outbox WHERE channel = $1 AND state = 'waiting' AND next_attempt_at <= $2 \
                      ORDER BY next_attempt_at LIMIT $4) \
           AND state = 'waiting' AND next_attempt_at <= $2 \
         RETURNING id, payload, attempts, created_at")
    .bind(&*channel.name())
    .bind(now)
    .bind(retry_at)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.iter().map(outgoing).collect()
}

fn outgoing(row: &Row) -> Result<Outgoing, DbError> {
    let attempts: i64 = row.get("attempts")?;
    Ok(Outgoing {
        id: row.get("id")?,
        payload: Payload::stored(row.get("payload")?),
        created_at: row.get("created_at")?,
        attempt: u32::try_from(attempts).map_err(|_| BrokenRow::new("attempts", "is out of range"))?,
    })
}

/// The message was accepted: its content is erased, and its receiver counts as reachable.
///
/// # Errors
/// The database refused.
pub async fn sent(tx: &mut Tx, id: MessageId, receipt: &Receipt, now: Timestamp) -> Result<(), DbError> {
    let row = sql("UPDATE outbox SET state = 'sent', payload = NULL, last_error = NULL, doubtful_at = NULL, \
         receipt = $3, finished_at = $2 WHERE id = $1 AND state = 'waiting' RETURNING recipient")
    .bind(id)
    .bind(now)
    .bind(receipt.0.as_deref())
    .fetch_optional(tx)
    .await?;
    match row.map(|row| row.get::<Option<Vec<u8>>>("recipient")).transpose()?.flatten() {
        Some(recipient) => reach::clear(tx, recipient).await,
        None => Ok(()),
    }
}

/// What is written down of a message that is not delivered.
#[derive(Debug, Clone, Copy)]
pub struct Failing<'e> {
    /// What happened.
    pub error: &'e str,
    /// Why the other side refused it for good, if it did.
    pub reason: Option<Reason>,
    /// Whether its content stays, to be tried again one day.
    pub keep: bool,
}

/// The message is given up.
///
/// # Errors
/// The database refused.
pub async fn failed(tx: &mut Tx, id: MessageId, failing: Failing<'_>, now: Timestamp) -> Result<(), DbError> {
    let Failing { error, reason, keep } = failing;
    let row = sql("UPDATE outbox SET state = 'failed', payload = CASE WHEN $3 = 1 THEN payload END, last_error = $2, \
         finished_at = $4, reason = $5 WHERE id = $1 AND state = 'waiting' RETURNING recipient")
    .bind(id)
    .bind(error)
    .bind(keep)
    .bind(now)
    .bind(reason.map(Reason::code))
    .fetch_optional(tx)
    .await?;
    let recipient = row.map(|row| row.get::<Option<Vec<u8>>>("recipient")).transpose()?.flatten();
    match (recipient, reason.filter(|reason| reason.is_of_the_contact())) {
        (Some(recipient), Some(reason)) => reach::mark(tx, recipient, reason, now).await,
        _ => Ok(()),
    }
}

/// The message was handed over and not answered: it is to be tried again at `again`, and nobody knows until then.
///
/// # Errors
/// The database refused.
pub async fn doubt(
    tx: &mut Tx,
    id: MessageId,
    error: &str,
    (now, again): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    sql("UPDATE outbox SET next_attempt_at = $2, last_error = $3, doubtful_at = $4 WHERE id = $1 AND state = 'waiting'")
        .bind(id)
        .bind(again)
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
