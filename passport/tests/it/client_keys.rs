//! Keys that clients keep at an address of their own.

use std::time::Duration;

use serde_json::{Value, json};
use shared::testkit::Browser;

use crate::support::Passport;
use crate::support::signer::{Signer, asserted};
use crate::support::site::{OURS, encoded, post};
use crate::support::stranger::{Stranger, on_both_beside};

/// Shows the keys of these signers, by these names.
fn show(site: &Stranger, keys: &[(&Signer, &str)]) {
    let named = |(signer, kid): &(&Signer, &str)| {
        let mut jwk = signer.jwk();
        jwk["kid"] = (*kid).into();
        jwk
    };
    let keys: Vec<_> = keys.iter().map(named).collect();
    site.show("/jwks", json!({ "keys": keys }).to_string());
}

/// A client that keeps its keys at that site.
async fn registered(passport: &Passport, site: &Stranger) -> (Signer, Browser) {
    let method = "token_endpoint_auth_method = 'private_key_jwt'";
    passport.register(&[&format!("{OURS}{method}\njwks_uri = '{}/jwks'\n", site.url)]).await;
    (Signer::new(), passport.browser())
}

async fn ask(passport: &Passport, browser: &mut Browser, signer: &Signer) -> u16 {
    let assertion = signer.assertion(passport, "cet", |_| ());
    let pairs = asserted(vec![("grant_type", "client_credentials")], &assertion);
    post(browser, "/token", encoded(&pairs), &[]).await.status.as_u16()
}

#[tokio::test]
async fn keys_at_an_address_are_fetched_once_and_again_for_a_new_key() {
    on_both_beside("", |passport, site| async move {
        let (old, mut browser) = registered(&passport, &site).await;
        show(&site, &[(&old, "k")]);
        for _ in 0..3 {
            assert_eq!(ask(&passport, &mut browser, &old).await, 200);
        }
        assert_eq!(site.asked(), 1);
        // The client changes its key. Every signer here names its key `k`, so the old one must go.
        let new = Signer::new();
        show(&site, &[(&new, "other")]);
        passport.clock.advance(Duration::from_secs(10 * 60));
        assert_eq!(ask(&passport, &mut browser, &new).await, 401, "it names a key that is not there");
        assert_eq!(site.asked(), 2);
        show(&site, &[(&new, "other"), (&new, "k")]);
        assert_eq!(ask(&passport, &mut browser, &new).await, 401, "not asked again so soon");
        assert_eq!(site.asked(), 2);
        passport.clock.advance(Duration::from_secs(10));
        assert_eq!(ask(&passport, &mut browser, &new).await, 200);
        assert_eq!(site.asked(), 3);
    })
    .await;
}

#[tokio::test]
async fn while_the_keys_cannot_be_had_the_last_good_copy_serves() {
    on_both_beside("", |passport, site| async move {
        let (signer, mut browser) = registered(&passport, &site).await;
        site.answer_with(503);
        show(&site, &[(&signer, "k")]);
        assert_eq!(ask(&passport, &mut browser, &signer).await, 401, "there is no copy yet");
        site.answer_with(200);
        passport.clock.advance(Duration::from_secs(10));
        assert_eq!(ask(&passport, &mut browser, &signer).await, 200);
        site.answer_with(503);
        passport.clock.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(ask(&passport, &mut browser, &signer).await, 200);
    })
    .await;
}

/// Longer than any copy is fresh.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Those of [`hostile_sets`] that can be read.
const READABLE: [&str; 6] = [
    "a foreign key of this id",
    "this key by another id",
    "an id that is no text",
    "a key for encryption",
    "a point that is not on the curve",
    "a key of another algorithm",
];

/// Sets of keys that no client should have, with the key of this signer in each.
fn hostile_sets(signer: &Signer) -> Vec<(&'static str, String)> {
    let named = |mut jwk: Value, name: &str, value: Value| {
        jwk[name] = value;
        jwk
    };
    let own = named(signer.jwk(), "kid", "k".into());
    let foreign = named(Signer::new().jwk(), "kid", "k".into());
    let private = named(own.clone(), "d", "AAAA".into());
    let shared = json!({ "kty": "oct", "kid": "o", "k": "c2VjcmV0" });
    let set = |keys: &[&Value]| json!({ "keys": keys }).to_string();
    vec![
        ("two keys of one id", set(&[&own, &foreign])),
        ("two keys of one id, the foreign one first", set(&[&foreign, &own])),
        ("one key twice", set(&[&own, &own])),
        ("a foreign key of this id", set(&[&foreign])),
        ("this key by another id", set(&[&named(own.clone(), "kid", "K".into())])),
        ("an id that is no text", set(&[&named(own.clone(), "kid", 1.into())])),
        ("a private key", set(&[&private])),
        ("a shared key beside it", set(&[&own, &shared])),
        ("a key for encryption", set(&[&named(own.clone(), "use", "enc".into())])),
        ("a key of another algorithm", set(&[&named(own.clone(), "alg", "RS256".into())])),
        ("a point that is not on the curve", set(&[&named(own.clone(), "y", own["x"].clone())])),
        ("a thousand keys", set(&vec![&own; 1_000])),
        ("a megabyte", set(&[&named(own.clone(), "x5c", "x".repeat(1 << 20).into())])),
        (
            "a deep value",
            set(&[&own]).replacen('{', &format!("{{\"a\":{}1{},", "[".repeat(5_000), "]".repeat(5_000)), 1),
        ),
        ("a list", json!([own]).to_string()),
        ("no JSON", "keys".to_owned()),
    ]
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_passed_over_and_the_others_count() {
    on_both_beside("", |passport, site| async move {
        let (signer, mut browser) = registered(&passport, &site).await;
        let (mut own, mut broken) = (signer.jwk(), signer.jwk());
        own["kid"] = "k".into();
        // It even has the same id: what is no key is in no key's way.
        (broken["kid"], broken["y"]) = ("k".into(), own["x"].clone());
        let exponent_of_one = json!({ "kty": "RSA", "kid": "r", "n": "_".repeat(342), "e": "AQ" });
        site.show("/jwks", json!({ "keys": [broken, exponent_of_one, own] }).to_string());
        assert_eq!(ask(&passport, &mut browser, &signer).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_set_with_duplicate_foreign_or_unfit_keys_authenticates_nobody_and_replaces_none() {
    on_both_beside("", |passport, site| async move {
        let (signer, mut browser) = registered(&passport, &site).await;
        for (what, set) in hostile_sets(&signer) {
            site.show("/jwks", set);
            passport.clock.advance(A_DAY);
            assert_eq!(ask(&passport, &mut browser, &signer).await, 401, "{what}");
        }
        show(&site, &[(&signer, "k")]);
        passport.clock.advance(A_DAY);
        assert_eq!(ask(&passport, &mut browser, &signer).await, 200);
        // The others are sets that a client may have, although this key is none of theirs.
        let unreadable = |(what, _): &(&str, String)| !READABLE.contains(what);
        for (what, set) in hostile_sets(&signer).into_iter().filter(unreadable) {
            site.show("/jwks", set);
            passport.clock.advance(A_DAY);
            assert_eq!(ask(&passport, &mut browser, &signer).await, 200, "{what}: the last good copy serves");
        }
    })
    .await;
}
