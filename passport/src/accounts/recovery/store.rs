//! The table of recoveries.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use super::need::Proven;
use crate::accounts::model::{AccountId, ContactKind};

shared::id_type! {
    /// A recovery. It opens nothing by itself.
    pub struct RecoveryId;
}

/// A recovery that has not ended.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// The account.
    pub account: AccountId,
    /// The contact that was proven first, as a login name.
    pub name: String,
    /// What is proven, at the moment that it was read for.
    pub proven: Proven,
    /// When the wait ends, if there is one.
    pub wait_until: Option<Timestamp>,
    /// Whether every factor of the account is lost, as whoever recovers says.
    pub lost: bool,
    /// Whether the link that goes on after the wait was followed.
    pub resumed: bool,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, account_id, name, email_at, mobile_at, factor_at, lost_at, wait_until, resumed_at \
             FROM recoveries ",
            $rest
        )
    };
}

/// Which of a recovery's secrets is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The browser's token.
    Token,
    /// The link that goes on after the wait.
    Resume,
    /// The link that cancels.
    Cancel,
}

/// The recovery with that secret, if it can go on at that moment.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, by: By, hash: [u8; 32], now: Timestamp) -> Result<Option<Recovery>, DbError> {
    let row = match by {
        By::Token => sql(columns!("WHERE token_hash = $1 AND ended_at IS NULL AND expires_at > $2")),
        By::Resume => sql(columns!("WHERE resume_hash = $1 AND ended_at IS NULL AND expires_at > $2")),
        By::Cancel => sql(columns!("WHERE cancel_hash = $1 AND ended_at IS NULL AND expires_at > $2")),
    }
    .bind(hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.map(|row| recovery(&row, now)).transpose()
}

/// Stores a recovery that begins.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn insert(
    tx: &mut Tx,
    (id, account, name): (RecoveryId, AccountId, &str),
    token_hash: [u8; 32],
    (now, until): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    sql("INSERT INTO recoveries (id, account_id, name, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(id)
    .bind(account)
    .bind(name)
    .bind(token_hash)
    .bind(now)
    .bind(until)
    .execute(tx)
    .await
    .map(drop)
}

/// Writes down that a contact is proven.
pub(super) async fn set_proven(tx: &mut Tx, id: RecoveryId, kind: ContactKind, now: Timestamp) -> Result<(), DbError> {
    match kind {
        ContactKind::Email => sql("UPDATE recoveries SET email_at = $2 WHERE id = $1"),
        ContactKind::Mobile => sql("UPDATE recoveries SET mobile_at = $2 WHERE id = $1"),
    }
    .bind(id)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Writes down that a factor of the account was shown.
pub(super) async fn set_factor(tx: &mut Tx, id: RecoveryId, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE recoveries SET factor_at = $2 WHERE id = $1").bind(id).bind(now).execute(tx).await.map(drop)
}

/// Binds a recovery to another browser.
pub(super) async fn set_token(tx: &mut Tx, id: RecoveryId, token_hash: [u8; 32]) -> Result<(), DbError> {
    sql("UPDATE recoveries SET token_hash = $2 WHERE id = $1").bind(id).bind(token_hash).execute(tx).await.map(drop)
}

/// Goes on under another token after the wait, by the link; whether it was followed for the first time.
pub(super) async fn resume(
    tx: &mut Tx,
    resume: [u8; 32],
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<bool, DbError> {
    sql("UPDATE recoveries SET token_hash = $2, resumed_at = $3 WHERE resume_hash = $1 AND resumed_at IS NULL \
         AND wait_until <= $3 AND ended_at IS NULL AND expires_at > $3")
    .bind(resume)
    .bind(token_hash)
    .bind(now)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Begins the wait, unless it has begun; whether it did.
pub(super) async fn set_wait(
    tx: &mut Tx,
    id: RecoveryId,
    (until, expires_at): (Timestamp, Timestamp),
    (resume, cancel): ([u8; 32], [u8; 32]),
    lost_at: Option<Timestamp>,
) -> Result<bool, DbError> {
    sql("UPDATE recoveries SET wait_until = $2, expires_at = $3, resume_hash = $4, cancel_hash = $5, lost_at = $6 \
         WHERE id = $1 AND wait_until IS NULL AND ended_at IS NULL")
    .bind(id)
    .bind(until)
    .bind(expires_at)
    .bind(resume)
    .bind(cancel)
    .bind(lost_at)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// Ends a recovery; whether it had not ended before.
pub(super) async fn end(tx: &mut Tx, id: RecoveryId, reason: &'static str, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE recoveries SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .bind(reason)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Ends every recovery of an account.
///
/// # Errors
/// See [`DbError`].
pub async fn end_all(tx: &mut Tx, account: AccountId, reason: &'static str, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE recoveries SET ended_at = $2, end_reason = $3 WHERE account_id = $1 AND ended_at IS NULL")
        .bind(account)
        .bind(now)
        .bind(reason)
        .execute(tx)
        .await
        .map(drop)
}

/// Until when nothing may be changed of an account that would shut its owner out.
///
/// # Errors
/// See [`DbError`].
pub async fn set_guard(tx: &mut Tx, account: AccountId, until: Timestamp) -> Result<(), DbError> {
    sql("UPDATE accounts SET guarded_until = $2 WHERE id = $1").bind(account).bind(until).execute(tx).await.map(drop)
}

fn recovery(row: &Row, now: Timestamp) -> Result<Recovery, DbError> {
    let at = |column| row.get::<Option<Timestamp>>(column);
    let wait_until = at("wait_until")?;
    Ok(Recovery {
        id: row.get("id")?,
        account: row.get("account_id")?,
        name: row.get("name")?,
        proven: Proven {
            email: at("email_at")?.is_some(),
            mobile: at("mobile_at")?.is_some(),
            factor: at("factor_at")?.is_some(),
            waited: wait_until.is_some_and(|until| until <= now),
        },
        wait_until,
        lost: at("lost_at")?.is_some(),
        resumed: at("resumed_at")?.is_some(),
    })
}
