//! The keys in memory: opened once, used by every request, exchanged as a whole when the database's changed.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJsonWebKeySet;
use shared::clock::Timestamp;
use shared::secret::{SecretBytes, sha256};

use super::KeysError;
use super::alg::Alg;
use super::master::MasterKey;
use super::model::{DataKeyPurpose, KeyState};
use super::seal::Sealing;
use super::seen::Seen;
use super::signing_key::{PublicKey, SigningKey};
use super::store::{StoredDataKey, StoredKey};
use super::verify::Verifier;

/// The published key set (RFC 7517 §5), encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwks {
    /// The JSON document.
    pub body: axum::body::Bytes,
    /// Its entity tag (RFC 9110 §8.8.3), with the quotes.
    pub etag: String,
}

/// Every key of one revision.
pub(super) struct Ring {
    pub(super) revision: i64,
    pub(super) sealing: Sealing,
    pub(super) jwks: Arc<Jwks>,
    signers: HashMap<Alg, Arc<SigningKey>>,
    verifiers: HashMap<String, Verifier>,
    /// What these keys signed or verified: a new ring begins without.
    pub(super) seen: Seen,
}

impl Ring {
    pub(super) fn open(
        master: &MasterKey,
        revision: i64,
        signing: &[StoredKey],
        data: &[StoredDataKey],
        now: Timestamp,
    ) -> Result<Self, KeysError> {
        let (mut signers, mut verifiers, mut published) = (HashMap::new(), HashMap::new(), vec![]);
        for stored in signing {
            // What is past its time no longer verifies, even before it is removed.
            if matches!(stored.record.state, KeyState::Retiring { until, .. } if until <= now) {
                continue;
            }
            let public = PublicKey::new(stored.record.alg, stored.public_key.clone())?;
            verifiers.insert(public.kid.clone(), Verifier::new(&public));
            published.push(public.jwk);
            if matches!(stored.record.state, KeyState::Active { .. }) {
                signers.insert(stored.record.alg, Arc::new(open_signer(master, stored)?));
            }
        }
        let keys = CoreJsonWebKeySet::new(published);
        let body = serde_json::to_vec(&keys).map_err(KeysError::Claims)?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&sha256(&body)[..12]));
        Ok(Self {
            revision,
            sealing: open_sealing(master, data)?,
            jwks: Arc::new(Jwks { body: body.into(), etag }),
            signers,
            verifiers,
            seen: Seen::default(),
        })
    }

    pub(super) fn signer(&self, alg: Alg) -> Result<&Arc<SigningKey>, KeysError> {
        self.signers.get(&alg).ok_or(KeysError::NoKey(alg))
    }

    pub(super) fn verifier(&self, kid: &str) -> Option<&Verifier> {
        self.verifiers.get(kid)
    }
}

fn open_signer(master: &MasterKey, stored: &StoredKey) -> Result<SigningKey, KeysError> {
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

fn open_sealing(master: &MasterKey, data: &[StoredDataKey]) -> Result<Sealing, KeysError> {
    let (mut keys, mut mac) = (HashMap::new(), None);
    for stored in data {
        let name = data_key_name(stored.id, stored.purpose);
        let key = unwrap(master, &stored.master_key_id, &name, &stored.sealed)?;
        let id = u32::try_from(stored.id).map_err(|_| KeysError::Malformed)?;
        match stored.purpose {
            DataKeyPurpose::Seal => {
                keys.insert(id, key);
            }
            DataKeyPurpose::Mac if mac.is_none() => mac = Some(key),
            DataKeyPurpose::Mac => {}
        }
    }
    mac.and_then(|mac| Sealing::new(keys, mac)).ok_or(KeysError::NoDataKey)
}

/// What a data key is called where it is bound to its sealed form.
pub(super) fn data_key_name(id: i64, purpose: DataKeyPurpose) -> String {
    format!("data:{id}:{}", purpose.as_str())
}

fn unwrap(master: &MasterKey, master_key_id: &str, name: &str, sealed: &[u8]) -> Result<SecretBytes, KeysError> {
    if master_key_id != master.id() {
        return Err(KeysError::OtherMasterKey {
            key: name.to_owned(),
            wanted: master_key_id.to_owned(),
            given: master.id().to_owned(),
        });
    }
    master
        .cipher()
        .open(sealed, name.as_bytes())
        .map(SecretBytes::new)
        .ok_or_else(|| KeysError::Tampered(name.to_owned()))
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("revision", &self.revision).finish_non_exhaustive()
    }
}
