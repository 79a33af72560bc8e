//! What people let clients have.

use shared::db::{DbError, Tx, sql};

use super::super::authorize::interaction::Consent;
use crate::accounts::model::AccountId;

/// What this person let this client have.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, account: AccountId, client_id: &str) -> Result<Option<Consent>, DbError> {
    let row = sql("SELECT scope, declined, granted_at FROM consents WHERE account_id = $1 AND client_id = $2")
        .bind(account)
        .bind(client_id)
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Consent { scope: row.get("scope")?, declined: row.get("declined")?, granted_at: row.get("granted_at")? }))
}

/// Remembers it, in place of what was remembered.
///
/// # Errors
/// See [`DbError`].
pub async fn put(tx: &mut Tx, account: AccountId, client_id: &str, consent: &Consent) -> Result<(), DbError> {
    sql("INSERT INTO consents (account_id, client_id, scope, declined, granted_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (account_id, client_id) \
         DO UPDATE SET scope = excluded.scope, declined = excluded.declined, granted_at = excluded.granted_at")
    .bind(account)
    .bind(client_id)
    .bind(&consent.scope)
    .bind(&consent.declined)
    .bind(consent.granted_at)
    .execute(tx)
    .await
    .map(drop)
}
