//! Messages that are not delivered, by kind of channel: how many, why, and each of them.

use std::collections::BTreeMap;

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};
use shared::secret::SecretString;

use super::HELD;
use crate::delivery::kind::ChannelKind;
use crate::delivery::model::{Letter, MessageId, Reason};

/// How it stands with the messages of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stand {
    /// To be sent.
    pub waiting: i64,
    /// Held back, since its client said so.
    pub held: i64,
    /// Given up.
    pub failed: i64,
    /// Those of them whose content is kept, so that they can be tried again.
    pub kept: i64,
    /// When the oldest of those to be sent was written.
    pub oldest: Option<Timestamp>,
}

/// How it stands with each kind of which there is something.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn by_kind(tx: &mut Tx) -> Result<BTreeMap<ChannelKind, Stand>, DbError> {
    let rows = sql("SELECT channel, state, COUNT(*) AS messages, COUNT(payload) AS kept, \
                    COUNT(CASE WHEN next_attempt_at = $1 THEN 1 END) AS held, \
                    MIN(CASE WHEN next_attempt_at <> $1 THEN created_at END) AS oldest FROM outbox \
                    WHERE state = 'waiting' OR state = 'failed' GROUP BY channel, state")
    .bind(HELD)
    .fetch_all(tx)
    .await?;
    let mut stands = BTreeMap::<_, Stand>::new();
    for row in &rows {
        let Some(kind) = ChannelKind::of_channel(&row.get::<String>("channel")?) else { continue };
        let (stand, messages) = (stands.entry(kind).or_default(), row.get::<i64>("messages")?);
        if row.get::<String>("state")? == "failed" {
            stand.failed += messages;
            stand.kept += row.get::<i64>("kept")?;
            continue;
        }
        let held: i64 = row.get("held")?;
        stand.held += held;
        stand.waiting += messages - held;
        stand.oldest = [stand.oldest, row.get("oldest")?].into_iter().flatten().min();
    }
    Ok(stands)
}

/// Why messages were given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What the other side says, if it refused them for good.
    pub reason: Option<Reason>,
    /// What kept them the last time.
    pub last_error: Option<String>,
    /// How many.
    pub messages: i64,
    /// When the last of them was given up.
    pub latest: Option<Timestamp>,
}

/// Why messages of a kind were given up, the most frequent first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn causes(tx: &mut Tx, kind: ChannelKind, most: i64) -> Result<Vec<Cause>, DbError> {
    let rows = sql("SELECT reason, last_error, COUNT(*) AS messages, MAX(finished_at) AS latest FROM outbox \
                    WHERE state = 'failed' AND channel LIKE $1 GROUP BY reason, last_error \
                    ORDER BY COUNT(*) DESC, MAX(finished_at) DESC LIMIT $2")
    .bind(kind.pattern())
    .bind(most)
    .fetch_all(tx)
    .await?;
    let read = |row: &Row| {
        Ok(Cause {
            reason: reason(row)?,
            last_error: row.get("last_error")?,
            messages: row.get("messages")?,
            latest: row.get("latest")?,
        })
    };
    rows.iter().map(read).collect()
}

fn reason(row: &Row) -> Result<Option<Reason>, DbError> {
    Ok(row.get::<Option<String>>("reason")?.as_deref().map(Reason::of_code))
}

/// A message that is not delivered, without its words.
#[derive(Debug)]
pub struct Listed {
    /// Its id.
    pub id: MessageId,
    /// By which way it goes, as it is stored.
    pub channel: String,
    /// Whether it was given up.
    pub given_up: bool,
    /// Whether its content is kept, so that it can be tried.
    pub kept: bool,
    /// Of mail and SMS, whom it is for, as long as its content is kept: to be masked before anybody sees it.
    pub to: Option<SecretString>,
    /// How often it was tried since it was written or taken up again.
    pub attempts: i64,
    /// What the other side says, if it refused it for good.
    pub reason: Option<Reason>,
    /// What kept it the last time; never says who it is for.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is tried next, if it waits; [`HELD`]: not before its client says so.
    pub next_attempt_at: Timestamp,
    /// When it was given up.
    pub finished_at: Option<Timestamp>,
}

impl Listed {
    /// Whether it is held back.
    pub fn is_held(&self) -> bool {
        !self.given_up && self.next_attempt_at == HELD
    }

    /// Whether it can be taken up again.
    pub fn can_be_tried(&self) -> bool {
        self.kept && !self.is_held()
    }
}

fn listed(row: &Row) -> Result<Listed, DbError> {
    let payload: Option<String> = row.get("payload")?;
    // Those to clients are for no person.
    let letter = payload.as_deref().and_then(|text| serde_json::from_str::<Letter>(text).ok());
    Ok(Listed {
        id: row.get("id")?,
        channel: row.get("channel")?,
        given_up: row.get::<String>("state")? == "failed",
        kept: payload.is_some(),
        to: letter.map(|letter| SecretString::new(letter.to)),
        attempts: row.get("attempts")?,
        reason: reason(row)?,
        last_error: row.get("last_error")?,
        created_at: row.get("created_at")?,
        next_attempt_at: row.get("next_attempt_at")?,
        finished_at: row.get("finished_at")?,
    })
}

/// The newest messages of a kind that were given up, or that wait, written before that one.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_kind(
    tx: &mut Tx,
    (kind, given_up): (ChannelKind, bool),
    before: Option<MessageId>,
    most: i64,
) -> Result<Vec<Listed>, DbError> {
    let rows = sql("SELECT id, channel, state, payload, attempts, reason, last_error, created_at, next_attempt_at, \
                    finished_at FROM outbox WHERE state = $1 AND channel LIKE $2 AND ($3 IS NULL OR id < $3) \
                    ORDER BY id DESC LIMIT $4")
    .bind(if given_up { "failed" } else { "waiting" })
    .bind(kind.pattern())
    .bind(before)
    .bind(most)
    .fetch_all(tx)
    .await?;
    rows.iter().map(listed).collect()
}

/// One of them, if it is not delivered.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn undelivered_one(tx: &mut Tx, id: MessageId) -> Result<Option<Listed>, DbError> {
    let row = sql("SELECT id, channel, state, payload, attempts, reason, last_error, created_at, next_attempt_at, \
                   finished_at FROM outbox WHERE id = $1 AND (state = 'waiting' OR state = 'failed')")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(listed).transpose()
}

/// Makes all messages of a kind due at once that were given up, with all their attempts before them; those whose content is
/// erased stay as they are. How many were taken up.
///
/// # Errors
/// The database refused.
pub async fn take_up_kind(tx: &mut Tx, kind: ChannelKind, now: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE outbox SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL \
         WHERE state = 'failed' AND channel LIKE $2 AND payload IS NOT NULL")
    .bind(now)
    .bind(kind.pattern())
    .execute(tx)
    .await
}
