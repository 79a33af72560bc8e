//! Signing keys and data keys: made, sealed at rest, rotated, and used.
//!
//! [`Keys`] holds every key opened in memory ([`ring`]), so that signing, verifying and sealing ask no database.
//! The database holds them sealed under the [`MasterKey`]; each node looks more than once a second whether they changed
//! ([`Keys::watch`]). [`rotate`] says when a key moves on, [`model`] through which states, [`lease`] which nodes sign.
//! Private halves of signing keys may be in a [`token`] instead; a node signs only while it reaches that ([`proof`]).

pub mod alg;
mod back;
mod change;
mod cipher;
mod data_keys;
mod error;
pub mod evidence;
mod fresh;
mod hashing;
mod lease;
pub mod master;
mod masters;
pub mod model;
mod node;
pub mod pin;
mod proof;
pub mod received;
pub mod rehash;
pub mod reseal;
pub mod restored;
mod rewrap;
pub mod ring;
pub mod rotate;
pub mod seal;
mod seen;
mod sign;
pub mod signing_key;
pub mod store;
mod tend;
pub mod token;
pub mod trial;
pub mod verify;

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{CommonTime, Db, DbError, Tx};
use shared::entropy::SharedEntropy;

pub use self::alg::Alg;
pub use self::change::Stock;
pub use self::error::KeysError;
pub use self::evidence::{Evidence, Returned, Sign};
pub use self::hashing::Hashes;
pub use self::master::{MasterKey, MasterKeyError};
pub use self::masters::Masters;
pub use self::model::{By, Change, KeyRecord, KeyState};
pub use self::proof::prove;
pub use self::rewrap::Rewrapped;
pub use self::ring::Jwks;
pub use self::rotate::{Policy, Request};
pub use self::verify::TokenError;

use self::evidence::Tally;
use self::lease::Lease;
use self::proof::Proof;
use self::ring::{Ring, read};
use self::tend::Tending;
use self::token::Calls;
use self::token::tidy::Swept;
use self::verify::{Expected, Expiry};

/// Writes down what happens to keys, in the transaction in which it happens. The audit record does, wired in `app`.
pub trait Journal: Send + Sync {
    /// Writes one change down.
    fn record<'t>(&'t self, tx: &'t mut Tx, by: By, change: Change) -> BoxFuture<'t, Result<(), DbError>>;
}

/// For how long a node publishes keys without having looked whether they are still good: a key that somebody else has
/// is out of every key set within a minute.
const PUBLISHED_UNSEEN: Duration = Duration::from_secs(60);

/// The keys. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    parts: Arc<Parts>,
    ring: RwLock<Arc<Ring>>,
    /// Of a node that serves. Commands sign nothing for others, and have none.
    lease: OnceLock<Lease>,
    tally: Tally,
    proof: Proof,
    swept: Swept,
    tending: Tending,
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
    /// What the keys are sealed under, and what they may be sealed under next; and the token that has some of them.
    pub master: Masters,
    /// How long keys stay in their states.
    pub policy: Policy,
    /// Where changes are written down.
    pub journal: Arc<dyn Journal>,
}

impl Keys {
    /// Opens the keys in that database, and makes those that are missing. Nodes that start at once make one set.
    ///
    /// # Errors
    /// The database refused, a key cannot be opened with this master key, or an algorithm has no key that signs.
    pub async fn start(parts: Parts) -> Result<Self, KeysError> {
        let parts = Arc::new(parts);
        parts.master_in_use().await?;
        parts.complete_data_keys().await?;
        parts.change(Request::Tend).await?;
        let ring = read(&parts, None).await?;
        ring.complete()?;
        Ok(Self(Arc::new(Inner {
            ring: RwLock::new(ring),
            parts,
            lease: OnceLock::new(),
            tally: Tally::default(),
            proof: Proof::default(),
            swept: Swept::default(),
            tending: Tending::default(),
        })))
    }

    /// The key set to publish, and for how long relying parties may keep it: `longest`, but not beyond a change that is
    /// planned.
    ///
    /// # Errors
    /// An algorithm has no key that signs, or this node does not know any more whether its keys are good. No key set is
    /// better than one that lacks keys: who is answered by an error keeps what they have.
    pub fn jwks(&self, longest: Duration) -> Result<(Arc<Jwks>, Duration), KeysError> {
        let (ring, now) = (self.ring(), self.0.parts.clock.now());
        ring.complete()?;
        if self.0.lease.get().is_some_and(|lease| !lease.is_fresh(now, PUBLISHED_UNSEEN)) {
            return Err(KeysError::Stale);
        }
        let age = ring.published_until.map_or(longest, |at| at.since(now).min(longest));
        Ok((Arc::clone(&ring.jwks), age))
    }

    /// The claims of a token that the passport signed and whose time has come and is not over.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify<T: DeserializeOwned>(&self, token: &str, typ: &str) -> Result<T, TokenError> {
        let (ring, expiry) = (self.ring(), Expiry::Checked(self.0.parts.clock.now()));
        verify::verify(token, Expected { typ, expiry, seen: &ring.seen }, |kid| ring.verifier(kid))
    }

    /// Like [`Keys::verify`], for what tells who somebody was: an expired token is good enough, and so is one by a key
    /// that is published no more.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_hint<T: DeserializeOwned>(&self, token: &str, typ: &str) -> Result<T, TokenError> {
        let ring = self.ring();
        let expected = Expected { typ, expiry: Expiry::Ignored, seen: &ring.seen };
        verify::verify(token, expected, |kid| ring.hint_verifier(kid))
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

    /// Like [`Keys::open`], for what passes through browsers and was sealed in this epoch: from before a backup was restored
    /// nothing counts that may have been used since that was made.
    pub fn open_passing(&self, purpose: &'static str, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        self.ring().sealing.open_passing(purpose, sealed, aad)
    }

    /// Since when nothing was lost: when a backup was last put in the place of the database, if ever. What clients sign
    /// to be used once may have been used before that.
    pub fn remembers_since(&self) -> Option<Timestamp> {
        self.ring().epoch_began
    }

    /// The keyed hashes for that purpose by which rows about a value are found: two while their key is changed.
    pub fn hashes(&self, purpose: &'static str, data: &[u8]) -> Hashes {
        self.ring().sealing.hashes(purpose, data)
    }

    /// A keyed hash for that purpose, by which a value is found that is not stored.
    pub fn mac(&self, purpose: &'static str, data: &[u8]) -> [u8; 32] {
        self.ring().sealing.mac(purpose, data)
    }

    /// What there is: every signing key with its state, oldest first, whatever became of it.
    ///
    /// # Errors
    /// The database refused.
    pub async fn stock(&self) -> Result<Stock, DbError> {
        Stock::read(&self.0.parts.db, &self.0.parts.time).await
    }

    /// What the token was asked for; there is none: nothing.
    pub fn token_calls(&self) -> Calls {
        self.0.parts.master.token().map(|token| token.calls.clone()).unwrap_or_default()
    }

    /// How long keys stay in their states.
    pub fn policy(&self) -> &Policy {
        &self.0.parts.policy
    }

    /// Moves keys on as the rules and the request say; what changed.
    ///
    /// # Errors
    /// The database refused.
    pub async fn change(&self, request: Request) -> Result<Vec<Change>, KeysError> {
        let changes = self.0.parts.change(request).await?;
        self.refresh().await?;
        self.tidy_token().await;
        Ok(changes)
    }

    /// Destroys a key that somebody else has, and lets the staged one sign if it was the active one; what changed.
    ///
    /// # Errors
    /// There is no such key, or nothing is left of it; or the database refused.
    pub async fn compromise(&self, kid: &str) -> Result<Vec<Change>, KeysError> {
        let changes = self.change(Request::Compromise { kid: kid.to_owned() }).await?;
        if changes.iter().any(|change| matches!(change, Change::Compromised { .. })) {
            return Ok(changes);
        }
        let is_known = self.stock().await?.keys.iter().any(|key| key.kid == kid);
        Err(if is_known { KeysError::Destroyed(kid.to_owned()) } else { KeysError::UnknownKey(kid.to_owned()) })
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
        let began = self.0.parts.clock.now();
        let ring = read(&self.0.parts, Some(self.ring())).await?;
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        if let Some(lease) = self.0.lease.get() {
            lease.read(began);
        }
        Ok(())
    }

    fn ring(&self) -> Arc<Ring> {
        let ring = self.0.ring.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&ring)
    }
}

#[cfg(test)]
mod tests;
