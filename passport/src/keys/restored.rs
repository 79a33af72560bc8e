//! What becomes of keys when the database was restored from a backup.
//!
//! Nobody knows what happened to them since: a key that signs in the backup may have leaked meanwhile and been destroyed
//! for it. So none of them signs or verifies anything any more, and new ones are made at the next start. What is stored
//! stays sealed by the data keys that sealed it; what passes through browsers counts only if it is sealed by a new one, so
//! that no code and no opaque token is taken a second time. What a token (an HSM) holds is left there: the passport that
//! the backup was made of may be running, and the keys be its.

use shared::clock::Timestamp;
use shared::db::Tx;
use shared::entropy::{Entropy, bytes};
use shared::secret::SecretBytes;

use super::change::record;
use super::masters::Masters;
use super::model::{By, Change, DataKeyPurpose, KeyState};
use super::ring::data_key_name;
use super::store::{self, Epoch, StoredDataKey, nodes, tokens};
use super::{Journal, KeysError};

/// What it takes to make keys and to write that down.
#[derive(Clone, Copy)]
pub struct Maker<'m> {
    /// The master keys that are here.
    pub masters: &'m Masters,
    /// Randomness.
    pub entropy: &'m dyn Entropy,
    /// Where changes are written down.
    pub journal: &'m dyn Journal,
}

/// The backup that a database was restored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Its id.
    pub backup: String,
    /// When it was made.
    pub made: Timestamp,
}

/// Begins an epoch, in the transaction that settles a restored database before anything is served from it.
///
/// # Errors
/// The database refused, or the master key that its keys are sealed under is not here.
pub async fn begin_epoch(
    tx: &mut Tx,
    maker: Maker<'_>,
    restored: &Restored,
    now: Timestamp,
) -> Result<Epoch, KeysError> {
    store::touch(tx).await?;
    let mut changes = destroy_all(tx, now).await?;
    let seal_key = add_seal_key(tx, maker, now).await?;
    changes.push(Change::DataKey { id: seal_key, purpose: DataKeyPurpose::Seal });
    nodes::forget_all(tx).await?;
    tokens::forget(tx).await?;
    record(tx, maker.journal, By::Operator, &changes).await?;
    let number = store::epoch(tx).await?.map_or(1, |last| last.number + 1);
    let (backup, backup_made) = (restored.backup.clone(), restored.made);
    let epoch = Epoch { number, backup, backup_made, began: now, seal_key };
    store::begin_epoch(tx, &epoch).await?;
    Ok(epoch)
}

async fn destroy_all(tx: &mut Tx, now: Timestamp) -> Result<Vec<Change>, KeysError> {
    let mut changes = Vec::new();
    for key in store::records(tx).await? {
        if matches!(key.state, KeyState::Destroyed { .. }) {
            continue;
        }
        store::destroy(tx, &key.kid, now, false).await?;
        changes.push(Change::Signing { kid: key.kid, alg: key.alg, from: Some(key.state.as_str()), to: "destroyed" });
    }
    Ok(changes)
}

async fn add_seal_key(tx: &mut Tx, maker: Maker<'_>, now: Timestamp) -> Result<i64, KeysError> {
    let master = match store::master_in_use(tx).await? {
        Some(used) => maker.masters.look_for(&used.id).ok_or_else(|| KeysError::OtherMasterKey {
            wanted: used.id,
            given: maker.masters.ids().join(" and "),
            given_until: None,
        })?,
        None => maker.masters.first(),
    };
    let present = store::data_keys(tx).await?.into_iter().map(|key| key.id);
    let former = store::former_data_keys(tx).await?.into_iter().map(|key| key.id);
    let id = present.chain(former).max().unwrap_or(0) + 1;
    let key = SecretBytes::new(bytes::<32>(maker.entropy));
    let name = data_key_name(id, DataKeyPurpose::Seal);
    let sealed = master.seal(maker.entropy, key.expose(), &name)?;
    let (purpose, master_key_id) = (DataKeyPurpose::Seal, master.id().to_owned());
    let key = StoredDataKey { id, purpose, sealed, master_key_id, made: now, made_in: 0 };
    store::insert_data_key(tx, &key, now).await?;
    Ok(id)
}
