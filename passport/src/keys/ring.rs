//! The keys in memory: opened once, used by every request, exchanged as a whole when the database's changed.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use shared::clock::Timestamp;
use shared::secret::{SecretBytes, sha256};

use super::KeysError;
use super::alg::Alg;
use super::master::MasterKey;
use super::model::{DataKeyPurpose, KeyRecord, KeyState};
use super::rotate::Policy;
use super::rotate::forecast::{next_due, next_published};
use super::seal::Sealing;
use super::seen::Seen;
use super::signing_key::{PublicKey, SigningKey};
use super::store::{StoredDataKey, StoredFormerKey, StoredKey};
use super::verify::Verifier;

/// The published key set (RFC 7517 §5), encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwks {
    /// The JSON document.
    pub body: axum::body::Bytes,
    /// Its entity tag (RFC 9110 §8.8.3), with the quotes.
    pub etag: String,
}

/// What the database holds at one revision.
pub(super) struct Stored {
    pub(super) revision: i64,
    pub(super) signing: Vec<StoredKey>,
    pub(super) former: Vec<StoredFormerKey>,
    pub(super) data: Vec<StoredDataKey>,
    pub(super) now: Timestamp,
}

/// Every key of one revision.
pub(super) struct Ring {
    pub(super) revision: i64,
    pub(super) sealing: Sealing,
    pub(super) jwks: Arc<Jwks>,
    /// When the published set changes next, as far as that is known.
    pub(super) published_until: Option<Timestamp>,
    /// When something is due next.
    pub(super) next_due: Option<Timestamp>,
    signers: HashMap<Alg, Arc<SigningKey>>,
    verifiers: HashMap<String, Verifier>,
    /// Of keys that are published no more.
    archived: HashMap<String, Verifier>,
    /// What these keys signed or verified: a new ring begins without.
    pub(super) seen: Seen,
}

impl Ring {
    pub(super) fn open(master: &MasterKey, policy: &Policy, stored: &Stored) -> Result<Self, KeysError> {
        let (mut signers, mut verifiers, mut published) = (HashMap::new(), HashMap::new(), vec![]);
        let mut archived = HashMap::new();
        for key in &stored.signing {
            let public = PublicKey::new(key.record.alg, key.public_key.clone())?;
            let verifier = Verifier::new(&public);
            // What is past its time no longer verifies tokens, even before it is withdrawn.
            if matches!(key.record.state, KeyState::Retiring { until, .. } if until <= stored.now) {
                archived.insert(public.kid, verifier);
                continue;
            }
            verifiers.insert(public.kid.clone(), verifier);
            published.push(public.jwk);
            if matches!(key.record.state, KeyState::Active { .. }) {
                signers.insert(key.record.alg, Arc::new(open_signer(master, key)?));
            }
        }
        for (key, public) in stored.former.iter().filter_map(|key| Some((key, key.public_key.clone()?))) {
            if matches!(key.record.state, KeyState::Archived { until, .. } if until > stored.now) {
                let public = PublicKey::new(key.record.alg, public)?;
                archived.insert(public.kid.clone(), Verifier::new(&public));
            }
        }
        let records: Vec<KeyRecord> = stored.records().cloned().collect();
        Ok(Self {
            revision: stored.revision,
            sealing: open_sealing(master, &stored.data)?,
            jwks: Arc::new(Jwks::new(published)?),
            published_until: next_published(&records, policy),
            next_due: next_due(&records, policy),
            signers,
            verifiers,
            archived,
            seen: Seen::default(),
        })
    }

    pub(super) fn signer(&self, alg: Alg) -> Result<&Arc<SigningKey>, KeysError> {
        self.signers.get(&alg).ok_or(KeysError::NoKey(alg))
    }

    /// Whether every algorithm has a key that signs: without, there is nothing to publish and nothing to do.
    pub(super) fn complete(&self) -> Result<(), KeysError> {
        Alg::ALL.into_iter().try_for_each(|alg| self.signer(alg).map(drop))
    }

    /// What verifies a token that says so.
    pub(super) fn verifier(&self, kid: &str) -> Option<&Verifier> {
        self.verifiers.get(kid)
    }

    /// What verifies a hint that says so.
    pub(super) fn hint_verifier(&self, kid: &str) -> Option<&Verifier> {
        self.verifiers.get(kid).or_else(|| self.archived.get(kid))
    }
}

impl Stored {
    fn records(&self) -> impl Iterator<Item = &KeyRecord> {
        self.former.iter().map(|key| &key.record).chain(self.signing.iter().map(|key| &key.record))
    }
}

impl Jwks {
    fn new(published: Vec<CoreJsonWebKey>) -> Result<Self, KeysError> {
        let body = serde_json::to_vec(&CoreJsonWebKeySet::new(published)).map_err(KeysError::Claims)?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&sha256(&body)[..12]));
        Ok(Self { body: body.into(), etag })
    }
}

/// Opens a key that signs.
///
/// # Errors
/// It is sealed under another master key, or was changed.
pub(super) fn open_signer(master: &MasterKey, stored: &StoredKey) -> Result<SigningKey, KeysError> {
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
