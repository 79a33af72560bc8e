//! The keys in memory: opened once, used by every request, exchanged as a whole when the database's changed.

mod opened;
mod reading;
mod whose;

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use shared::clock::Timestamp;
use shared::secret::sha256;

use super::KeysError;
use super::alg::Alg;
use super::masters::Masters;
use super::model::{KeyRecord, KeyState};
use super::rotate::Policy;
use super::rotate::forecast::{next_due, next_published};
use super::seal::Sealing;
use super::seen::Seen;
use super::signing_key::{PublicKey, SigningKey};
use super::store::tokens::Waste;
use super::store::{Epoch, StoredDataKey, StoredFormerKey, StoredKey, StoredLookup};
use super::verify::Verifier;

pub(super) use self::opened::{data_key_name, open_signer, unwrap};
pub(super) use self::reading::read;

use self::opened::{held, open_sealing, signer};
use self::whose::{OnTrial, Pinned};

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
    pub(super) epoch: Option<Epoch>,
    /// What is to be destroyed in the token.
    pub(super) waste: Vec<Waste>,
    pub(super) now: Timestamp,
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
    /// The clients that stay with a key, or did.
    pinned: HashMap<Alg, HashMap<String, Pinned>>,
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
    /// Where there is a token, every key that signs or is to.
    pub(super) held: Vec<Arc<SigningKey>>,
    /// What is to be destroyed in the token.
    pub(super) waste: Vec<Waste>,
    /// When a backup was last put in the place of the database.
    pub(super) epoch_began: Option<Timestamp>,
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
        let (mut trials, mut pinned) = (HashMap::new(), HashMap::<_, HashMap<_, _>>::new());
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
            if !key.record.pins.clients.is_empty() {
                pinned.entry(key.record.alg).or_default().extend(Pinned::open((master, last), key, &kid));
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
            pinned,
            signing,
            verifiers,
            archived,
            seen: Seen::default(),
            lacking: stored.master_key_id().filter(|id| master.find(id).is_none()).map(str::to_owned),
            held: held(master, stored, last),
            waste: stored.waste.clone(),
            epoch_began: stored.epoch.as_ref().map(|epoch| epoch.began),
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

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("revision", &self.revision).finish_non_exhaustive()
    }
}
