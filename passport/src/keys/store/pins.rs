//! Clients that stay with a key, and the private halves that are kept for them.

use std::collections::HashMap;

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

use super::super::alg::Alg;
use super::super::pin::model::Pin;

/// Every pin, by the key.
///
/// # Errors
/// The database refused.
pub async fn all(tx: &mut Tx) -> Result<HashMap<String, Vec<Pin>>, DbError> {
    let rows = sql("SELECT kid, client_id, began_at, ends_at, ended_at FROM key_pins ORDER BY client_id")
        .fetch_all(tx)
        .await?;
    let mut pins = HashMap::<_, Vec<_>>::new();
    for row in &rows {
        let pin = Pin {
            client: row.get("client_id")?,
            since: row.get("began_at")?,
            until: row.get("ends_at")?,
            ended: row.get("ended_at")?,
        };
        pins.entry(row.get("kid")?).or_default().push(pin);
    }
    Ok(pins)
}

/// A private half that is kept, sealed under that master key.
#[derive(Debug, Clone)]
pub struct KeptHalf {
    /// Sealed.
    pub private_key: Vec<u8>,
    /// Under which master key.
    pub master_key_id: String,
}

/// Every private half that is kept, by the key.
///
/// # Errors
/// The database refused.
pub async fn halves(tx: &mut Tx) -> Result<HashMap<String, KeptHalf>, DbError> {
    let rows = sql("SELECT kid, private_key, master_key_id FROM kept_key_halves").fetch_all(tx).await?;
    let half = |row: &Row| {
        let half = KeptHalf { private_key: row.get("private_key")?, master_key_id: row.get("master_key_id")? };
        Ok((row.get("kid")?, half))
    };
    rows.iter().map(half).collect()
}

/// Pins a client to a key, in place of another one of that algorithm; how many.
///
/// # Errors
/// The database refused.
pub async fn put(tx: &mut Tx, (kid, alg): (&str, Alg), pin: &Pin) -> Result<u64, DbError> {
    sql("INSERT INTO key_pins (client_id, alg, kid, began_at, ends_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (client_id, alg) DO UPDATE SET kid = excluded.kid, began_at = excluded.began_at, \
         ends_at = excluded.ends_at, ended_at = NULL")
    .bind(&pin.client)
    .bind(alg.as_str())
    .bind(kid)
    .bind(pin.since)
    .bind(pin.until)
    .execute(tx)
    .await
}

/// Writes down that a pin is over; how many there were.
///
/// # Errors
/// The database refused.
pub async fn end(tx: &mut Tx, kid: &str, client: &str, now: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE key_pins SET ended_at = $3 WHERE kid = $1 AND client_id = $2 AND ended_at IS NULL")
        .bind(kid)
        .bind(client)
        .bind(now)
        .execute(tx)
        .await
}

/// Writes down that all pins of a client are over; of which keys and algorithms they were.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn end_of_client(tx: &mut Tx, client: &str, now: Timestamp) -> Result<Vec<(String, Alg)>, DbError> {
    let rows = sql("UPDATE key_pins SET ended_at = $2 WHERE client_id = $1 AND ended_at IS NULL RETURNING kid, alg")
        .bind(client)
        .bind(now)
        .fetch_all(tx)
        .await?;
    rows.iter().map(|row| Ok((row.get("kid")?, super::alg(row)?))).collect()
}

/// Keeps the private half of a key that is about to retire; how many.
///
/// # Errors
/// The database refused.
pub async fn keep_half(tx: &mut Tx, kid: &str) -> Result<u64, DbError> {
    sql("INSERT INTO kept_key_halves (kid, private_key, master_key_id) \
         SELECT kid, private_key, master_key_id FROM signing_keys WHERE kid = $1 AND state = 'active'")
    .bind(kid)
    .execute(tx)
    .await
}

/// Puts a private half in place that is sealed under another master key.
///
/// # Errors
/// The database refused.
pub async fn rewrap_half(tx: &mut Tx, kid: &str, half: &KeptHalf) -> Result<(), DbError> {
    sql("UPDATE kept_key_halves SET private_key = $2, master_key_id = $3 WHERE kid = $1")
        .bind(kid)
        .bind(&half.private_key)
        .bind(&half.master_key_id)
        .execute(tx)
        .await
        .map(drop)
}

/// Deletes a private half that was kept; how many there were.
///
/// # Errors
/// The database refused.
pub async fn drop_half(tx: &mut Tx, kid: &str) -> Result<u64, DbError> {
    sql("DELETE FROM kept_key_halves WHERE kid = $1").bind(kid).execute(tx).await
}

/// Lets a retiring key sign again whose private half was kept; how many.
///
/// # Errors
/// The database refused; a conflict if its algorithm has an active key.
pub async fn bring_back(tx: &mut Tx, kid: &str, now: Timestamp) -> Result<u64, DbError> {
    let back = sql("UPDATE signing_keys SET state = 'active', state_since = $2, activated_at = $2, retires_until = NULL, \
                    private_key = (SELECT h.private_key FROM kept_key_halves h WHERE h.kid = $1), \
                    master_key_id = (SELECT h.master_key_id FROM kept_key_halves h WHERE h.kid = $1) \
                    WHERE kid = $1 AND state = 'retiring' AND EXISTS (SELECT 1 FROM kept_key_halves h WHERE h.kid = $1)")
    .bind(kid)
    .bind(now)
    .execute(tx)
    .await?;
    drop_half(tx, kid).await?;
    Ok(back)
}

/// Publishes a retiring key until then; how many there were.
///
/// # Errors
/// The database refused.
pub async fn publish_until(tx: &mut Tx, kid: &str, until: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE signing_keys SET retires_until = $2 WHERE kid = $1 AND state = 'retiring'")
        .bind(kid)
        .bind(until)
        .execute(tx)
        .await
}

/// Forgets the pins of a key, and the private half that was kept for them.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, kid: &str) -> Result<(), DbError> {
    drop_half(tx, kid).await?;
    sql("DELETE FROM key_pins WHERE kid = $1").bind(kid).execute(tx).await.map(drop)
}
