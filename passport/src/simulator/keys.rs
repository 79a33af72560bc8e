//! Signing keys that live as long as the process, and both halves of their exchange: the next one is published before it
//! signs, and the old one stays published for a while after.

use std::sync::Arc;

use openidconnect::core::CoreJsonWebKey;
use serde::Serialize;

use crate::keys::signing_key::SigningKey;
use crate::keys::verify::Verifier;
use crate::keys::{Alg, KeysError};

/// The keys of one algorithm.
struct Slot {
    alg: Alg,
    signing: Arc<SigningKey>,
    next: Option<Arc<SigningKey>>,
    former: Option<Arc<SigningKey>>,
    /// Published by nobody: what signs where a key is to be unknown.
    unknown: Arc<SigningKey>,
}

/// The keys of all algorithms.
pub struct Ring(Vec<Slot>);

/// A step of the exchange, of every algorithm at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next key is published, and does not sign yet.
    Publish,
    /// It signs, and the old one is published still.
    Sign,
    /// The old one is gone.
    Withdraw,
}

impl Step {
    /// In their order.
    pub const ALL: [Self; 3] = [Self::Publish, Self::Sign, Self::Withdraw];

    /// As it is called in addresses and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Sign => "sign",
            Self::Withdraw => "withdraw",
        }
    }

    /// The step of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// A key, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// Its id.
    pub kid: String,
    /// Its algorithm.
    pub alg: &'static str,
    /// `signing`, `next` or `former`.
    pub state: &'static str,
}

impl Ring {
    /// A ring of new keys. RSA takes a while: not for a thread that serves requests.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate() -> Result<Self, KeysError> {
        let slot = |alg| Ok(Slot { alg, signing: fresh(alg)?, next: None, former: None, unknown: fresh(alg)? });
        Alg::ALL.into_iter().map(slot).collect::<Result<_, KeysError>>().map(Self)
    }

    fn slot(&self, alg: Alg) -> Result<&Slot, KeysError> {
        self.0.iter().find(|slot| slot.alg == alg).ok_or(KeysError::NoKey(alg))
    }

    /// The key that signs by that algorithm.
    ///
    /// # Errors
    /// There is none.
    pub fn signing(&self, alg: Alg) -> Result<Arc<SigningKey>, KeysError> {
        Ok(Arc::clone(&self.slot(alg)?.signing))
    }

    /// A key that signs by that algorithm and is published nowhere.
    ///
    /// # Errors
    /// There is none.
    pub fn unknown(&self, alg: Alg) -> Result<Arc<SigningKey>, KeysError> {
        Ok(Arc::clone(&self.slot(alg)?.unknown))
    }

    fn published(&self) -> impl Iterator<Item = (&'static str, &Arc<SigningKey>)> {
        self.0.iter().flat_map(|slot| {
            let signing = std::iter::once(("signing", &slot.signing));
            let next = slot.next.iter().map(|key| ("next", key));
            signing.chain(next).chain(slot.former.iter().map(|key| ("former", key)))
        })
    }

    /// The key set, as it is published.
    pub fn jwks(&self) -> Vec<CoreJsonWebKey> {
        self.published().map(|(_, key)| key.public().jwk.clone()).collect()
    }

    /// What verifies tokens by a published key of that id.
    pub fn verifier(&self, kid: &str) -> Option<Verifier> {
        self.published().find(|(_, key)| key.public().kid == kid).map(|(_, key)| Verifier::new(key.public()))
    }

    /// How it stands.
    pub fn view(&self) -> Vec<KeyView> {
        let shown = |(state, key): (&'static str, &Arc<SigningKey>)| {
            let public = key.public();
            KeyView { kid: public.kid.clone(), alg: public.alg.as_str(), state }
        };
        self.published().map(shown).collect()
    }

    /// Whether the step can be taken now.
    pub fn may(&self, step: Step) -> bool {
        self.0.iter().all(|slot| match step {
            Step::Publish => slot.next.is_none() && slot.former.is_none(),
            Step::Sign => slot.next.is_some(),
            Step::Withdraw => slot.former.is_some(),
        })
    }

    /// The ring after that step; none if it cannot be taken.
    ///
    /// # Errors
    /// The library failed.
    pub fn after(&self, step: Step) -> Result<Option<Self>, KeysError> {
        if !self.may(step) {
            return Ok(None);
        }
        let moved = |slot: &Slot| {
            let Slot { alg, signing, next, former, unknown } = slot;
            let unknown = Arc::clone(unknown);
            Ok(match (step, next) {
                (Step::Publish, _) => Slot {
                    alg: *alg,
                    signing: Arc::clone(signing),
                    next: Some(fresh(*alg)?),
                    former: former.clone(),
                    unknown,
                },
                (Step::Sign, Some(next)) => Slot {
                    alg: *alg,
                    signing: Arc::clone(next),
                    next: None,
                    former: Some(Arc::clone(signing)),
                    unknown,
                },
                (Step::Sign | Step::Withdraw, next) => {
                    Slot { alg: *alg, signing: Arc::clone(signing), next: next.clone(), former: None, unknown }
                }
            })
        };
        self.0.iter().map(moved).collect::<Result<_, KeysError>>().map(|slots| Some(Self(slots)))
    }
}

fn fresh(alg: Alg) -> Result<Arc<SigningKey>, KeysError> {
    SigningKey::generate(alg).map(|(key, _)| Arc::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_published_before_it_signs_and_after() {
        let ring = Ring::generate().expect("keys");
        let kid = |ring: &Ring| ring.signing(Alg::ES256).expect("a key").public().kid.clone();
        let old = kid(&ring);
        assert!(!ring.may(Step::Sign) && !ring.may(Step::Withdraw));
        let ring = ring.after(Step::Publish).expect("made").expect("published");
        assert_eq!((kid(&ring), ring.jwks().len()), (old.clone(), 8));
        assert!(ring.after(Step::Publish).expect("answered").is_none(), "one at a time");
        let ring = ring.after(Step::Sign).expect("made").expect("signs");
        let new = kid(&ring);
        assert_ne!(new, old);
        assert!(ring.verifier(&old).is_some() && ring.verifier(&new).is_some());
        let ring = ring.after(Step::Withdraw).expect("made").expect("withdrawn");
        assert!(ring.verifier(&old).is_none() && ring.verifier(&new).is_some());
        assert_eq!(ring.jwks().len(), 4);
    }
}
