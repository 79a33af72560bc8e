//! What operators see of the messages that wait, and do about them.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use super::HELD;
use crate::delivery::model::{Channel, MessageId};

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
    counted(&rows)
}

fn counted(rows: &[Row]) -> Result<Counts, DbError> {
    let mut counts = Counts::default();
    for row in rows {
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

/// What waits in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The channel.
    pub channel: Channel,
    /// How many messages.
    pub messages: i64,
    /// When the oldest of them was due first: what is written to be sent later is as old as that.
    pub oldest: Timestamp,
}

/// What is due in each channel in which something is.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<Waiting>, DbError> {
    // One that was not tried yet is due when it says; one that was, since it was written.
    let rows = sql("SELECT channel, COUNT(*) AS messages, \
                    MIN(CASE WHEN attempts = 0 THEN next_attempt_at ELSE created_at END) AS oldest FROM outbox \
                    WHERE state = 'waiting' AND (attempts > 0 OR next_attempt_at <= $1) GROUP BY channel")
    .bind(now)
    .fetch_all(tx)
    .await?;
    let read = |row: &Row| {
        let Some(channel) = Channel::named(&row.get::<String>("channel")?) else { return Ok(None) };
        Ok(Some(Waiting { channel, messages: row.get("messages")?, oldest: row.get("oldest")? }))
    };
    rows.iter().filter_map(|row| read(row).transpose()).collect()
}

/// More messages of a state are not counted: so many tell enough.
const ENOUGH: i64 = 100;

/// How far back it is looked.
const LATELY: Duration = Duration::from_secs(15 * 60);

/// How long a message may wait for its first attempt.
const SOON: Duration = Duration::from_secs(5 * 60);

/// How many attempts a message may need: they take some three minutes.
const A_FEW: i64 = 5;

/// What gets through a channel lately and what does not, a hundred of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flow {
    /// Handed over.
    pub sent: i64,
    /// Given up, tried in vain again and again, or not even tried when it was time.
    pub stuck: i64,
}

/// How messages of that channel get through.
///
/// # Errors
/// The database refused.
pub async fn flow(tx: &mut Tx, channel: &Channel, now: Timestamp) -> Result<Flow, DbError> {
    let name = channel.name();
    let finished = async |tx: &mut Tx, state: &'static str| {
        let row = sql("SELECT COUNT(*) AS n FROM (SELECT id FROM outbox WHERE finished_at > $1 AND state = $2 \
                       AND channel = $3 LIMIT $4) AS some_of_them")
        .bind(now - LATELY)
        .bind(state)
        .bind(&*name)
        .bind(ENOUGH)
        .fetch_one(tx)
        .await?;
        row.get::<i64>("n")
    };
    let sent = finished(tx, "sent").await?;
    let given_up = finished(tx, "failed").await?;
    let waiting = sql("SELECT COUNT(*) AS n FROM (SELECT id FROM outbox WHERE state = 'waiting' AND channel = $1 \
                       AND (attempts >= $2 OR (attempts = 0 AND next_attempt_at < $3)) LIMIT $4) AS some_of_them")
    .bind(&*name)
    .bind(A_FEW)
    .bind(now - SOON)
    .bind(ENOUGH)
    .fetch_one(tx)
    .await?;
    Ok(Flow { sent, stuck: given_up + waiting.get::<i64>("n")? })
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
/// whose content is erased, or that their client holds back, stay as they are. How many were taken up.
///
/// # Errors
/// The database refused.
pub async fn take_up(tx: &mut Tx, id: Option<MessageId>, now: Timestamp) -> Result<u64, DbError> {
    let statement = match id {
        Some(id) => sql("UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL \
                         WHERE id = $2 AND payload IS NOT NULL \
                         AND (state = 'failed' OR (state = 'waiting' AND next_attempt_at <> $3))")
        .bind(now)
        .bind(id)
        .bind(HELD),
        None => sql("UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL \
                     WHERE state = 'failed' AND payload IS NOT NULL")
        .bind(now),
    };
    statement.execute(tx).await
}

/// What is waiting and given up in one channel.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_channel(tx: &mut Tx, channel: &Channel) -> Result<Counts, DbError> {
    let rows = sql("SELECT state, COUNT(*) AS messages, MIN(created_at) AS oldest FROM outbox \
                    WHERE channel = $1 AND (state = 'waiting' OR state = 'failed') GROUP BY state")
    .bind(&*channel.name())
    .fetch_all(tx)
    .await?;
    counted(&rows)
}

/// What became of the message of a channel that was handed over last, or tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// Which one.
    pub id: MessageId,
    /// Whether it was taken; otherwise it waits for another try, or is given up.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What the other side called it, or answered, when it took it.
    pub receipt: Option<String>,
    /// What kept it.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was taken or given up.
    pub finished_at: Option<Timestamp>,
    /// When it is tried again, if it waits.
    pub next_attempt_at: Timestamp,
}

/// The latest message of a channel that was tried. For who looks at one channel, now and then: it goes through all that is
/// remembered of the channel.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn last(tx: &mut Tx, channel: &Channel) -> Result<Option<Last>, DbError> {
    let row =
        sql("SELECT id, state, attempts, receipt, last_error, created_at, finished_at, next_attempt_at FROM outbox \
                   WHERE channel = $1 AND state <> 'withheld' AND (attempts > 0 OR last_error IS NOT NULL) \
                   ORDER BY CASE WHEN finished_at IS NULL THEN created_at ELSE finished_at END DESC, id DESC LIMIT 1")
        .bind(&*channel.name())
        .fetch_optional(tx)
        .await?;
    row.map(|row| {
        Ok(Last {
            id: row.get("id")?,
            state: row.get("state")?,
            attempts: row.get("attempts")?,
            receipt: row.get("receipt")?,
            last_error: row.get("last_error")?,
            created_at: row.get("created_at")?,
            finished_at: row.get("finished_at")?,
            next_attempt_at: row.get("next_attempt_at")?,
        })
    })
    .transpose()
}
