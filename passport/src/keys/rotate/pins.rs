//! The rules of pins, one by one.

use std::time::Duration;

use super::forecast::next_due;
use super::pin::refusal;
use super::tests::{LONG_AGO, MILLISECOND, MOMENT, NOW, POLICY, active, keys, staged};
use super::*;
use crate::keys::pin::model::{LONGEST, Pin, PinEnd, PinRefusal, PinWanted};

const HOUR: Duration = Duration::from_secs(3_600);

fn pin_until(until: Timestamp) -> Pin {
    Pin { client: "site".to_owned(), since: NOW, until, ended: None }
}

/// Until then for `site`, begun long ago.
fn held(until: Timestamp) -> Pin {
    Pin { since: LONG_AGO, ..pin_until(until) }
}

/// Until then for somebody else.
fn others(until: Timestamp) -> Pin {
    Pin { client: "other".to_owned(), ..held(until) }
}

fn wanted(kid: Option<&str>, until: Timestamp) -> PinWanted {
    PinWanted { client: "site".to_owned(), alg: Alg::ES256, kid: kid.map(str::to_owned), until }
}

fn ask(until: Timestamp) -> Request {
    Request::Pin(wanted(None, until))
}

fn unpin() -> Request {
    Request::Unpin { client: "site".to_owned(), algs: vec![Alg::ES256] }
}

const fn retiring(until: Timestamp) -> KeyState {
    KeyState::Retiring { since: LONG_AGO, until }
}

/// Until when the key that retired is published, in the usual house.
const PUBLISHED: Timestamp = Timestamp::from_seconds(NOW.seconds() + 36_000);

/// `a` signs, `b` is staged, `r` retired before and is kept for these.
fn house(a: KeyState, of_active: &[Pin], r: KeyState, of_retiring: &[Pin]) -> Vec<KeyRecord> {
    let mut all = keys(&[("a", a), ("b", staged(LONG_AGO)), ("r", r)]);
    for key in &mut all {
        match key.kid.as_str() {
            "a" => key.pins.clients = of_active.to_vec(),
            "r" => (key.pins.clients, key.pins.keeps_half) = (of_retiring.to_vec(), !of_retiring.is_empty()),
            _ => {}
        }
    }
    all
}

fn usual(of_active: &[Pin], of_retiring: &[Pin]) -> Vec<KeyRecord> {
    house(active(LONG_AGO), of_active, retiring(PUBLISHED), of_retiring)
}

fn due(all: &[KeyRecord], request: &Request) -> Vec<Step> {
    plan(all, &MOMENT, request)
}

fn end(kid: &str, how: PinEnd) -> Step {
    Step::EndPin { kid: kid.to_owned(), client: "site".to_owned(), how }
}

fn stays(kid: &str, pin: &Pin) -> Step {
    Step::Pin { kid: kid.to_owned(), pin: pin.clone() }
}

/// Nobody stays with `r` any more.
fn nobody_stays() -> [Step; 2] {
    [Step::DropHalf { kid: "r".to_owned() }, publish(NOW + POLICY.verify_for)]
}

fn publish(until: Timestamp) -> Step {
    Step::PublishUntil { kid: "r".to_owned(), until }
}

#[test]
fn a_client_stays_with_the_key_that_signs_for_it() {
    let until = NOW + HOUR;
    let (new, moved) = (pin_until(until), held(until));
    assert_eq!(due(&usual(&[], &[]), &ask(until)), [stays("a", &new)]);
    assert_eq!(due(&usual(&[held(NOW + HOUR * 2)], &[]), &ask(until)), [stays("a", &moved)], "the day is moved");
    assert_eq!(due(&usual(&[], &[held(NOW + HOUR * 2)]), &ask(until)), [stays("r", &moved)], "it stays where it is");
    let ended = Pin { ended: Some(LONG_AGO), ..held(NOW + HOUR) };
    let [dropped, shorter] = nobody_stays();
    assert_eq!(due(&usual(&[], &[ended]), &ask(until)), [stays("a", &new), dropped, shorter], "not with one before");
    let of_rsa = Request::Pin(PinWanted { alg: Alg::RS256, ..wanted(None, until) });
    assert_eq!(due(&usual(&[], &[]), &of_rsa), [stays("RS256 active", &new)]);
}

#[test]
fn a_change_that_is_due_waits_until_a_pin_that_is_asked_for_stands() {
    let all = house(active(NOW - POLICY.active_for), &[], retiring(PUBLISHED), &[]);
    assert_eq!(due(&all, &ask(NOW + HOUR)), [stays("a", &pin_until(NOW + HOUR))], "or its private half would be gone");
    assert!(due(&all, &Request::Tend).iter().any(|step| matches!(step, Step::Retire { .. })), "a moment later");
}

#[test]
fn a_client_stays_with_the_key_that_is_named_if_that_signs_for_anybody() {
    let until = NOW + HOUR;
    let named = |all: &[KeyRecord], kid| due(all, &Request::Pin(wanted(Some(kid), until)));
    let kept = usual(&[], &[others(NOW + HOUR)]);
    assert_eq!(named(&kept, "r"), [stays("r", &pin_until(until))], "it is kept for another");
    assert_eq!(named(&kept, "a"), [stays("a", &pin_until(until))]);
    let [dropped, shorter] = nobody_stays();
    let moved = named(&usual(&[], &[held(NOW + HOUR * 2)]), "a");
    assert_eq!(moved, [stays("a", &pin_until(until)), dropped, shorter], "it has one pin, not two");

    let mut all = usual(&[], &[]);
    for (kid, state) in [
        ("archived", KeyState::Archived { since: LONG_AGO, until: NOW + HOUR }),
        ("destroyed", KeyState::Destroyed { since: LONG_AGO, compromised: false }),
        ("compromised", KeyState::Destroyed { since: LONG_AGO, compromised: true }),
    ] {
        all.push(KeyRecord { kid: kid.to_owned(), state, ..all[all.len() - 1].clone() });
    }
    for (kid, says) in [
        ("archived", "archived"),
        ("destroyed", "destroyed"),
        ("compromised", "compromised"),
        ("b", "staged"),
        ("r", "retiring"),
    ] {
        assert_eq!(named(&all, kid), [], "{kid}");
        let refusal = refusal(&wanted(Some(kid), until), &all, NOW);
        assert!(matches!(refusal, Some(PinRefusal::Silent { state, .. }) if state == says), "{kid}: {refusal:?}");
    }
    assert_eq!(named(&all, "nobody"), [], "and not with another one instead");
    assert!(refusal(&wanted(Some("nobody"), until), &all, NOW).is_some());
}

#[test]
fn a_key_that_retired_is_published_for_as_long_as_its_last_token_lives() {
    let longer = |until: Timestamp| {
        let steps = due(&usual(&[], &[held(NOW + HOUR)]), &ask(until));
        steps.into_iter().find(|step| matches!(step, Step::PublishUntil { .. }))
    };
    let fits = PUBLISHED - POLICY.verify_for;
    assert_eq!(longer(fits), None);
    assert_eq!(longer(fits + MILLISECOND), Some(publish(PUBLISHED + MILLISECOND)));
}

#[test]
fn a_key_keeps_its_private_half_only_for_who_stays_with_it() {
    let old = active(NOW - POLICY.active_for);
    let retire = |pins: &[Pin]| {
        let steps = due(&house(old, pins, retiring(NOW + HOUR), &[]), &Request::Tend);
        steps.into_iter().find(|step| matches!(step, Step::Retire { .. })).expect("it retires")
    };
    let goes = |until, keeps_half| Step::Retire { kid: "a".to_owned(), until, keeps_half };
    assert_eq!(retire(&[]), goes(NOW + POLICY.verify_for, false));
    assert_eq!(retire(&[held(NOW)]), goes(NOW + POLICY.verify_for, false), "its day has come");
    let ended = Pin { ended: Some(LONG_AGO), ..held(NOW + HOUR) };
    assert_eq!(retire(&[ended]), goes(NOW + POLICY.verify_for, false), "it was lifted");
    let both = [held(NOW + HOUR), others(NOW + HOUR * 9)];
    assert_eq!(retire(&both), goes(NOW + HOUR * 9 + POLICY.verify_for, true));
}

#[test]
fn a_pin_ends_on_its_day_and_the_private_half_with_the_last_one() {
    let one = [held(NOW), others(NOW + MILLISECOND)];
    assert_eq!(due(&usual(&[], &one), &Request::Tend), [end("r", PinEnd::Over)], "another stays");
    let [dropped, shorter] = nobody_stays();
    assert_eq!(due(&usual(&[], &one[..1]), &Request::Tend), [end("r", PinEnd::Over), dropped, shorter]);
    assert_eq!(due(&usual(&one[..1], &[]), &Request::Tend), [end("a", PinEnd::Over)]);
    assert_eq!(next_due(&usual(&[], &one[1..]), &POLICY), Some(NOW + MILLISECOND));
}

#[test]
fn a_key_that_is_kept_for_nobody_is_not_published_for_longer_than_its_last_token_lives() {
    let ended = Pin { ended: Some(LONG_AGO), ..held(NOW + HOUR) };
    let all = usual(&[], std::slice::from_ref(&ended));
    assert_eq!(next_due(&all, &POLICY), Some(Timestamp::default()), "at once, as after the removal of a client");
    assert_eq!(due(&all, &Request::Tend), nobody_stays());
    let soon = house(active(LONG_AGO), &[], retiring(NOW + HOUR), &[ended]);
    assert_eq!(due(&soon, &Request::Tend), nobody_stays()[..1], "it is withdrawn before that");
}

#[test]
fn an_operator_ends_a_pin() {
    let [dropped, shorter] = nobody_stays();
    let lifted = due(&usual(&[], &[held(NOW + HOUR)]), &unpin());
    assert_eq!(lifted, [end("r", PinEnd::Lifted), dropped, shorter]);
    assert_eq!(due(&usual(&[held(NOW + HOUR)], &[]), &unpin()), [end("a", PinEnd::Lifted)]);
    assert_eq!(due(&usual(&[], &[]), &unpin()), []);
    assert_eq!(due(&usual(&[], &[others(NOW + HOUR)]), &unpin()), [], "another's is no concern of it");
    let elsewhere = Request::Unpin { client: "site".to_owned(), algs: vec![Alg::RS256] };
    assert_eq!(due(&usual(&[held(NOW + HOUR)], &[]), &elsewhere), []);
}

#[test]
fn a_pin_never_outlives_a_compromise() {
    let lose = |all: &[KeyRecord], kid: &str| due(all, &Request::Compromise { kid: kid.to_owned() });
    let destroy = |kid: &str| Step::Destroy { kid: kid.to_owned(), compromised: true };
    let of_retiring = usual(&[], &[held(NOW + HOUR)]);
    assert_eq!(lose(&of_retiring, "r"), [end("r", PinEnd::Compromised), destroy("r")]);
    assert!(!lose(&of_retiring, "a").iter().any(|step| matches!(step, Step::EndPin { .. })), "its key is good");
    let of_active = usual(&[held(NOW + HOUR)], &[]);
    let (activate, fresh) = (Step::Activate { kid: "b".to_owned() }, Step::CreateStaged(Alg::ES256));
    let lost = [end("a", PinEnd::Compromised), destroy("a"), activate, fresh];
    assert_eq!(lose(&of_active, "a"), lost, "and there is one that signs, and one ready to");
}

#[test]
fn a_pin_is_over_when_nothing_is_left_to_sign_with() {
    let mut all = usual(&[], &[held(NOW + HOUR)]);
    all.last_mut().expect("the retiring key").pins.keeps_half = false;
    assert_eq!(due(&all, &Request::Tend), [end("r", PinEnd::HalfGone)], "an older program retired the key");
    assert_eq!(next_due(&all, &POLICY), Some(Timestamp::default()));
}

#[test]
fn no_pin_is_without_end_or_ends_before_it_begins() {
    let refused = |until| {
        let (all, begins) = (usual(&[], &[]), due(&usual(&[], &[]), &ask(until)));
        let refusal = refusal(&wanted(None, until), &all, NOW);
        assert_eq!(begins.is_empty(), refusal.is_some());
        refusal.is_some()
    };
    assert_eq!([NOW + MILLISECOND, NOW + LONGEST].map(refused), [false, false]);
    assert_eq!([NOW, NOW + LONGEST + MILLISECOND].map(refused), [true, true]);
    let none_signs = refusal(&wanted(None, NOW + HOUR), &keys(&[("b", staged(NOW))]), NOW);
    assert_eq!(none_signs, Some(PinRefusal::NoKey(Alg::ES256)));
}

#[test]
fn a_key_that_retired_signs_for_nobody_for_longer_than_that_however_often_the_day_is_moved() {
    let retired = KeyState::Retiring { since: NOW - LONGEST + HOUR, until: PUBLISHED };
    let all = house(active(LONG_AGO), &[], retired, &[held(NOW + MILLISECOND)]);
    let latest = NOW + HOUR;
    let joins = |client: &str, until| PinWanted { client: client.to_owned(), ..wanted(Some("r"), until) };
    for asked in [wanted(None, latest), joins("site", latest), joins("other", latest)] {
        assert_eq!(refusal(&asked, &all, NOW), None);
        let later = PinWanted { until: latest + MILLISECOND, ..asked };
        let refused = refusal(&later, &all, NOW);
        assert!(matches!(refused, Some(PinRefusal::Enough { latest: told, .. }) if told == latest), "{refused:?}");
        let begun = due(&all, &Request::Pin(later)).into_iter().any(|step| matches!(step, Step::Pin { .. }));
        assert!(!begun, "and nothing comes of it");
    }
    let of_active = PinWanted { client: "third".to_owned(), ..wanted(None, NOW + LONGEST) };
    assert_eq!(refusal(&of_active, &all, NOW), None, "the key that signs for everybody is another matter");
}
