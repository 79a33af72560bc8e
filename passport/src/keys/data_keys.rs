//! Making the keys that seal data and hash it.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::entropy::bytes;

use super::change::{record, require_master};
use super::master::MasterKey;
use super::model::{By, Change, DataKeyPurpose};
use super::ring::data_key_name;
use super::store::{self, LookupState, StoredDataKey};
use super::{KeysError, Parts};

impl Parts {
    /// Makes the data keys without which nothing can be sealed or hashed.
    pub(super) async fn complete_data_keys(&self) -> Result<Vec<Change>, KeysError> {
        let keys = self.db.read(|tx| store::data_keys(tx).boxed()).await?;
        if missing(&keys).is_empty() {
            return Ok(Vec::new());
        }
        self.insert_data_keys(By::Schedule, missing).await
    }

    /// Makes another key to seal with, unless there is one beside those that sealed before: then that has been done.
    pub(super) async fn begin_reseal(&self) -> Result<Vec<Change>, KeysError> {
        self.insert_data_keys(By::Operator, |keys| {
            let sealing = keys.iter().filter(|key| key.purpose == DataKeyPurpose::Seal).count();
            if sealing > 1 { Vec::new() } else { vec![DataKeyPurpose::Seal] }
        })
        .await
    }

    /// Makes another key that documents are found by, unless a change to one is under way.
    pub(super) async fn begin_rehash(&self) -> Result<(), KeysError> {
        let master = self.master_in_use().await?;
        let known = self.db.read(|tx| store::data_keys(tx).boxed()).await?;
        let next = known.last().map_or(1, |key| key.id + 1);
        let key = Arc::new(self.data_key(next, DataKeyPurpose::Mac, &master).await?);
        let (journal, now) = (Arc::clone(&self.journal), self.clock.now());
        self.db
            .write(move |tx| {
                let (key, journal, master) = (Arc::clone(&key), Arc::clone(&journal), Arc::clone(&master));
                async move {
                    store::touch(tx).await?;
                    require_master(tx, &master).await?;
                    if store::lookups(tx).await?.last().is_some_and(|last| last.state != LookupState::Settled) {
                        return Ok(());
                    }
                    store::insert_data_key(tx, &key, now).await?;
                    store::set_lookup(tx, key.id, LookupState::Filling, now).await?;
                    let (id, purpose, to) = (key.id, key.purpose, LookupState::Filling.as_str());
                    record(
                        tx,
                        &*journal,
                        By::Operator,
                        &[Change::DataKey { id, purpose }, Change::LookupKey { id, to }],
                    )
                    .await?;
                    Ok::<_, KeysError>(())
                }
                .boxed()
            })
            .await
    }

    /// Makes another key to seal with.
    pub(super) async fn add_data_key(&self) -> Result<Vec<Change>, KeysError> {
        self.insert_data_keys(By::Operator, |_| vec![DataKeyPurpose::Seal]).await
    }

    async fn insert_data_keys(
        &self,
        by: By,
        wanted: fn(&[StoredDataKey]) -> Vec<DataKeyPurpose>,
    ) -> Result<Vec<Change>, KeysError> {
        // A key is bound to its number, which is known in the transaction only: so the keys of the next numbers
        // are read first, and a change in between is told by a conflict.
        let master = self.master_in_use().await?;
        let known = self.db.read(|tx| store::data_keys(tx).boxed()).await?;
        let next = known.last().map_or(1, |key| key.id + 1);
        let mut fresh = Vec::new();
        for (id, purpose) in (next..).zip(wanted(&known)) {
            fresh.push(self.data_key(id, purpose, &master).await?);
        }
        let fresh: Arc<Vec<StoredDataKey>> = Arc::new(fresh);
        let (journal, now) = (Arc::clone(&self.journal), self.clock.now());
        self.db
            .write(move |tx| {
                let (fresh, journal, master) = (Arc::clone(&fresh), Arc::clone(&journal), Arc::clone(&master));
                async move {
                    store::touch(tx).await?;
                    require_master(tx, &master).await?;
                    store::insert_master(tx, master.id(), now).await?;
                    let known = store::data_keys(tx).await?;
                    let wanted = wanted(&known);
                    let mut changes = Vec::new();
                    for key in fresh.iter().filter(|key| wanted.contains(&key.purpose)) {
                        store::insert_data_key(tx, key, now).await?;
                        let (id, purpose) = (key.id, key.purpose);
                        changes.push(Change::DataKey { id, purpose });
                    }
                    record(tx, &*journal, by, &changes).await?;
                    Ok::<_, KeysError>(changes)
                }
                .boxed()
            })
            .await
    }

    async fn data_key(
        &self,
        id: i64,
        purpose: DataKeyPurpose,
        master: &Arc<MasterKey>,
    ) -> Result<StoredDataKey, KeysError> {
        let key = shared::secret::SecretBytes::new(bytes::<32>(&*self.entropy));
        Ok(StoredDataKey {
            id,
            purpose,
            sealed: self.wrap(master, &data_key_name(id, purpose), key).await?,
            master_key_id: master.id().to_owned(),
            made: self.clock.now(),
            made_in: 0,
        })
    }
}

fn missing(keys: &[StoredDataKey]) -> Vec<DataKeyPurpose> {
    [DataKeyPurpose::Seal, DataKeyPurpose::Mac]
        .into_iter()
        .filter(|purpose| !keys.iter().any(|key| key.purpose == *purpose))
        .collect()
}
