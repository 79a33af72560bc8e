//! The way back: the key that the present one replaced signs again, while its private half is kept for that.

use shared::clock::Timestamp;

use super::super::alg::Alg;
use super::super::model::{KeyRecord, KeyState};
use super::{Moment, Policy, Request, Standing, Step, pin};

/// Why no key signs again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackRefusal {
    /// There is nothing left to sign with.
    #[error(
        "no {0} key can sign again: the private half of the one before was kept for keys.return_within at most, and is gone"
    )]
    Gone(Alg),
    /// A trial would be worth nothing afterwards.
    #[error("{alg} key {kid} is on trial: end that first (passport keys trial --stop)")]
    OnTrial {
        /// The algorithm.
        alg: Alg,
        /// The staged key.
        kid: String,
    },
    /// A node does not serve it.
    #[error("a node that serves does not know {alg} key {kid} yet: ask again when it does")]
    Unserved {
        /// The algorithm.
        alg: Alg,
        /// The key.
        kid: String,
    },
}

/// Why no key of that algorithm signs again; none: one does.
pub fn refusal(alg: Alg, keys: &[KeyRecord], moment: &Moment<'_>) -> Option<BackRefusal> {
    let Some(former) = former(alg, keys, moment) else { return Some(BackRefusal::Gone(alg)) };
    let staged = Standing::of(keys.iter().filter(|key| key.alg == alg)).staged;
    if let Some(staged) = staged.filter(|key| key.tried.running().is_some()) {
        return Some(BackRefusal::OnTrial { alg, kid: staged.kid.clone() });
    }
    let is_served = moment.served.is_none_or(|served| served >= former.published_in);
    (!is_served).then(|| BackRefusal::Unserved { alg, kid: former.kid.clone() })
}

/// The key that may sign again: of those that are kept, the one that retired last.
fn former<'k>(alg: Alg, keys: &'k [KeyRecord], moment: &Moment<'_>) -> Option<&'k KeyRecord> {
    let kept = keys.iter().filter(|key| key.alg == alg && may_return(key, moment.policy, moment.now));
    kept.max_by_key(|key| key.state.since())
}

/// Whether the key may sign again at that moment.
pub(super) fn may_return(key: &KeyRecord, policy: &Policy, now: Timestamp) -> bool {
    key.pins.keeps_half && kept_until(key, policy).is_some_and(|until| now < until)
}

/// Until when the private half of a key that retired is kept, whoever is pinned to it; none: only for who is.
pub fn kept_until(key: &KeyRecord, policy: &Policy) -> Option<Timestamp> {
    match key.state {
        KeyState::Retiring { since, .. } if !policy.return_within.is_zero() => Some(since + policy.return_within),
        _ => None,
    }
}

/// What becomes of the keys of one algorithm whose former key is to sign again. The one that is to follow stays staged.
pub(super) fn steps(alg: Alg, keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let Request::Return { algs } = request else { return Vec::new() };
    if !algs.contains(&alg) || refusal(alg, keys, moment).is_some() {
        return Vec::new();
    }
    let active = Standing::of(keys.iter().filter(|key| key.alg == alg)).active;
    let (Some(failed), Some(former)) = (active, former(alg, keys, moment)) else { return Vec::new() };
    let (until, keeps_half) = pin::retirement(failed, moment);
    vec![Step::Retire { kid: failed.kid.clone(), until, keeps_half }, Step::Return { kid: former.kid.clone() }]
}
