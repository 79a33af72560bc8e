//! The signing keys: whether each algorithm has one that signs and one that is ready to, and whether they are moved on.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;

use super::local::broken;
use super::{Finding, Patient};
use crate::app::key_policy;
use crate::cli::world;
use crate::keys::pin::model::Pin;
use crate::keys::rotate::forecast::next_of;
use crate::keys::rotate::trial::awaited;
use crate::keys::{self, Alg, KeyRecord, KeyState, Policy};

const CHECK: &str = "keys";

/// A change that is due has been made by a running passport within this.
const GRACE: Duration = Duration::from_secs(10 * 60);

/// So long before its day operators are reminded of a client that stays with a key.
const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub async fn keys(patient: &Patient) -> Vec<Finding> {
    let (Some(db), Ok(master)) = (&patient.db, world::master_key(&patient.config)) else {
        return Vec::new();
    };
    let next = world::next_master_key(&patient.config).ok().flatten();
    let is_here = |id: &str| master.id() == id || next.as_ref().is_some_and(|next| next.id() == id);
    let stored = match db.read(|tx| keys::store::signing_keys(tx).boxed()).await {
        Ok(stored) => stored,
        Err(error) => return vec![broken(CHECK, &error)],
    };
    if let Some(other) = stored.iter().find(|key| !is_here(&key.master_key_id)) {
        return vec![Finding::error(
            CHECK,
            format!("key {} is sealed under master key {}, not {}", other.record.kid, other.master_key_id, master.id()),
            "the master key was changed and the new one is not here yet, or this is the one of another database",
            "let keys.master_key_file name the key that is wanted",
        )];
    }
    let records: Vec<KeyRecord> = stored.into_iter().map(|key| key.record).collect();
    if records.is_empty() {
        return vec![none()];
    }
    let (policy, now) = (key_policy(&patient.config), patient.clock.now());
    let moving = Alg::ALL.into_iter().map(|alg| key_of(alg, &records, &policy, now));
    moving.chain(records.iter().flat_map(|key| pins_of(key, now))).collect()
}

/// There is nothing to sign with, which is as it should be once.
fn none() -> Finding {
    Finding::error(
        CHECK,
        "there is no signing key".to_owned(),
        "no passport has run on this database yet, or none since it was restored",
        "start a passport, which makes them; or run `passport keys init`",
    )
}

/// The clients that stay with that key: soon it is too late to see whether they can follow.
fn pins_of(key: &KeyRecord, now: Timestamp) -> Vec<Finding> {
    let of_pin = |pin: &Pin| {
        let stays = format!("{} stays with {} key {} until {}", pin.client, key.alg, key.kid, pin.until);
        if pin.until.since(now) > SOON {
            return Finding::ok(CHECK, stays);
        }
        Finding::warning(
            CHECK,
            stays,
            "an operator pinned it, for it could not follow a change of keys",
            "see to it that the client can follow by then: `passport keys trial --client` tells; `passport keys pin` moves the day",
        )
    };
    key.pins.at(now).map(of_pin).collect()
}

fn key_of(alg: Alg, keys: &[KeyRecord], policy: &Policy, now: Timestamp) -> Finding {
    let of_alg = || keys.iter().filter(|key| key.alg == alg);
    let active = of_alg().find(|key| matches!(key.state, KeyState::Active { .. }));
    let staged = of_alg().find(|key| matches!(key.state, KeyState::Staged { .. }));
    match (active, staged.and_then(|key| Some((key, next_of(key, keys, policy)?.0)))) {
        (None, _) => Finding::error(
            CHECK,
            format!("no {alg} key is active"),
            "no passport has signed by this algorithm yet",
            "start a passport, which makes a key; or run `passport keys init`",
        ),
        (Some(_), None) => Finding::warning(
            CHECK,
            format!("no {alg} key is staged for the next change"),
            "the database was written by an older version, and no passport of this one has run yet",
            "start the passport, or run `passport keys init`",
        ),
        (Some(_), Some((key, at))) if now.since(at) > GRACE && awaited(alg, keys, policy).is_some() => {
            Finding::warning(
                CHECK,
                format!("{alg} key {} should be signing since {at}, and waits for a clean trial", key.kid),
                "keys.trial_required is set, and nobody has tried the key",
                "`passport keys trial` tries it; `passport keys rotate --without-trial` does without",
            )
        }
        (Some(_), Some((key, at))) if now.since(at) > GRACE => Finding::warning(
            CHECK,
            format!("{alg} key {} should be signing since {at}", key.kid),
            "no passport is running, or one that runs does not follow: running ones move keys on",
            "see `passport keys list`, which shows the nodes; start the passport",
        ),
        (Some(active), Some((next, at))) => Finding::ok(
            CHECK,
            format!("{alg} key {} signs since {}, and {} from {at} on", active.kid, active.state.since(), next.kid),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;
    use crate::keys::model::Times;
    use crate::keys::pin::model::Pins;
    use crate::keys::trial::model::Tried;

    const NOW: Timestamp = Timestamp::from_seconds(100_000_000);

    fn record(state: &KeyState) -> KeyRecord {
        KeyRecord {
            kid: state.as_str().to_owned(),
            alg: Alg::ES256,
            state: *state,
            times: Times { made: NOW, activated: None, retired: None },
            published_in: 0,
            tried: Tried::default(),
            pins: Pins::default(),
        }
    }

    fn severity(states: &[KeyState]) -> Severity {
        let keys: Vec<_> = states.iter().map(record).collect();
        key_of(Alg::ES256, &keys, &Policy::default(), NOW).severity
    }

    #[test]
    fn operators_are_reminded_of_a_client_whose_day_is_near() {
        let judged = |since: Timestamp, until: Timestamp| {
            let state = KeyState::Retiring { since: NOW, until: until + GRACE };
            let pin = Pin { client: "slow".to_owned(), since, until, ended: None };
            let pins = Pins { clients: vec![pin], keeps_half: true };
            let findings = pins_of(&KeyRecord { pins, ..record(&state) }, NOW);
            findings.iter().map(|finding| finding.severity).collect::<Vec<_>>()
        };
        assert_eq!(judged(NOW, NOW + SOON + Duration::from_secs(1)), [Severity::Ok]);
        assert_eq!(judged(NOW, NOW + SOON), [Severity::Warning]);
        assert_eq!(judged(NOW - SOON, NOW), [], "it is over");
    }

    #[test]
    fn keys_are_judged_by_whether_they_move_on() {
        let policy = Policy::default();
        let active = |age| KeyState::Active { since: NOW - age };
        let staged = |planned| KeyState::Staged { since: NOW - policy.publish_for - GRACE * 3, planned };
        let young = active(Duration::from_secs(60));
        assert_eq!(severity(&[]), Severity::Error);
        assert_eq!(severity(&[young]), Severity::Warning);
        assert_eq!(severity(&[young, staged(None)]), Severity::Ok);
        assert_eq!(severity(&[young, staged(Some(NOW - GRACE))]), Severity::Ok);
        assert_eq!(severity(&[young, staged(Some(NOW - GRACE * 2))]), Severity::Warning);
        assert_eq!(severity(&[active(policy.active_for), staged(None)]), Severity::Ok);
        assert_eq!(severity(&[active(policy.active_for + GRACE * 2), staged(None)]), Severity::Warning);
    }
}
