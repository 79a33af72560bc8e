//! Keys that are published no more.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::super::model::{KeyRecord, KeyState, Times};
use super::super::pin::model::Pins;
use super::super::trial::model::Tried;

/// A key that is published no more, as it is stored.
#[derive(Debug, Clone)]
pub struct StoredFormerKey {
    /// What is known of it.
    pub record: KeyRecord,
    /// The public half, encoded. None once the key is destroyed.
    pub public_key: Option<Vec<u8>>,
}

/// Every key that is published no more, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn former_keys(tx: &mut Tx) -> Result<Vec<StoredFormerKey>, DbError> {
    let rows =
        sql("SELECT kid, alg, state, state_since, archived_until, public_key, made_at, activated_at, retired_at, \
                    compromised_at FROM former_keys ORDER BY made_at, kid")
        .fetch_all(tx)
        .await?;
    rows.iter().map(former_key).collect()
}

fn former_key(row: &Row) -> Result<StoredFormerKey, DbError> {
    let (since, until): (Timestamp, Option<Timestamp>) = (row.get("state_since")?, row.get("archived_until")?);
    let public_key: Option<Vec<u8>> = row.get("public_key")?;
    let state: String = row.get("state")?;
    let compromised = row.get::<Option<Timestamp>>("compromised_at")?.is_some();
    let state = match (state.as_str(), until, &public_key) {
        ("archived", Some(until), Some(_)) => KeyState::Archived { since, until },
        ("destroyed", None, None) => KeyState::Destroyed { since, compromised },
        _ => return Err(BrokenRow::new("state", "does not fit the other columns").into()),
    };
    let (activated, retired) = (row.get("activated_at")?, row.get("retired_at")?);
    let times = Times { made: row.get("made_at")?, activated, retired };
    Ok(StoredFormerKey {
        record: KeyRecord {
            kid: row.get("kid")?,
            alg: super::alg(row)?,
            state,
            times,
            published_in: 0,
            tried: Tried::default(),
            pins: Pins::default(),
        },
        public_key,
    })
}

/// Withdraws a retiring key from publication; how many there were.
///
/// # Errors
/// The database refused.
pub async fn archive(tx: &mut Tx, kid: &str, now: Timestamp, until: Timestamp) -> Result<u64, DbError> {
    sql("INSERT INTO former_keys (kid, alg, state, state_since, archived_until, public_key, made_at, activated_at, \
         retired_at, archived_at) \
         SELECT kid, alg, 'archived', $2, $3, public_key, created_at, activated_at, state_since, $2 \
         FROM signing_keys WHERE kid = $1 AND state = 'retiring'")
    .bind(kid)
    .bind(now)
    .bind(until)
    .execute(tx)
    .await?;
    super::pins::forget(tx, kid).await?;
    sql("DELETE FROM signing_keys WHERE kid = $1 AND state = 'retiring'").bind(kid).execute(tx).await
}

/// Leaves nothing of a key but its name and its times, whatever state it is in; how many there were.
///
/// # Errors
/// The database refused.
pub async fn destroy(tx: &mut Tx, kid: &str, now: Timestamp, compromised: bool) -> Result<u64, DbError> {
    super::evidence::forget(tx, kid).await?;
    super::trials::forget(tx, kid).await?;
    super::pins::forget(tx, kid).await?;
    let compromised_at = compromised.then_some(now);
    let archived =
        sql("UPDATE former_keys SET state = 'destroyed', state_since = $2, archived_until = NULL, public_key = NULL, \
         compromised_at = $3 WHERE kid = $1 AND state = 'archived'")
        .bind(kid)
        .bind(now)
        .bind(compromised_at)
        .execute(tx)
        .await?;
    sql("INSERT INTO former_keys (kid, alg, state, state_since, made_at, activated_at, retired_at, compromised_at) \
         SELECT kid, alg, 'destroyed', $2, created_at, \
         CASE WHEN state = 'active' THEN state_since ELSE activated_at END, \
         CASE WHEN state = 'retiring' THEN state_since ELSE NULL END, $3 FROM signing_keys WHERE kid = $1")
    .bind(kid)
    .bind(now)
    .bind(compromised_at)
    .execute(tx)
    .await?;
    let published = sql("DELETE FROM signing_keys WHERE kid = $1").bind(kid).execute(tx).await?;
    Ok(archived + published)
}
