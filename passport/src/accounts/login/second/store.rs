//! The table of half sign-ins.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use crate::accounts::model::{AccountId, Province};
use crate::accounts::sessions::Stay;

/// Half a sign-in.
#[derive(Debug, Clone)]
pub struct Half {
    /// Whose password was right.
    pub account: AccountId,
    /// When that password was chosen.
    pub password_set_at: Timestamp,
    /// The province that was chosen with it.
    pub province: Option<Province>,
    /// What the browser is to keep, as was said with it.
    pub stay: Stay,
}

/// Stores half a sign-in.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(tx: &mut Tx, token_hash: [u8; 32], half: &Half, until: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO half_sign_ins (token_hash, account_id, password_set_at, province, expires_at, stay) \
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(token_hash)
    .bind(half.account)
    .bind(half.password_set_at)
    .bind(half.province.map(Province::code))
    .bind(until)
    .bind(half.stay.code())
    .execute(tx)
    .await
    .map(drop)
}

/// The half sign-in of that token, unless it is over, or its password is not the account's any more, or nobody may sign
/// in to the account.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, token_hash: [u8; 32], now: Timestamp) -> Result<Option<Half>, DbError> {
    sql("SELECT h.account_id, h.password_set_at, h.province, h.stay FROM half_sign_ins h \
         JOIN accounts a ON a.id = h.account_id AND a.password_set_at = h.password_set_at \
         WHERE h.token_hash = $1 AND h.expires_at > $2 AND a.blocked_at IS NULL AND a.frozen_at IS NULL")
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?
    .map(|row| half(&row))
    .transpose()
}

/// Ends a half sign-in; whether it had not ended before.
///
/// # Errors
/// See [`DbError`].
pub async fn end(tx: &mut Tx, token_hash: [u8; 32]) -> Result<bool, DbError> {
    sql("DELETE FROM half_sign_ins WHERE token_hash = $1").bind(token_hash).execute(tx).await.map(|rows| rows == 1)
}

/// Ends every half sign-in of an account.
///
/// # Errors
/// See [`DbError`].
pub async fn end_all(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("DELETE FROM half_sign_ins WHERE account_id = $1").bind(account).execute(tx).await.map(drop)
}

fn half(row: &Row) -> Result<Half, DbError> {
    Ok(Half {
        account: row.get("account_id")?,
        password_set_at: row.get("password_set_at")?,
        province: row.get::<Option<String>>("province")?.and_then(|code| Province::parse(&code)),
        stay: Stay::of_code(row.get::<Option<String>>("stay")?.as_deref()),
    })
}
