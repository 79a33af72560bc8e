//! When a trial begins and how it ends: part of the rules of rotation.

use std::time::Duration;

use super::super::alg::Alg;
use super::super::model::{KeyRecord, KeyState};
use super::super::trial::model::{Ending, JUDGED_AFTER, LONGEST, Refusal, SHORTEST};
use super::{Moment, Policy, Request, Standing, Step, TrialOver};

/// Why no trial of that algorithm can begin that lasts so long; none: it can.
pub fn refusal(alg: Alg, keys: &[KeyRecord], moment: &Moment<'_>, lasts: Duration) -> Option<Refusal> {
    let standing = Standing::of(keys.iter().filter(|key| key.alg == alg));
    let (Some(staged), Some(_)) = (standing.staged, standing.active) else { return Some(Refusal::NoKey(alg)) };
    let kid = || staged.kid.clone();
    if let Some(trial) = staged.tried.running() {
        return Some(Refusal::Running { alg, kid: kid(), until: trial.until, judged_at: trial.judged_at() });
    }
    if !(SHORTEST..=LONGEST).contains(&lasts) {
        return Some(Refusal::Length);
    }
    let from = staged.state.since() + moment.policy.publish_for;
    if moment.now < from {
        return Some(Refusal::TooNew { alg, kid: kid(), from });
    }
    if moment.served.is_some_and(|served| served < staged.published_in) {
        return Some(Refusal::NotServed { alg, kid: kid() });
    }
    let change = standing.changes_at(moment.policy).filter(|at| *at < moment.now + lasts + JUDGED_AFTER);
    // One that waits for a trial waits for this one.
    change.filter(|_| !standing.awaits_trial(moment.policy)).map(|at| Refusal::TooLate { alg, kid: kid(), at })
}

/// The staged key of that algorithm, if it may not take its turn before a trial was clean.
pub fn awaited<'k>(alg: Alg, keys: &'k [KeyRecord], policy: &Policy) -> Option<&'k KeyRecord> {
    let standing = Standing::of(keys.iter().filter(|key| key.alg == alg));
    standing.staged.filter(|_| standing.awaits_trial(policy))
}

/// The trials that the request begins: all that it asks for, or none.
pub(super) fn begins(keys: &[KeyRecord], moment: &Moment<'_>, request: &Request) -> Vec<Step> {
    let Request::Trial { algs, lasts, clients } = request else { return Vec::new() };
    if algs.iter().any(|alg| refusal(*alg, keys, moment, *lasts).is_some()) {
        return Vec::new();
    }
    let staged = keys.iter().filter(|key| matches!(key.state, KeyState::Staged { .. }) && algs.contains(&key.alg));
    let begin = |key: &KeyRecord| Step::BeginTrial {
        kid: key.kid.clone(),
        until: moment.now + *lasts,
        clients: clients.clone(),
    };
    staged.map(begin).collect()
}

/// The end of the trial of a staged key, if it has one that ends now.
pub(super) fn ends(
    staged: &KeyRecord,
    standing: &Standing<'_>,
    moment: &Moment<'_>,
    request: &Request,
) -> Option<Step> {
    let trial = staged.tried.running()?;
    let over = match request {
        Request::Compromise { kid } if *kid == staged.kid => TrialOver::By(Ending::Compromised),
        Request::Compromise { .. } if standing.active.is_none() => TrialOver::By(Ending::Compromised),
        Request::StopTrial { algs } if algs.contains(&staged.alg) => TrialOver::By(Ending::Stopped),
        _ if standing.active.is_none() => TrialOver::By(Ending::Overtaken),
        _ if trial.judged_at() <= moment.now => TrialOver::ToBeJudged,
        _ => return None,
    };
    Some(Step::EndTrial { kid: staged.kid.clone(), over })
}
