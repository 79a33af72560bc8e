//! The keys in memory: opened once, used by every request, exchanged as a whole when the database's changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use shared::clock::Timestamp;
use shared::secret::{SecretBytes, sha256};

use super::KeysError;
use super::alg::Alg;
use super::evidence::DOUBTFUL;
use super::hashing::Hashing;
use super::masters::Masters;
use super::model::{DataKeyPurpose, KeyRecord, KeyState};
use super::rotate::Policy;
use super::rotate::forecast::{next_due, next_published};
use super::seal::Sealing;
use super::seen::Seen;
use super::signing_key::{PublicKey, SigningKey};
use super::store::{StoredDataKey, StoredFormerKey, StoredKey, StoredLookup};
use super::trial::model::Trial;
use super::trial::tells_from;
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
    pub(super) lookups: Vec<StoredLookup>,
    pub(super) now: Timestamp,
}

/// A staged key that signs for a while.
struct OnTrial {
    kid: Arc<str>,
    trial: Trial,
    /// None once the trial is over.
    signer: Option<Arc<SigningKey>>,
}

/// Every key of one revision.
pub(super) struct Ring {
    pub(super) revision: i64,
    pub(super) sealing: Sealing,
    pub(super) jwks: Arc<Jwks>,
    /// The ids of the keys in it.
    pub(super) published: Vec<Arc<str>>,
    /// When the published set changes next, as far as that is known.
    pub(super) published_until: Option<Timestamp>,
    /// When something is due next.
    pub(super) next_due: Option<Timestamp>,
    signers: HashMap<Alg, Arc<SigningKey>>,
    /// The staged keys that are or were on trial.
    trials: HashMap<Alg, OnTrial>,
    /// Which key signs, and since when.
    signing: HashMap<Alg, (Arc<str>, Timestamp)>,
    verifiers: HashMap<String, Verifier>,
    /// Of keys that are published no more.
    archived: HashMap<String, Verifier>,
    /// What these keys signed or verified: a new ring begins without.
    pub(super) seen: Seen,
    /// The id of the master key that these keys are sealed under, if it is not here: they were opened before it was
    /// changed.
    pub(super) lacking: Option<String>,
}

impl Ring {
    /// Opens the keys. What is sealed under a master key that is not here is taken from `last`.
    pub(super) fn open(
        master: &Masters,
        policy: &Policy,
        stored: &Stored,
        last: Option<&Self>,
    ) -> Result<Self, KeysError> {
        let (mut signers, mut signing, mut verifiers) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (mut archived, mut published, mut kids) = (HashMap::new(), vec![], vec![]);
        let mut trials = HashMap::new();
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
            let kid = Arc::<str>::from(public.kid);
            kids.push(Arc::clone(&kid));
            if let (KeyState::Staged { .. }, Some(trial)) = (key.record.state, &key.record.tried.trial) {
                trials.insert(key.record.alg, OnTrial::open((master, last), key, trial, Arc::clone(&kid)));
            }
            if let KeyState::Active { since } = key.record.state {
                signing.insert(key.record.alg, (kid, since));
                signers.insert(key.record.alg, signer(master, key, last)?);
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
            sealing: open_sealing(master, stored, last.map(|last| &last.sealing))?,
            jwks: Arc::new(Jwks::new(published)?),
            published: kids,
            published_until: next_published(&records, policy),
            next_due: next_due(&records, policy),
            signers,
            trials,
            signing,
            verifiers,
            archived,
            seen: Seen::default(),
            lacking: stored.master_key_id().filter(|id| master.find(id).is_none()).map(str::to_owned),
        })
    }

    pub(super) fn signer(&self, alg: Alg) -> Result<&Arc<SigningKey>, KeysError> {
        self.signers.get(&alg).ok_or(KeysError::NoKey(alg))
    }

    /// Whether every algorithm has a key that signs: without, there is nothing to publish and nothing to do.
    pub(super) fn complete(&self) -> Result<(), KeysError> {
        Alg::ALL.into_iter().try_for_each(|alg| self.signer(alg).map(drop))
    }

    /// What signs for that client now, and the key's id if it is on trial.
    pub(super) fn signer_for(
        &self,
        alg: Alg,
        client: &str,
        now: Timestamp,
    ) -> Result<(&Arc<SigningKey>, Option<&Arc<str>>), KeysError> {
        match self.trials.get(&alg).and_then(|tried| tried.signer_for(client, now).map(|signer| (signer, &tried.kid))) {
            Some((signer, kid)) => Ok((signer, Some(kid))),
            None => Ok((self.signer(alg)?, None)),
        }
    }

    /// Whether some key is on trial.
    pub(super) fn is_trying(&self, now: Timestamp) -> bool {
        self.trials.values().any(|tried| tried.signer.is_some() && now < tried.trial.judged_at())
    }

    /// The key on trial that signed for that client at that moment, beyond doubt.
    pub(super) fn tried_for(&self, alg: Alg, client: &str, at: Timestamp) -> Option<&Arc<str>> {
        let tried = self.trials.get(&alg).filter(|tried| tried.trial.is_for(client))?;
        // A token's time is in whole seconds.
        let (from, to) = (tells_from(tried.trial.since), tried.trial.over_at());
        (from <= at && at + Duration::from_secs(1) <= to).then_some(&tried.kid)
    }

    /// The key that signed for that client at that moment, as far as that is beyond doubt.
    pub(super) fn signed_at(&self, alg: Alg, client: &str, at: Timestamp) -> Option<&Arc<str>> {
        if let Some(tried) = self.trials.get(&alg).filter(|tried| tried.trial.is_for(client)) {
            let doubtful_to = tried.trial.over_at() + DOUBTFUL;
            if tried.trial.since <= at && at < doubtful_to {
                return self.tried_for(alg, client, at);
            }
        }
        self.signing.get(&alg).filter(|(_, since)| at >= *since + DOUBTFUL).map(|(kid, _)| kid)
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

impl OnTrial {
    /// One that cannot be opened signs nothing, and the active key goes on: that is what it is there for.
    fn open((master, last): (&Masters, Option<&Ring>), key: &StoredKey, trial: &Trial, kid: Arc<str>) -> Self {
        let held = || last?.trials.get(&key.record.alg).filter(|held| held.kid == kid)?.signer.clone();
        let opened = || match open_signer(master, key) {
            // The master key was changed and is not here.
            Err(error @ KeysError::OtherMasterKey { .. }) => held().ok_or(error),
            opened => opened.map(Arc::new),
        };
        let signer = trial.end.is_none().then(opened).transpose();
        let signer = signer.unwrap_or_else(|error| {
            tracing::error!(%error, kid = &*kid, "a key on trial cannot be opened: the active one signs");
            None
        });
        Self { kid, trial: trial.clone(), signer }
    }

    fn signer_for(&self, client: &str, now: Timestamp) -> Option<&Arc<SigningKey>> {
        self.signer.as_ref().filter(|_| now < self.trial.until && self.trial.is_for(client))
    }
}

impl Stored {
    /// The id of the master key that the newest data key is sealed under, and with it all keys.
    pub(super) fn master_key_id(&self) -> Option<&str> {
        self.data.last().map(|key| key.master_key_id.as_str())
    }

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

/// A key that signs: the one in memory, if it cannot be opened anew because the master key was changed.
fn signer(master: &Masters, key: &StoredKey, last: Option<&Ring>) -> Result<Arc<SigningKey>, KeysError> {
    let held = || last?.signers.get(&key.record.alg).filter(|held| held.public().encoded == key.public_key);
    match open_signer(master, key) {
        Err(error @ KeysError::OtherMasterKey { .. }) => held().cloned().ok_or(error),
        opened => opened.map(Arc::new),
    }
}

/// Opens a key that signs.
///
/// # Errors
/// It is sealed under another master key, or was changed.
pub(super) fn open_signer(master: &Masters, stored: &StoredKey) -> Result<SigningKey, KeysError> {
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

fn open_sealing(master: &Masters, all: &Stored, last: Option<&Sealing>) -> Result<Sealing, KeysError> {
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
    let hashing = Hashing::new(hashing, &all.lookups);
    hashing.and_then(|hashing| Sealing::new(keys, hashing)).ok_or(KeysError::NoDataKey)
}

/// What a data key is called where it is bound to its sealed form.
pub(super) fn data_key_name(id: i64, purpose: DataKeyPurpose) -> String {
    format!("data:{id}:{}", purpose.as_str())
}

/// Opens a sealed key.
pub(super) fn unwrap(
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

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("revision", &self.revision).finish_non_exhaustive()
    }
}
