//! The table of accounts that are about to be closed.

use shared::clock::Timestamp;
use shared::db::{BATCH, DbError, Row, Tx, sql};

use super::Closure;
use crate::accounts::model::AccountId;

/// Stores a wish; whether it is the first: a second one changes nothing.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(tx: &mut Tx, closure: &Closure, undo_hash: [u8; 32]) -> Result<bool, DbError> {
    sql("INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id) DO NOTHING")
    .bind(closure.account)
    .bind(closure.asked_at)
    .bind(closure.due_at)
    .bind(undo_hash)
    .execute(tx)
    .await
    .map(|rows| rows == 1)
}

/// The wish of that account, if there is one.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, account: AccountId) -> Result<Option<Closure>, DbError> {
    let row = sql("SELECT account_id, asked_at, due_at FROM closures WHERE account_id = $1").bind(account);
    row.fetch_optional(tx).await?.map(|row| closure(&row)).transpose()
}

/// The wish that a link takes back, while it can.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn find_by_link(tx: &mut Tx, undo_hash: [u8; 32], now: Timestamp) -> Result<Option<Closure>, DbError> {
    sql("SELECT account_id, asked_at, due_at FROM closures WHERE undo_hash = $1 AND due_at > $2")
        .bind(undo_hash)
        .bind(now)
        .fetch_optional(tx)
        .await?
        .map(|row| closure(&row))
        .transpose()
}

/// Takes the wish of an account back; whether there was one. Its day may have come: as long as nobody has closed the
/// account, nothing is lost.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn take_back(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    sql("DELETE FROM closures WHERE account_id = $1").bind(account).execute(tx).await.map(|rows| rows == 1)
}

/// Takes the wish back that a link names; whose it was.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn take_back_by_link(
    tx: &mut Tx,
    undo_hash: [u8; 32],
    now: Timestamp,
) -> Result<Option<AccountId>, DbError> {
    let row = sql("DELETE FROM closures WHERE undo_hash = $1 AND due_at > $2 RETURNING account_id")
        .bind(undo_hash)
        .bind(now)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.get("account_id")).transpose()
}

/// Up to a batch of accounts whose day has come. One that is shut waits for its owner: who asked for its end may be why.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<AccountId>, DbError> {
    let rows = sql("SELECT c.account_id FROM closures c JOIN accounts a ON a.id = c.account_id \
         WHERE c.due_at <= $1 AND a.frozen_at IS NULL ORDER BY c.due_at LIMIT $2")
    .bind(now)
    .bind(BATCH)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

/// Spends a wish whose day has come; whether it was there still.
///
/// # Errors
/// See [`DbError`].
pub(super) async fn spend(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, DbError> {
    sql("DELETE FROM closures WHERE account_id = $1 AND due_at <= $2")
        .bind(account)
        .bind(now)
        .execute(tx)
        .await
        .map(|rows| rows == 1)
}

fn closure(row: &Row) -> Result<Closure, DbError> {
    Ok(Closure { account: row.get("account_id")?, asked_at: row.get("asked_at")?, due_at: row.get("due_at")? })
}
