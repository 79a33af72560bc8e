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
    /// There is no such key, this node may not sign, or the claims cannot be written.
    pub fn sign_for(&self, client: &str, alg: Alg, typ: &str, claims: &impl Serialize) -> Result<String, KeysError> {
        let (ring, now) = self.signing_ring()?;
        let (signer, on_trial) = ring.signer_for(alg, client, now)?;
        let token = signer.jws(typ, claims)?;
        if let Some(kid) = on_trial {
            self.0.tally.see(kid, client, Sign::Given, now);
        }
        Ok(token)
    }

    /// Like [`Keys::sign_for`], for a token that the client only carries to a server of others.
    ///
    /// # Errors
    /// As [`Keys::sign_for`].
    pub fn sign_through(
        &self,
        client: &str,
        alg: Alg,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, KeysError> {
        let (ring, now) = self.signing_ring()?;
        ring.signer_for(alg, client, now)?.0.jws(typ, claims)
    }

    /// Like [`Keys::sign_for`], for a token that the client soon presents to us: its signature is then known to be right.
    ///
    /// # Errors
    /// As [`Keys::sign_for`].
    pub fn sign_for_ourselves(
        &self,
        client: &str,
        alg: Alg,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, KeysError> {
        let (ring, now) = self.signing_ring()?;
        let token = ring.signer_for(alg, client, now)?.0.jws(typ, claims)?;
        ring.seen.insert(&token);
        Ok(token)
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
