//! The keys of the hashes by which documents are found, and how far a change of them is.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

/// How far a change to a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupState {
    /// Rows get a second hash by it; they are found by either.
    Filling,
    /// Every row has it, and it takes the place of the one before.
    Complete,
    /// Nothing is hashed by another key any more.
    Settled,
}

impl LookupState {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Complete => "complete",
            Self::Settled => "settled",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Filling, Self::Complete, Self::Settled].into_iter().find(|state| state.as_str() == text)
    }
}

/// A key that documents are found by, other than the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLookup {
    /// The number of the data key.
    pub key: i64,
    /// How far the change to it is.
    pub state: LookupState,
    /// The change of the registry with which that began: a node that has followed that far goes by it.
    pub changed_in: i64,
}

/// Every one of them, oldest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn lookups(tx: &mut Tx) -> Result<Vec<StoredLookup>, DbError> {
    let rows = sql("SELECT key_id, state, changed_in FROM lookup_keys ORDER BY key_id").fetch_all(tx).await?;
    let lookup = |row: &Row| {
        let state = LookupState::parse(&row.get::<String>("state")?);
        let state = state.ok_or_else(|| BrokenRow::new("state", "is none"))?;
        Ok(StoredLookup { key: row.get("key_id")?, state, changed_in: row.get("changed_in")? })
    };
    rows.iter().map(lookup).collect()
}

/// Begins a change to that key, or takes the next step of it.
///
/// # Errors
/// The database refused.
pub async fn set_lookup(tx: &mut Tx, key: i64, state: LookupState, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO lookup_keys (key_id, state, state_since, changed_in) \
         VALUES ($1, $2, $3, (SELECT revision FROM key_registry WHERE id = 1)) \
         ON CONFLICT (key_id) DO UPDATE SET state = excluded.state, state_since = excluded.state_since, \
         changed_in = excluded.changed_in")
    .bind(key)
    .bind(state.as_str())
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// Forgets a key that nothing is hashed by any more.
///
/// # Errors
/// The database refused.
pub async fn remove_lookup(tx: &mut Tx, key: i64) -> Result<(), DbError> {
    sql("DELETE FROM lookup_keys WHERE key_id = $1").bind(key).execute(tx).await.map(drop)
}
