//! The keys' tables.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::alg::Alg;
use super::model::{DataKeyPurpose, KeyRecord, KeyState};

/// A signing key as it is stored.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// What is known of it.
    pub record: KeyRecord,
    /// The public half, encoded.
    pub public_key: Vec<u8>,
    /// The private half, sealed under the master key. None once the key retires.
    pub private_key: Option<Vec<u8>>,
    /// Under which master key.
    pub master_key_id: String,
}

/// A data key as it is stored.
#[derive(Debug, Clone)]
pub struct StoredDataKey {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub purpose: DataKeyPurpose,
    /// The key, sealed under the master key.
    pub sealed: Vec<u8>,
    /// Under which master key.
    pub master_key_id: String,
}

/// The number of changes made to the keys so far.
///
/// # Errors
/// The database refused.
pub async fn revision(tx: &mut Tx) -> Result<i64, DbError> {
    sql("SELECT revision FROM key_registry WHERE id = 1").fetch_one(tx).await?.get("revision")
}

/// Counts a change, so that every node reads the keys again. Also what makes concurrent changes wait for one
/// another: it comes first in each transaction that changes keys.
///
/// # Errors
/// The database refused.
pub async fn touch(tx: &mut Tx) -> Result<(), DbError> {
    sql("UPDATE key_registry SET revision = revision + 1 WHERE id = 1").execute(tx).await.map(drop)
}

/// Every signing key, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn signing_keys(tx: &mut Tx) -> Result<Vec<StoredKey>, DbError> {
    let rows = sql("SELECT kid, alg, state, state_since, retires_until, public_key, private_key, master_key_id \
                    FROM signing_keys ORDER BY created_at, kid")
    .fetch_all(tx)
    .await?;
    rows.iter().map(signing_key).collect()
}

fn signing_key(row: &Row) -> Result<StoredKey, DbError> {
    let alg: String = row.get("alg")?;
    let alg: Alg = alg.parse().map_err(|_| BrokenRow::new("alg", "is not an algorithm of ours"))?;
    let since = row.get("state_since")?;
    let until: Option<Timestamp> = row.get("retires_until")?;
    let private_key: Option<Vec<u8>> = row.get("private_key")?;
    let state: String = row.get("state")?;
    let state = match (state.as_str(), until, &private_key) {
        ("staged", None, Some(_)) => KeyState::Staged { since },
        ("active", None, Some(_)) => KeyState::Active { since },
        ("retiring", Some(until), None) => KeyState::Retiring { since, until },
        _ => return Err(BrokenRow::new("state", "does not fit the other columns").into()),
    };
    Ok(StoredKey {
        record: KeyRecord { kid: row.get("kid")?, alg, state },
        public_key: row.get("public_key")?,
        private_key,
        master_key_id: row.get("master_key_id")?,
    })
}

/// Adds a key.
///
/// # Errors
/// The database refused; a conflict if its algorithm has a key in that state.
pub async fn insert(tx: &mut Tx, key: &StoredKey, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO signing_keys \
         (kid, alg, state, state_since, retires_until, public_key, private_key, master_key_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $4)")
    .bind(&key.record.kid)
    .bind(key.record.alg.as_str())
    .bind(key.record.state.as_str())
    .bind(now)
    .bind(None::<Timestamp>)
    .bind(&key.public_key)
    .bind(key.private_key.clone())
    .bind(&key.master_key_id)
    .execute(tx)
    .await
    .map(drop)
}

/// Lets a staged key sign.
///
/// # Errors
/// The database refused; a conflict if its algorithm has an active key.
pub async fn activate(tx: &mut Tx, kid: &str, now: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE signing_keys SET state = 'active', state_since = $2 WHERE kid = $1 AND state = 'staged'")
        .bind(kid)
        .bind(now)
        .execute(tx)
        .await
}

/// Retires an active key and deletes its private half.
///
/// # Errors
/// The database refused.
pub async fn retire(tx: &mut Tx, kid: &str, now: Timestamp, until: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE signing_keys SET state = 'retiring', state_since = $2, retires_until = $3, private_key = NULL \
         WHERE kid = $1 AND state = 'active'")
    .bind(kid)
    .bind(now)
    .bind(until)
    .execute(tx)
    .await
}

/// Forgets a retired key.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, kid: &str) -> Result<u64, DbError> {
    sql("DELETE FROM signing_keys WHERE kid = $1 AND state = 'retiring'").bind(kid).execute(tx).await
}

/// Every data key, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn data_keys(tx: &mut Tx) -> Result<Vec<StoredDataKey>, DbError> {
    let rows = sql("SELECT id, purpose, sealed, master_key_id FROM data_keys ORDER BY id").fetch_all(tx).await?;
    rows.iter()
        .map(|row| {
            let purpose: String = row.get("purpose")?;
            Ok(StoredDataKey {
                id: row.get("id")?,
                purpose: DataKeyPurpose::parse(&purpose).ok_or_else(|| BrokenRow::new("purpose", "is unknown"))?,
                sealed: row.get("sealed")?,
                master_key_id: row.get("master_key_id")?,
            })
        })
        .collect()
}

/// Adds a data key.
///
/// # Errors
/// The database refused; a conflict if the number is taken.
pub async fn insert_data_key(tx: &mut Tx, key: &StoredDataKey, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO data_keys (id, purpose, sealed, master_key_id, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(key.id)
        .bind(key.purpose.as_str())
        .bind(&key.sealed)
        .bind(&key.master_key_id)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}
