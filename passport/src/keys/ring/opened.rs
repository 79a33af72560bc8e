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
use super::super::token::{Half, TokenError};
use super::{Ring, Stored};

/// A key that signs: the one in memory, if it cannot be opened anew because the master key was changed or is out of reach.
/// A token that has the master key is not asked for what is open already.
pub(super) fn signer(master: &Masters, key: &StoredKey, last: Option<&Ring>) -> Result<Arc<SigningKey>, KeysError> {
    if master.some_in_token()
        && let Some(held) = last.and_then(|last| last.held(key))
    {
        return Ok(held);
    }
    match open_signer(master, key) {
        Err(error) if error.lacks_master() => last.and_then(|last| last.held(key)).ok_or(error),
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
    let half = unwrap(master, &stored.master_key_id, kid, sealed)?;
    let key = match Half::read(half).ok_or(KeysError::Malformed)? {
        Half::Software(pkcs8) => SigningKey::from_pkcs8(stored.record.alg, &pkcs8)?,
        // Nothing is asked of the token here: who needs it finds out, or has it prove that it has the key.
        Half::InToken(object) => {
            let token = master.token().ok_or(TokenError::NotConfigured)?;
            SigningKey::held(Arc::clone(&token.holder), object, stored.record.alg, stored.public_key.clone())?
        }
    };
    // A row put together from two keys would publish one and sign with the other.
    if key.public().kid != *kid || key.public().encoded != stored.public_key {
        return Err(KeysError::Tampered(kid.clone()));
    }
    Ok(key)
}

/// Where there is a token, every key that has a private half, also those that sign for nobody yet: when one has to sign
/// while the token is away that the master key is in, it is open. One that cannot be opened is missed where it is to sign.
pub(super) fn held(master: &Masters, stored: &Stored, last: Option<&Ring>) -> Vec<Arc<SigningKey>> {
    if master.token().is_none() {
        return Vec::new();
    }
    let there = stored.signing.iter().filter(|key| key.private_key.is_some());
    there.filter_map(|key| signer(master, key, last).ok()).collect()
}

pub(super) fn open_sealing(master: &Masters, all: &Stored, last: Option<&Sealing>) -> Result<Sealing, KeysError> {
    let (mut keys, mut hashing) = (HashMap::new(), BTreeMap::new());
    for stored in &all.data {
        let name = data_key_name(stored.id, stored.purpose);
        let id = u32::try_from(stored.id).map_err(|_| KeysError::Malformed)?;
        // A key keeps its number and its bytes when the master key is changed.
        let known = || last.and_then(|last| last.key(id));
        let key = match known().filter(|_| master.some_in_token()) {
            Some(known) => known,
            None => match unwrap(master, &stored.master_key_id, &name, &stored.sealed) {
                Err(error) if error.lacks_master() => known().ok_or(error)?,
                opened => opened?,
            },
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
    master.open(sealed, name)?.ok_or_else(|| KeysError::Tampered(name.to_owned()))
}
