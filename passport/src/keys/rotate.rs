//! When a key moves on: the rules of rotation, as a function of what there is and what time it is.
//!
//! Publish first, sign later: a new key is staged until every relying party's copy of the key set has expired
//! ([`Policy::publish_for`]), then signs. The key it replaces verifies on until the longest-lived token it may
//! have signed is gone ([`Policy::verify_for`]).

use std::time::Duration;

use shared::clock::Timestamp;

use super::alg::Alg;
use super::model::{KeyRecord, KeyState};

/// How long keys stay in their states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a key is published before it signs: the cache lifetime of the key set, and some more.
    pub publish_for: Duration,
    /// How long a key that signs no more still verifies: the life of the longest-lived signed token.
    pub verify_for: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { publish_for: Duration::from_secs(20 * 60), verify_for: Duration::from_secs(24 * 60 * 60) }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Only what is due: an algorithm without any key gets one; ripe staged keys sign; spent keys go.
    Tend,
    /// As well, begin a rotation of this algorithm, unless one is under way.
    Rotate(Alg),
    /// As well, let a new key of this algorithm sign at once and the old one verify no more: for a key that leaked.
    /// Relying parties that know only the old set refetch it on the unknown key id.
    RotateNow(Alg),
}

/// One move of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A new key signs at once, and the active one retires until then.
    CreateActive {
        /// The key's algorithm.
        alg: Alg,
        /// The active key, if there is one, and until when it verifies.
        retire: Option<(String, Timestamp)>,
    },
    /// A new key is published.
    CreateStaged(Alg),
    /// This key signs from now on, and the active one of its algorithm retires until then.
    Activate {
        /// The staged key.
        kid: String,
        /// The active key, if there is one, and until when it verifies.
        retire: Option<(String, Timestamp)>,
    },
    /// This key is forgotten.
    Remove {
        /// The retired key.
        kid: String,
    },
}

/// What is due now, in order. Pure, so that it can be asked before a key is generated and again in the transaction.
pub fn plan(keys: &[KeyRecord], policy: &Policy, now: Timestamp, request: Request) -> Vec<Step> {
    let mut steps = Vec::new();
    for alg in Alg::ALL {
        let of_alg: Vec<&KeyRecord> = keys.iter().filter(|key| key.alg == alg).collect();
        plan_alg(alg, &of_alg, policy, now, request, &mut steps);
    }
    steps
}

fn plan_alg(alg: Alg, keys: &[&KeyRecord], policy: &Policy, now: Timestamp, request: Request, steps: &mut Vec<Step>) {
    let active = keys.iter().find(|k| matches!(k.state, KeyState::Active { .. }));
    let staged = keys.iter().find_map(|k| match k.state {
        KeyState::Staged { since } => Some((k, since)),
        _ => None,
    });
    let at_once = request == Request::RotateNow(alg);
    // What a thief signs must not pass any longer.
    let until = if at_once { now } else { now + policy.verify_for };
    let retire = active.map(|old| (old.kid.clone(), until));
    match (staged, active) {
        (Some((key, since)), _) if at_once || active.is_none() || now.since(since) >= policy.publish_for => {
            let kid = key.kid.clone();
            steps.push(Step::Activate { kid, retire });
        }
        (Some(_), _) => {}
        (None, None) => steps.push(Step::CreateActive { alg, retire }),
        (None, Some(_)) if at_once => steps.push(Step::CreateActive { alg, retire }),
        (None, Some(_)) if request == Request::Rotate(alg) => steps.push(Step::CreateStaged(alg)),
        (None, Some(_)) => {}
    }
    for key in keys {
        if matches!(key.state, KeyState::Retiring { until, .. } if until <= now) {
            let kid = key.kid.clone();
            steps.push(Step::Remove { kid });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const POLICY: Policy = Policy { publish_for: Duration::from_secs(3_600), verify_for: Duration::from_secs(7_200) };

    fn key(kid: &str, alg: Alg, state: KeyState) -> KeyRecord {
        let kid = kid.to_owned();
        KeyRecord { kid, alg, state }
    }

    /// Keys of the other algorithms that have nothing to do, and these of ES256.
    fn keys(es256: &[(&str, KeyState)]) -> Vec<KeyRecord> {
        let active = KeyState::Active { since: NOW };
        let others = Alg::ALL.into_iter().filter(|alg| *alg != Alg::ES256);
        let mut all: Vec<_> = others.map(|alg| key(alg.as_str(), alg, active)).collect();
        all.extend(es256.iter().map(|(kid, state)| key(kid, Alg::ES256, *state)));
        all
    }

    fn due(es256: &[(&str, KeyState)], request: Request) -> Vec<Step> {
        plan(&keys(es256), &POLICY, NOW, request)
    }

    const ACTIVE: KeyState = KeyState::Active { since: Timestamp::from_millis(0) };

    #[test]
    fn an_empty_house_gets_one_active_key_an_algorithm() {
        let steps = plan(&[], &POLICY, NOW, Request::Tend);
        let first = |alg| Step::CreateActive { alg, retire: None };
        assert_eq!(steps, Alg::ALL.map(first));
    }

    #[test]
    fn a_rotation_publishes_before_it_signs() {
        assert_eq!(due(&[("a", ACTIVE)], Request::Rotate(Alg::ES256)), [Step::CreateStaged(Alg::ES256)]);
        let young = KeyState::Staged { since: NOW - POLICY.publish_for + Duration::from_millis(1) };
        assert_eq!(due(&[("a", ACTIVE), ("b", young)], Request::Rotate(Alg::ES256)), []);
        let ripe = KeyState::Staged { since: NOW - POLICY.publish_for };
        assert_eq!(
            due(&[("a", ACTIVE), ("b", ripe)], Request::Tend),
            [Step::Activate { kid: "b".to_owned(), retire: Some(("a".to_owned(), NOW + POLICY.verify_for)) }]
        );
    }

    #[test]
    fn a_leaked_key_is_replaced_at_once() {
        let young = KeyState::Staged { since: NOW };
        let steps = due(&[("a", ACTIVE), ("b", young)], Request::RotateNow(Alg::ES256));
        let retire = Some(("a".to_owned(), NOW));
        let kid = "b".to_owned();
        assert_eq!(steps, [Step::Activate { kid, retire: retire.clone() }]);
        let alg = Alg::ES256;
        assert_eq!(due(&[("a", ACTIVE)], Request::RotateNow(alg)), [Step::CreateActive { alg, retire }]);
    }

    #[test]
    fn a_retired_key_verifies_until_its_last_token_is_gone() {
        let retiring = |until| KeyState::Retiring { since: NOW, until };
        let just_not = retiring(NOW + Duration::from_millis(1));
        assert_eq!(due(&[("a", ACTIVE), ("o", just_not)], Request::Tend), []);
        assert_eq!(due(&[("a", ACTIVE), ("o", retiring(NOW))], Request::Tend), [Step::Remove { kid: "o".to_owned() }]);
    }

    #[test]
    fn a_clock_set_back_activates_nothing_early() {
        let ahead = KeyState::Staged { since: NOW + Duration::from_secs(60) };
        assert_eq!(due(&[("a", ACTIVE), ("b", ahead)], Request::Tend), []);
    }
}
