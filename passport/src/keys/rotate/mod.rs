//! When a key moves on: the rules of rotation, as a function of what there is and what time it is.
//!
//! Publish first, sign later: a key is staged until every relying party's copy of the key set has expired
//! ([`Policy::publish_for`]) and every node serves it ([`Moment::served`]), and signs when its turn comes. The key it
//! replaces verifies on until the longest-lived token it may have signed is gone ([`Policy::verify_for`]). Whenever a
//! staged key goes, another is staged, so that the next change never needs a key that nobody knows.

pub mod forecast;
mod policy;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod years;

use shared::clock::Timestamp;

pub use self::policy::Policy;

use super::alg::Alg;
use super::model::{By, KeyRecord, KeyState};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Only what is due.
    Tend,
    /// As well, let the staged key of this algorithm sign.
    Rotate {
        /// The algorithm.
        alg: Alg,
        /// When; none: as soon as it may.
        at: Option<Timestamp>,
    },
    /// As well, destroy this key, whatever it is, since somebody else has it.
    Compromise {
        /// The key.
        kid: String,
    },
}

impl Request {
    /// Who moves the keys by it.
    pub const fn by(&self) -> By {
        match self {
            Self::Tend => By::Schedule,
            Self::Rotate { .. } | Self::Compromise { .. } => By::Operator,
        }
    }
}

/// One move of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A new key signs at once: for an algorithm that has none.
    CreateActive(Alg),
    /// A new key is published.
    CreateStaged(Alg),
    /// This staged key is to sign from then on.
    Plan {
        /// The key.
        kid: String,
        /// When.
        at: Timestamp,
    },
    /// This key ceases to sign, and verifies until then.
    Retire {
        /// The active key.
        kid: String,
        /// Until when.
        until: Timestamp,
    },
    /// This key begins to sign.
    Activate {
        /// The staged key.
        kid: String,
    },
    /// This key is published no more, and verifies hints until then.
    Archive {
        /// The retiring key.
        kid: String,
        /// Until when.
        until: Timestamp,
    },
    /// Nothing is left of this key but its name.
    Destroy {
        /// The key.
        kid: String,
        /// Whether that is because somebody else has it.
        compromised: bool,
    },
}

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

    /// When the staged key takes the place of the active one, if every node serves it by then; none unless both are
    /// there.
    pub(super) fn changes_at(&self, policy: &Policy) -> Option<Timestamp> {
        let KeyState::Staged { since, planned } = self.staged?.state else { return None };
        let wanted = planned.unwrap_or(self.active?.state.since() + policy.active_for);
        Some(wanted.max(since + policy.publish_for))
    }
}

/// What is due now, in order. Pure, so that it can be asked before a key is generated and again in the transaction.
pub fn plan(keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    Alg::ALL.into_iter().flat_map(|alg| plan_alg(alg, keys, moment, request)).collect()
}

fn plan_alg(alg: Alg, keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let lost = |key: &KeyRecord| matches!(request, Request::Compromise { kid } if *kid == key.kid);
    let of_alg = || keys.iter().filter(move |key| key.alg == alg);
    let mut steps: Vec<Step> = of_alg()
        .filter(|key| lost(key) && !matches!(key.state, KeyState::Destroyed { .. }))
        .map(|key| Step::Destroy { kid: key.kid.clone(), compromised: true })
        .collect();
    let mut standing = Standing::of(of_alg().filter(|key| !lost(key)));
    let planned = planned(alg, &standing, moment, request);
    if let Some(key) = &planned {
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
    let (Request::Rotate { alg: asked, at }, Some(active)) = (request, standing.active) else { return None };
    let just_now = moment.now.since(active.state.since()) < moment.policy.publish_for;
    if *asked != alg || (at.is_none() && just_now) {
        return None;
    }
    let mut key = standing.staged?.clone();
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
            if !(is_due && is_served) {
                return Vec::new();
            }
            let retire = Step::Retire { kid: old.kid.clone(), until: moment.now + moment.policy.verify_for };
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
