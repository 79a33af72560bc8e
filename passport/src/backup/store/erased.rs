//! Accounts that were closed after a backup was made: a list of their ids, kept outside the database, closes them again.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};
use shared::secret::sha256;

/// The ids of all accounts that are closed.
///
/// # Errors
/// The database refused.
pub async fn closed(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let rows = sql("SELECT id FROM accounts WHERE closed_at IS NOT NULL ORDER BY id").fetch_all(tx).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Lets nobody into these accounts, and has the next clean-up close them; how many of them there are again.
///
/// # Errors
/// The database refused.
pub(in crate::backup) async fn close_again(tx: &mut Tx, ids: &[String], now: Timestamp) -> Result<u64, DbError> {
    let mut found = 0;
    for id in ids {
        let is_there =
            sql("UPDATE accounts SET blocked_at = COALESCE(blocked_at, $2) WHERE id = $1 AND closed_at IS NULL")
                .bind(id)
                .bind(now)
                .execute(tx)
                .await?;
        if is_there == 0 {
            continue;
        }
        found += is_there;
        // No link takes this back: nobody has a token of that hash.
        sql("INSERT INTO closures (account_id, asked_at, due_at, undo_hash) VALUES ($1, $2, $2, $3) \
             ON CONFLICT (account_id) DO UPDATE SET due_at = excluded.due_at, undo_hash = excluded.undo_hash")
        .bind(id)
        .bind(now)
        .bind(sha256(id.as_bytes()))
        .execute(tx)
        .await?;
    }
    Ok(found)
}
