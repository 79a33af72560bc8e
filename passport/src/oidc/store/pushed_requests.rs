//! Authorization requests that clients pushed ahead (RFC 9126).

use shared::clock::Timestamp;
use shared::db::{Db, DbError, Tx, sql};

/// A request as its client pushed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRequest {
    /// Who pushed it, authenticated.
    pub client_id: String,
    /// Its parameters, form-encoded.
    pub parameters: String,
    /// Whether they were signed (RFC 9126 §3).
    pub signed: bool,
    /// Until when the browser may come with it.
    pub expires_at: Timestamp,
}

/// Stores one under the SHA-256 of its handle.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(db: &Db, hash: [u8; 32], request: &PushedRequest) -> Result<(), DbError> {
    let statement = sql("INSERT INTO pushed_requests (hash, client_id, parameters, signed, expires_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING")
    .bind(hash)
    .bind(&request.client_id)
    .bind(&request.parameters)
    .bind(request.signed)
    .bind(request.expires_at);
    db.execute(statement).await.map(drop)
}

/// The request of that handle, unless it was spent.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<PushedRequest>, DbError> {
    let row = sql("SELECT client_id, parameters, signed, expires_at FROM pushed_requests \
         WHERE hash = $1 AND used_at IS NULL")
    .bind(*hash)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(PushedRequest {
        client_id: row.get("client_id")?,
        parameters: row.get("parameters")?,
        signed: row.get("signed")?,
        expires_at: row.get("expires_at")?,
    }))
}

/// Spends it: of any number who try at once, one succeeds; whether this one did.
///
/// # Errors
/// See [`DbError`].
pub async fn spend(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<bool, DbError> {
    let rows = sql("UPDATE pushed_requests SET used_at = $2 WHERE hash = $1 AND used_at IS NULL")
        .bind(*hash)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(rows == 1)
}
