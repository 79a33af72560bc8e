//! The passport ends a person's session here (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8).

use std::time::Duration;

use axum::body::Body;
use futures_util::future::join_all;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::db::sql;
use shared::testkit::{Answer, Browser};

use crate::support::{SITE, World, with_cet};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn send(world: &World, body: impl Into<Body>) -> Answer {
    let request = Request::post(format!("{SITE}/backchannel-logout"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.into())
        .expect("a request");
    // The passport's call: no cookie of any person comes with it.
    world.browser().send(request).await
}

async fn tell(world: &World, token: &str) -> Answer {
    send(world, format!("logout_token={token}")).await
}

/// Somebody who has just signed in.
async fn signed_in(world: &World) -> Browser {
    let mut browser = world.browser();
    assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::OK);
    browser
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.open(SITE).await.has("form[action='/sign-out']")
}

fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{why}");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{why}");
    assert_eq!(answer.json()["error"], "invalid_request", "{why}");
    assert!(answer.json()["error_description"].as_str().is_some_and(|text| text.is_ascii()), "{why}");
}

#[tokio::test]
async fn a_logout_token_ends_the_session_at_once() {
    with_cet(|world: World| async move {
        let mut browser = signed_in(&world).await;
        world.passport.person("subject-2", None);
        let mut other = signed_in(&world).await;
        world.passport.person("subject-1", None);
        let answer = tell(&world, &world.passport.logout_token(|_, _| ())).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert!(!is_signed_in(&mut browser).await);
        assert!(is_signed_in(&mut other).await, "sid and sub must both be theirs");
    })
    .await;
}

#[tokio::test]
async fn a_token_names_the_session_or_the_person() {
    with_cet(|world: World| async move {
        for (claim, ends) in [("sub", true), ("sid", true)] {
            world.passport.new_session();
            let mut browser = signed_in(&world).await;
            let other = world.passport.logout_token(|_, claims| claims[claim] = json!("another"));
            assert_eq!(tell(&world, &other).await.status, StatusCode::OK, "nobody is signed in so");
            assert!(is_signed_in(&mut browser).await, "{claim}");
            let one = world.passport.logout_token(|_, claims| {
                claims.as_object_mut().expect("claims").remove(claim);
            });
            assert_eq!(tell(&world, &one).await.status, StatusCode::OK);
            assert_eq!(!is_signed_in(&mut browser).await, ends, "without {claim}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_without_a_session_named_is_signed_out_everywhere() {
    with_cet(|world: World| async move {
        let mut browsers = [signed_in(&world).await, signed_in(&world).await];
        let token = world.passport.logout_token(|_, claims| {
            claims.as_object_mut().expect("claims").remove("sid");
        });
        tell(&world, &token).await;
        for browser in &mut browsers {
            assert!(!is_signed_in(browser).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_repeated_token_is_refused() {
    with_cet(|world: World| async move {
        let token = world.passport.logout_token(|_, _| ());
        assert_eq!(tell(&world, &token).await.status, StatusCode::OK);
        world.passport.new_session();
        let mut browser = signed_in(&world).await;
        assert_refused(&tell(&world, &token).await, "repeated");
        let same_id = world.passport.logout_token(|_, claims| claims["jti"] = json!("token-1"));
        assert_refused(&tell(&world, &same_id).await, "another token of that id");
        assert!(is_signed_in(&mut browser).await, "it ends nothing a second time");
        // After a restart it is still known.
        let mut after = world.browser();
        after.restart(SITE, world.restarted());
        assert!(is_signed_in(&mut browser).await);
        tell(&world, &world.passport.logout_token(|_, _| ())).await;
        assert!(!is_signed_in(&mut browser).await, "a new one does");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_breaks_a_rule_ends_nothing() {
    with_cet(|world: World| async move {
        let mut browser = signed_in(&world).await;
        let claims: [(&str, Value); 17] = [
            ("iss", json!("https://evil.example")),
            ("iss", Value::Null),
            ("aud", json!("pets")),
            ("aud", json!(["pets", "ncre"])),
            ("aud", Value::Null),
            ("iat", Value::Null),
            ("iat", json!("now")),
            ("exp", Value::Null),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("jti", json!("x".repeat(257))),
            ("nonce", json!("n")),
            ("nonce", Value::Null),
            ("events", Value::Null),
            ("events", json!({})),
            ("events", json!({ EVENT: "yes" })),
            ("events", json!([EVENT])),
        ];
        for (name, value) in claims {
            let token = world.passport.logout_token(|_, claims| claims[name] = value.clone());
            assert_refused(&tell(&world, &token).await, &format!("{name} {value}"));
        }
        let neither = world.passport.logout_token(|_, claims| {
            claims.as_object_mut().expect("claims").retain(|name, _| name != "sub" && name != "sid");
        });
        assert_refused(&tell(&world, &neither).await, "neither sub nor sid");
        for (name, value) in [
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("RS256")),
            ("typ", json!("JWT")),
            ("typ", json!("at+jwt")),
            ("crit", json!(["exp"])),
            ("kid", json!("forged")),
            ("kid", Value::Null),
        ] {
            let token = world.passport.logout_token(|header, _| header[name] = value.clone());
            assert_refused(&tell(&world, &token).await, &format!("{name} {value}"));
        }
        assert!(is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_none_is_refused() {
    with_cet(|world: World| async move {
        let token = world.passport.logout_token(|_, _| ());
        let (body, rest) = token.rsplit_once('.').expect("a JWT");
        let swapped = world.passport.logout_token(|_, _| ());
        let foreign = swapped.rsplit_once('.').expect("a JWT").1;
        for text in ["", "x", "a.b", "a.b.c", body, &format!("{body}."), &format!("{body}.{foreign}"), rest] {
            assert_refused(&tell(&world, text).await, text);
        }
        for form in [String::new(), format!("token={token}"), format!("logout_token={token}&logout_token={token}")] {
            assert_refused(&send(&world, form.clone()).await, &form);
        }
        let json = Request::post(format!("{SITE}/backchannel-logout"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(format!("logout_token={token}")))
            .expect("a request");
        assert_refused(&world.browser().send(json).await, "no form");
        let get = Request::builder()
            .method(Method::GET)
            .uri(format!("{SITE}/backchannel-logout?logout_token={token}"))
            .body(Body::empty())
            .expect("a request");
        assert_eq!(world.browser().send(get).await.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(tell(&world, &token).await.status, StatusCode::OK, "it was not spent by any of that");
    })
    .await;
}

#[tokio::test]
async fn the_type_may_be_left_out_or_written_whole() {
    with_cet(|world: World| async move {
        for typ in [None, Some("logout+jwt"), Some("application/logout+jwt"), Some("LOGOUT+JWT")] {
            world.passport.new_session();
            let mut browser = signed_in(&world).await;
            let token = world.passport.logout_token(|header, _| match typ {
                Some(typ) => header["typ"] = json!(typ),
                None => {
                    header.as_object_mut().expect("a header").remove("typ");
                }
            });
            assert_eq!(tell(&world, &token).await.status, StatusCode::OK, "{typ:?}");
            assert!(!is_signed_in(&mut browser).await, "{typ:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute_when_signing_out_too() {
    with_cet(|world: World| async move {
        let now = || shared::clock::Clock::now(&*world.clock).seconds();
        for (name, offset, status) in [
            ("exp", -59, StatusCode::OK),
            ("exp", -60, StatusCode::BAD_REQUEST),
            ("iat", 60, StatusCode::OK),
            ("iat", 61, StatusCode::BAD_REQUEST),
        ] {
            let token = world.passport.logout_token(|_, claims| claims[name] = json!(now() + offset));
            assert_eq!(tell(&world, &token).await.status, status, "{name} {offset}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_by_a_new_key_is_taken_and_one_that_failed_can_come_again() {
    with_cet(|world: World| async move {
        let mut browser = signed_in(&world).await;
        world.passport.rotate();
        let token = world.passport.logout_token(|_, _| ());
        // Too early to ask for keys again: refused, and not spent.
        assert_refused(&tell(&world, &token).await, "no key");
        assert!(is_signed_in(&mut browser).await);
        world.wait(Duration::from_secs(10));
        assert_eq!(tell(&world, &token).await.status, StatusCode::OK);
        assert!(!is_signed_in(&mut browser).await);
    })
    .await;
}

/// A token that names the person alone.
fn of_person(world: &World) -> String {
    world.passport.logout_token(|_, claims| {
        claims.as_object_mut().expect("claims").remove("sid");
    })
}

#[tokio::test]
async fn a_session_that_ended_before_it_was_stored_does_not_begin() {
    with_cet(|world: World| async move {
        // As it is for a token that overtakes the sign-in: the code is redeemed, and nothing is stored yet.
        assert_eq!(tell(&world, &world.passport.logout_token(|_, _| ())).await.status, StatusCode::OK);
        let mut browser = world.browser();
        let page = browser.open(&format!("{SITE}/registration")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "tried once more by itself, and then told");
        assert!(!is_signed_in(&mut browser).await);
        world.passport.new_session();
        assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::OK);
        assert!(is_signed_in(&mut browser).await, "another session may");
    })
    .await;
}

#[tokio::test]
async fn who_was_signed_out_everywhere_signs_in_by_a_later_id_token_only() {
    with_cet(|world: World| async move {
        assert_eq!(tell(&world, &of_person(&world)).await.status, StatusCode::OK);
        world.passport.new_session();
        let mut browser = world.browser();
        assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::BAD_REQUEST);
        world.passport.person("subject-2", None);
        signed_in(&world).await;
        world.passport.person("subject-1", None);
        world.wait(Duration::from_secs(1));
        assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::OK);
        assert!(is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn of_sign_ins_and_a_token_at_once_none_is_left_signed_in() {
    with_cet(|world: World| async move {
        for round in 0..4 {
            world.passport.new_session();
            let token = if round % 2 == 0 { world.passport.logout_token(|_, _| ()) } else { of_person(&world) };
            let sign_ins = (0..6).map(|_| async {
                let mut browser = world.browser();
                browser.open(&format!("{SITE}/registration")).await;
                browser
            });
            let (mut browsers, told) = tokio::join!(join_all(sign_ins), tell(&world, &token));
            assert_eq!(told.status, StatusCode::OK);
            for browser in &mut browsers {
                assert!(!is_signed_in(browser).await, "round {round}");
            }
            world.wait(Duration::from_secs(1));
        }
    })
    .await;
}

#[tokio::test]
async fn what_ended_is_forgotten_after_the_longest_sign_in() {
    with_cet(|world: World| async move {
        tell(&world, &world.passport.logout_token(|_, _| ())).await;
        let count = async || {
            let found = world.db.read(|tx| {
                Box::pin(
                    async move { sql("SELECT about FROM passport_ends").fetch_all(tx).await.map(|rows| rows.len()) },
                )
            });
            found.await.expect("rows")
        };
        for (later, left) in [(599, 1), (1, 0)] {
            world.wait(Duration::from_secs(later));
            world.sweep().await;
            assert_eq!(count().await, left, "{later}");
        }
    })
    .await;
}
