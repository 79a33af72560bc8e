//! The registry's tables. The metadata column is JSON that was checked when written and is checked again when read.

use std::collections::HashMap;

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::logos;
use super::metadata::Metadata;
use super::model::{Client, ClientId};
use super::secret::StoredSecret;
use super::signals;
use super::uses::SecretUse;

/// The number of changes made to the registry so far.
///
/// # Errors
/// The database refused.
pub async fn revision(tx: &mut Tx) -> Result<i64, DbError> {
    sql("SELECT revision FROM client_registry WHERE id = 1").fetch_one(tx).await?.get("revision")
}

/// Counts a change, so that every node reads the registry again.
///
/// # Errors
/// The database refused.
pub async fn touch(tx: &mut Tx) -> Result<(), DbError> {
    sql("UPDATE client_registry SET revision = revision + 1 WHERE id = 1").execute(tx).await.map(drop)
}

/// Every client with its secrets, the name of its logo, and whether it has a stream of security events.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn all(tx: &mut Tx) -> Result<Vec<Client>, DbError> {
    let mut secrets = HashMap::<String, Vec<StoredSecret>>::new();
    let rows =
        sql("SELECT client_id, hash, created_at, expires_at, last_used_at FROM client_secrets ORDER BY created_at")
            .fetch_all(tx)
            .await?;
    for row in &rows {
        secrets.entry(row.get("client_id")?).or_default().push(stored_secret(row)?);
    }
    let mut logos = logos::store::names(tx).await?;
    let hearing = signals::store::clients(tx).await?;
    let rows = sql("SELECT client_id, metadata, registration_hash, suspended_at FROM clients ORDER BY client_id")
        .fetch_all(tx)
        .await?;
    rows.iter()
        .map(|row| {
            let id = row.get::<String>("client_id")?;
            let client = client(row, secrets.remove(&id).unwrap_or_default())?;
            let logo = logos.remove(&id).filter(|(address, _)| logos::is_current(&client, address));
            Ok(Client { logo: logo.map(|(_, name)| name), hears_signals: hearing.contains(&id), ..client })
        })
        .collect()
}

/// One client with its secrets.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn find(tx: &mut Tx, id: &ClientId) -> Result<Option<Client>, DbError> {
    let row = sql("SELECT client_id, metadata, registration_hash, suspended_at FROM clients WHERE client_id = $1")
        .bind(id.as_str())
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let rows = sql("SELECT hash, created_at, expires_at, last_used_at FROM client_secrets WHERE client_id = $1 \
         ORDER BY created_at")
    .bind(id.as_str())
    .fetch_all(tx)
    .await?;
    let secrets = rows.iter().map(stored_secret).collect::<Result<_, _>>()?;
    client(&row, secrets).map(Some)
}

/// The clients of that `software_id` that were registered before.
///
/// # Errors
/// The database refused.
pub async fn of_software(tx: &mut Tx, software: &str, before: Timestamp) -> Result<Vec<ClientId>, DbError> {
    let rows = sql("SELECT client_id, metadata FROM clients WHERE created_at < $1 AND metadata LIKE $2")
        .bind(before)
        .bind(format!("%{software}%"))
        .fetch_all(tx)
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let metadata = serde_json::from_str::<Metadata>(&row.get::<String>("metadata")?).ok();
        // The words may stand elsewhere in it.
        if metadata.is_some_and(|metadata| metadata.software_id.as_deref() == Some(software)) {
            found.extend(ClientId::parse(&row.get::<String>("client_id")?));
        }
    }
    Ok(found)
}

fn client(row: &Row, secrets: Vec<StoredSecret>) -> Result<Client, DbError> {
    let broken = |problem: String| DbError::from(BrokenRow::new("metadata", problem));
    let json: String = row.get("metadata")?;
    let metadata: Metadata = serde_json::from_str(&json).map_err(|e| broken(format!("is not client metadata: {e}")))?;
    if metadata.client_id != row.get::<String>("client_id")? {
        return Err(broken("belongs to another client".to_owned()));
    }
    let client = Client::stored(metadata, secrets).map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        broken(format!("breaks a rule: {}", first.unwrap_or_default()))
    })?;
    let (registration_hash, suspended_at) = (row.get("registration_hash")?, row.get("suspended_at")?);
    Ok(Client { registration_hash, suspended_at, ..client })
}

fn stored_secret(row: &Row) -> Result<StoredSecret, DbError> {
    Ok(StoredSecret {
        hash: row.get("hash")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

/// Writes a client's metadata, whether it is new or not.
///
/// # Errors
/// The database refused.
pub async fn put(tx: &mut Tx, client: &Client, now: Timestamp) -> Result<(), DbError> {
    let json =
        serde_json::to_string(&client.metadata).map_err(|_| BrokenRow::new("metadata", "cannot be written as JSON"))?;
    sql("INSERT INTO clients (client_id, metadata, created_at, updated_at) VALUES ($1, $2, $3, $3) \
         ON CONFLICT (client_id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at")
    .bind(client.id.as_str())
    .bind(json)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Adds a secret.
///
/// # Errors
/// The database refused; a conflict if the client has this very secret.
pub async fn add_secret(tx: &mut Tx, id: &ClientId, hash: [u8; 32], now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO client_secrets (client_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(id.as_str())
        .bind(hash)
        .bind(now)
        .bind(None::<Timestamp>)
        .execute(tx)
        .await
        .map(drop)
}

/// Writes down when secrets were last used, where that is later than what is known. The registry counts no change: what
/// a client may do stays as it is.
///
/// # Errors
/// The database refused.
pub async fn write_uses(tx: &mut Tx, uses: &[SecretUse]) -> Result<(), DbError> {
    for one in uses {
        sql("UPDATE client_secrets SET last_used_at = $3 \
             WHERE client_id = $1 AND hash = $2 AND (last_used_at IS NULL OR last_used_at < $3)")
        .bind(one.client.as_str())
        .bind(one.hash)
        .bind(one.at)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// Gives every secret but `kept` an end, unless it ends sooner anyway.
///
/// # Errors
/// The database refused.
pub async fn retire_others(tx: &mut Tx, id: &ClientId, kept: [u8; 32], end: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE client_secrets SET expires_at = $3 \
         WHERE client_id = $1 AND hash <> $2 AND (expires_at IS NULL OR expires_at > $3)")
    .bind(id.as_str())
    .bind(kept)
    .bind(end)
    .execute(tx)
    .await
}

/// Ends a secret.
///
/// # Errors
/// The database refused.
pub async fn end_secret(tx: &mut Tx, id: &ClientId, hash: [u8; 32], now: Timestamp) -> Result<(), DbError> {
    sql("UPDATE client_secrets SET expires_at = $3 WHERE client_id = $1 AND hash = $2")
        .bind(id.as_str())
        .bind(hash)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Suspends a client; whether it was not.
///
/// # Errors
/// The database refused.
pub async fn suspend(tx: &mut Tx, id: &ClientId, now: Timestamp) -> Result<bool, DbError> {
    let rows = sql("UPDATE clients SET suspended_at = $2 WHERE client_id = $1 AND suspended_at IS NULL")
        .bind(id.as_str())
        .bind(now)
        .execute(tx);
    Ok(rows.await? == 1)
}

/// Lets a client again; whether it was suspended.
///
/// # Errors
/// The database refused.
pub async fn reinstate(tx: &mut Tx, id: &ClientId) -> Result<bool, DbError> {
    let rows = sql("UPDATE clients SET suspended_at = NULL WHERE client_id = $1 AND suspended_at IS NOT NULL")
        .bind(id.as_str())
        .execute(tx);
    Ok(rows.await? == 1)
}

/// Forgets secrets that ended before `now`.
///
/// # Errors
/// The database refused.
pub async fn remove_expired_secrets(tx: &mut Tx, id: &ClientId, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM client_secrets WHERE client_id = $1 AND expires_at <= $2")
        .bind(id.as_str())
        .bind(now)
        .execute(tx)
        .await
}

/// Remembers what a client manages itself with.
///
/// # Errors
/// The database refused.
pub async fn set_registration_hash(tx: &mut Tx, id: &ClientId, hash: [u8; 32]) -> Result<(), DbError> {
    sql("UPDATE clients SET registration_hash = $2 WHERE client_id = $1")
        .bind(id.as_str())
        .bind(hash)
        .execute(tx)
        .await
        .map(drop)
}

/// Forgets a client, its secrets, its logo, its stream, and what was refused to it.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, id: &ClientId) -> Result<(), DbError> {
    logos::store::remove(tx, id).await?;
    signals::store::remove(tx, id.as_str()).await?;
    sql("DELETE FROM client_secrets WHERE client_id = $1").bind(id.as_str()).execute(tx).await?;
    sql("DELETE FROM refusals WHERE client_id = $1").bind(id.as_str()).execute(tx).await?;
    sql("DELETE FROM clients WHERE client_id = $1").bind(id.as_str()).execute(tx).await.map(drop)
}

/// Adds an initial access token.
///
/// # Errors
/// The database refused.
pub async fn add_invitation(
    tx: &mut Tx,
    hash: [u8; 32],
    uses: u32,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO client_invitations (hash, uses_left, expires_at, created_at) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(i64::from(uses))
        .bind(expires_at)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Spends one use of an initial access token; whether it had one left.
///
/// # Errors
/// The database refused.
pub async fn spend_invitation(tx: &mut Tx, hash: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    let rows = sql("UPDATE client_invitations SET uses_left = uses_left - 1 \
         WHERE hash = $1 AND uses_left > 0 AND expires_at > $2")
    .bind(hash)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(rows == 1)
}

/// Forgets initial access tokens that have expired by now.
///
/// # Errors
/// The database refused.
pub async fn forget_invitations(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    sql("DELETE FROM client_invitations WHERE expires_at <= $1").bind(now).execute(tx).await
}
