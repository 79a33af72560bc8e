//! Agreements that were accepted.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use crate::accounts::model::AccountId;

/// An agreement that was accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Which one.
    pub document: &'static str,
    /// Which version of it.
    pub version: String,
    /// SHA-256 of the text that was accepted.
    pub sha256: [u8; 32],
}

/// Notes that the account's owner accepted an agreement.
///
/// # Errors
/// See [`DbError`].
pub async fn insert_agreement(
    tx: &mut Tx,
    account: AccountId,
    accepted: &Accepted,
    now: Timestamp,
) -> Result<(), DbError> {
    // Of two tabs the first one counts.
    sql("INSERT INTO agreements (account_id, document, version, sha256, accepted_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (account_id, document, version) DO NOTHING")
    .bind(account)
    .bind(accepted.document)
    .bind(&accepted.version)
    .bind(accepted.sha256)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Whether an account's owner accepted agreements, and none of that version or a later one. Versions are days.
///
/// # Errors
/// See [`DbError`].
pub async fn are_outdated(tx: &mut Tx, account: AccountId, version: &str) -> Result<bool, DbError> {
    let row = sql("SELECT COUNT(*) AS accepted, COUNT(CASE WHEN version >= $2 THEN version END) AS present \
         FROM agreements WHERE account_id = $1")
    .bind(account)
    .bind(version)
    .fetch_one(tx)
    .await?;
    Ok(row.get::<i64>("accepted")? > 0 && row.get::<i64>("present")? == 0)
}

/// Makes every agreement that an account's owner accepted one of a version before any; how many they are.
///
/// # Errors
/// See [`DbError`].
pub async fn age_agreements(tx: &mut Tx, account: AccountId) -> Result<u64, DbError> {
    // Those that were made so before would stand in the way.
    sql("DELETE FROM agreements WHERE account_id = $1 AND version = '2000-01-01'").bind(account).execute(tx).await?;
    sql("UPDATE agreements SET version = '2000-01-01' WHERE account_id = $1").bind(account).execute(tx).await
}

/// An agreement as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// `agreement` or `privacy`.
    pub document: String,
    /// Which version of it.
    pub version: String,
    /// When.
    pub accepted_at: Timestamp,
}

/// The agreements that an account's owner accepted, in their order.
///
/// # Errors
/// See [`DbError`].
pub async fn agreements(tx: &mut Tx, account: AccountId) -> Result<Vec<Agreement>, DbError> {
    let rows = sql("SELECT document, version, accepted_at FROM agreements WHERE account_id = $1 \
         ORDER BY accepted_at, document")
    .bind(account)
    .fetch_all(tx)
    .await?;
    let read = |row: &Row| {
        Ok(Agreement {
            document: row.get("document")?,
            version: row.get("version")?,
            accepted_at: row.get("accepted_at")?,
        })
    };
    rows.iter().map(read).collect()
}
