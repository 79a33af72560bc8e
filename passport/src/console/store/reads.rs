//! Who looked at which account, and why.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::accounts::AccountId;
use crate::console::model::{READING, ReadId, Reason, StaffId};

/// Writes down that somebody looks.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(
    tx: &mut Tx,
    (id, staff): (ReadId, StaffId),
    (account, reason): (AccountId, Reason),
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO staff_reads (id, staff_id, account_id, reason, at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(staff)
        .bind(account)
        .bind(reason.as_str())
        .bind(now)
        .bind(now + READING)
        .execute(tx)
        .await
        .map(drop)
}

/// The account of a reading that is not over and is that person's.
///
/// # Errors
/// See [`DbError`].
pub async fn account(tx: &mut Tx, id: ReadId, staff: StaffId, now: Timestamp) -> Result<Option<AccountId>, DbError> {
    let found = sql("SELECT account_id FROM staff_reads WHERE id = $1 AND staff_id = $2 AND expires_at > $3");
    found.bind(id).bind(staff).bind(now).fetch_optional(tx).await?.map(|row| row.get("account_id")).transpose()
}

/// How many there were since then.
///
/// # Errors
/// See [`DbError`].
pub async fn since(tx: &mut Tx, from: Timestamp) -> Result<i64, DbError> {
    sql("SELECT COUNT(*) AS n FROM staff_reads WHERE at >= $1").bind(from).fetch_one(tx).await?.get("n")
}
