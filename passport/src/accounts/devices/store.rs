//! The table of browsers in which somebody has signed in.

use shared::clock::Timestamp;
use shared::db::{BATCH, DbError, Tx, sql};

use super::{LIFETIME, TRUST};
use crate::accounts::model::AccountId;

/// Writes down that the owner of an account signed in with the browser of that token; whether the account was not known
/// in it before.
///
/// # Errors
/// See [`DbError`].
pub async fn note(tx: &mut Tx, account: AccountId, token_hash: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    let row = sql("INSERT INTO known_devices (account_id, token_hash, expires_at, sign_ins) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (account_id, token_hash) DO UPDATE SET expires_at = excluded.expires_at, \
         sign_ins = CASE WHEN known_devices.expires_at <= $4 THEN 1 ELSE known_devices.sign_ins + 1 END \
         RETURNING sign_ins")
    .bind(account)
    .bind(token_hash)
    .bind(now + LIFETIME)
    .bind(now)
    .fetch_one(tx)
    .await?;
    Ok(row.get::<i64>("sign_ins")? == 1)
}

/// Whether an account is known in that browser, and whether its second step is left out there.
///
/// # Errors
/// See [`DbError`].
pub async fn standing(
    tx: &mut Tx,
    account: AccountId,
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<Standing, DbError> {
    let row = sql("SELECT trusted_until FROM known_devices \
         WHERE account_id = $1 AND token_hash = $2 AND expires_at > $3")
    .bind(account)
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(Standing::default()) };
    let trusted = row.get::<Option<Timestamp>>("trusted_until")?.is_some_and(|until| until > now);
    Ok(Standing { known: true, trusted })
}

/// How a browser stands to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Its owner has signed in with it.
    pub known: bool,
    /// The second step is left out in it.
    pub trusted: bool,
}

/// Leaves the second step out from now on in a browser that [`note`] knows.
///
/// # Errors
/// See [`DbError`].
pub async fn trust(tx: &mut Tx, account: AccountId, token_hash: [u8; 32], now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE known_devices SET trusted_until = $3 WHERE account_id = $1 AND token_hash = $2")
        .bind(account)
        .bind(token_hash)
        .bind(now + TRUST)
        .execute(tx)
        .await
        .map(drop)
}

/// In how many browsers an account's second step is left out.
///
/// # Errors
/// See [`DbError`].
pub async fn trusted(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<i64, DbError> {
    let row = sql("SELECT COUNT(*) AS n FROM known_devices WHERE account_id = $1 AND trusted_until > $2")
        .bind(account)
        .bind(now)
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// Leaves the second step out in none of an account's browsers any more.
///
/// # Errors
/// See [`DbError`].
pub async fn end_trust(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("UPDATE known_devices SET trusted_until = NULL WHERE account_id = $1 AND trusted_until IS NOT NULL")
        .bind(account)
        .execute(tx)
        .await
        .map(drop)
}

/// Knows an account no more in that browser.
///
/// # Errors
/// See [`DbError`].
pub async fn forget(tx: &mut Tx, account: AccountId, token_hash: [u8; 32]) -> Result<(), DbError> {
    sql("DELETE FROM known_devices WHERE account_id = $1 AND token_hash = $2")
        .bind(account)
        .bind(token_hash)
        .execute(tx)
        .await
        .map(drop)
}

/// Knows none of an account's browsers any more.
///
/// # Errors
/// See [`DbError`].
pub async fn forget_all(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("DELETE FROM known_devices WHERE account_id = $1").bind(account).execute(tx).await.map(drop)
}

/// Removes up to a batch of those whose time is over; how many went.
///
/// # Errors
/// See [`DbError`].
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM known_devices WHERE (account_id, token_hash) IN \
         (SELECT account_id, token_hash FROM known_devices WHERE expires_at <= $1 LIMIT $2)")
    .bind(now)
    .bind(BATCH)
    .execute(tx)
    .await
}
