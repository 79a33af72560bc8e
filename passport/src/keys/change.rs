//! Changing keys: ask whether, generate outside the transaction, ask again inside it. Nodes that do so at once make
//! one change, because each transaction begins by counting up the one row of the registry.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::bytes;

use super::alg::Alg;
use super::model::{Change, DataKeyPurpose, KeyRecord, KeyState};
use super::ring::data_key_name;
use super::rotate::{Request, Step, plan};
use super::signing_key::SigningKey;
use super::store::{self, StoredDataKey, StoredKey};
use super::{Journal, KeysError, Parts};

impl Parts {
    /// Does what is due and what is asked for.
    pub(super) async fn change(&self, request: Request) -> Result<Vec<Change>, KeysError> {
        let (policy, time) = (self.policy, Arc::clone(&self.time));
        let (keys, now) = self
            .db
            .read::<_, DbError, _>(move |tx| {
                let time = Arc::clone(&time);
                async move { Ok((store::signing_keys(tx).await?, time.now(tx).await?)) }.boxed()
            })
            .await?;
        let steps = plan(&records(&keys), &policy, now, request);
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let fresh = Arc::new(self.generate(&steps, now)?);
        let journal = Arc::clone(&self.journal);
        self.db
            .write(move |tx| {
                let (fresh, journal) = (Arc::clone(&fresh), Arc::clone(&journal));
                async move {
                    store::touch(tx).await?;
                    let keys = store::signing_keys(tx).await?;
                    let mut changes = Vec::new();
                    for step in plan(&records(&keys), &policy, now, request) {
                        changes.extend(apply(tx, &keys, &fresh, step, now).await?);
                    }
                    record(tx, &*journal, &changes).await?;
                    Ok::<_, KeysError>(changes)
                }
                .boxed()
            })
            .await
    }

    fn generate(&self, steps: &[Step], now: Timestamp) -> Result<HashMap<Alg, StoredKey>, KeysError> {
        let mut fresh = HashMap::new();
        for step in steps {
            if let Step::CreateActive { alg, .. } | Step::CreateStaged(alg) = step {
                fresh.insert(*alg, self.signing_key(*alg, now)?);
            }
        }
        Ok(fresh)
    }

    fn signing_key(&self, alg: Alg, now: Timestamp) -> Result<StoredKey, KeysError> {
        let (key, pkcs8) = SigningKey::generate(alg)?;
        let public = key.public();
        Ok(StoredKey {
            private_key: Some(self.wrap(&public.kid, pkcs8.expose())),
            record: KeyRecord { kid: public.kid.clone(), alg, state: KeyState::Staged { since: now } },
            public_key: public.encoded.clone(),
            master_key_id: self.master.id().to_owned(),
        })
    }

    fn wrap(&self, name: &str, key: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        let cipher = self.master.cipher();
        cipher.seal(&*self.entropy, key, name.as_bytes(), &mut sealed);
        sealed
    }

    /// Makes the data keys without which nothing can be sealed or hashed.
    pub(super) async fn complete_data_keys(&self) -> Result<Vec<Change>, KeysError> {
        let keys = self.db.read(|tx| store::data_keys(tx).boxed()).await?;
        if missing(&keys).is_empty() {
            return Ok(Vec::new());
        }
        self.insert_data_keys(missing).await
    }

    /// Makes another key to seal with.
    pub(super) async fn add_data_key(&self) -> Result<Vec<Change>, KeysError> {
        self.insert_data_keys(|_| vec![DataKeyPurpose::Seal]).await
    }

    async fn insert_data_keys(
        &self,
        wanted: fn(&[StoredDataKey]) -> Vec<DataKeyPurpose>,
    ) -> Result<Vec<Change>, KeysError> {
        // A key is bound to its number, which is known in the transaction only: so the keys of the next numbers
        // are read first, and a change in between is told by a conflict.
        let known = self.db.read(|tx| store::data_keys(tx).boxed()).await?;
        let next = known.last().map_or(1, |key| key.id + 1);
        let fresh: Arc<Vec<StoredDataKey>> =
            Arc::new((next..).zip(wanted(&known)).map(|(id, purpose)| self.data_key(id, purpose)).collect());
        let (journal, now) = (Arc::clone(&self.journal), self.clock.now());
        self.db
            .write(move |tx| {
                let (fresh, journal) = (Arc::clone(&fresh), Arc::clone(&journal));
                async move {
                    store::touch(tx).await?;
                    let known = store::data_keys(tx).await?;
                    let wanted = wanted(&known);
                    let mut changes = Vec::new();
                    for key in fresh.iter().filter(|key| wanted.contains(&key.purpose)) {
                        store::insert_data_key(tx, key, now).await?;
                        let (id, purpose) = (key.id, key.purpose);
                        changes.push(Change::DataKey { id, purpose });
                    }
                    record(tx, &*journal, &changes).await?;
                    Ok::<_, KeysError>(changes)
                }
                .boxed()
            })
            .await
    }

    fn data_key(&self, id: i64, purpose: DataKeyPurpose) -> StoredDataKey {
        let key = shared::secret::SecretBytes::new(bytes::<32>(&*self.entropy));
        StoredDataKey {
            id,
            purpose,
            sealed: self.wrap(&data_key_name(id, purpose), key.expose()),
            master_key_id: self.master.id().to_owned(),
        }
    }
}

fn missing(keys: &[StoredDataKey]) -> Vec<DataKeyPurpose> {
    [DataKeyPurpose::Seal, DataKeyPurpose::Mac]
        .into_iter()
        .filter(|purpose| !keys.iter().any(|key| key.purpose == *purpose))
        .collect()
}

fn records(keys: &[StoredKey]) -> Vec<KeyRecord> {
    keys.iter().map(|key| key.record.clone()).collect()
}

async fn record(tx: &mut Tx, journal: &dyn Journal, changes: &[Change]) -> Result<(), DbError> {
    for change in changes {
        journal.record(tx, change.clone()).await?;
    }
    Ok(())
}

/// Takes one step; what changed by it. A step that wants a key which was not generated waits for the next time.
async fn apply(
    tx: &mut Tx,
    keys: &[StoredKey],
    fresh: &HashMap<Alg, StoredKey>,
    step: Step,
    now: Timestamp,
) -> Result<Vec<Change>, DbError> {
    let alg_of = |kid: &str| keys.iter().find(|key| key.record.kid == kid).map(|key| key.record.alg);
    let mut moves = Moves(Vec::new());
    match step {
        Step::CreateActive { alg, retire } => {
            if let Some(key) = fresh.get(&alg) {
                moves.retire(tx, alg, retire, now).await?;
                let mut key = key.clone();
                key.record.state = KeyState::Active { since: now };
                store::insert(tx, &key, now).await?;
                moves.push(key.record.kid, alg, None, Some("active"));
            }
        }
        Step::CreateStaged(alg) => {
            if let Some(key) = fresh.get(&alg) {
                store::insert(tx, key, now).await?;
                moves.push(key.record.kid.clone(), alg, None, Some("staged"));
            }
        }
        Step::Activate { kid, retire } => {
            if let Some(alg) = alg_of(&kid) {
                moves.retire(tx, alg, retire, now).await?;
                store::activate(tx, &kid, now).await?;
                moves.push(kid, alg, Some("staged"), Some("active"));
            }
        }
        Step::Remove { kid } => {
            if let Some(alg) = alg_of(&kid) {
                store::remove(tx, &kid).await?;
                moves.push(kid, alg, Some("retiring"), None);
            }
        }
    }
    Ok(moves.0)
}

struct Moves(Vec<Change>);

impl Moves {
    fn push(&mut self, kid: String, alg: Alg, from: Option<&'static str>, to: Option<&'static str>) {
        self.0.push(Change::Signing { kid, alg, from, to });
    }

    async fn retire(
        &mut self,
        tx: &mut Tx,
        alg: Alg,
        old: Option<(String, Timestamp)>,
        now: Timestamp,
    ) -> Result<(), DbError> {
        if let Some((kid, until)) = old {
            store::retire(tx, &kid, now, until).await?;
            self.push(kid, alg, Some("active"), Some("retiring"));
        }
        Ok(())
    }
}
