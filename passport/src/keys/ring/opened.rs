//! Opening keys that lie sealed in the database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use shared::secret::SecretBytes;

use super::super::KeysError;
use super::super::hashing::Hashing;
use super::super::masters::Masters;
use super::super::model::DataKeyPurpose;
use super::super::seal::Sealing;
use super::super::signing_key::SigningKey;
use super::super::store::StoredKey;
use super::{Ring, Stored};

/// A key that signs: the one in memory, if it cannot be opened anew because the master key was changed.
pub(super) fn signer(master: &Masters, key: &StoredKey, last: Option<&Ring>) -> Result<Arc<SigningKey>, KeysError> {
    match open_signer(master, key) {
        Err(error @ KeysError::OtherMasterKey { .. }) => last.and_then(|last| last.held(key)).ok_or(error),
        opened => opened.map(Arc::new),
    }
}

/// Opens a key that signs.
///
/// # Errors
/// It is sealed under another master key, or was changed.
pub(in crate::keys) fn open_signer(master: &Masters, stored: &StoredKey) -> Result<SigningKey, KeysError> {
    let kid = &stored.record.kid;
    let sealed = stored.private_key.as_deref().unwrap_or_default();
    let pkcs8 = unwrap(master, &stored.master_key_id, kid, sealed)?;
    let key = SigningKey::from_pkcs8(stored.record.alg, &pkcs8)?;
    // A row put together from two keys would publish one and sign with the other.
    if key.public().kid != *kid || key.public().encoded != stored.public_key {
        return Err(KeysError::Tampered(kid.clone()));
    }
    Ok(key)
}

pub(super) fn open_sealing(master: &Masters, all: &Stored, last: Option<&Sealing>) -> Result<Sealing, KeysError> {
    let (mut keys, mut hashing) = (HashMap::new(), BTreeMap::new());
    for stored in &all.data {
        let name = data_key_name(stored.id, stored.purpose);
        let id = u32::try_from(stored.id).map_err(|_| KeysError::Malformed)?;
        let key = match unwrap(master, &stored.master_key_id, &name, &stored.sealed) {
            // A key keeps its number and its bytes when the master key is changed.
            Err(error @ KeysError::OtherMasterKey { .. }) => last.and_then(|last| last.key(id)).ok_or(error)?,
            opened => opened?,
        };
        match stored.purpose {
            DataKeyPurpose::Seal => keys.insert(id, key),
            DataKeyPurpose::Mac => hashing.insert(id, key),
        };
    }
    let hashing = Hashing::new(hashing, &all.lookups).ok_or(KeysError::NoDataKey)?;
    let sealing = Sealing::new(keys, hashing).ok_or(KeysError::NoDataKey)?;
    let Some(epoch) = &all.epoch else { return Ok(sealing) };
    Ok(sealing.passing_since(u32::try_from(epoch.seal_key).map_err(|_| KeysError::Malformed)?))
}

/// What a data key is called where it is bound to its sealed form.
pub(in crate::keys) fn data_key_name(id: i64, purpose: DataKeyPurpose) -> String {
    format!("data:{id}:{}", purpose.as_str())
}

/// Opens a sealed key.
pub(in crate::keys) fn unwrap(
    master: &Masters,
    master_key_id: &str,
    name: &str,
    sealed: &[u8],
) -> Result<SecretBytes, KeysError> {
    let other = || KeysError::OtherMasterKey {
        wanted: master_key_id.to_owned(),
        given: master.ids().join(" and "),
        given_until: None,
    };
    let master = master.find(master_key_id).ok_or_else(other)?;
    master
        .cipher()
        .open(sealed, name.as_bytes())
        .map(SecretBytes::new)
        .ok_or_else(|| KeysError::Tampered(name.to_owned()))
}
