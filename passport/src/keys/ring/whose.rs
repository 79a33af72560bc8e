//! Which key signs for which client at a moment: the one on trial for it, the one that it stays with, or the active one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use shared::clock::Timestamp;

use super::super::KeysError;
use super::super::alg::Alg;
use super::super::evidence::DOUBTFUL;
use super::super::masters::Masters;
use super::super::pin::PinnedTo;
use super::super::pin::model::Pin;
use super::super::signing_key::SigningKey;
use super::super::store::StoredKey;
use super::super::trial::model::Trial;
use super::super::trial::tells_from;
use super::Ring;
use super::opened::signer;

/// A staged key that signs for a while.
pub(super) struct OnTrial {
    kid: Arc<str>,
    trial: Trial,
    /// None once the trial is over.
    signer: Option<Arc<SigningKey>>,
}

/// The key that a client stays with.
pub(super) struct Pinned {
    kid: Arc<str>,
    pin: Pin,
    /// None once the pin is over.
    signer: Option<Arc<SigningKey>>,
}

impl Ring {
    /// What signs for that client now, and the key's id if it is on trial.
    pub(in crate::keys) fn signer_for(
        &self,
        alg: Alg,
        client: &str,
        now: Timestamp,
    ) -> Result<(&Arc<SigningKey>, Option<&Arc<str>>), KeysError> {
        if let Some(tried) = self.trial_for(alg, client, now)
            && let Some(signer) = tried.signer.as_ref().filter(|_| now < tried.trial.until)
        {
            return Ok((signer, Some(&tried.kid)));
        }
        let pinned = self.pinned(alg, client).filter(|held| held.pin.holds_at(now));
        match pinned.and_then(|held| held.signer.as_ref()) {
            Some(signer) => Ok((signer, None)),
            None => Ok((self.signer(alg)?, None)),
        }
    }

    /// The keys that the client stays with now.
    pub(in crate::keys) fn pins_of(&self, client: &str, now: Timestamp) -> Vec<PinnedTo> {
        let held = Alg::ALL.into_iter().filter_map(|alg| Some((alg, self.pinned(alg, client)?)));
        let told = |(alg, held): (Alg, &Pinned)| PinnedTo { alg, kid: held.kid.to_string(), until: held.pin.until };
        held.filter(|(_, held)| held.pin.holds_at(now)).map(told).collect()
    }

    /// Whether some key is on trial.
    pub(in crate::keys) fn is_trying(&self, now: Timestamp) -> bool {
        self.trials.values().any(|tried| tried.signer.is_some() && now < tried.trial.judged_at())
    }

    /// The key on trial that signed for that client at that moment, beyond doubt.
    pub(in crate::keys) fn tried_for(&self, alg: Alg, client: &str, at: Timestamp) -> Option<&Arc<str>> {
        let tried = self.trial_for(alg, client, at)?;
        // A token's time is in whole seconds.
        let (from, to) = (tells_from(tried.trial.since), tried.trial.over_at());
        (from <= at && at + Duration::from_secs(1) <= to).then_some(&tried.kid)
    }

    /// The key that signed for that client at that moment, as far as that is beyond doubt.
    pub(in crate::keys) fn signed_at(&self, alg: Alg, client: &str, at: Timestamp) -> Option<&Arc<str>> {
        if let Some(tried) = self.trial_for(alg, client, at) {
            let doubtful_to = tried.trial.over_at() + DOUBTFUL;
            if tried.trial.since <= at && at < doubtful_to {
                return self.tried_for(alg, client, at);
            }
        }
        if let Some(held) = self.pinned(alg, client) {
            if held.pin.holds_at(at) {
                return Some(&held.kid).filter(|_| held.signed());
            }
            // Before, it may have stayed with another one; just after, a node may not have followed.
            if at < held.pin.over_at() + DOUBTFUL {
                return None;
            }
        }
        self.signing.get(&alg).filter(|(_, since)| at >= *since + DOUBTFUL).map(|(kid, _)| kid)
    }

    /// Every key that signs for somebody; one for several may be there again.
    pub(in crate::keys) fn all_signers(&self) -> impl Iterator<Item = &Arc<SigningKey>> {
        let tried = self.trials.values().filter_map(|tried| tried.signer.as_ref());
        let pinned = self.pinned.values().flat_map(HashMap::values).filter_map(|held| held.signer.as_ref());
        self.signers.values().chain(tried).chain(pinned)
    }

    /// The same key, as it was opened before.
    pub(super) fn held(&self, key: &StoredKey) -> Option<Arc<SigningKey>> {
        let mut held = self.all_signers().chain(&self.held);
        held.find(|held| held.public().encoded == key.public_key).cloned()
    }

    /// The trial that is meant for that client, if it was one at that moment: one of everybody is none of those who cannot
    /// follow.
    fn trial_for(&self, alg: Alg, client: &str, at: Timestamp) -> Option<&OnTrial> {
        let tried = self.trials.get(&alg).filter(|tried| tried.trial.is_for(client))?;
        let stays = || self.pinned(alg, client).is_some_and(|held| held.pin.holds_at(at));
        (!tried.trial.clients.is_empty() || !stays()).then_some(tried)
    }

    fn pinned(&self, alg: Alg, client: &str) -> Option<&Pinned> {
        self.pinned.get(&alg)?.get(client)
    }
}

impl OnTrial {
    /// One that cannot be opened signs nothing, and the active key goes on: that is what it is there for.
    pub(super) fn open(
        (master, last): (&Masters, Option<&Ring>),
        key: &StoredKey,
        trial: &Trial,
        kid: Arc<str>,
    ) -> Self {
        let signer = trial.end.is_none().then(|| signer(master, key, last)).transpose();
        let signer = signer.unwrap_or_else(|error| {
            tracing::error!(%error, kid = &*kid, "a key on trial cannot be opened: the active one signs");
            None
        });
        Self { kid, trial: trial.clone(), signer }
    }
}

impl Pinned {
    /// The clients that stay with that key, or did. If it cannot be opened, the active one signs for them: they are no worse
    /// off than without anything.
    pub(super) fn open(
        (master, last): (&Masters, Option<&Ring>),
        key: &StoredKey,
        kid: &Arc<str>,
    ) -> Vec<(String, Self)> {
        let is_needed = key.private_key.is_some() && key.record.pins.standing().next().is_some();
        let opened = is_needed.then(|| signer(master, key, last)).transpose();
        let opened = opened.unwrap_or_else(|error| {
            tracing::error!(%error, kid = &**kid, "a key that clients stay with cannot be opened: the active one signs");
            None
        });
        let pinned = |pin: &Pin| {
            let signer = opened.clone().filter(|_| pin.stands());
            (pin.client.clone(), Self { kid: Arc::clone(kid), pin: pin.clone(), signer })
        };
        key.record.pins.clients.iter().map(pinned).collect()
    }

    /// Whether the key signed for the client while the pin held. Of one that is over that is so as far as is known.
    fn signed(&self) -> bool {
        self.signer.is_some() || !self.pin.stands()
    }
}
