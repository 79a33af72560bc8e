//! Tokens of clients that count once, until they would have expired.

use shared::db::{Db, DbError, Tx, sql};

use super::super::once::Once;

/// Spends a token: of any number of attempts one succeeds; whether this one did. It may be repeated after a lost
/// connection: the same attempt succeeds again.
///
/// # Errors
/// See [`DbError`].
pub async fn spend(db: &Db, token: Once, attempt: [u8; 16]) -> Result<bool, DbError> {
    let statement = sql("INSERT INTO used_tokens (id, attempt, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET attempt = used_tokens.attempt WHERE used_tokens.attempt = excluded.attempt")
    .bind(token.id)
    .bind(attempt.as_slice())
    .bind(token.expires_at);
    Ok(db.execute(statement).await? == 1)
}

/// Spends two tokens of different uses in one trip; whether both were unspent. Each that was is spent now.
///
/// # Errors
/// See [`DbError`].
pub async fn spend_both(db: &Db, [one, other]: [Once; 2], attempt: [u8; 16]) -> Result<bool, DbError> {
    let statement = sql("INSERT INTO used_tokens (id, attempt, expires_at) VALUES ($1, $2, $3), ($4, $2, $5) \
         ON CONFLICT (id) DO UPDATE SET attempt = used_tokens.attempt WHERE used_tokens.attempt = excluded.attempt")
    .bind(one.id)
    .bind(attempt.as_slice())
    .bind(one.expires_at)
    .bind(other.id)
    .bind(other.expires_at);
    Ok(db.execute(statement).await? == 2)
}

/// Whether it was that attempt that spent the token.
///
/// # Errors
/// See [`DbError`].
pub async fn was_spent_by(tx: &mut Tx, token: Once, attempt: [u8; 16]) -> Result<bool, DbError> {
    let row = sql("SELECT id FROM used_tokens WHERE id = $1 AND attempt = $2")
        .bind(token.id)
        .bind(attempt.as_slice())
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}
