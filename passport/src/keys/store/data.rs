//! Keys that seal data or make keyed hashes of it.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

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
    /// When it was made.
    pub made: Timestamp,
    /// The change of the registry with which it was made: a node that has followed that far uses it.
    pub made_in: i64,
}

/// Every data key, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn data_keys(tx: &mut Tx) -> Result<Vec<StoredDataKey>, DbError> {
    let rows = sql("SELECT id, purpose, sealed, master_key_id, created_at, made_in FROM data_keys ORDER BY id")
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            let purpose: String = row.get("purpose")?;
            Ok(StoredDataKey {
                id: row.get("id")?,
                purpose: DataKeyPurpose::parse(&purpose).ok_or_else(|| BrokenRow::new("purpose", "is unknown"))?,
                sealed: row.get("sealed")?,
                master_key_id: row.get("master_key_id")?,
                made: row.get("created_at")?,
                // Every node knows what an older program made.
                made_in: row.get::<Option<i64>>("made_in")?.unwrap_or(0),
            })
        })
        .collect()
}

/// Adds a data key.
///
/// # Errors
/// The database refused; a conflict if the number is taken.
pub async fn insert_data_key(tx: &mut Tx, key: &StoredDataKey, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO data_keys (id, purpose, sealed, master_key_id, created_at, made_in) \
         VALUES ($1, $2, $3, $4, $5, (SELECT revision FROM key_registry WHERE id = 1))")
    .bind(key.id)
    .bind(key.purpose.as_str())
    .bind(&key.sealed)
    .bind(&key.master_key_id)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Leaves nothing of a data key but when it was what.
///
/// # Errors
/// The database refused.
pub async fn destroy_data_key(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO former_data_keys (id, purpose, made_at, destroyed_at) \
         SELECT id, purpose, created_at, $2 FROM data_keys WHERE id = $1")
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    sql("DELETE FROM data_keys WHERE id = $1").bind(id).execute(tx).await.map(drop)
}

/// What is left of a data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerDataKey {
    /// Its number.
    pub id: i64,
    /// What it was for.
    pub purpose: String,
    /// When it was made.
    pub made: Timestamp,
    /// When it was destroyed.
    pub destroyed: Timestamp,
}

/// What is left of every data key that was destroyed, oldest first.
///
/// # Errors
/// The database refused.
pub async fn former_data_keys(tx: &mut Tx) -> Result<Vec<FormerDataKey>, DbError> {
    let rows = sql("SELECT id, purpose, made_at, destroyed_at FROM former_data_keys ORDER BY id").fetch_all(tx).await?;
    let key = |row: &Row| {
        Ok(FormerDataKey {
            id: row.get("id")?,
            purpose: row.get("purpose")?,
            made: row.get("made_at")?,
            destroyed: row.get("destroyed_at")?,
        })
    };
    rows.iter().map(key).collect()
}
