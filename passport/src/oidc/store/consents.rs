//! What people let clients have.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{Db, DbError, Query, Row, Tx, sql};

use super::super::authorize::interaction::Consent;
use crate::accounts::model::AccountId;

/// How exactly the last use is known. More often it is not written down: a site may come for tokens every minute.
const USE_KNOWN_TO: Duration = Duration::from_secs(60 * 60);

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
    sql("SELECT scope, declined, granted_at, used_at FROM consents WHERE account_id = $1 AND client_id = $2")
        .bind(account)
        .bind(client_id)
}

/// Everything that this person lets clients have, with their ids; the one used last comes first.
///
/// # Errors
/// See [`DbError`].
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<(String, Consent)>, DbError> {
    let rows = sql("SELECT client_id, scope, declined, granted_at, used_at FROM consents WHERE account_id = $1 \
         ORDER BY used_at DESC, client_id")
    .bind(account)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((row.get("client_id")?, consent(row)?))).collect()
}

fn consent(row: &Row) -> Result<Consent, DbError> {
    Ok(Consent {
        scope: row.get("scope")?,
        declined: row.get("declined")?,
        granted_at: row.get("granted_at")?,
        used_at: row.get("used_at")?,
    })
}

/// Remembers it, in place of what was remembered. What began before stays valid: only [`remove`] ends it.
///
/// # Errors
/// See [`DbError`].
pub async fn put(tx: &mut Tx, account: AccountId, client_id: &str, consent: &Consent) -> Result<(), DbError> {
    sql("INSERT INTO consents (account_id, client_id, scope, declined, granted_at, began_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (account_id, client_id) \
         DO UPDATE SET scope = excluded.scope, declined = excluded.declined, granted_at = excluded.granted_at, \
         used_at = excluded.used_at")
    .bind(account)
    .bind(client_id)
    .bind(&consent.scope)
    .bind(&consent.declined)
    .bind(consent.granted_at)
    .bind(consent.used_at)
    .execute(tx)
    .await
    .map(drop)
}

/// Writes down that the client makes use of it, unless that is known: `last` is when it did so before.
///
/// # Errors
/// See [`DbError`].
pub async fn note_use(
    db: &Db,
    (account, client_id): (AccountId, &str),
    last: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    if now.since(last) < USE_KNOWN_TO {
        return Ok(());
    }
    let statement = sql("UPDATE consents SET used_at = $3 WHERE account_id = $1 AND client_id = $2 AND used_at < $3")
        .bind(account)
        .bind(client_id)
        .bind(now);
    db.execute(statement).await.map(drop)
}

/// Forgets it, and thereby ends every authorization that was given by it; whether there was one.
///
/// # Errors
/// See [`DbError`].
pub async fn remove(tx: &mut Tx, account: AccountId, client_id: &str) -> Result<bool, DbError> {
    let rows = sql("DELETE FROM consents WHERE account_id = $1 AND client_id = $2")
        .bind(account)
        .bind(client_id)
        .execute(tx)
        .await?;
    Ok(rows > 0)
}
