//! Reading the keys, when the database's changed.

use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::db::DbError;

use super::super::change::may_wait;
use super::super::{KeysError, Parts, store};
use super::{Ring, Stored};

/// The keys as they are in the database; `last`, if that is still what they are.
pub(in crate::keys) async fn read(parts: &Arc<Parts>, last: Option<Arc<Ring>>) -> Result<Arc<Ring>, KeysError> {
    // While the master key is not here, it is looked for, and nothing in memory is good enough any more once it is.
    let is_good = |ring: &&Arc<Ring>| ring.lacking.as_ref().is_none_or(|id| parts.master.look_for(id).is_none());
    let known = last.as_ref().filter(is_good).map(|ring| ring.revision);
    let time = Arc::clone(&parts.time);
    let found = parts
        .db
        .read::<_, DbError, _>(move |tx| {
            let time = Arc::clone(&time);
            async move {
                let revision = store::revision(tx).await?;
                if known == Some(revision) {
                    return Ok(None);
                }
                let now = time.now(tx).await?;
                let (signing, former) = (store::signing_keys(tx).await?, store::former_keys(tx).await?);
                Ok(Some(Stored {
                    revision,
                    signing,
                    former,
                    data: store::data_keys(tx).await?,
                    lookups: store::lookups(tx).await?,
                    epoch: store::epoch(tx).await?,
                    waste: store::tokens::waste(tx, now).await?,
                    now,
                }))
            }
            .boxed()
        })
        .await?;
    match (found, last) {
        (None, Some(last)) => Ok(last),
        (None, None) => Err(KeysError::NoDataKey),
        (Some(stored), last) => {
            if let Some(id) = stored.master_key_id() {
                parts.master.look_for(id);
            }
            let ring = match open(parts, stored, last).await {
                // Asked once more, the database tells whether the one that is here was the right one before.
                Err(KeysError::OtherMasterKey { .. }) => {
                    parts.master_in_use().await?;
                    return Err(KeysError::Changed);
                }
                opened => opened?,
            };
            if let Some(wanted) = &ring.lacking {
                tracing::warn!(
                    wanted,
                    "the master key was changed and is not here: the keys in memory serve until one is changed"
                );
            }
            Ok(Arc::new(ring))
        }
    }
}

/// Opens the keys; on a thread that may wait, where the token has to be asked for the master key.
async fn open(parts: &Arc<Parts>, stored: Stored, last: Option<Arc<Ring>>) -> Result<Ring, KeysError> {
    let is_in_token = parts.master.some_in_token();
    let parts = Arc::clone(parts);
    let open = move || Ring::open(&parts.master, &parts.policy, &stored, last.as_deref());
    if is_in_token { may_wait(open).await } else { open() }
}
