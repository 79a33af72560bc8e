//! The rules, one by one.

use std::time::Duration;

use super::forecast::{forecast, next_due, next_of, next_published, preview};
use super::*;
use crate::keys::model::Times;
use crate::keys::pin::model::Pins;
use crate::keys::trial::model::Tried;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(100_000_000);
pub(super) const LONG_AGO: Timestamp = Timestamp::from_seconds(99_000_000);
const HOUR: Duration = Duration::from_secs(3_600);
pub(super) const POLICY: Policy = Policy {
    publish_for: HOUR,
    active_for: Duration::from_secs(90 * 86_400),
    verify_for: Duration::from_secs(2 * 3_600),
    hint_for: Duration::from_secs(10 * 86_400),
    return_within: Duration::ZERO,
    trial_required: false,
};
pub(super) const MOMENT: Moment<'_> = Moment { policy: &POLICY, now: NOW, served: None };
pub(super) const MILLISECOND: Duration = Duration::from_millis(1);

fn key(kid: &str, alg: Alg, state: KeyState) -> KeyRecord {
    let times = Times { made: state.since(), activated: None, retired: None };
    KeyRecord {
        kid: kid.to_owned(),
        alg,
        state,
        times,
        published_in: 5,
        tried: Tried::default(),
        pins: Pins::default(),
    }
}

pub(super) const fn active(since: Timestamp) -> KeyState {
    KeyState::Active { since }
}

pub(super) const fn staged(since: Timestamp) -> KeyState {
    KeyState::Staged { since, planned: None }
}

/// Keys of the other algorithms that have nothing to do, and these of ES256.
pub(super) fn keys(es256: &[(&str, KeyState)]) -> Vec<KeyRecord> {
    let others = Alg::ALL.into_iter().filter(|alg| *alg != Alg::ES256);
    let mut all: Vec<_> = others
        .flat_map(|alg| {
            let name = |what: &str| format!("{alg} {what}");
            [key(&name("active"), alg, active(NOW)), key(&name("staged"), alg, staged(NOW))]
        })
        .collect();
    all.extend(es256.iter().map(|(kid, state)| key(kid, Alg::ES256, *state)));
    all
}

fn due(es256: &[(&str, KeyState)], request: &Request) -> Vec<Step> {
    plan(&keys(es256), &MOMENT, request)
}

fn rotate(at: Option<Timestamp>) -> Request {
    Request::Rotate { alg: Alg::ES256, at, without_trial: false }
}

fn compromise(kid: &str) -> Request {
    Request::Compromise { kid: kid.to_owned() }
}

/// `b` takes the place of `a`, and another one is staged.
fn change() -> Vec<Step> {
    vec![
        Step::Retire { kid: "a".to_owned(), until: NOW + POLICY.verify_for, keeps_half: false },
        Step::Activate { kid: "b".to_owned() },
        Step::CreateStaged(Alg::ES256),
    ]
}

fn planned(at: Timestamp) -> Step {
    Step::Plan { kid: "b".to_owned(), at }
}

#[test]
fn an_empty_house_gets_an_active_and_a_staged_key_an_algorithm() {
    let steps = plan(&[], &MOMENT, &Request::Tend);
    assert_eq!(steps, Alg::ALL.map(|alg| [Step::CreateActive(alg), Step::CreateStaged(alg)]).concat());
}

#[test]
fn an_algorithm_without_a_staged_key_gets_one() {
    assert_eq!(due(&[("a", active(NOW))], &Request::Tend), [Step::CreateStaged(Alg::ES256)]);
    assert_eq!(
        due(&[("b", staged(NOW))], &Request::Tend),
        [Step::Activate { kid: "b".to_owned() }, Step::CreateStaged(Alg::ES256)],
        "nothing can be signed meanwhile"
    );
}

#[test]
fn a_rotation_publishes_before_it_signs() {
    let ripe = NOW - POLICY.publish_for;
    let asked = |since| due(&[("a", active(LONG_AGO)), ("b", staged(since))], &rotate(None));
    assert_eq!(asked(ripe), [vec![planned(NOW)], change()].concat());
    assert_eq!(asked(ripe + MILLISECOND), [planned(NOW)], "it signs as soon as it may");
    let waiting = |since| KeyState::Staged { since, planned: Some(LONG_AGO) };
    assert_eq!(due(&[("a", active(LONG_AGO)), ("b", waiting(ripe + MILLISECOND))], &Request::Tend), []);
    assert_eq!(due(&[("a", active(LONG_AGO)), ("b", waiting(ripe))], &Request::Tend), change());
}

#[test]
fn a_key_is_exchanged_when_it_has_signed_for_its_time() {
    let since = NOW - POLICY.active_for;
    assert_eq!(due(&[("a", active(since + MILLISECOND)), ("b", staged(LONG_AGO))], &Request::Tend), []);
    assert_eq!(due(&[("a", active(since)), ("b", staged(LONG_AGO))], &Request::Tend), change());
}

#[test]
fn an_operators_time_counts_instead_of_the_keys_age() {
    let old = active(NOW - POLICY.active_for);
    let later = KeyState::Staged { since: LONG_AGO, planned: Some(NOW + HOUR) };
    assert_eq!(due(&[("a", old), ("b", later)], &Request::Tend), []);
    let at = NOW + HOUR * 5;
    let young = [("a", active(LONG_AGO)), ("b", staged(LONG_AGO))];
    assert_eq!(due(&young, &rotate(Some(at))), [planned(at)]);
    assert_eq!(due(&young, &rotate(Some(NOW))), [vec![planned(NOW)], change()].concat());
}

#[test]
fn a_rotation_that_has_only_just_happened_is_not_begun_again() {
    let keys = |age| [("a", active(NOW - age)), ("b", staged(LONG_AGO))];
    assert_eq!(due(&keys(POLICY.publish_for - MILLISECOND), &rotate(None)), []);
    assert_eq!(due(&keys(POLICY.publish_for), &rotate(None)), [vec![planned(NOW)], change()].concat());
}

#[test]
fn a_key_signs_only_after_every_node_serves_it() {
    let keys = keys(&[("a", active(NOW - POLICY.active_for)), ("b", staged(LONG_AGO))]);
    let steps = |served| plan(&keys, &Moment { served, ..MOMENT }, &Request::Tend);
    assert_eq!(steps(Some(4)), []);
    assert_eq!(steps(Some(5)), change());
    assert_eq!(steps(None), change(), "no node lives");
}

#[test]
fn a_compromised_key_goes_at_once_and_is_replaced_by_the_staged_one() {
    let destroy = |kid: &str| Step::Destroy { kid: kid.to_owned(), compromised: true };
    let both = [("a", active(NOW)), ("b", staged(NOW))];
    let activate = Step::Activate { kid: "b".to_owned() };
    let fresh = Step::CreateStaged(Alg::ES256);
    assert_eq!(due(&both, &compromise("a")), [destroy("a"), activate, fresh.clone()]);
    assert_eq!(due(&both, &compromise("b")), [destroy("b"), fresh]);
    assert_eq!(due(&both, &compromise("c")), []);
    let gone = KeyState::Destroyed { since: NOW, compromised: false };
    assert_eq!(due(&[both[0], both[1], ("o", gone)], &compromise("o")), []);
}

#[test]
fn a_spent_key_is_archived_and_then_destroyed() {
    let with = |state| due(&[("a", active(NOW)), ("b", staged(NOW)), ("o", state)], &Request::Tend);
    let kid = || "o".to_owned();
    let retiring = |until| KeyState::Retiring { since: LONG_AGO, until };
    assert_eq!(with(retiring(NOW + MILLISECOND)), []);
    assert_eq!(with(retiring(NOW)), [Step::Archive { kid: kid(), until: NOW + POLICY.hint_for }]);
    let archived = |until| KeyState::Archived { since: LONG_AGO, until };
    assert_eq!(with(archived(NOW + MILLISECOND)), []);
    assert_eq!(with(archived(NOW)), [Step::Destroy { kid: kid(), compromised: false }]);
    assert_eq!(with(KeyState::Destroyed { since: LONG_AGO, compromised: true }), []);
}

#[test]
fn a_clock_set_back_activates_nothing_early() {
    let ahead = KeyState::Staged { since: NOW + HOUR, planned: Some(LONG_AGO) };
    assert_eq!(due(&[("a", active(LONG_AGO)), ("b", ahead)], &Request::Tend), []);
}

#[test]
fn it_is_known_what_comes_next() {
    let archived = KeyState::Archived { since: LONG_AGO, until: NOW + HOUR };
    let retiring = KeyState::Retiring { since: LONG_AGO, until: NOW + HOUR * 2 };
    let es256 = [("a", active(NOW)), ("b", staged(NOW)), ("r", retiring), ("o", archived)];
    let all = keys(&es256);
    assert_eq!(next_due(&all, &POLICY), Some(NOW + HOUR));
    assert_eq!(next_published(&all, &POLICY), Some(NOW + HOUR * 2), "archived keys are not published");
    assert_eq!(next_due(&keys(&es256[..1]), &POLICY), Some(Timestamp::default()), "a key is missing");
    let next = |kid: &str| next_of(all.iter().find(|key| key.kid == kid).expect("a key"), &all, &POLICY);
    let change = NOW + POLICY.active_for;
    assert_eq!(next("a"), Some((change, "retiring")));
    assert_eq!(next("b"), Some((change, "active")));
    assert_eq!(next("r"), Some((NOW + HOUR * 2, "archived")));
    assert_eq!(next("o"), Some((NOW + HOUR, "destroyed")));
}

#[test]
fn a_forecast_follows_each_key_through_the_year() {
    let all = keys(&[("a", active(NOW)), ("b", staged(NOW))]);
    let ahead = forecast(&all, &POLICY, NOW, NOW + Duration::from_secs(366 * 86_400));
    let of = |kid: &str| {
        let moves = ahead.iter().filter(|step| step.kid == kid);
        moves.map(|step| ((step.at.seconds() - NOW.seconds()) / 86_400, step.from, step.to)).collect::<Vec<_>>()
    };
    assert_eq!(
        of("a"),
        [(90, Some("active"), "retiring"), (90, Some("retiring"), "archived"), (100, Some("archived"), "destroyed")]
    );
    assert_eq!(of("b")[..2], [(90, Some("staged"), "active"), (180, Some("active"), "retiring")]);
    let made: Vec<_> = ahead.iter().filter(|step| step.alg == Alg::ES256 && step.from.is_none()).collect();
    assert_eq!(made.len(), 4, "one with every change of the year: {made:?}");
    assert_eq!(of(&made[0].kid)[..2], [(90, None, "staged"), (180, Some("staged"), "active")]);
}

#[test]
fn a_preview_shows_what_a_request_would_do() {
    let all = keys(&[("a", active(LONG_AGO)), ("b", staged(LONG_AGO))]);
    let (moves, after) = preview(&all, &MOMENT, &rotate(None));
    let moves: Vec<_> = moves.iter().map(|step| (step.kid.as_str(), step.to)).collect();
    assert_eq!(moves, [("a", "retiring"), ("b", "active"), ("(new 1)", "staged")]);
    assert_eq!(after.len(), all.len() + 1);
    let (moves, after) = preview(&all, &MOMENT, &rotate(Some(NOW + HOUR)));
    assert_eq!(moves, []);
    assert_eq!(next_of(&after[after.len() - 1], &after, &POLICY), Some((NOW + HOUR, "active")));
}
