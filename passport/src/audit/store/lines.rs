//! The lines of the record as they are stored: what is sealed, verified and handed out.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

/// A line of the record, every field as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its identifier.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The kind's code.
    pub kind: String,
    /// The account it concerns.
    pub account: Option<String>,
    /// The client it concerns.
    pub client: Option<String>,
    /// The other fields, as JSON.
    pub details: String,
    /// The network that it came from.
    pub network: Option<String>,
    /// The device that it came from.
    pub device: Option<String>,
    /// The batch that it is sealed in; none: it is not sealed yet.
    pub batch: Option<i64>,
}

/// Reads a line from a row that has all of its columns.
pub(super) fn read(row: &Row) -> Result<Line, DbError> {
    Ok(Line {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        kind: row.get("kind")?,
        account: row.get("account_id")?,
        client: row.get("client_id")?,
        details: row.get("details")?,
        network: row.get("network")?,
        device: row.get("device")?,
        batch: row.get("batch")?,
    })
}

/// Up to `most` lines that are not sealed yet, the oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn unsealed(tx: &mut Tx, most: i64) -> Result<Vec<Line>, DbError> {
    let rows = sql("SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch \
         FROM audit_events WHERE batch IS NULL ORDER BY at, id LIMIT $1")
    .bind(most)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// How many lines are not sealed, and when the oldest of them happened.
///
/// # Errors
/// The database refused.
pub async fn count_unsealed(tx: &mut Tx) -> Result<(i64, Option<Timestamp>), DbError> {
    let row = sql("SELECT COUNT(*) AS n, MIN(at) AS at FROM audit_events WHERE batch IS NULL").fetch_one(tx).await?;
    Ok((row.get("n")?, row.get("at")?))
}

/// Gives a line its batch, with what is personal in it as it is from now on; whether it was there and had none.
///
/// # Errors
/// The database refused.
pub async fn put_into_batch(tx: &mut Tx, line: &Line, batch: i64) -> Result<bool, DbError> {
    let put = sql("UPDATE audit_events SET batch = $2, network = $3, device = $4 WHERE id = $1 AND batch IS NULL")
        .bind(&line.id)
        .bind(batch)
        .bind(line.network.as_deref())
        .bind(line.device.as_deref())
        .execute(tx)
        .await?;
    Ok(put == 1)
}

/// Every line of the batches from `first` to `last`, batch by batch.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_batches(tx: &mut Tx, first: i64, last: i64) -> Result<Vec<Line>, DbError> {
    let rows = sql("SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch \
         FROM audit_events WHERE batch >= $1 AND batch <= $2 ORDER BY batch, at, id")
    .bind(first)
    .bind(last)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// Up to `most` lines that name a batch which there is not.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn strays(tx: &mut Tx, most: i64) -> Result<Vec<Line>, DbError> {
    let rows = sql("SELECT id, at, actor, kind, account_id, client_id, details, network, device, batch \
         FROM audit_events WHERE batch IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM audit_batches WHERE number = audit_events.batch) ORDER BY batch, at, id LIMIT $1")
    .bind(most)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}
