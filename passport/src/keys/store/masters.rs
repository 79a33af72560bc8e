//! Under which master key the keys are sealed, and under which they were.

use shared::clock::Timestamp;
use shared::db::{DbError, Row, Tx, sql};

/// A master key of this database: what tells it from others, and when it was the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMaster {
    /// Its id.
    pub id: String,
    /// Since when keys are sealed under it, if that was written down.
    pub since: Option<Timestamp>,
    /// Until when they were; none: they are.
    pub until: Option<Timestamp>,
}

fn master(row: &Row) -> Result<StoredMaster, DbError> {
    Ok(StoredMaster { id: row.get("id")?, since: row.get("since")?, until: row.get("until")? })
}

/// The one that the keys are sealed under; none: there are no keys. Whoever seals one asks in the transaction that
/// stores it, after [`touch`](super::touch).
///
/// # Errors
/// The database refused.
pub async fn master_in_use(tx: &mut Tx) -> Result<Option<StoredMaster>, DbError> {
    sql("SELECT d.master_key_id AS id, m.since, m.until FROM data_keys d LEFT JOIN master_keys m \
         ON m.id = d.master_key_id ORDER BY d.id DESC LIMIT 1")
    .fetch_optional(tx)
    .await?
    .map(|row| master(&row))
    .transpose()
}

/// Those that they were sealed under before, the latest first.
///
/// # Errors
/// The database refused.
pub async fn former_masters(tx: &mut Tx) -> Result<Vec<StoredMaster>, DbError> {
    let rows = sql("SELECT id, since, until FROM master_keys WHERE until IS NOT NULL ORDER BY until DESC");
    rows.fetch_all(tx).await?.iter().map(master).collect()
}

/// Notes the master key that the first keys are sealed under.
///
/// # Errors
/// The database refused.
pub async fn insert_master(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO master_keys (id, since) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// Notes that keys are sealed under another one from now on.
///
/// # Errors
/// The database refused.
pub async fn change_master(tx: &mut Tx, from: &str, to: &str, now: Timestamp) -> Result<(), DbError> {
    // Older programs did not write down since when.
    sql("INSERT INTO master_keys (id, since, until) SELECT $1, MIN(created_at), $2 FROM data_keys WHERE id > 0 \
         ON CONFLICT (id) DO UPDATE SET until = excluded.until")
    .bind(from)
    .bind(now)
    .execute(tx)
    .await?;
    sql("INSERT INTO master_keys (id, since) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET since = excluded.since, until = NULL")
    .bind(to)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Puts a data key in place that is sealed under another master key.
///
/// # Errors
/// The database refused.
pub async fn rewrap_data_key(tx: &mut Tx, id: i64, (sealed, master): (Vec<u8>, &str)) -> Result<(), DbError> {
    sql("UPDATE data_keys SET sealed = $2, master_key_id = $3 WHERE id = $1")
        .bind(id)
        .bind(sealed)
        .bind(master)
        .execute(tx)
        .await
        .map(drop)
}

/// The same of a signing key; of one that retires nothing is left to seal.
///
/// # Errors
/// The database refused.
pub async fn rewrap_signing_key(
    tx: &mut Tx,
    kid: &str,
    (sealed, master): (Option<Vec<u8>>, &str),
) -> Result<(), DbError> {
    sql("UPDATE signing_keys SET private_key = $2, master_key_id = $3 WHERE kid = $1")
        .bind(kid)
        .bind(sealed)
        .bind(master)
        .execute(tx)
        .await
        .map(drop)
}
