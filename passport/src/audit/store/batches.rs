//! The batches in which the record is sealed.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

/// A sealed batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its number: one more than that of the batch before.
    pub number: i64,
    /// The digest of the batch before; zeros in the first.
    pub previous: [u8; 32],
    /// How many events are sealed in it.
    pub events: i64,
    /// When the first of them happened.
    pub first: Timestamp,
    /// When the last of them happened.
    pub last: Timestamp,
    /// When it was sealed.
    pub sealed: Timestamp,
    /// The digest of its leaves.
    pub root: [u8; 32],
    /// Each event with its digest, in order; none: it was released, and its events are gone.
    pub leaves: Option<Vec<u8>>,
    /// The digest over all of that.
    pub digest: [u8; 32],
    /// The id of the key that signed it.
    pub signed_by: String,
    /// The signature over the digest.
    pub signature: Vec<u8>,
    /// When its events were let go of.
    pub released: Option<Timestamp>,
}

/// The last batch.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn last(tx: &mut Tx) -> Result<Option<Batch>, DbError> {
    let row = sql("SELECT number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, \
         signature, released_at FROM audit_batches ORDER BY number DESC LIMIT 1")
    .fetch_optional(tx)
    .await?;
    row.map(|row| read(&row)).transpose()
}

/// The batch of that number.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(tx: &mut Tx, number: i64) -> Result<Option<Batch>, DbError> {
    let row = sql("SELECT number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, \
         signature, released_at FROM audit_batches WHERE number = $1")
    .bind(number)
    .fetch_optional(tx)
    .await?;
    row.map(|row| read(&row)).transpose()
}

/// Up to `most` batches from that number on.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn from(tx: &mut Tx, number: i64, most: i64) -> Result<Vec<Batch>, DbError> {
    let rows = sql("SELECT number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, signed_by, \
         signature, released_at FROM audit_batches WHERE number >= $1 ORDER BY number LIMIT $2")
    .bind(number)
    .bind(most)
    .fetch_all(tx)
    .await?;
    rows.iter().map(read).collect()
}

/// The number of the first batch that was sealed at that time or later.
///
/// # Errors
/// The database refused.
pub async fn first_since(tx: &mut Tx, since: Timestamp) -> Result<Option<i64>, DbError> {
    sql("SELECT MIN(number) AS number FROM audit_batches WHERE sealed_at >= $1")
        .bind(since)
        .fetch_one(tx)
        .await?
        .get("number")
}

/// Adds a batch. Of two that would follow from the same one the second conflicts.
///
/// # Errors
/// The database refused, or there is a batch of that number.
pub async fn insert(tx: &mut Tx, batch: &Batch) -> Result<(), DbError> {
    sql("INSERT INTO audit_batches (number, previous, events, first_at, last_at, sealed_at, root, leaves, digest, \
         signed_by, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(batch.number)
    .bind(batch.previous)
    .bind(batch.events)
    .bind(batch.first)
    .bind(batch.last)
    .bind(batch.sealed)
    .bind(batch.root)
    .bind(batch.leaves.as_deref())
    .bind(batch.digest)
    .bind(&batch.signed_by)
    .bind(&batch.signature)
    .execute(tx)
    .await
    .map(drop)
}

/// Lets go of the oldest batch whose events all happened before `limit`, and removes them; how many went. What the batch
/// says of itself stays, so that the chain goes on from it.
///
/// # Errors
/// The database refused.
pub async fn expire(tx: &mut Tx, limit: Timestamp, now: Timestamp) -> Result<u64, DbError> {
    let oldest = sql("SELECT number FROM audit_batches WHERE released_at IS NULL AND last_at < $1 \
         ORDER BY last_at, number LIMIT 1")
    .bind(limit)
    .fetch_optional(tx)
    .await?;
    let Some(oldest) = oldest else { return Ok(0) };
    let number: i64 = oldest.get("number")?;
    sql("UPDATE audit_batches SET released_at = $2, leaves = NULL WHERE number = $1 AND released_at IS NULL")
        .bind(number)
        .bind(now)
        .execute(tx)
        .await?;
    let gone = sql("DELETE FROM audit_events WHERE batch = $1").bind(number).execute(tx).await?;
    // One whose events somebody else removed is done with as well, and is not the last.
    Ok(gone.max(1))
}

fn read(row: &Row) -> Result<Batch, DbError> {
    Ok(Batch {
        number: row.get("number")?,
        previous: row.get("previous")?,
        events: row.get("events")?,
        first: row.get("first_at")?,
        last: row.get("last_at")?,
        sealed: row.get("sealed_at")?,
        root: row.get("root")?,
        leaves: row.get("leaves")?,
        digest: row.get("digest")?,
        signed_by: row.get("signed_by")?,
        signature: row.get("signature")?,
        released: row.get("released_at")?,
    })
}
