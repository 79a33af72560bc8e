//! The table of browsers in which somebody has signed in.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use super::{LIFETIME, TRUST};
use crate::accounts::model::AccountId;

/// Writes down that the owner of an account signed in with the browser of that token, with a second step or without one;
/// whether the account was not known in it before.
///
/// # Errors
/// See [`DbError`].
pub async fn note(
    tx: &mut Tx,
    account: AccountId,
    token_hash: [u8; 32],
    (stepped, now): (bool, Timestamp),
) -> Result<bool, DbError> {
    let row = sql("INSERT INTO known_devices (account_id, token_hash, expires_at, sign_ins, stepped_at) \
         VALUES ($1, $2, $3, 1, $5) \
         ON CONFLICT (account_id, token_hash) DO UPDATE SET expires_at = excluded.expires_at, \
         sign_ins = CASE WHEN known_devices.expires_at <= $4 THEN 1 ELSE known_devices.sign_ins + 1 END, \
         stepped_at = CASE WHEN known_devices.expires_at <= $4 THEN excluded.stepped_at \
                           ELSE COALESCE(known_devices.stepped_at, excluded.stepped_at) END \
         RETURNING sign_ins")
    .bind(account)
    .bind(token_hash)
    .bind(now + LIFETIME)
    .bind(now)
    .bind(stepped.then_some(now))
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
    let row = sql("SELECT trusted_until, stepped_at FROM known_devices \
         WHERE account_id = $1 AND token_hash = $2 AND expires_at > $3")
    .bind(account)
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(Standing::default()) };
    let trusted = row.get::<Option<Timestamp>>("trusted_until")?.is_some_and(|until| until > now);
    Ok(Standing { known: true, trusted, stepped_at: row.get("stepped_at")? })
}

/// How a browser stands to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Its owner has signed in with it.
    pub known: bool,
    /// The second step is left out in it.
    pub trusted: bool,
    /// Since when the second step was passed in it. Known by the password alone it may be to whoever guessed that.
    pub stepped_at: Option<Timestamp>,
}

/// Writes down that the second step was passed in a browser in which the account is known.
///
/// # Errors
/// See [`DbError`].
pub async fn step(tx: &mut Tx, account: AccountId, token_hash: [u8; 32], now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE known_devices SET stepped_at = COALESCE(stepped_at, $3) WHERE account_id = $1 AND token_hash = $2")
        .bind(account)
        .bind(token_hash)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
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

/// The same, and forgets that the step was passed in them: what was shown there may be what has just been replaced, and
/// by whom is not known.
///
/// # Errors
/// See [`DbError`].
pub async fn forget_steps(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("UPDATE known_devices SET trusted_until = NULL, stepped_at = NULL WHERE account_id = $1")
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
