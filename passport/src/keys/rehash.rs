//! Changing the key of the hashes by which identity documents are found, with two hashes side by side.
//!
//! While it is *filling*, whoever writes a row writes both hashes, and rows that have one get the other. When all of them
//! have, it is *complete*: the new hash is written in both places, and takes the old one's in every row. Then it is
//! *settled*, and the old key goes. Each step waits until every node goes by the one before, and two nodes that are one
//! step apart write one of the two columns alike: so a document is never bound twice.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::db::{DbError, Tx};

use super::change::record;
use super::model::{By, Change};
use super::node::KEEP;
use super::store::{self, LookupState, StoredLookup, nodes};
use super::{Keys, KeysError, Parts};

/// How many rows still need what a state does to all of them, for the key of that number.
pub type Count = for<'t> fn(&'t mut Tx, LookupState, i64) -> BoxFuture<'t, Result<i64, DbError>>;

/// How far a change of the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The key is in this state now: its rows can be dealt with.
    At(LookupState),
    /// The present state is not over: so many rows are left.
    Left(i64),
    /// The present state is not over: a node that was heard of within a day does not go by it yet.
    Unfollowed,
}

impl Keys {
    /// Begins to change the key, unless that is under way; how far it is.
    ///
    /// # Errors
    /// The database refused.
    pub async fn begin_rehash(&self) -> Result<LookupState, KeysError> {
        self.0.parts.begin_rehash().await?;
        self.refresh().await?;
        Ok(self.rehash_state().await?.unwrap_or(LookupState::Settled))
    }

    /// How far the last change is; none: the key was never changed.
    ///
    /// # Errors
    /// The database refused.
    pub async fn rehash_state(&self) -> Result<Option<LookupState>, DbError> {
        let lookups = self.0.parts.db.read(|tx| store::lookups(tx).boxed()).await?;
        Ok(lookups.last().map(|lookup| lookup.state))
    }

    /// Goes on to the next state if the present one is over, by what `count` says.
    ///
    /// # Errors
    /// The database refused.
    pub async fn advance_rehash(&self, count: Count) -> Result<Step, KeysError> {
        let parts = Arc::clone(&self.0.parts);
        let advanced = self.0.parts.db.write(move |tx| {
            let parts = Arc::clone(&parts);
            async move { advance(tx, &parts, count).await }.boxed()
        });
        let step = advanced.await?;
        self.refresh().await?;
        Ok(step)
    }
}

async fn advance(tx: &mut Tx, parts: &Parts, count: Count) -> Result<Step, KeysError> {
    store::touch(tx).await?;
    let lookups = store::lookups(tx).await?;
    let Some(StoredLookup { key, state, changed_in }) = lookups.last().cloned() else {
        return Ok(Step::At(LookupState::Settled));
    };
    let next = match state {
        LookupState::Filling => LookupState::Complete,
        LookupState::Complete => LookupState::Settled,
        LookupState::Settled => return Ok(Step::At(state)),
    };
    let now = parts.time.now(tx).await?;
    if nodes::served(tx, now - KEEP).await?.is_some_and(|followed| followed < changed_in) {
        return Ok(Step::Unfollowed);
    }
    let left = count(tx, state, key).await?;
    if left > 0 {
        return Ok(Step::Left(left));
    }
    store::set_lookup(tx, key, next, now).await?;
    let mut changes = vec![Change::LookupKey { id: key, to: next.as_str() }];
    if next == LookupState::Settled {
        let keys = store::data_keys(tx).await?;
        for older in lookups.iter().filter(|older| older.key != key) {
            store::remove_lookup(tx, older.key).await?;
            store::destroy_data_key(tx, older.key, now).await?;
            let known = keys.iter().find(|known| known.id == older.key);
            changes.extend(known.map(|known| Change::DataKeyDestroyed { id: known.id, purpose: known.purpose }));
        }
    }
    record(tx, &*parts.journal, By::Operator, &changes).await?;
    Ok(Step::At(next))
}
