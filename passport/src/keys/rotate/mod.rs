//! When a key moves on: the rules of rotation, as a function of what there is and what time it is.
//!
//! Publish first, sign later: a key is staged until every relying party's copy of the key set has expired
//! ([`Policy::publish_for`]) and every node serves it ([`Moment::served`]), and signs when its turn comes. The key it
//! replaces verifies on until the longest-lived token it may have signed is gone ([`Policy::verify_for`]). Whenever a
//! staged key goes, another is staged, so that the next change never needs a key that nobody knows.

pub mod back;
pub mod forecast;
pub mod pin;
#[cfg(test)]
mod pins;
mod policy;
mod request;
mod step;
#[cfg(test)]
mod tests;
pub mod trial;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod years;

use shared::clock::Timestamp;

pub use self::policy::Policy;
pub use self::request::Request;
pub use self::step::{Step, TrialOver};

use super::alg::Alg;
use super::model::{KeyRecord, KeyState};

/// What the rules depend on besides the keys.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'m> {
    /// How long keys stay in their states.
    pub policy: &'m Policy,
    /// The time, as the database tells it to all nodes.
    pub now: Timestamp,
    /// The change of the registry up to which every node that lives has followed; none: no node lives.
    pub served: Option<i64>,
}

/// The keys of one algorithm that matter for what comes next.
pub(super) struct Standing<'k> {
    pub(super) active: Option<&'k KeyRecord>,
    pub(super) staged: Option<&'k KeyRecord>,
}

impl<'k> Standing<'k> {
    pub(super) fn of(keys: impl Iterator<Item = &'k KeyRecord>) -> Self {
        let mut standing = Self { active: None, staged: None };
        for key in keys {
            match key.state {
                KeyState::Active { .. } => standing.active = Some(key),
                KeyState::Staged { .. } => standing.staged = Some(key),
                KeyState::Retiring { .. } | KeyState::Archived { .. } | KeyState::Destroyed { .. } => {}
            }
        }
        standing
    }

    /// When the staged key takes the place of the active one, if every node serves it by then and its trial, where one is
    /// required, was clean; none unless both are there.
    pub(super) fn changes_at(&self, policy: &Policy) -> Option<Timestamp> {
        let staged = self.staged?;
        let KeyState::Staged { since, planned } = staged.state else { return None };
        let wanted = planned.unwrap_or(self.active?.state.since() + policy.active_for);
        let ripe = wanted.max(since + policy.publish_for);
        // What a trial shows must be known before.
        Some(staged.tried.running().map_or(ripe, |trial| ripe.max(trial.judged_at())))
    }

    /// Whether the staged key may not take the place of the active one before a trial was clean.
    pub(super) fn awaits_trial(&self, policy: &Policy) -> bool {
        policy.trial_required && self.staged.is_some_and(|staged| !staged.tried.is_cleared())
    }
}

/// What is due now, in order. Pure, so that it can be asked before a key is generated and again in the transaction.
pub fn plan(keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let moves = Alg::ALL.into_iter().flat_map(|alg| plan_alg(alg, keys, moment, request));
    moves.chain(trial::begins(keys, moment, request)).collect()
}

fn plan_alg(alg: Alg, keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let lost = |key: &KeyRecord| matches!(request, Request::Compromise { kid } if *kid == key.kid);
    let of_alg = || keys.iter().filter(move |key| key.alg == alg);
    let pins = pin::steps(alg, keys, moment, request);
    if matches!(request, Request::Pin(_) | Request::Unpin { .. }) && !pins.is_empty() {
        // What else is due is asked about once more, when these pins stand.
        return pins;
    }
    let back = back::steps(alg, keys, moment, request);
    if !back.is_empty() {
        // What else is due is asked about once more, when the former key signs.
        return back;
    }
    let mut standing = Standing::of(of_alg().filter(|key| !lost(key)));
    // Before anything becomes of the key.
    let mut steps: Vec<Step> = of_alg()
        .filter(|key| matches!(key.state, KeyState::Staged { .. }))
        .filter_map(|key| trial::ends(key, &standing, moment, request))
        .chain(pins)
        .collect();
    let destroyed = of_alg().filter(|key| lost(key) && !matches!(key.state, KeyState::Destroyed { .. }));
    steps.extend(destroyed.map(|key| Step::Destroy { kid: key.kid.clone(), compromised: true }));
    let planned = planned(alg, &standing, moment, request);
    if let Some(key) = &planned {
        let is_new = standing.staged.is_some_and(|staged| key.tried.waived && !staged.tried.waived);
        steps.extend(is_new.then(|| Step::Waive { kid: key.kid.clone() }));
        steps.extend(key.state.planned_at().map(|at| Step::Plan { kid: key.kid.clone(), at }));
        standing.staged = Some(key);
    }
    steps.extend(succession(alg, &standing, moment));
    steps.extend(of_alg().filter(|key| !lost(key)).filter_map(|key| spent(key, moment)));
    steps
}

/// The staged key with its time, if the request gives it one. A rotation that has only just happened is not begun
/// again: two operators who want one get one.
fn planned(alg: Alg, standing: &Standing<'_>, moment: &Moment<'_>, request: &Request) -> Option<KeyRecord> {
    let (Request::Rotate { alg: asked, at, without_trial }, Some(active)) = (request, standing.active) else {
        return None;
    };
    let just_now = moment.now.since(active.state.since()) < moment.policy.publish_for;
    let awaits_trial = standing.awaits_trial(moment.policy);
    if *asked != alg || (at.is_none() && just_now) || (awaits_trial && !without_trial) {
        return None;
    }
    let mut key = standing.staged?.clone();
    key.tried.waived |= awaits_trial;
    key.state = KeyState::Staged { since: key.state.since(), planned: Some(at.unwrap_or(moment.now)) };
    Some(key)
}

/// Who signs, and who is ready to.
fn succession(alg: Alg, standing: &Standing<'_>, moment: &Moment<'_>) -> Vec<Step> {
    let activate = |key: &KeyRecord| Step::Activate { kid: key.kid.clone() };
    match (standing.active, standing.staged) {
        (None, None) => vec![Step::CreateActive(alg), Step::CreateStaged(alg)],
        // Nothing can be signed meanwhile, so it does not matter how long it was known.
        (None, Some(next)) => vec![activate(next), Step::CreateStaged(alg)],
        (Some(_), None) => vec![Step::CreateStaged(alg)],
        (Some(old), Some(next)) => {
            let is_due = standing.changes_at(moment.policy).is_some_and(|at| at <= moment.now);
            let is_served = moment.served.is_none_or(|served| served >= next.published_in);
            // A trial that is over is judged first, and the change is asked about once more.
            let is_open = next.tried.running().is_none() && !standing.awaits_trial(moment.policy);
            if !(is_due && is_served && is_open) {
                return Vec::new();
            }
            let (until, keeps_half) = pin::retirement(old, moment);
            let retire = Step::Retire { kid: old.kid.clone(), until, keeps_half };
            vec![retire, activate(next), Step::CreateStaged(alg)]
        }
    }
}

/// What becomes of a key whose time is over.
fn spent(key: &KeyRecord, moment: &Moment<'_>) -> Option<Step> {
    let kid = key.kid.clone();
    match key.state {
        KeyState::Retiring { until, .. } if until <= moment.now => {
            Some(Step::Archive { kid, until: moment.now + moment.policy.hint_for })
        }
        KeyState::Archived { until, .. } if until <= moment.now => Some(Step::Destroy { kid, compromised: false }),
        _ => None,
    }
}
