//! The passport tells this site what happened to an account (RFC 8417, RFC 8935, Shared Signals Framework 1.0).

use std::time::Duration;

use axum::body::Body;
use futures_util::future::join_all;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use shared::db::{DbError, sql};
use shared::testkit::{Answer, Browser};

use crate::support::{SITE, World, with_cet};

const REVOKED: &str = "caep/event-type/session-revoked";
const DISABLED: &str = "risc/event-type/account-disabled";
const PURGED: &str = "risc/event-type/account-purged";

/// Events of which this site takes note, and nothing more.
const NOTED: [&str; 8] = [
    "risc/event-type/account-enabled",
    "risc/event-type/account-credential-change-required",
    "risc/event-type/identifier-changed",
    "risc/event-type/identifier-recycled",
    "risc/event-type/recovery-information-changed",
    "caep/event-type/credential-change",
    "ssf/event-type/verification",
    "risc/event-type/something-of-tomorrow",
];

async fn send(world: &World, media_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(format!("{SITE}/signals"))
        .header(header::CONTENT_TYPE, media_type)
        .header(header::ACCEPT, "application/json")
        .body(body.into())
        .expect("a request");
    // The passport's call: no cookie of any person comes with it.
    world.browser().send(request).await
}

async fn tell(world: &World, token: &str) -> Answer {
    send(world, "application/secevent+jwt", token.to_owned()).await
}

async fn signed_in(world: &World) -> Browser {
    let mut browser = world.browser();
    assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::OK);
    browser
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.open(SITE).await.has("form[action='/sign-out']")
}

fn assert_taken(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::ACCEPTED, ""), "{what}");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{what}");
}

fn assert_refused(answer: &Answer, code: &str, why: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{why}");
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json", "{why}");
    assert_eq!(answer.json()["err"], code, "{why}: {}", answer.text);
    assert!(answer.json()["description"].as_str().is_some_and(str::is_ascii), "{why}");
}

/// The events that are noted, with whom each was about.
async fn noted(world: &World) -> Vec<(String, Option<String>)> {
    let found = world.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let rows = sql("SELECT event, subject FROM passport_signals ORDER BY jti").fetch_all(tx).await?;
            rows.iter().map(|row| Ok((row.get("event")?, row.get("subject")?))).collect::<Result<_, DbError>>()
        })
    });
    found.await.expect("rows")
}

/// The subject of one session, as the passport writes it.
fn one_session(world: &World, sid: &str) -> impl FnOnce(&mut Value, &mut Value) + use<> {
    let session = json!({ "format": "opaque", "id": sid });
    let issuer = world.passport.issuer.clone();
    move |_, claims| {
        let sub = claims["sub_id"]["sub"].clone();
        let user = json!({ "format": "iss_sub", "iss": issuer, "sub": sub });
        claims["sub_id"] = json!({ "format": "complex", "user": user, "session": session });
    }
}

#[tokio::test]
async fn the_end_of_one_session_ends_that_one_here() {
    with_cet(|world: World| async move {
        let mut first = signed_in(&world).await;
        let sid = world.passport.sid();
        world.passport.new_session();
        let mut second = signed_in(&world).await;
        assert_taken(&tell(&world, &world.passport.signal(REVOKED, one_session(&world, &sid))).await, "one");
        assert!(!is_signed_in(&mut first).await);
        assert!(is_signed_in(&mut second).await, "another session of the same person");
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_or_gone_is_signed_out_everywhere_and_others_are_not() {
    with_cet(|world: World| async move {
        for event in [REVOKED, DISABLED, PURGED] {
            world.wait(Duration::from_secs(2));
            world.passport.new_session();
            let mut browsers = [signed_in(&world).await, signed_in(&world).await];
            world.passport.person("subject-2", None);
            world.passport.new_session();
            let mut other = signed_in(&world).await;
            world.passport.person("subject-1", None);
            assert_taken(&tell(&world, &world.passport.signal(event, |_, _| ())).await, event);
            for browser in &mut browsers {
                assert!(!is_signed_in(browser).await, "{event}");
            }
            assert!(is_signed_in(&mut other).await, "{event}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_needs_no_more_is_noted() {
    with_cet(|world: World| async move {
        let mut browser = signed_in(&world).await;
        for event in NOTED {
            let token = world.passport.signal(event, |_, claims| {
                if event.starts_with("ssf") {
                    claims["sub_id"] = json!({ "format": "opaque", "id": "cet" });
                }
            });
            assert_taken(&tell(&world, &token).await, event);
        }
        assert!(is_signed_in(&mut browser).await);
        let noted = noted(&world).await;
        assert_eq!(noted.len(), NOTED.len());
        for (event, subject) in noted {
            let about = (!event.contains("/ssf/")).then_some("subject-1");
            assert_eq!(subject.as_deref(), about, "{event}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_who_is_gone_nothing_is_left_here_by_which_they_are_known() {
    with_cet(|world: World| async move {
        signed_in(&world).await;
        tell(&world, &world.passport.signal(NOTED[5], |_, _| ())).await;
        let others = world.passport.signal(NOTED[5], |_, claims| claims["sub_id"]["sub"] = json!("subject-2"));
        tell(&world, &others).await;
        tell(&world, &world.passport.signal(PURGED, |_, _| ())).await;
        let known: Vec<_> = noted(&world).await.into_iter().filter_map(|(_, subject)| subject).collect();
        assert_eq!(known, ["subject-2"]);
        let sessions = world.db.read(|tx| {
            Box::pin(async move { sql("SELECT id FROM sessions").fetch_all(tx).await.map(|rows| rows.len()) })
        });
        assert_eq!(sessions.await.expect("rows"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_again_is_taken_and_does_nothing() {
    with_cet(|world: World| async move {
        let token = world.passport.signal(DISABLED, |_, _| ());
        assert_taken(&tell(&world, &token).await, "once");
        world.wait(Duration::from_secs(1));
        world.passport.new_session();
        let mut browser = signed_in(&world).await;
        assert_taken(&tell(&world, &token).await, "again");
        let same_id = world.passport.signal(DISABLED, |_, claims| claims["jti"] = json!("event-1"));
        assert_taken(&tell(&world, &same_id).await, "another token of that id");
        assert!(is_signed_in(&mut browser).await, "it ends nothing a second time");
        assert_eq!(noted(&world).await.len(), 1);
        tell(&world, &world.passport.signal(DISABLED, |_, _| ())).await;
        assert!(!is_signed_in(&mut browser).await, "a new one does");
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_counts() {
    with_cet(|world: World| async move {
        let token = world.passport.signal(DISABLED, |_, _| ());
        for answer in join_all((0..8).map(|_| tell(&world, &token))).await {
            assert_taken(&answer, "each is taken");
        }
        assert_eq!(noted(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_breaks_a_rule_is_refused_by_its_code() {
    with_cet(|world: World| async move {
        let mut browser = signed_in(&world).await;
        let claims: [(&str, Value, &str); 22] = [
            ("iss", json!("https://evil.example"), "invalid_issuer"),
            ("iss", Value::Null, "invalid_request"),
            ("aud", json!("pets"), "invalid_audience"),
            ("aud", json!(["pets", "ncre"]), "invalid_audience"),
            ("aud", Value::Null, "invalid_request"),
            ("iat", Value::Null, "invalid_request"),
            ("iat", json!("now"), "invalid_request"),
            ("jti", Value::Null, "invalid_request"),
            ("jti", json!(""), "invalid_request"),
            ("jti", json!("x".repeat(257)), "invalid_request"),
            ("exp", json!(4_000_000_000_i64), "invalid_request"),
            ("sub", json!("subject-1"), "invalid_request"),
            ("nonce", json!("n"), "invalid_request"),
            ("events", Value::Null, "invalid_request"),
            ("events", json!({}), "invalid_request"),
            ("events", json!([DISABLED]), "invalid_request"),
            ("events", json!({ "urn:x": "yes" }), "invalid_request"),
            ("sub_id", Value::Null, "invalid_request"),
            ("sub_id", json!("subject-1"), "invalid_request"),
            (
                "sub_id",
                json!({ "format": "iss_sub", "iss": "https://evil.example", "sub": "subject-1" }),
                "invalid_request",
            ),
            ("sub_id", json!({ "format": "email", "email": "a@b.example" }), "invalid_request"),
            ("sub_id", json!({ "format": "complex", "session": { "format": "email" } }), "invalid_request"),
        ];
        for (name, value, code) in claims {
            let token = world.passport.signal(DISABLED, |_, claims| claims[name] = value.clone());
            assert_refused(&tell(&world, &token).await, code, &format!("{name} {value}"));
        }
        for (name, value, code) in [
            ("alg", json!("none"), "authentication_failed"),
            ("alg", json!("HS256"), "authentication_failed"),
            ("alg", json!("RS256"), "authentication_failed"),
            ("typ", json!("JWT"), "invalid_request"),
            ("typ", json!("logout+jwt"), "invalid_request"),
            ("typ", json!("at+jwt"), "invalid_request"),
            ("typ", Value::Null, "invalid_request"),
            ("crit", json!(["exp"]), "invalid_request"),
            ("kid", Value::Null, "invalid_request"),
        ] {
            let token = world.passport.signal(DISABLED, |header, _| header[name] = value.clone());
            assert_refused(&tell(&world, &token).await, code, &format!("{name} {value}"));
        }
        assert!(is_signed_in(&mut browser).await);
        assert!(noted(&world).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn neither_is_taken_for_the_other_logout_token_or_event() {
    with_cet(|world: World| async move {
        let mut browser = signed_in(&world).await;
        let logout = world.passport.logout_token(|_, _| ());
        assert_refused(&tell(&world, &logout).await, "invalid_request", "a logout token");
        let event = world.passport.signal(DISABLED, |_, _| ());
        let request = Request::post(format!("{SITE}/backchannel-logout"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("logout_token={event}")))
            .expect("a request");
        assert_eq!(world.browser().send(request).await.status, StatusCode::BAD_REQUEST);
        assert!(is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_none_is_refused() {
    with_cet(|world: World| async move {
        let token = world.passport.signal(DISABLED, |_, _| ());
        let (body, _) = token.rsplit_once('.').expect("a JWT");
        let foreign = world.passport.signal(DISABLED, |_, _| ());
        let foreign = foreign.rsplit_once('.').expect("a JWT").1;
        for text in ["", "x", "a.b", "a.b.c", body, &format!("{body}.x=")] {
            assert_refused(&tell(&world, text).await, "invalid_request", text);
        }
        for text in [format!("{body}."), format!("{body}.{foreign}")] {
            assert_refused(&tell(&world, &text).await, "authentication_failed", &text);
        }
        for media_type in ["application/json", "application/jwt", "text/plain"] {
            let answer = send(&world, media_type, token.clone()).await;
            assert_refused(&answer, "invalid_request", media_type);
        }
        assert_refused(&send(&world, "application/secevent+jwt", vec![0xff, 0xfe]).await, "invalid_request", "bytes");
        assert_eq!(world.browser().open(&format!("{SITE}/signals")).await.status, StatusCode::METHOD_NOT_ALLOWED);
        let answer = send(&world, "Application/SecEvent+JWT; charset=utf-8", token).await;
        assert_taken(&answer, "it was not spent by any of that");
    })
    .await;
}

#[tokio::test]
async fn an_event_is_taken_for_as_long_as_the_passport_may_send_it_and_not_before_its_time() {
    with_cet(|world: World| async move {
        let now = || shared::clock::Clock::now(&*world.clock).seconds();
        let days = |days: i64| days * 24 * 60 * 60;
        for (offset, taken) in [(60, true), (61, false), (-days(45) - 59, true), (-days(45) - 60, false)] {
            let token = world.passport.signal(NOTED[0], |_, claims| claims["iat"] = json!(now() + offset));
            let answer = tell(&world, &token).await;
            if taken {
                assert_taken(&answer, &format!("{offset}"));
            } else {
                assert_refused(&answer, "invalid_request", &format!("{offset}"));
            }
        }
        // What would be refused for its age need not be remembered.
        world.wait(Duration::from_secs(60));
        world.sweep().await;
        assert_eq!(noted(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_event_by_a_new_key_is_taken_and_one_of_no_key_is_refused() {
    with_cet(|world: World| async move {
        signed_in(&world).await;
        world.passport.rotate();
        let token = world.passport.signal(NOTED[0], |_, _| ());
        let answer = tell(&world, &token).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "too early to ask for keys again");
        assert_eq!(answer.headers[header::RETRY_AFTER], "10");
        world.wait(Duration::from_secs(10));
        assert_taken(&tell(&world, &token).await, "it was not spent");
        world.wait(Duration::from_secs(10));
        let forged = world.passport.signal(NOTED[0], |header, _| header["kid"] = json!("forged"));
        assert_refused(&tell(&world, &forged).await, "invalid_key", "nobody publishes it");
    })
    .await;
}

#[tokio::test]
async fn a_passport_that_is_away_has_its_event_sent_again() {
    with_cet(|world: World| async move {
        let token = world.passport.signal(NOTED[0], |_, _| ());
        world.passport.away(true);
        assert_eq!(tell(&world, &token).await.status, StatusCode::SERVICE_UNAVAILABLE);
        world.passport.away(false);
        world.wait(Duration::from_secs(10));
        assert_taken(&tell(&world, &token).await, "later");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_overtakes_a_sign_in_keeps_its_session_from_beginning() {
    with_cet(|world: World| async move {
        let sid = world.passport.sid();
        tell(&world, &world.passport.signal(REVOKED, one_session(&world, &sid))).await;
        let mut browser = world.browser();
        let page = browser.open(&format!("{SITE}/registration")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        world.passport.new_session();
        assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::OK);
    })
    .await;
}
