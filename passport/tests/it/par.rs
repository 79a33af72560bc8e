//! Pushed authorization requests (RFC 9126), from outside.

use std::time::Duration;

use passport::oidc::KEEP_PUSHED;
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use crate::support::site::{
    OURS, Pairs, SECRET, THEIRS, authorize, basic, encoded, get, post, redemption, request, token, with, without,
};
use crate::support::{ISSUER, on_both};

/// One of our own sites, all of whose requests are pushed.
fn strict() -> String {
    format!("{OURS}require_pushed_authorization_requests = true\n")
}

async fn push(browser: &mut Browser, pairs: &[(&str, &str)]) -> Answer {
    post(browser, "/par", encoded(pairs), &[("authorization", &basic("cet", SECRET))]).await
}

async fn pushed(browser: &mut Browser, pairs: &[(&str, &str)]) -> String {
    let answer = push(browser, pairs).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["request_uri"].as_str().expect("a handle").to_owned()
}

fn by_handle<'p>(handle: &'p str) -> Pairs<'p> {
    vec![("client_id", "cet"), ("request_uri", handle)]
}

#[tokio::test]
async fn a_pushed_request_is_taken_up_whole_and_once() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = push(&mut browser, &request()).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, Some("no-store")));
        assert_eq!(answer.json()["expires_in"], 90);
        let handle = answer.json()["request_uri"].as_str().expect("a handle").to_owned();
        assert!(handle.starts_with("urn:ietf:params:oauth:request_uri:"));
        // What the browser brings besides does not count.
        let beside = with(with(by_handle(&handle), "state", "mine"), "redirect_uri", "https://evil.test/");
        let back = authorize(&mut browser, &beside).await;
        assert_eq!((back.status.as_u16(), back.parameter("state").as_deref()), (303, Some("s1")));
        let code = back.parameter("code").expect("a code");
        assert_eq!(token(&mut browser, &redemption(&code)).await.status, 200);
        let again = authorize(&mut browser, &by_handle(&handle)).await;
        assert_eq!((again.status.as_u16(), again.location()), (400, None));
        assert!(again.text.contains("invalid_request_uri"));
    })
    .await;
}

#[tokio::test]
async fn a_person_may_take_longer_than_the_handle_lives() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let handle = pushed(&mut browser, &request()).await;
        let page = authorize(&mut browser, &by_handle(&handle)).await;
        assert!(page.location().expect("a location").path().starts_with("/sign-in"));
        passport.clock.advance(Duration::from_secs(30 * 60));
        passport.sign_in(&mut browser, None, None).await;
        let mut back = page;
        // Past the sign-in page, which has nothing to ask any more.
        for _ in 0..2 {
            let next = back.location().expect("a location");
            back = get(&mut browser, &format!("{}?{}", next.path(), next.query().unwrap_or_default()), &[]).await;
        }
        assert!(back.parameter("code").is_some(), "{:?}", back.location());
    })
    .await;
}

#[tokio::test]
async fn a_handle_is_for_its_client_and_its_time() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let handle = pushed(&mut browser, &request()).await;
        let refused = async |browser: &mut Browser, pairs: &[(&str, &str)]| {
            let answer = authorize(browser, pairs).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
            assert!(answer.text.contains("invalid_request_uri"));
        };
        refused(&mut browser, &with(by_handle(&handle), "client_id", "bei")).await;
        refused(&mut browser, &by_handle("urn:ietf:params:oauth:request_uri:made-up")).await;
        passport.clock.advance(Duration::from_secs(90));
        refused(&mut browser, &by_handle(&handle)).await;
    })
    .await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_when_it_is_pushed() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let handle = pushed(&mut browser, &request()).await;
        for (pairs, code) in [
            (with(request(), "redirect_uri", "https://evil.test/"), "invalid_request"),
            (without(request(), "redirect_uri"), "invalid_request"),
            (without(request(), "code_challenge"), "invalid_request"),
            (with(request(), "response_type", "token"), "unsupported_response_type"),
            (with(request(), "scope", "made_up"), "invalid_scope"),
            (with(request(), "client_id", "bei"), "invalid_request"),
            (with(request(), "request_uri", &handle), "invalid_request"),
        ] {
            let answer = push(&mut browser, &pairs).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &code.into()), "{pairs:?}");
        }
        let wrong = post(&mut browser, "/par", encoded(&request()), &[("authorization", &basic("cet", "x"))]).await;
        assert_eq!((wrong.status.as_u16(), &wrong.json()["error"]), (401, &"invalid_client".into()));
        assert_eq!(get(&mut browser, &format!("/par?{}", encoded(&request())), &[]).await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_must_push_is_refused_in_the_browser() {
    on_both(|passport| async move {
        passport.register(&[&strict()]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = authorize(&mut browser, &request()).await;
        assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request"));
        let handle = pushed(&mut browser, &request()).await;
        assert!(authorize(&mut browser, &by_handle(&handle)).await.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn fifty_browsers_with_one_handle_get_one_code() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let handle = pushed(&mut browser, &request()).await;
        let tries = (0..50).map(|_| {
            let (mut browser, handle) = (browser.clone(), handle.clone());
            async move { authorize(&mut browser, &by_handle(&handle)).await.parameter("code") }
        });
        let codes = futures_util::future::join_all(tries).await;
        assert_eq!(codes.iter().flatten().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_spends_the_handle_too() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let handle = pushed(&mut browser, &with(request(), "prompt", "none")).await;
        let answer = authorize(&mut browser, &by_handle(&handle)).await;
        assert_eq!(answer.parameter("error").as_deref(), Some("login_required"));
        assert_eq!(answer.parameter("iss").as_deref(), Some(ISSUER));
        assert_eq!(authorize(&mut browser, &by_handle(&handle)).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn pushed_requests_that_nobody_comes_back_to_are_forgotten_batch_by_batch() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let old = pushed(&mut browser, &request()).await;
        let fill = shared::db::sql(
            "INSERT INTO pushed_requests (hash, client_id, parameters, signed, expires_at) VALUES ($1, $2, $3, $4, $5)",
        );
        for n in 0..250_i64 {
            let hash = n.to_be_bytes().to_vec();
            let row = fill.clone().bind(hash).bind("cet").bind("").bind(false).bind(passport.clock.now());
            passport.db.execute(row).await.expect("a row");
        }
        passport.clock.advance(Duration::from_secs(90 + 60 * 60));
        let living = pushed(&mut browser, &request()).await;
        let mut batches = Vec::new();
        while batches.last() != Some(&0) {
            batches.push(passport.sweep("pushed_requests", passport.clock.now() - KEEP_PUSHED).await);
        }
        assert_eq!(batches.iter().sum::<u64>(), 251, "{batches:?}");
        assert!(
            batches.len() > 3 && batches.iter().all(|batch| *batch <= shared::db::BATCH.cast_unsigned()),
            "{batches:?}"
        );
        assert!(authorize(&mut browser, &by_handle(&old)).await.text.contains("invalid_request_uri"));
        let (mut person, _) = passport.signed_in(None).await;
        assert!(authorize(&mut person, &by_handle(&living)).await.parameter("code").is_some());
    })
    .await;
}
