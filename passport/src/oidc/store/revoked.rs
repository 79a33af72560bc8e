//! Access tokens that were revoked one by one.

use shared::clock::Timestamp;
use shared::db::{Db, DbError, Tx, sql};

/// Revokes an access token. Doing it twice is doing it once.
///
/// # Errors
/// See [`DbError`].
pub async fn insert(tx: &mut Tx, jti: &str, expires_at: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING")
        .bind(jti)
        .bind(expires_at)
        .execute(tx)
        .await
        .map(drop)
}

/// Whether it was revoked.
///
/// # Errors
/// See [`DbError`].
pub async fn contains(db: &Db, jti: &str) -> Result<bool, DbError> {
    let found = db.find(sql("SELECT jti FROM revoked_tokens WHERE jti = $1").bind(jti)).await?;
    Ok(found.is_some())
}
