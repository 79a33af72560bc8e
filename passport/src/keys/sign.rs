//! Signing: for the client that verifies, by the key that signs for it.

use std::sync::Arc;

use serde::Serialize;
use shared::clock::Timestamp;

use super::alg::Alg;
use super::evidence::Sign;
use super::ring::Ring;
use super::{Keys, KeysError};

impl Keys {
    /// A compact JWS of these claims, with `typ` in its header (RFC 7515 §7.1), for that client to verify: by the active key
    /// of that algorithm, the staged one if it is on trial for the client, or an older one that the client stays with.
    ///
    /// # Errors
    /// There is no such key, this node may not sign, the token that has it cannot be asked, or the claims cannot be
    /// written.
    pub async fn sign_for(
        &self,
        client: &str,
        alg: Alg,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, KeysError> {
        let (ring, now) = self.signing_ring()?;
        let (signer, on_trial) = ring.signer_for(alg, client, now)?;
        let token = self.signed(signer.jws(typ, claims).await)?;
        if let Some(kid) = on_trial {
            self.0.tally.see(kid, client, Sign::Given, now);
        }
        Ok(token)
    }

    /// Like [`Keys::sign_for`], for a token that the client only carries to a server of others.
    ///
    /// # Errors
    /// As [`Keys::sign_for`].
    pub async fn sign_through(
        &self,
        client: &str,
        alg: Alg,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, KeysError> {
        let (ring, now) = self.signing_ring()?;
        self.signed(ring.signer_for(alg, client, now)?.0.jws(typ, claims).await)
    }

    /// Like [`Keys::sign_for`], for a token that the client soon presents to us: its signature is then known to be right.
    ///
    /// # Errors
    /// As [`Keys::sign_for`].
    pub async fn sign_for_ourselves(
        &self,
        client: &str,
        alg: Alg,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, KeysError> {
        let (ring, now) = self.signing_ring()?;
        let token = self.signed(ring.signer_for(alg, client, now)?.0.jws(typ, claims).await)?;
        ring.seen.insert(&token);
        Ok(token)
    }

    /// A token that fails is asked at once whether it has its keys at all.
    fn signed(&self, done: Result<String, KeysError>) -> Result<String, KeysError> {
        if let Err(KeysError::Token(_)) = &done {
            self.0.proof.doubt();
        }
        done
    }

    /// That this node may sign, which is to be known before what can be used only once is used up for a signature.
    ///
    /// # Errors
    /// It may not.
    pub fn ready_to_sign(&self) -> Result<(), KeysError> {
        self.signing_ring().map(drop)
    }

    /// The keys, if this node may sign with them now.
    pub(super) fn signing_ring(&self) -> Result<(Arc<Ring>, Timestamp), KeysError> {
        let now = self.0.parts.clock.now();
        match self.0.lease.get() {
            Some(lease) if !lease.holds(now) => Err(KeysError::NoLease),
            _ => Ok((self.ring(), now)),
        }
    }
}
