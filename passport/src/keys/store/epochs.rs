//! Epochs, which begin when a backup is put in the place of the database.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

/// The time since a backup was put in the place of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// How many times that happened so far.
    pub number: i64,
    /// The backup.
    pub backup: String,
    /// When it was made: what happened between that and `began` is lost.
    pub backup_made: Timestamp,
    /// When it was restored.
    pub began: Timestamp,
    /// The first data key of the epoch. What older ones sealed counts only where it is stored.
    pub seal_key: i64,
}

/// The present epoch; none: this database never was restored.
///
/// # Errors
/// The database refused.
pub async fn epoch(tx: &mut Tx) -> Result<Option<Epoch>, DbError> {
    let row =
        sql("SELECT number, backup_id, backup_made_at, began_at, seal_key FROM epochs ORDER BY number DESC LIMIT 1")
            .fetch_optional(tx)
            .await?;
    row.map(|row| read(&row)).transpose()
}

fn read(row: &Row) -> Result<Epoch, DbError> {
    Ok(Epoch {
        number: row.get("number")?,
        backup: row.get("backup_id")?,
        backup_made: row.get("backup_made_at")?,
        began: row.get("began_at")?,
        seal_key: row.get("seal_key")?,
    })
}

/// Begins an epoch.
///
/// # Errors
/// The database refused; a conflict if there is one of that number.
pub async fn begin_epoch(tx: &mut Tx, epoch: &Epoch) -> Result<(), DbError> {
    sql("INSERT INTO epochs (number, backup_id, backup_made_at, began_at, seal_key) VALUES ($1, $2, $3, $4, $5)")
        .bind(epoch.number)
        .bind(&epoch.backup)
        .bind(epoch.backup_made)
        .bind(epoch.began)
        .bind(epoch.seal_key)
        .execute(tx)
        .await
        .map(drop)
}
