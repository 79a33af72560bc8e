//! The table of recovery codes.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::accounts::model::AccountId;

/// Stores a set in place of the one that was there.
///
/// # Errors
/// See [`DbError`].
pub async fn replace(tx: &mut Tx, account: AccountId, hashes: &[[u8; 32]], now: Timestamp) -> Result<(), DbError> {
    remove_all(tx, account).await?;
    for hash in hashes {
        sql("INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES ($1, $2, $3)")
            .bind(account)
            .bind(*hash)
            .bind(now)
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Whether a set is the one that is stored, of whatever codes of it are used.
///
/// # Errors
/// See [`DbError`].
pub async fn is_kept(tx: &mut Tx, account: AccountId, hashes: &[[u8; 32]]) -> Result<bool, DbError> {
    let Some(first) = hashes.first() else { return Ok(false) };
    let row = sql("SELECT created_at FROM recovery_codes WHERE account_id = $1 AND code_hash = $2")
        .bind(account)
        .bind(*first)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Spends a code; whether it was one of the account's, and unused.
///
/// # Errors
/// See [`DbError`].
pub async fn spend(tx: &mut Tx, account: AccountId, hash: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    sql("UPDATE recovery_codes SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL")
        .bind(account)
        .bind(hash)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

/// How many codes of an account are unused.
///
/// # Errors
/// See [`DbError`].
pub async fn left(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    let row = sql("SELECT COUNT(*) AS n FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL")
        .bind(account)
        .fetch_optional(tx)
        .await?;
    row.map_or(Ok(0), |row| row.get("n"))
}

/// Removes the codes of an account.
///
/// # Errors
/// See [`DbError`].
pub async fn remove_all(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("DELETE FROM recovery_codes WHERE account_id = $1").bind(account).execute(tx).await.map(drop)
}
