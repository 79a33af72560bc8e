//! One suite of cases that runs on the simulator and on the real passport, and fails on any difference between what the two
//! answer: status, headers, bodies, parameters, claims. What differs on purpose stands in one short list, with reasons,
//! and an entry of it that no difference needs any more is a failure too.

mod cases;
mod seen;
mod sides;

use std::collections::BTreeSet;

use passport::simulator::discovery::{ABSENT, AUTHENTICATION, DENIED};
use serde_json::{Value, json};
use shared::testkit;

use self::seen::{Seen, differences};
use self::sides::Side;
use crate::support::Passport;

/// What differs on purpose: where, and why. `*` stands for any step of any case. The members of the metadata that are left
/// out stand beside them, in the list by which they are.
const ON_PURPOSE: [(&str, &str); 6] = [
    ("*/location/session_state", "sessions are not watched from frames"),
    ("*/location/#session_state", "sessions are not watched from frames"),
    ("*/location/response/claims/session_state", "sessions are not watched from frames"),
    (
        "a request is refused/a request_uri/location/error_description",
        "requests are not fetched, so none is registered",
    ),
    ("a request is refused/a request_uri/location/error_uri", "requests are not fetched, so none is registered"),
    (
        "a page is shown where somebody has to sign in/page",
        "the simulator asks whom to sign in as, and on a page of its own",
    ),
];

/// Every place that may differ.
fn on_purpose() -> Vec<(String, &'static str)> {
    let members = ABSENT.iter().chain(&DENIED).map(|(member, why)| (*member, *why));
    let ways = AUTHENTICATION.iter().map(|member| (*member, "clients sign nothing"));
    let members = members.chain(ways).map(|(member, why)| (format!("metadata/openid/body/{member}"), why));
    let of_oauth = ABSENT.iter().chain(&DENIED).map(|(member, why)| (*member, *why));
    let of_oauth = of_oauth.chain(AUTHENTICATION.iter().map(|member| (*member, "clients sign nothing")));
    let of_oauth = of_oauth.map(|(member, why)| (format!("metadata/oauth/body/{member}"), why));
    ON_PURPOSE.iter().map(|(at, why)| ((*at).to_owned(), *why)).chain(members).chain(of_oauth).collect()
}

/// Whether a difference at `place` is one of those.
fn is_at(place: &str, on_purpose: &str) -> bool {
    match on_purpose.strip_prefix('*') {
        Some(end) => place.ends_with(end),
        None => place == on_purpose || place.strip_prefix(on_purpose).is_some_and(|below| below.starts_with('/')),
    }
}

/// What is left of the differences, and which entries of the list were not needed.
fn judge(passport: &Seen, simulator: &Seen) -> (Vec<String>, Vec<String>) {
    let (list, mut used) = (on_purpose(), BTreeSet::new());
    let mut left = Vec::new();
    for (place, said) in differences(passport, simulator) {
        match list.iter().position(|(at, _)| is_at(&place, at)) {
            Some(entry) => drop(used.insert(entry)),
            None => left.push(format!("{place}: {said}")),
        }
    }
    let idle = list.iter().enumerate().filter(|(n, _)| !used.contains(n)).map(|(_, (at, _))| at.clone());
    (left, idle.collect())
}

#[tokio::test]
async fn the_simulator_and_the_passport_answer_the_same() {
    let simulator = cases::run(&Side::simulator()).await;
    testkit::on_both(&passport::MIGRATIONS, |db| {
        let simulator = simulator.clone();
        async move {
            let passport = cases::run(&Side::passport(Passport::start(db, "").await).await).await;
            let (left, idle) = judge(&passport, &simulator);
            assert!(left.is_empty(), "the simulator is not what the passport is:\n{}", left.join("\n"));
            assert!(idle.is_empty(), "these differ no more, and need no reason: {idle:?}");
        }
    })
    .await;
}

#[test]
fn any_difference_is_found() {
    let seen = |value: Value| Seen::from([("a case/a step".to_owned(), value)]);
    let right = seen(json!({ "status": 200, "headers": { "cache-control": "no-store" }, "body": { "list": [1, 2] } }));
    assert!(differences(&right, &right).is_empty());
    for (wrong, place) in [
        (json!({ "status": 400, "headers": { "cache-control": "no-store" }, "body": { "list": [1, 2] } }), "status"),
        (json!({ "status": 200, "headers": {}, "body": { "list": [1, 2] } }), "headers/cache-control"),
        (json!({ "status": 200, "headers": { "cache-control": "no-store" }, "body": { "list": [1] } }), "body/list"),
        (
            json!({ "status": 200, "headers": { "cache-control": "no-store" }, "body": { "list": [1, 2], "more": 1 } }),
            "body/more",
        ),
    ] {
        let found: Vec<String> = differences(&right, &seen(wrong)).into_iter().map(|(place, _)| place).collect();
        assert_eq!(found, [format!("a case/a step/{place}")]);
    }
    assert_eq!(differences(&right, &Seen::new()).len(), 1, "a step that only one of them takes");
}
