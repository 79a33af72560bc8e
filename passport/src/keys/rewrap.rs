//! Changing the master key: every key is sealed anew under the next one, in one transaction. There are a dozen of them,
//! those that are kept for pinned clients among them, so that nothing is gained by going in steps, and a command that is killed has done all or nothing.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::db::Tx;

use super::change::{may_wait, record};
use super::master::MasterKey;
use super::model::{By, Change};
use super::ring::{data_key_name, unwrap};
use super::store::pins::KeptHalf;
use super::{Keys, KeysError, Parts, store};

/// What a change of the master key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrapped {
    /// The id of the master key before.
    pub from: String,
    /// The id of the present one.
    pub to: String,
    /// How many keys were sealed under it.
    pub keys: usize,
}

impl Keys {
    /// Seals every key under `next`, which becomes the master key; none: it is already. Nodes that do not have it go on
    /// with the keys that they hold.
    ///
    /// # Errors
    /// The keys are sealed under a master key that is not here (somebody else changed it meanwhile), one was changed, or
    /// the database refused. Then nothing was done.
    pub async fn rewrap(&self, next: MasterKey) -> Result<Option<Rewrapped>, KeysError> {
        let next = Arc::new(next);
        let parts = Arc::clone(&self.0.parts);
        let done = self.0.parts.db.write(move |tx| {
            let (parts, next) = (Arc::clone(&parts), Arc::clone(&next));
            async move { rewrap(tx, &parts, &next).await }.boxed()
        });
        done.await
    }
}

async fn rewrap(tx: &mut Tx, parts: &Arc<Parts>, next: &Arc<MasterKey>) -> Result<Option<Rewrapped>, KeysError> {
    // Whoever makes or moves a key waits from here on, and then finds the next master key in use.
    store::touch(tx).await?;
    let used = store::master_in_use(tx).await?.ok_or(KeysError::NoDataKey)?;
    if used.id == next.id() {
        return Ok(None);
    }
    // Somebody else came first, with a master key that is not here.
    if parts.master.find(&used.id).is_none() {
        return Err(KeysError::Changed);
    }
    let now = parts.time.now(tx).await?;
    store::change_master(tx, &used.id, next.id(), now).await?;
    let keys = rewrap_data_keys(tx, parts, next).await? + rewrap_signing_keys(tx, parts, next).await?;
    let (from, to) = (used.id, next.id().to_owned());
    let change = Change::Master { from: from.clone(), to: to.clone() };
    record(tx, &*parts.journal, By::Operator, &[change]).await?;
    Ok(Some(Rewrapped { from, to, keys }))
}

async fn rewrap_data_keys(tx: &mut Tx, parts: &Arc<Parts>, next: &Arc<MasterKey>) -> Result<usize, KeysError> {
    let keys = store::data_keys(tx).await?;
    for key in &keys {
        let name = data_key_name(key.id, key.purpose);
        let sealed = parts.anew(next, (&key.master_key_id, &name), key.sealed.clone()).await?;
        store::rewrap_data_key(tx, key.id, (sealed, next.id())).await?;
    }
    Ok(keys.len())
}

async fn rewrap_signing_keys(tx: &mut Tx, parts: &Arc<Parts>, next: &Arc<MasterKey>) -> Result<usize, KeysError> {
    let mut count = 0;
    for key in store::signing_keys(tx).await? {
        let kid = &key.record.kid;
        let sealed = match &key.private_key {
            Some(sealed) => {
                count += 1;
                Some(parts.anew(next, (&key.master_key_id, kid), sealed.clone()).await?)
            }
            None => None,
        };
        // What is kept of a key that retired lies elsewhere; its row names the master key all the same.
        let (of_row, kept) = if key.record.pins.keeps_half { (None, sealed) } else { (sealed, None) };
        store::rewrap_signing_key(tx, kid, (of_row, next.id())).await?;
        if let Some(private_key) = kept {
            let half = KeptHalf { private_key, master_key_id: next.id().to_owned() };
            store::pins::rewrap_half(tx, kid, &half).await?;
        }
    }
    Ok(count)
}

impl Parts {
    /// A key sealed under `next`, which is sealed under another master key.
    async fn anew(
        self: &Arc<Self>,
        next: &Arc<MasterKey>,
        (master, name): (&str, &str),
        sealed: Vec<u8>,
    ) -> Result<Vec<u8>, KeysError> {
        let (parts, master, of) = (Arc::clone(self), master.to_owned(), name.to_owned());
        let open = move || unwrap(&parts.master, &master, &of, &sealed);
        let opened = if self.master.some_in_token() { may_wait(open).await } else { open() };
        self.wrap(next, name, opened?).await
    }
}
