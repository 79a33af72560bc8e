//! The record's table.

use serde_json::Value;
use shared::clock::Timestamp;
use shared::db::{BATCH, BrokenRow, DbError, Tx, sql};

use super::{Actor, Event, EventId};

/// Appends one event.
///
/// # Errors
/// The database refused.
pub async fn append(tx: &mut Tx, id: EventId, at: Timestamp, actor: &Actor, event: &Event) -> Result<(), DbError> {
    let (kind, details) = encode(event)?;
    sql("INSERT INTO audit_events (id, at, actor, kind, account_id, client_id, details) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(id)
    .bind(at)
    .bind(actor.to_string())
    .bind(kind)
    .bind(event.account())
    .bind(event.client())
    .bind(details)
    .execute(tx)
    .await
    .map(drop)
}

/// The tag of the event as its kind, and the other fields as JSON.
fn encode(event: &Event) -> Result<(String, String), DbError> {
    let broken = || BrokenRow::new("details", "cannot be written as JSON");
    let mut value = serde_json::to_value(event).map_err(|_| broken())?;
    let kind = match value.as_object_mut().and_then(|o| o.remove("kind")) {
        Some(Value::String(kind)) => kind,
        _ => return Err(broken().into()),
    };
    Ok((kind, value.to_string()))
}

/// Removes up to a batch of events from before `limit`; how many went.
///
/// # Errors
/// The database refused.
pub async fn expire(tx: &mut Tx, limit: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)")
        .bind(limit)
        .bind(BATCH)
        .execute(tx)
        .await
}

/// One event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The kind's code.
    pub kind: String,
    /// The other fields, as JSON.
    pub details: String,
}

/// The latest `limit` events, newest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn latest(tx: &mut Tx, limit: i64) -> Result<Vec<Entry>, DbError> {
    let rows = sql("SELECT at, actor, kind, details FROM audit_events ORDER BY at DESC, id DESC LIMIT $1")
        .bind(limit)
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Entry {
                at: row.get("at")?,
                actor: row.get("actor")?,
                kind: row.get("kind")?,
                details: row.get("details")?,
            })
        })
        .collect()
}
