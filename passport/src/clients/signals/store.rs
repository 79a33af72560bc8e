//! The tables of streams, and of whom the sites at their ends know.

use std::collections::BTreeSet;

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};
use url::Url;

use super::model::{EventType, Stream, StreamState};
use crate::clients::ClientId;
use crate::keys::store::SealedColumn;
use crate::sealed_column;
use crate::web::KeyUse;

/// What is sent as `Authorization`, of each stream that has something.
pub const SEALED_AUTHORIZATIONS: SealedColumn =
    sealed_column!("client_signals", "client_id", "authorization_sealed", KeyUse::SignalAuthorization, bound true);

/// The stream of a client.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(tx: &mut Tx, client: &str) -> Result<Option<Stream>, DbError> {
    let row = sql("SELECT client_id, endpoint, events, state, changed_at, authorization_sealed FROM client_signals \
         WHERE client_id = $1")
    .bind(client)
    .fetch_optional(tx)
    .await?;
    row.map(|row| stream(&row)).transpose()
}

fn stream(row: &Row) -> Result<Stream, DbError> {
    let broken = BrokenRow::new;
    let client: String = row.get("client_id")?;
    let endpoint: String = row.get("endpoint")?;
    Ok(Stream {
        client: ClientId::parse(&client).ok_or_else(|| broken("client_id", "is no client's id"))?,
        endpoint: Url::parse(&endpoint).map_err(|_| broken("endpoint", "is no address"))?,
        events: chosen(&row.get::<String>("events")?),
        state: state(row)?,
        changed_at: row.get("changed_at")?,
        authorization: row.get("authorization_sealed")?,
    })
}

/// The state in a row.
pub(crate) fn state(row: &Row) -> Result<StreamState, DbError> {
    let text: String = row.get("state")?;
    Ok(StreamState::parse(&text).ok_or_else(|| BrokenRow::new("state", "is none"))?)
}

/// The types that are stored so. Those that only a newer version knows are passed over.
pub(crate) fn chosen(text: &str) -> BTreeSet<EventType> {
    text.split(' ').filter_map(EventType::of_code).collect()
}

/// Writes a stream, whether it is new or not.
///
/// # Errors
/// The database refused.
pub async fn put(tx: &mut Tx, stream: &Stream, now: Timestamp) -> Result<(), DbError> {
    let events: Vec<&str> = stream.events.iter().map(|known| known.code()).collect();
    sql(
        "INSERT INTO client_signals (client_id, endpoint, events, state, authorization_sealed, created_at, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (client_id) DO UPDATE SET endpoint = excluded.endpoint, \
         events = excluded.events, state = excluded.state, authorization_sealed = excluded.authorization_sealed, \
         changed_at = excluded.changed_at",
    )
    .bind(stream.client.as_str())
    .bind(stream.endpoint.as_str())
    .bind(events.join(" "))
    .bind(stream.state.as_str())
    .bind(stream.authorization.clone())
    .bind(now)
    .bind(stream.changed_at)
    .execute(tx)
    .await
    .map(drop)
}

/// The clients that have a stream, whatever its state is.
///
/// # Errors
/// The database refused.
pub async fn clients(tx: &mut Tx) -> Result<BTreeSet<String>, DbError> {
    let rows = sql("SELECT client_id FROM client_signals").fetch_all(tx).await?;
    rows.iter().map(|row| row.get("client_id")).collect()
}

/// Forgets the stream of a client, and whom it knows.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, client: &str) -> Result<(), DbError> {
    sql("DELETE FROM signal_subjects WHERE client_id = $1").bind(client).execute(tx).await?;
    sql("DELETE FROM client_signals WHERE client_id = $1").bind(client).execute(tx).await.map(drop)
}
