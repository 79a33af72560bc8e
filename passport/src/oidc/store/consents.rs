//! What people let clients have.

use shared::db::{Db, DbError, Query, Row, Tx, sql};

use super::super::authorize::interaction::Consent;
use crate::accounts::model::AccountId;

/// What this person let this client have.
///
/// # Errors
/// See [`DbError`].
pub async fn find(tx: &mut Tx, account: AccountId, client_id: &str) -> Result<Option<Consent>, DbError> {
    of_person(account, client_id).fetch_optional(tx).await?.map(|row| consent(&row)).transpose()
}

/// Like [`find`], outside of any transaction.
///
/// # Errors
/// See [`DbError`].
pub async fn look_up(db: &Db, account: AccountId, client_id: &str) -> Result<Option<Consent>, DbError> {
    db.find(of_person(account, client_id)).await?.map(|row| consent(&row)).transpose()
}

fn of_person(account: AccountId, client_id: &str) -> Query {
    sql("SELECT scope, declined, granted_at FROM consents WHERE account_id = $1 AND client_id = $2")
        .bind(account)
        .bind(client_id)
}

fn consent(row: &Row) -> Result<Consent, DbError> {
    Ok(Consent { scope: row.get("scope")?, declined: row.get("declined")?, granted_at: row.get("granted_at")? })
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
