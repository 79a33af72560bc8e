//! What the rules will do, if nobody asks for anything and every node follows.

use shared::clock::Timestamp;

use super::super::alg::Alg;
use super::super::model::{KeyRecord, KeyState, Times};
use super::super::pin::model::Pins;
use super::super::trial::model::{Ending, Trial, TrialEnd, Tried};
use super::{Moment, Policy, Request, Standing, Step, TrialOver, pin, plan};

/// A move that lies ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// When.
    pub at: Timestamp,
    /// The key; one that is not made yet has a number in brackets.
    pub kid: String,
    /// Its algorithm.
    pub alg: Alg,
    /// The state it leaves; none: it is made.
    pub from: Option<&'static str>,
    /// The state it goes to.
    pub to: &'static str,
}

/// When something is next due; the beginning of time, if a key is missing.
pub fn next_due(keys: &[KeyRecord], policy: &Policy) -> Option<Timestamp> {
    let archived = keys.iter().filter_map(|key| match key.state {
        KeyState::Archived { until, .. } => Some(until),
        _ => None,
    });
    let judged = keys.iter().filter_map(|key| Some(key.tried.running()?.judged_at()));
    let unpinned = keys.iter().flat_map(|key| key.pins.standing().map(|pin| pin.until));
    let unfit = keys.iter().filter_map(|key| pin::unfit_from(key, policy));
    next_published(keys, policy).into_iter().chain(archived).chain(judged).chain(unpinned).chain(unfit).min()
}

/// When the key set that is published next changes; the beginning of time, if a key is missing.
pub fn next_published(keys: &[KeyRecord], policy: &Policy) -> Option<Timestamp> {
    let changes = Alg::ALL.into_iter().filter_map(|alg| {
        let standing = Standing::of(keys.iter().filter(|key| key.alg == alg));
        let changes_at = standing.changes_at(policy).unwrap_or_default();
        // What waits for a trial changes when that was clean, and nobody knows when.
        (!standing.awaits_trial(policy)).then_some(changes_at)
    });
    let withdrawn = keys.iter().filter_map(|key| match key.state {
        KeyState::Retiring { until, .. } => Some(until),
        _ => None,
    });
    changes.chain(withdrawn).min()
}

/// When the key next goes to another state, and to which.
pub fn next_of(key: &KeyRecord, keys: &[KeyRecord], policy: &Policy) -> Option<(Timestamp, &'static str)> {
    let change = || Standing::of(keys.iter().filter(|other| other.alg == key.alg)).changes_at(policy);
    match key.state {
        KeyState::Staged { .. } => change().map(|at| (at, "active")),
        KeyState::Active { .. } => change().map(|at| (at, "retiring")),
        KeyState::Retiring { until, .. } => Some((until, "archived")),
        KeyState::Archived { until, .. } => Some((until, "destroyed")),
        KeyState::Destroyed { .. } => None,
    }
}

/// Every move until `until`, those that are due already among them. Where trials are required they are taken to be clean.
pub fn forecast(keys: &[KeyRecord], policy: &Policy, from: Timestamp, until: Timestamp) -> Vec<Ahead> {
    let policy = &Policy { trial_required: false, ..*policy };
    let (mut keys, mut now, mut ahead) = (keys.to_vec(), from, Vec::new());
    while now <= until {
        ahead.extend(advance(&mut keys, &Moment { policy, now, served: None }, &Request::Tend));
        match next_due(&keys, policy) {
            Some(next) if next > now => now = next,
            // Whatever was due is done, so nothing can be due at once again.
            _ => break,
        }
    }
    ahead
}

/// What a request would do at once, and what there would be then.
pub fn preview(keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> (Vec<Ahead>, Vec<KeyRecord>) {
    let mut keys = keys.to_vec();
    let moves = advance(&mut keys, moment, request);
    (moves, keys)
}

/// Takes every step that is due or asked for.
fn advance(keys: &mut Vec<KeyRecord>, moment: &Moment<'_>, request: &Request) -> Vec<Ahead> {
    let mut moves = Vec::new();
    for step in plan(keys, moment, request) {
        let before = keys.clone();
        let made = keys.iter().filter(|key| key.kid.starts_with('(')).count() + 1;
        after(keys, &step, moment.now, &format!("(new {made})"));
        moves.extend(keys.iter().filter_map(|key| moved(key, &before, moment.now)));
    }
    moves
}

/// How that key differs from what it was.
fn moved(key: &KeyRecord, before: &[KeyRecord], at: Timestamp) -> Option<Ahead> {
    let from = before.iter().find(|old| old.kid == key.kid).map(|old| old.state.as_str());
    let to = key.state.as_str();
    (from != Some(to)).then(|| Ahead { at, kid: key.kid.clone(), alg: key.alg, from, to })
}

/// Takes a step, a trial to be judged as a clean one: what `apply` in `keys/change.rs` does to rows, done to records. A key that is made is called `kid`.
pub(super) fn after(keys: &mut Vec<KeyRecord>, step: &Step, now: Timestamp, kid: &str) {
    if let Step::Pin { kid, pin } = step {
        // A client has one pin of an algorithm.
        let alg = keys.iter().find(|key| key.kid == *kid).map(|key| key.alg);
        for key in keys.iter_mut().filter(|key| Some(key.alg) == alg) {
            key.pins.clients.retain(|other| other.client != pin.client);
        }
    }
    let mut create = |alg, state, activated| {
        let times = Times { made: now, activated, retired: None };
        keys.push(KeyRecord {
            kid: kid.to_owned(),
            alg,
            state,
            times,
            published_in: 0,
            tried: Tried::default(),
            pins: Pins::default(),
        });
    };
    match step {
        Step::CreateActive(alg) => create(*alg, KeyState::Active { since: now }, Some(now)),
        Step::CreateStaged(alg) => create(*alg, KeyState::Staged { since: now, planned: None }, None),
        Step::Plan { kid, .. }
        | Step::BeginTrial { kid, .. }
        | Step::EndTrial { kid, .. }
        | Step::Waive { kid }
        | Step::Pin { kid, .. }
        | Step::EndPin { kid, .. }
        | Step::DropHalf { kid }
        | Step::PublishUntil { kid, .. }
        | Step::Retire { kid, .. }
        | Step::Activate { kid }
        | Step::Return { kid }
        | Step::Archive { kid, .. }
        | Step::Destroy { kid, .. } => {
            if let Some(key) = keys.iter_mut().find(|key| key.kid == *kid) {
                go(key, step, now);
            }
        }
    }
}

fn go(key: &mut KeyRecord, step: &Step, now: Timestamp) {
    match step {
        Step::CreateActive(_) | Step::CreateStaged(_) => {}
        Step::Plan { at, .. } => key.state = KeyState::Staged { since: key.state.since(), planned: Some(*at) },
        Step::BeginTrial { until, clients, .. } => {
            key.tried.trial = Some(Trial { since: now, until: *until, clients: clients.clone(), end: None });
        }
        Step::EndTrial { over, .. } => {
            let how = if let TrialOver::By(how) = over { *how } else { Ending::Clean };
            if let Some(trial) = &mut key.tried.trial {
                trial.end = Some(TrialEnd { at: now, how });
            }
        }
        Step::Waive { .. } => key.tried.waived = true,
        Step::Pin { pin, .. } => {
            key.pins.clients.push(pin.clone());
        }
        Step::EndPin { client, .. } => {
            key.pins.clients.iter_mut().filter(|pin| pin.client == *client).for_each(|pin| pin.ended = Some(now));
        }
        Step::DropHalf { .. } => key.pins.keeps_half = false,
        Step::PublishUntil { until, .. } => key.state = KeyState::Retiring { since: key.state.since(), until: *until },
        Step::Retire { until, keeps_half, .. } => {
            key.pins.keeps_half = *keeps_half;
            key.state = KeyState::Retiring { since: now, until: *until };
            key.times.retired = Some(now);
        }
        Step::Activate { .. } => {
            key.state = KeyState::Active { since: now };
            key.times.activated = Some(now);
        }
        Step::Return { .. } => {
            key.pins.keeps_half = false;
            key.state = KeyState::Active { since: now };
            (key.times.activated, key.times.retired) = (Some(now), None);
        }
        Step::Archive { until, .. } => {
            key.pins = Pins::default();
            key.state = KeyState::Archived { since: now, until: *until };
        }
        Step::Destroy { compromised, .. } => {
            key.pins = Pins::default();
            key.state = KeyState::Destroyed { since: now, compromised: *compromised };
        }
    }
}
