//! Whether the token has the keys that this node serves: shown by a signature of each when they changed, and by one every
//! few seconds. A node that does not get them signs nothing, and nobody waits for it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use shared::clock::Timestamp;

use super::masters::Masters;
use super::ring::open_signer;
use super::signing_key::SigningKey;
use super::store::StoredKey;
use super::{Keys, KeysError};

/// For how long what the token showed is taken for granted.
const PROVEN_FOR: Duration = Duration::from_secs(5);

/// What the token has shown.
#[derive(Debug)]
pub(super) struct Proof {
    /// The change of the registry whose keys it showed.
    revision: AtomicI64,
    at: AtomicI64,
}

impl Default for Proof {
    fn default() -> Self {
        Self { revision: AtomicI64::new(i64::MIN), at: AtomicI64::new(i64::MIN) }
    }
}

impl Proof {
    /// What it showed is not taken for granted any more.
    pub(super) fn doubt(&self) {
        self.at.store(i64::MIN, Ordering::Release);
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        now.millis()
            < self.at.load(Ordering::Acquire).saturating_add(i64::try_from(PROVEN_FOR.as_millis()).unwrap_or(0))
    }

    fn is_of(&self, revision: i64) -> bool {
        self.revision.load(Ordering::Acquire) == revision
    }

    fn shown(&self, revision: i64, now: Timestamp) {
        self.revision.store(revision, Ordering::Release);
        self.at.store(now.millis(), Ordering::Release);
    }
}

impl Keys {
    /// Has the token show its keys, if it has some and has not just done so.
    ///
    /// # Errors
    /// It does not.
    pub(super) async fn prove_token(&self) -> Result<(), KeysError> {
        let (ring, now, proof) = (self.ring(), self.0.parts.clock.now(), &self.0.proof);
        let is_known = proof.is_of(ring.revision);
        if is_known && proof.is_fresh(now) {
            return Ok(());
        }
        let mut asked = HashSet::new();
        let sign: Vec<_> =
            ring.all_signers().filter(|key| key.is_held() && asked.insert(key.public().kid.as_str())).collect();
        // All of them once; then one of them tells whether the token is there.
        for key in sign.into_iter().take(if is_known { 1 } else { usize::MAX }) {
            if let Err(error) = key.prove().await {
                proof.doubt();
                return Err(error);
            }
        }
        if !is_known {
            let later: Vec<_> = ring.held.iter().filter(|key| !asked.contains(key.public().kid.as_str())).collect();
            miss(&later).await;
        }
        proof.shown(ring.revision, now);
        Ok(())
    }
}

/// Says which of these are not at hand. They sign for nobody yet, and will not: nothing that signs is to stop for them.
async fn miss(keys: &[&Arc<SigningKey>]) {
    for key in keys {
        if let Err(error) = key.prove().await {
            tracing::error!(%error, kid = %key.public().kid, "a key that is to sign next is not at hand");
        }
    }
}

/// Has the token show each of those keys that is in it; which did, and why others did not.
pub async fn prove(masters: &Masters, keys: &[StoredKey]) -> Vec<(String, Result<(), KeysError>)> {
    let mut shown = Vec::new();
    for key in keys.iter().filter(|key| key.private_key.is_some()) {
        let Ok(signer) = open_signer(masters, key) else { continue };
        if signer.is_held() {
            shown.push((key.record.kid.clone(), signer.prove().await));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_taken_for_granted_for_a_while_unless_it_is_doubted() {
        let (proof, now) = (Proof::default(), Timestamp::from_seconds(1_000));
        assert!(!proof.is_of(1) && !proof.is_fresh(now));
        proof.shown(1, now);
        assert!(proof.is_of(1) && !proof.is_of(2));
        assert!(proof.is_fresh(now + PROVEN_FOR - Duration::from_millis(1)) && !proof.is_fresh(now + PROVEN_FOR));
        proof.doubt();
        assert!(proof.is_of(1) && !proof.is_fresh(now));
    }
}
