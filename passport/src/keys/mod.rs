//! Signing keys and data keys: made, sealed at rest, rotated, and used.
//!
//! [`Keys`] holds every key opened in memory ([`ring`]), so that signing, verifying and sealing ask no database.
//! The database holds them sealed under the [`MasterKey`]; each node looks more than once a second whether they changed
//! ([`Keys::refresh`]). [`rotate`] says when a key moves on, [`model`] through which states.

pub mod alg;
mod cipher;
pub mod master;
pub mod model;
pub mod received;
pub mod ring;
pub mod rotate;
pub mod seal;
mod seen;
pub mod signing_key;
pub mod store;
pub mod verify;

mod change;

use std::sync::{Arc, PoisonError, RwLock};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::clock::SharedClock;
use shared::db::{CommonTime, Db, DbError, Tx};
use shared::entropy::SharedEntropy;

pub use self::alg::Alg;
pub use self::master::{MasterKey, MasterKeyError};
pub use self::model::{Change, KeyRecord, KeyState};
pub use self::ring::Jwks;
pub use self::rotate::{Policy, Request};
use self::verify::Expected;
pub use self::verify::{Expiry, TokenError};

use self::ring::Ring;

/// Writes down what happens to keys, in the transaction in which it happens. The audit record does, wired in `app`.
pub trait Journal: Send + Sync {
    /// Writes one change down.
    fn record<'t>(&'t self, tx: &'t mut Tx, change: Change) -> BoxFuture<'t, Result<(), DbError>>;
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A key is not of its algorithm.
    #[error("a stored key cannot be read")]
    Malformed,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written: {0}")]
    Claims(serde_json::Error),
    /// No key of that algorithm is active.
    #[error("no {0} key is active: run `passport keys rotate`")]
    NoKey(Alg),
    /// There is no key to seal data with.
    #[error("there is no data key: run `passport keys init`")]
    NoDataKey,
    /// A key was sealed under another master key.
    #[error("the key {key} is sealed under master key {wanted}, and the one given is {given}")]
    OtherMasterKey {
        /// The sealed key.
        key: String,
        /// The id of the master key that it was sealed under.
        wanted: String,
        /// The id of the master key that was configured.
        given: String,
    },
    /// A sealed key was changed.
    #[error("the sealed key {0} was changed")]
    Tampered(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The keys. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    parts: Parts,
    ring: RwLock<Arc<Ring>>,
}

/// What [`Keys`] are made of.
pub struct Parts {
    /// Where they are kept.
    pub db: Db,
    /// The time, by which tokens expire.
    pub clock: SharedClock,
    /// The time that all nodes share, by which keys move on: one whose clock is ahead must not sign with a key that
    /// relying parties do not know yet.
    pub time: Arc<dyn CommonTime>,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// What the keys are sealed under.
    pub master: MasterKey,
    /// How long keys stay in their states.
    pub policy: Policy,
    /// Where changes are written down.
    pub journal: Arc<dyn Journal>,
}

impl Keys {
    /// Opens the keys in that database, and makes those that are missing. Nodes that start at once make one set.
    ///
    /// # Errors
    /// The database refused, or a key cannot be opened with this master key.
    pub async fn start(parts: Parts) -> Result<Self, KeysError> {
        parts.complete_data_keys().await?;
        parts.change(Request::Tend).await?;
        let ring = read(&parts, None).await?;
        Ok(Self(Arc::new(Inner { ring: RwLock::new(ring), parts })))
    }

    /// A compact JWS of these claims by the active key of that algorithm, with `typ` in its header (RFC 7515 §7.1).
    ///
    /// # Errors
    /// There is no such key, or the claims cannot be written.
    pub fn sign(&self, alg: Alg, typ: &str, claims: &impl Serialize) -> Result<String, KeysError> {
        self.ring().signer(alg)?.jws(typ, claims)
    }

    /// Like [`Keys::sign`], for a token that is soon presented to us: its signature is then known to be right.
    ///
    /// # Errors
    /// As [`Keys::sign`].
    pub fn sign_for_ourselves(&self, alg: Alg, typ: &str, claims: &impl Serialize) -> Result<String, KeysError> {
        let ring = self.ring();
        let token = ring.signer(alg)?.jws(typ, claims)?;
        ring.seen.insert(&token);
        Ok(token)
    }

    /// The key set to publish.
    pub fn jwks(&self) -> Arc<Jwks> {
        Arc::clone(&self.ring().jwks)
    }

    /// The claims of a token that the passport signed and whose time has come and is not over.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify<T: DeserializeOwned>(&self, token: &str, typ: &str) -> Result<T, TokenError> {
        self.verify_with(token, typ, Expiry::Checked(self.0.parts.clock.now()))
    }

    /// Like [`Keys::verify`], for whom an expired token is good enough.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_with<T: DeserializeOwned>(&self, token: &str, typ: &str, expiry: Expiry) -> Result<T, TokenError> {
        let ring = self.ring();
        verify::verify(token, Expected { typ, expiry, seen: &ring.seen }, |kid| ring.verifier(kid))
    }

    /// Seals `plaintext` for that purpose, bound to `aad`. The key's number stands in the sealed bytes.
    pub fn seal(&self, purpose: &'static str, plaintext: &[u8], aad: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        ring.sealing.seal(&*self.0.parts.entropy, purpose, plaintext, aad)
    }

    /// Opens what was sealed for that purpose and bound to `aad`. `None` for anything else.
    pub fn open(&self, purpose: &'static str, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        self.ring().sealing.open(purpose, sealed, aad)
    }

    /// A keyed hash for that purpose, by which a value is found that is not stored.
    pub fn mac(&self, purpose: &'static str, data: &[u8]) -> [u8; 32] {
        self.ring().sealing.mac(purpose, data)
    }

    /// Every signing key and its state, oldest first.
    ///
    /// # Errors
    /// The database refused.
    pub async fn list(&self) -> Result<Vec<KeyRecord>, DbError> {
        let keys = self.0.parts.db.read(|tx| store::signing_keys(tx).boxed()).await?;
        Ok(keys.into_iter().map(|key| key.record).collect())
    }

    /// Moves keys on as the rules and the request say; what changed.
    ///
    /// # Errors
    /// The database refused.
    pub async fn change(&self, request: Request) -> Result<Vec<Change>, KeysError> {
        let changes = self.0.parts.change(request).await?;
        self.refresh().await?;
        Ok(changes)
    }

    /// Makes a new key to seal data with. What older ones sealed still opens.
    ///
    /// # Errors
    /// The database refused.
    pub async fn add_data_key(&self) -> Result<Vec<Change>, KeysError> {
        let changes = self.0.parts.add_data_key().await?;
        self.refresh().await?;
        Ok(changes)
    }

    /// Takes over what another node or the command line changed. To be called more than once a second: keys are
    /// published long before they sign, but a leaked one is replaced at once.
    ///
    /// # Errors
    /// The database refused, or a key cannot be opened; the keys in memory go on serving.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        let ring = read(&self.0.parts, Some(self.ring())).await?;
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    fn ring(&self) -> Arc<Ring> {
        let ring = self.0.ring.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&ring)
    }
}

/// The keys as they are in the database; `last`, if that is still what they are.
async fn read(parts: &Parts, last: Option<Arc<Ring>>) -> Result<Arc<Ring>, KeysError> {
    let known = last.as_ref().map(|ring| ring.revision);
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
                let signing = store::signing_keys(tx).await?;
                let data = store::data_keys(tx).await?;
                Ok(Some((revision, signing, data, time.now(tx).await?)))
            }
            .boxed()
        })
        .await?;
    match (found, last) {
        (None, Some(last)) => Ok(last),
        (None, None) => Err(KeysError::NoDataKey),
        (Some((revision, signing, data, now)), _) => {
            Ring::open(&parts.master, revision, &signing, &data, now).map(Arc::new)
        }
    }
}

#[cfg(test)]
mod tests;
