//! The keys' tables.

mod data;
mod epochs;
pub mod evidence;
mod former;
mod lookups;
mod masters;
pub mod nodes;
pub mod pins;
mod sealed;
#[cfg(test)]
pub(super) mod tests;
pub mod tokens;
pub mod trials;

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::alg::Alg;
use super::model::{KeyRecord, KeyState, Times};
use super::pin::model::Pins;

pub use self::data::{FormerDataKey, StoredDataKey, data_keys, destroy_data_key, former_data_keys, insert_data_key};
pub use self::epochs::{Epoch, begin_epoch, epoch};
pub use self::former::{StoredFormerKey, archive, destroy, former_keys};
pub use self::lookups::{LookupState, StoredLookup, lookups, remove_lookup, set_lookup};
pub use self::masters::{
    StoredMaster, change_master, former_masters, insert_master, master_in_use, rewrap_data_key, rewrap_signing_key,
};
pub use self::sealed::{AT_ONCE, SealedColumn, SealedRow};

/// A signing key as it is stored.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// What is known of it.
    pub record: KeyRecord,
    /// The public half, encoded.
    pub public_key: Vec<u8>,
    /// The private half, sealed under the master key. None once the key retires, unless it is kept for pinned clients.
    pub private_key: Option<Vec<u8>>,
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

/// What is known of every key, whatever became of it, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn records(tx: &mut Tx) -> Result<Vec<KeyRecord>, DbError> {
    let former = former_keys(tx).await?.into_iter().map(|key| key.record);
    Ok(former.chain(signing_keys(tx).await?.into_iter().map(|key| key.record)).collect())
}

/// Every key that is published, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn signing_keys(tx: &mut Tx) -> Result<Vec<StoredKey>, DbError> {
    let rows = sql("SELECT k.kid, alg, state, state_since, retires_until, planned_at, activated_at, published_in, \
                    public_key, private_key, master_key_id, created_at, \
                    trial_waived_at, began_at, ends_at, clients, ended_at, ending \
                    FROM signing_keys k LEFT JOIN key_trials t ON t.kid = k.kid ORDER BY created_at, k.kid")
    .fetch_all(tx)
    .await?;
    let (mut pins, mut halves) = (pins::all(tx).await?, pins::halves(tx).await?);
    let mut keys = rows.iter().map(signing_key).collect::<Result<Vec<_>, _>>()?;
    for key in &mut keys {
        key.record.pins.clients = pins.remove(&key.record.kid).unwrap_or_default();
        if let Some(half) = halves.remove(&key.record.kid) {
            key.record.pins.keeps_half = true;
            (key.private_key, key.master_key_id) = (Some(half.private_key), half.master_key_id);
        }
    }
    Ok(keys)
}

fn signing_key(row: &Row) -> Result<StoredKey, DbError> {
    let since: Timestamp = row.get("state_since")?;
    let until: Option<Timestamp> = row.get("retires_until")?;
    let private_key: Option<Vec<u8>> = row.get("private_key")?;
    let state: String = row.get("state")?;
    let mut times = Times { made: row.get("created_at")?, activated: row.get("activated_at")?, retired: None };
    let state = match (state.as_str(), until, &private_key) {
        ("staged", None, Some(_)) => KeyState::Staged { since, planned: row.get("planned_at")? },
        ("active", None, Some(_)) => {
            times.activated = Some(since);
            KeyState::Active { since }
        }
        ("retiring", Some(until), None) => {
            times.retired = Some(since);
            KeyState::Retiring { since, until }
        }
        _ => return Err(BrokenRow::new("state", "does not fit the other columns").into()),
    };
    // What an older program made was published long before this one asks.
    let published_in = row.get::<Option<i64>>("published_in")?.unwrap_or(0);
    Ok(StoredKey {
        record: KeyRecord {
            kid: row.get("kid")?,
            alg: alg(row)?,
            state,
            times,
            published_in,
            tried: trials::tried(row)?,
            pins: Pins::default(),
        },
        public_key: row.get("public_key")?,
        private_key,
        master_key_id: row.get("master_key_id")?,
    })
}

fn alg(row: &Row) -> Result<Alg, DbError> {
    let alg: String = row.get("alg")?;
    alg.parse().map_err(|_| BrokenRow::new("alg", "is not an algorithm of ours").into())
}

/// Publishes a key.
///
/// # Errors
/// The database refused; a conflict if its algorithm has a key in that state.
pub async fn insert(tx: &mut Tx, key: &StoredKey, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO signing_keys (kid, alg, state, state_since, public_key, private_key, master_key_id, created_at, \
         published_in) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $4, (SELECT revision FROM key_registry WHERE id = 1))")
    .bind(&key.record.kid)
    .bind(key.record.alg.as_str())
    .bind(key.record.state.as_str())
    .bind(now)
    .bind(&key.public_key)
    .bind(key.private_key.clone())
    .bind(&key.master_key_id)
    .execute(tx)
    .await
    .map(drop)
}

/// Has a staged key sign from then on.
///
/// # Errors
/// The database refused.
pub async fn plan(tx: &mut Tx, kid: &str, at: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE signing_keys SET planned_at = $2 WHERE kid = $1 AND state = 'staged'")
        .bind(kid)
        .bind(at)
        .execute(tx)
        .await
}

/// Lets a staged key sign.
///
/// # Errors
/// The database refused; a conflict if its algorithm has an active key.
pub async fn activate(tx: &mut Tx, kid: &str, now: Timestamp) -> Result<u64, DbError> {
    sql("UPDATE signing_keys SET state = 'active', state_since = $2, activated_at = $2, planned_at = NULL \
         WHERE kid = $1 AND state = 'staged'")
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
    sql(
        "UPDATE signing_keys SET state = 'retiring', activated_at = state_since, state_since = $2, retires_until = $3, \
         private_key = NULL WHERE kid = $1 AND state = 'active'",
    )
    .bind(kid)
    .bind(now)
    .bind(until)
    .execute(tx)
    .await
}
