//! The tables of SMS as a second step: who has it, and the codes that were sent.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Tx, sql};

use super::TRIES;
use crate::accounts::model::AccountId;
use crate::delivery::{self, MessageId, Progress};

/// SMS as the second step of an account.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// When it was turned on.
    pub created_at: Timestamp,
    /// When a code of it was last taken.
    pub used_at: Option<Timestamp>,
}

/// A code about to be stored.
pub(super) struct NewCode<'a> {
    pub(super) attempt: [u8; 32],
    pub(super) account: AccountId,
    /// The number that it was sent to, as a login name.
    pub(super) name: &'a str,
    pub(super) mac: [u8; 32],
    pub(super) sent_at: Timestamp,
    pub(super) until: Timestamp,
    pub(super) message: MessageId,
}

/// A code that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// Until when it may be typed.
    pub until: Timestamp,
    /// Whether it was mistyped too often.
    pub spent: bool,
    /// How far its SMS has come.
    pub progress: Progress,
}

/// What a code is compared with.
pub(super) struct Tried {
    pub(super) mac: Vec<u8>,
    pub(super) name: String,
}

/// What an account has of it.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, account: AccountId) -> Result<Option<Stored>, DbError> {
    let row =
        sql("SELECT created_at, used_at FROM sms_steps WHERE account_id = $1").bind(account).fetch_optional(tx).await?;
    row.map(|row| Ok(Stored { created_at: row.get("created_at")?, used_at: row.get("used_at")? })).transpose()
}

/// Turns it on for an account; whether it was off.
pub(super) async fn insert(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, DbError> {
    sql("INSERT INTO sms_steps (account_id, created_at) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING")
        .bind(account)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Notes that a code of it was taken.
pub(super) async fn used(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE sms_steps SET used_at = $2 WHERE account_id = $1").bind(account).bind(now).execute(tx).await.map(drop)
}

/// Turns it off for an account, and ends the codes that were sent; whether it was on.
///
/// # Errors
/// See [`DbError`].
pub async fn remove(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    sql("DELETE FROM sms_codes WHERE account_id = $1").bind(account).execute(tx).await?;
    sql("DELETE FROM sms_steps WHERE account_id = $1").bind(account).execute(tx).await.map(|rows| rows == 1)
}

/// Stores the code of an attempt in place of the one that was sent before.
pub(super) async fn put_code(tx: &mut Tx, new: &NewCode<'_>) -> Result<(), DbError> {
    sql("INSERT INTO sms_codes (attempt, account_id, name, code_mac, tries, sent_at, expires_at, message_id) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $7) ON CONFLICT (attempt) DO UPDATE SET account_id = excluded.account_id, \
         name = excluded.name, code_mac = excluded.code_mac, tries = 0, sent_at = excluded.sent_at, \
         expires_at = excluded.expires_at, message_id = excluded.message_id")
    .bind(new.attempt)
    .bind(new.account)
    .bind(new.name)
    .bind(new.mac)
    .bind(new.sent_at)
    .bind(new.until)
    .bind(new.message)
    .execute(tx)
    .await
    .map(drop)
}

/// The code that was sent last for an attempt of an account.
///
/// # Errors
/// See [`DbError`].
pub async fn sent(tx: &mut Tx, attempt: [u8; 32], account: AccountId) -> Result<Option<Sent>, DbError> {
    let row =
        sql("SELECT tries, sent_at, expires_at, message_id FROM sms_codes WHERE attempt = $1 AND account_id = $2")
            .bind(attempt)
            .bind(account)
            .fetch_optional(tx)
            .await?;
    let Some(row) = row else { return Ok(None) };
    let tries = u32::try_from(row.get::<i64>("tries")?).map_err(|_| BrokenRow::new("tries", "is out of range"))?;
    let progress = match row.get::<Option<MessageId>>("message_id")? {
        Some(message) => delivery::store::progress(tx, message).await?,
        None => Progress::Unknown { at: None },
    };
    Ok(Some(Sent { at: row.get("sent_at")?, until: row.get("expires_at")?, spent: tries >= TRIES, progress }))
}

/// Counts a try of an attempt's code before it is looked at; `None` if there is none left, or no code.
pub(super) async fn try_code(
    tx: &mut Tx,
    attempt: [u8; 32],
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Tried>, DbError> {
    let row = sql("UPDATE sms_codes SET tries = tries + 1 WHERE attempt = $1 AND account_id = $2 \
         AND expires_at > $3 AND tries < $4 RETURNING code_mac, name")
    .bind(attempt)
    .bind(account)
    .bind(now)
    .bind(i64::from(TRIES))
    .fetch_optional(tx)
    .await?;
    row.map(|row| Ok(Tried { mac: row.get("code_mac")?, name: row.get("name")? })).transpose()
}

/// Spends the code of an attempt; whether it was still there to be spent.
pub(super) async fn spend_code(tx: &mut Tx, attempt: [u8; 32], account: AccountId) -> Result<bool, DbError> {
    sql("DELETE FROM sms_codes WHERE attempt = $1 AND account_id = $2")
        .bind(attempt)
        .bind(account)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}
