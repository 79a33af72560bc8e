//! The table of logos.

use std::collections::HashMap;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use super::super::model::ClientId;
use super::picture::{Picture, media_type};

/// The names of the logos that were had, by client, with the address of each.
///
/// # Errors
/// The database refused.
pub async fn names(tx: &mut Tx) -> Result<HashMap<String, (String, String)>, DbError> {
    let rows = sql("SELECT client_id, logo_uri, hash FROM client_logos WHERE hash IS NOT NULL").fetch_all(tx).await?;
    rows.iter().map(|row| Ok((row.get("client_id")?, (row.get("logo_uri")?, row.get("hash")?)))).collect()
}

/// How often that address was tried for the client.
///
/// # Errors
/// The database refused.
pub async fn attempts(tx: &mut Tx, id: &ClientId, address: &str) -> Result<Option<i64>, DbError> {
    let row = sql("SELECT attempts FROM client_logos WHERE client_id = $1 AND logo_uri = $2")
        .bind(id.as_str())
        .bind(address)
        .fetch_optional(tx)
        .await?;
    row.map(|row| row.get("attempts")).transpose()
}

/// Takes it on to fetch the logo, unless it is there, or was tried and is not due before `now`; whether it was taken.
/// Until `retry_at` nobody else does.
///
/// # Errors
/// The database refused.
pub async fn claim(
    tx: &mut Tx,
    id: &ClientId,
    (address, attempts): (&str, i64),
    now: Timestamp,
    retry_at: Timestamp,
) -> Result<bool, DbError> {
    let rows = sql("INSERT INTO client_logos (client_id, logo_uri, attempts, retry_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (client_id) DO UPDATE SET logo_uri = excluded.logo_uri, attempts = excluded.attempts, \
         retry_at = excluded.retry_at, hash = NULL, media_type = NULL, picture = NULL \
         WHERE client_logos.logo_uri <> excluded.logo_uri \
         OR (client_logos.hash IS NULL AND client_logos.retry_at <= $5)")
    .bind(id.as_str())
    .bind(address)
    .bind(attempts)
    .bind(retry_at)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(rows == 1)
}

/// Keeps what was fetched, if the address is still the one that was taken on.
///
/// # Errors
/// The database refused.
pub async fn put(tx: &mut Tx, id: &ClientId, address: &str, picture: &Picture) -> Result<(), DbError> {
    sql("UPDATE client_logos SET hash = $3, media_type = $4, picture = $5 WHERE client_id = $1 AND logo_uri = $2")
        .bind(id.as_str())
        .bind(address)
        .bind(picture.hash())
        .bind(picture.media_type)
        .bind(&picture.bytes)
        .execute(tx)
        .await
        .map(drop)
}

/// The picture of that name, with its media type.
///
/// # Errors
/// The database refused.
pub async fn find(tx: &mut Tx, hash: &str) -> Result<Option<(&'static str, Vec<u8>)>, DbError> {
    let row = sql("SELECT media_type, picture FROM client_logos WHERE hash = $1 LIMIT 1")
        .bind(hash)
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let stored: String = row.get("media_type")?;
    media_type(&stored).map(|kind| row.get("picture").map(|bytes| (kind, bytes))).transpose()
}

/// Forgets the logo of a client that is removed.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, id: &ClientId) -> Result<(), DbError> {
    sql("DELETE FROM client_logos WHERE client_id = $1").bind(id.as_str()).execute(tx).await.map(drop)
}
