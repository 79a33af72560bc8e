//! Holding messages of a channel back for a while.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::delivery::model::Channel;

/// When a message is due that is held back: in the year 9999, which is never, and can be shown.
pub const HELD: Timestamp = Timestamp::from_seconds(253_370_764_800);

/// Holds back what waits in a channel. What is being handed over at this moment is not.
///
/// # Errors
/// The database refused.
pub async fn hold(tx: &mut Tx, channel: &Channel) -> Result<(), DbError> {
    sql("UPDATE outbox SET next_attempt_at = $2, attempts = 0 WHERE channel = $1 AND state = 'waiting'")
        .bind(&*channel.name())
        .bind(HELD)
        .execute(tx)
        .await
        .map(drop)
}

/// Lets go on what was held back in a channel.
///
/// # Errors
/// The database refused.
pub async fn release(tx: &mut Tx, channel: &Channel, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE outbox SET next_attempt_at = $2, attempts = 0 \
         WHERE channel = $1 AND state = 'waiting' AND next_attempt_at = $3")
    .bind(&*channel.name())
    .bind(now)
    .bind(HELD)
    .execute(tx)
    .await
    .map(drop)
}

/// Lets go of what waits in a channel: nobody is sent it.
///
/// # Errors
/// The database refused.
pub async fn let_go(tx: &mut Tx, channel: &Channel, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE outbox SET state = 'withheld', payload = NULL, finished_at = $2 \
         WHERE channel = $1 AND state = 'waiting'")
    .bind(&*channel.name())
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}
