//! The rules of trials, one by one.

use std::time::Duration;

use super::forecast::{forecast, next_due, next_published};
use super::tests::{LONG_AGO, MILLISECOND, MOMENT, NOW, POLICY, active, keys, staged};
use super::trial::{awaited, refusal};
use super::*;
use crate::keys::trial::model::{Ending, JUDGED_AFTER, LONGEST, Refusal, SHORTEST, Trial, TrialEnd, Tried};

const HOUR: Duration = Duration::from_secs(3_600);
const REQUIRED: Policy = Policy { trial_required: true, ..POLICY };
const STRICT: Moment<'_> = Moment { policy: &REQUIRED, ..MOMENT };

/// A trial that began so long ago and lasts an hour.
fn begun(ago: Duration) -> Tried {
    let since = NOW - ago;
    Tried { trial: Some(Trial { since, until: since + HOUR, clients: Vec::new(), end: None }), waived: false }
}

fn ended(how: Ending) -> Tried {
    let mut tried = begun(HOUR * 2);
    tried.trial.as_mut().expect("a trial").end = Some(TrialEnd { at: NOW - HOUR, how });
    tried
}

/// `a` signs and `b` is staged, and that was tried with it.
fn house(a: KeyState, b: KeyState, tried: &Tried) -> Vec<KeyRecord> {
    let mut all = keys(&[("a", a), ("b", b)]);
    all.last_mut().expect("the staged key").tried = tried.clone();
    all
}

fn usual(tried: &Tried) -> Vec<KeyRecord> {
    house(active(LONG_AGO), staged(LONG_AGO), tried)
}

fn try_out(lasts: Duration) -> Request {
    Request::Trial { algs: vec![Alg::ES256], lasts, clients: vec!["site".to_owned()] }
}

fn rotate(at: Option<Timestamp>, without_trial: bool) -> Request {
    Request::Rotate { alg: Alg::ES256, at, without_trial }
}

fn end(over: TrialOver) -> Step {
    Step::EndTrial { kid: "b".to_owned(), over }
}

fn activate() -> Step {
    Step::Activate { kid: "b".to_owned() }
}

/// Why a trial of an hour is refused, after making sure that the request begins none.
fn refused(all: &[KeyRecord], moment: &Moment<'_>, lasts: Duration) -> Option<Refusal> {
    let begins = plan(all, moment, &try_out(lasts)).iter().any(|step| matches!(step, Step::BeginTrial { .. }));
    let refusal = refusal(Alg::ES256, all, moment, lasts);
    assert_eq!(begins, refusal.is_none());
    refusal
}

#[test]
fn a_trial_begins_at_once_for_whom_it_is_asked() {
    let steps = plan(&usual(&Tried::default()), &MOMENT, &try_out(HOUR));
    let clients = vec!["site".to_owned()];
    assert_eq!(steps, [Step::BeginTrial { kid: "b".to_owned(), until: NOW + HOUR, clients }]);
}

#[test]
fn no_key_is_tried_that_sites_or_nodes_may_not_know() {
    let from = |since| refused(&house(active(LONG_AGO), staged(since), &Tried::default()), &MOMENT, HOUR);
    let ripe = NOW - POLICY.publish_for;
    assert_eq!(from(ripe), None);
    let new = from(ripe + MILLISECOND);
    assert!(matches!(new, Some(Refusal::TooNew { from, .. }) if from == NOW + MILLISECOND), "{new:?}");
    let served = |served| refused(&usual(&Tried::default()), &Moment { served, ..MOMENT }, HOUR);
    assert_eq!((served(Some(5)), served(None)), (None, None));
    assert!(matches!(served(Some(4)), Some(Refusal::NotServed { .. })));
}

#[test]
fn two_trials_at_once_are_refused_and_so_is_one_before_the_last_is_judged() {
    for ago in [Duration::ZERO, HOUR, HOUR + JUDGED_AFTER - MILLISECOND] {
        let refusal = refused(&usual(&begun(ago)), &MOMENT, HOUR).expect("refused");
        assert!(matches!(refusal, Refusal::Running { .. }), "{refusal}");
        assert!(refusal.to_string().contains("ES256 key b is on trial until"), "{refusal}");
    }
    for how in [Ending::Clean, Ending::NotClean, Ending::Stopped] {
        assert_eq!(refused(&usual(&ended(how)), &MOMENT, HOUR), None, "{how:?}: it may be tried again");
    }
}

#[test]
fn a_trial_of_several_algorithms_begins_for_all_or_for_none() {
    let mut all = usual(&Tried::default());
    let asked = Request::Trial { algs: Alg::ALL.to_vec(), lasts: HOUR, clients: Vec::new() };
    let begun = |all: &[KeyRecord]| {
        plan(all, &MOMENT, &asked).iter().filter(|step| matches!(step, Step::BeginTrial { .. })).count()
    };
    assert_eq!(begun(&all), 0, "the others are new");
    for key in &mut all {
        if matches!(key.state, KeyState::Staged { .. }) {
            key.state = staged(LONG_AGO);
        }
    }
    assert_eq!(begun(&all), Alg::ALL.len());
}

#[test]
fn a_trial_is_over_and_judged_before_the_key_signs_for_good() {
    let change = NOW + HOUR * 10;
    let planned = KeyState::Staged { since: LONG_AGO, planned: Some(change) };
    let all = house(active(LONG_AGO), planned, &Tried::default());
    let fits = HOUR * 10 - JUDGED_AFTER;
    assert_eq!(refused(&all, &MOMENT, fits), None);
    let late = refused(&all, &MOMENT, fits + MILLISECOND);
    assert!(matches!(late, Some(Refusal::TooLate { at, .. }) if at == change), "{late:?}");
    assert_eq!(refused(&all, &STRICT, fits + MILLISECOND), None, "where it is required, the change waits for it");
}

#[test]
fn a_trial_is_neither_too_short_to_tell_anything_nor_without_end() {
    let all = usual(&Tried::default());
    for good in [SHORTEST, LONGEST] {
        assert_eq!(refused(&all, &MOMENT, good), None);
    }
    for wrong in [SHORTEST - MILLISECOND, LONGEST + MILLISECOND, Duration::ZERO] {
        assert_eq!(refused(&all, &MOMENT, wrong), Some(Refusal::Length));
    }
    assert_eq!(refusal(Alg::ES256, &keys(&[("a", active(NOW))]), &MOMENT, HOUR), Some(Refusal::NoKey(Alg::ES256)));
}

#[test]
fn a_trial_is_judged_a_while_after_it_is_over_by_itself() {
    let at = |ago| plan(&usual(&begun(ago)), &MOMENT, &Request::Tend);
    assert_eq!(at(HOUR + JUDGED_AFTER - MILLISECOND), []);
    assert_eq!(at(HOUR + JUDGED_AFTER), [end(TrialOver::ToBeJudged)]);
    assert_eq!(next_due(&usual(&begun(HOUR)), &POLICY), Some(NOW + JUDGED_AFTER));
    assert_eq!(plan(&usual(&ended(Ending::Clean)), &MOMENT, &Request::Tend), [], "once");
}

#[test]
fn an_operator_ends_a_trial_of_the_algorithms_named() {
    let stop = |alg| plan(&usual(&begun(HOUR / 2)), &MOMENT, &Request::StopTrial { algs: vec![alg] });
    assert_eq!(stop(Alg::ES256), [end(TrialOver::By(Ending::Stopped))]);
    assert_eq!(stop(Alg::RS256), []);
}

#[test]
fn a_compromise_of_either_key_ends_the_trial_first() {
    let lose = |kid: &str| plan(&usual(&begun(HOUR / 2)), &MOMENT, &Request::Compromise { kid: kid.to_owned() });
    let compromised = end(TrialOver::By(Ending::Compromised));
    let destroy = |kid: &str| Step::Destroy { kid: kid.to_owned(), compromised: true };
    assert_eq!(lose("b"), [compromised.clone(), destroy("b"), Step::CreateStaged(Alg::ES256)]);
    assert_eq!(lose("a"), [compromised, destroy("a"), activate(), Step::CreateStaged(Alg::ES256)]);
    assert_eq!(lose("RS256 staged").first(), Some(&destroy("RS256 staged")), "another's is no concern of it");
}

#[test]
fn a_key_that_has_to_sign_for_good_is_on_trial_no_more() {
    let mut all = usual(&begun(HOUR / 2));
    all.retain(|key| key.kid != "a");
    let steps = plan(&all, &MOMENT, &Request::Tend);
    assert_eq!(steps, [end(TrialOver::By(Ending::Overtaken)), activate(), Step::CreateStaged(Alg::ES256)]);
}

#[test]
fn a_change_waits_until_the_trial_is_judged() {
    let old = active(NOW - POLICY.active_for);
    let due = |tried: &Tried, request: &Request| plan(&house(old, staged(LONG_AGO), tried), &MOMENT, request);
    assert_eq!(due(&begun(HOUR / 2), &Request::Tend), []);
    let asked = due(&begun(HOUR / 2), &rotate(None, false));
    assert_eq!(asked, [Step::Plan { kid: "b".to_owned(), at: NOW }], "it signs when the trial is judged");
    assert_eq!(due(&begun(HOUR * 2), &Request::Tend), [end(TrialOver::ToBeJudged)], "then is asked about once more");
    assert!(due(&ended(Ending::NotClean), &Request::Tend).contains(&activate()), "nobody asked for a clean one");
    let waits = house(old, staged(LONG_AGO), &begun(HOUR / 2));
    assert_eq!(next_published(&waits, &POLICY), Some(NOW + HOUR / 2 + JUDGED_AFTER), "and nobody asks before");
}

#[test]
fn where_trials_are_required_only_a_clean_one_opens_the_way() {
    let old = active(NOW - POLICY.active_for);
    let changes = |tried: &Tried, request: &Request| {
        plan(&house(old, staged(LONG_AGO), tried), &STRICT, request).contains(&activate())
    };
    let none = Tried::default();
    for request in [Request::Tend, rotate(None, false), rotate(Some(NOW), false)] {
        assert!(!changes(&none, &request), "{request:?}");
        for how in [Ending::NotClean, Ending::Stopped] {
            assert!(!changes(&ended(how), &request), "{how:?}");
        }
        assert!(changes(&ended(Ending::Clean), &request), "{request:?}");
    }
    let emergency = Request::Compromise { kid: "a".to_owned() };
    assert!(changes(&none, &emergency), "an emergency waits for nothing");
    let all = house(old, staged(LONG_AGO), &none);
    assert_eq!(awaited(Alg::ES256, &all, &REQUIRED).map(|key| key.kid.as_str()), Some("b"));
    assert_eq!(awaited(Alg::ES256, &all, &POLICY), None);
    assert!(next_published(&all, &REQUIRED).is_none(), "nobody knows when, and nobody asks every second");
    let ahead = forecast(&all, &REQUIRED, NOW, NOW + HOUR);
    assert!(ahead.iter().any(|step| step.kid == "b" && step.to == "active"), "the year ahead, if trials are clean");
}

#[test]
fn an_operator_may_do_without_a_trial_and_says_so() {
    let waive = Step::Waive { kid: "b".to_owned() };
    let at = NOW + HOUR;
    let planned = |at| Step::Plan { kid: "b".to_owned(), at };
    let all = usual(&Tried::default());
    assert_eq!(plan(&all, &STRICT, &rotate(Some(at), true)), [waive.clone(), planned(at)]);
    assert_eq!(plan(&all, &MOMENT, &rotate(Some(at), true)), [planned(at)], "nothing was required");
    let waived = Tried { trial: None, waived: true };
    let due = house(active(LONG_AGO), KeyState::Staged { since: LONG_AGO, planned: Some(NOW) }, &waived);
    assert!(plan(&due, &STRICT, &Request::Tend).contains(&activate()));
    assert_eq!(plan(&usual(&waived), &STRICT, &rotate(Some(at), true)), [planned(at)], "it is said once");
}
