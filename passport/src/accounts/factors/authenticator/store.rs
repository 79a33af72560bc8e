//! The table of authenticator apps.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use super::PURPOSE;
use crate::accounts::model::AccountId;
use crate::keys::store::SealedColumn;
use crate::sealed_column;

/// The secrets of apps.
pub const SEALED_SECRETS: SealedColumn =
    sealed_column!("authenticators", "account_id", "secret_sealed", PURPOSE, bound false);

/// An account's app.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When a code of it was last taken.
    pub used_at: Option<Timestamp>,
}

/// The app of an account.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, account: AccountId) -> Result<Option<Stored>, DbError> {
    let row = sql("SELECT secret_sealed, created_at, used_at FROM authenticators WHERE account_id = $1")
        .bind(account)
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Stored {
        secret_sealed: row.get("secret_sealed")?,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
    }))
}

/// Stores an app in place of the one that was there. The code of `step` has shown that it works, and is spent.
///
/// # Errors
/// See [`DbError`].
pub async fn put(
    tx: &mut Tx,
    account: AccountId,
    (secret_sealed, step): (Vec<u8>, i64),
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO authenticators (account_id, secret_sealed, last_step, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, \
         last_step = excluded.last_step, created_at = excluded.created_at, used_at = NULL")
    .bind(account)
    .bind(secret_sealed)
    .bind(step)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Spends the code of a step; whether it, and every later one, was unused.
///
/// # Errors
/// See [`DbError`].
pub async fn spend(tx: &mut Tx, account: AccountId, step: i64, now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE authenticators SET last_step = $2, used_at = $3 WHERE account_id = $1 AND last_step < $2")
        .bind(account)
        .bind(step)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// Removes the app of an account; whether there was one.
///
/// # Errors
/// See [`DbError`].
pub async fn remove(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    sql("DELETE FROM authenticators WHERE account_id = $1").bind(account).execute(tx).await.map(|rows| rows == 1)
}
