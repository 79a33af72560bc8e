//! When a client is pinned to a key, when that ends, and for how long the key is kept for it: part of the rules of rotation.

use shared::clock::Timestamp;

use super::super::alg::Alg;
use super::super::model::{KeyRecord, KeyState};
use super::super::pin::model::{LONGEST, Pin, PinEnd, PinRefusal, PinWanted};
use super::back::{kept_until, may_return};
use super::{Moment, Policy, Request, Step};

/// Why that pin is not made; none: it is.
pub fn refusal(wanted: &PinWanted, keys: &[KeyRecord], now: Timestamp) -> Option<PinRefusal> {
    let (until, latest) = (wanted.until, now + LONGEST);
    if until <= now || until > latest {
        return Some(PinRefusal::Day { until, now, latest });
    }
    let named = wanted.kid.as_ref().and_then(|kid| keys.iter().find(|key| key.kid == *kid));
    match (named, key_for(wanted, keys)) {
        (Some(key), _) if !signs(key) => Some(PinRefusal::Silent {
            alg: key.alg,
            kid: key.kid.clone(),
            state: if is_lost(key) { "compromised" } else { key.state.as_str() },
        }),
        // Who asks for a key that is not there gets none, and not another one instead.
        (_, None) => Some(PinRefusal::NoKey(wanted.alg)),
        (_, Some(key)) => beyond(key, until),
    }
}

/// Whether the key would sign for somebody long after it retired: what is moved again and again would have no end.
fn beyond(key: &KeyRecord, until: Timestamp) -> Option<PinRefusal> {
    let KeyState::Retiring { since, .. } = key.state else { return None };
    let latest = since + LONGEST;
    (until > latest).then(|| PinRefusal::Enough { alg: key.alg, kid: key.kid.clone(), since, latest })
}

/// Whether the key signs for anybody.
const fn signs(key: &KeyRecord) -> bool {
    matches!(key.state, KeyState::Active { .. }) || key.pins.keeps_half
}

const fn is_lost(key: &KeyRecord) -> bool {
    matches!(key.state, KeyState::Destroyed { compromised: true, .. })
}

/// The key that the client is to stay with: the one that is named, or the one that signs for it, which is the one that it
/// stays with already, or else the active one.
fn key_for<'k>(wanted: &PinWanted, keys: &'k [KeyRecord]) -> Option<&'k KeyRecord> {
    let of_alg = || keys.iter().filter(move |key| key.alg == wanted.alg && signs(key));
    if let Some(kid) = &wanted.kid {
        return of_alg().find(|key| key.kid == *kid);
    }
    let holds = |key: &&KeyRecord| key.pins.standing().any(|pin| pin.client == wanted.client);
    of_alg().find(holds).or_else(|| of_alg().find(|key| matches!(key.state, KeyState::Active { .. })))
}

/// The pin that the request makes of a key of that algorithm.
fn asked<'k>(alg: Alg, keys: &'k [KeyRecord], moment: &Moment<'_>, request: &Request) -> Option<(&'k KeyRecord, Pin)> {
    let Request::Pin(wanted) = request else { return None };
    if wanted.alg != alg || refusal(wanted, keys, moment.now).is_some() {
        return None;
    }
    let key = key_for(wanted, keys)?;
    // What was signed since it first stayed with this key is still by this key.
    let before = key.pins.standing().find(|pin| pin.client == wanted.client);
    let since = before.map_or(moment.now, |pin| pin.since);
    Some((key, Pin { client: wanted.client.clone(), since, until: wanted.until, ended: None }))
}

/// What becomes of the pins of one algorithm.
pub(super) fn steps(alg: Alg, keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let asked = asked(alg, keys, moment, request);
    keys.iter().filter(|key| key.alg == alg).flat_map(|key| of_key(key, asked.as_ref(), moment, request)).collect()
}

fn of_key(key: &KeyRecord, asked: Option<&(&KeyRecord, Pin)>, moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let made = asked.filter(|(pinned, _)| pinned.kid == key.kid).map(|(_, pin)| pin);
    let (mut steps, mut last) = (Vec::new(), made.map(|pin| pin.until));
    // Whoever is pinned anew has one pin, not two.
    for pin in key.pins.standing().filter(|pin| asked.is_none_or(|(_, new)| new.client != pin.client)) {
        match end(key, pin, moment, request) {
            Some(how) => steps.push(Step::EndPin { kid: key.kid.clone(), client: pin.client.clone(), how }),
            None => last = last.max(Some(pin.until)),
        }
    }
    steps.extend(made.map(|pin| Step::Pin { kid: key.kid.clone(), pin: pin.clone() }));
    if matches!(request, Request::Compromise { kid } if *kid == key.kid) {
        // Nothing is left of it in a moment.
        return steps;
    }
    if key.pins.keeps_half && last.is_none() && !may_return(key, moment.policy, moment.now) {
        steps.push(Step::DropHalf { kid: key.kid.clone() });
    }
    steps.extend(published(key, last, moment));
    steps
}

fn end(key: &KeyRecord, pin: &Pin, moment: &Moment<'_>, request: &Request) -> Option<PinEnd> {
    match request {
        Request::Compromise { kid } if *kid == key.kid => Some(PinEnd::Compromised),
        Request::Unpin { client, algs } if *client == pin.client && algs.contains(&key.alg) => Some(PinEnd::Lifted),
        _ if pin.until <= moment.now => Some(PinEnd::Over),
        _ if !signs(key) => Some(PinEnd::HalfGone),
        _ => None,
    }
}

/// From when on pins and key do not fit each other any more; the beginning of time, if they do not at all. A private half is
/// kept for nobody, as after the removal of a client or when there is no way back any more; or nothing is left to sign with
/// for who stays.
pub(super) fn unfit_from(key: &KeyRecord, policy: &Policy) -> Option<Timestamp> {
    let somebody_stays = key.pins.standing().next().is_some();
    if somebody_stays {
        return (!signs(key)).then(Timestamp::default);
    }
    key.pins.keeps_half.then(|| kept_until(key, policy).unwrap_or_default())
}

/// A key that is kept for clients is published until the last token for them is over: for longer if one of them stays for
/// longer, and not for nobody.
fn published(key: &KeyRecord, last: Option<Timestamp>, moment: &Moment<'_>) -> Option<Step> {
    let KeyState::Retiring { until, .. } = key.state else { return None };
    if !key.pins.keeps_half {
        return None;
    }
    let needed = last.unwrap_or(moment.now) + moment.policy.verify_for;
    let needed = kept_until(key, moment.policy).map_or(needed, |kept| needed.max(kept));
    let is_off = if last.is_some() { needed > until } else { needed < until };
    is_off.then(|| Step::PublishUntil { kid: key.kid.clone(), until: needed })
}

/// Until when a key is published that ceases to sign now, and whether its private half is kept: it signs on for clients that
/// are pinned to it, and may sign again for everybody.
pub(super) fn retirement(key: &KeyRecord, moment: &Moment<'_>) -> (Timestamp, bool) {
    let last = key.pins.standing().map(|pin| pin.until).filter(|until| *until > moment.now).max();
    let (verifies, returns) = (last.unwrap_or(moment.now) + moment.policy.verify_for, moment.policy.return_within);
    (verifies.max(moment.now + returns), last.is_some() || !returns.is_zero())
}
