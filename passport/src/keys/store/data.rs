//! Keys that seal data or make keyed hashes of it.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Tx, sql};

use super::super::model::DataKeyPurpose;

/// A data key as it is stored.
#[derive(Debug, Clone)]
pub struct StoredDataKey {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub purpose: DataKeyPurpose,
    /// The key, sealed under the master key.
    pub sealed: Vec<u8>,
    /// Under which master key.
    pub master_key_id: String,
}

/// Every data key, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn data_keys(tx: &mut Tx) -> Result<Vec<StoredDataKey>, DbError> {
    let rows = sql("SELECT id, purpose, sealed, master_key_id FROM data_keys ORDER BY id").fetch_all(tx).await?;
    rows.iter()
        .map(|row| {
            let purpose: String = row.get("purpose")?;
            Ok(StoredDataKey {
                id: row.get("id")?,
                purpose: DataKeyPurpose::parse(&purpose).ok_or_else(|| BrokenRow::new("purpose", "is unknown"))?,
                sealed: row.get("sealed")?,
                master_key_id: row.get("master_key_id")?,
            })
        })
        .collect()
}

/// Adds a data key.
///
/// # Errors
/// The database refused; a conflict if the number is taken.
pub async fn insert_data_key(tx: &mut Tx, key: &StoredDataKey, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO data_keys (id, purpose, sealed, master_key_id, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(key.id)
        .bind(key.purpose.as_str())
        .bind(&key.sealed)
        .bind(&key.master_key_id)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}
