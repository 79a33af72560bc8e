//! How a token is made, handed over, tried again and given up.

use std::collections::HashSet;

use http::{StatusCode, header};
use passport::audit::Actor;
use passport::config::EgressSettings;
use passport::oidc::signals::herald;
use serde_json::{Value, json};
use shared::clock::Clock as _;

use super::*;
use crate::support::site::get;

const ENABLED: &str = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";

async fn happens(passport: &Passport, account: AccountId) {
    record(passport, Event::AccountUnlocked { account: account.to_string() }).await;
}

/// The header of a JWT.
fn header_of(token: &str) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = token.split('.').next().expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

#[tokio::test]
async fn a_token_says_whom_and_what_and_cannot_be_taken_for_another() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        let now = passport.clock.now().seconds();
        happens(&passport, account).await;
        passport.clock.advance(Duration::from_secs(3));
        send(&passport, &site.egress).await;
        let heard = site.heard();
        let [call] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(call.headers[header::CONTENT_TYPE], "application/secevent+jwt");
        assert_eq!(call.headers[header::ACCEPT], "application/json");
        assert_eq!(call.headers.get(header::AUTHORIZATION), None);
        let head = header_of(&call.body);
        assert_eq!((&head["typ"], &head["alg"]), (&json!("secevent+jwt"), &json!("ES256")));
        assert!(head["kid"].is_string());
        let claims = call.claims(&passport);
        let members: HashSet<&str> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
        assert_eq!(members, HashSet::from(["iss", "aud", "jti", "iat", "toe", "sub_id", "events"]));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("cet")));
        assert_eq!((&claims["iat"], &claims["toe"]), (&json!(now), &json!(now)), "not when it is sent");
        assert_eq!(claims["sub_id"], json!({ "format": "iss_sub", "iss": ISSUER, "sub": account.to_string() }));
        assert_eq!(claims["events"], json!({ ENABLED: {} }));
        for other in ["JWT", "logout+jwt", "at+jwt"] {
            assert!(passport.app.keys.verify_hint::<Value>(&call.body, other).is_err(), "{other}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_site_cannot_take_now_is_tried_again_as_the_same_event() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        happens(&passport, account).await;
        site.answers(&[(StatusCode::SERVICE_UNAVAILABLE, ""), (StatusCode::TOO_MANY_REQUESTS, "")]);
        for tried in [1, 1, 1, 0] {
            assert_eq!(send(&passport, &site.egress).await, tried);
            assert_eq!(send(&passport, &site.egress).await, 0, "not before the pause is over");
            passport.clock.advance(Duration::from_secs(60));
        }
        let heard: Vec<_> = site.heard().iter().map(|call| call.claims(&passport)).collect();
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|claims| *claims == heard[0]), "the same id and time: {heard:?}");
        assert!(undelivered(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_a_site_refuses_is_not_tried_again_and_stays_with_the_reason() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        let bad = r#"{"err":"invalid_audience","description":"<b>whoever you are</b>"}"#;
        for (status, body, told) in [
            (400, bad, "the site answered 400: invalid_audience"),
            (400, "no", "the site answered 400"),
            (401, "", "the site answered 401"),
            (404, "", "the site answered 404"),
            (303, "", "the site answered 303"),
            (200, "", "the site answered 200 instead of 202"),
        ] {
            happens(&passport, account).await;
            site.answers(&[(StatusCode::from_u16(status).expect("a status"), body)]);
            assert_eq!(send(&passport, &site.egress).await, 1, "{status}");
            passport.clock.advance(Duration::from_secs(2 * 60 * 60));
            assert_eq!(send(&passport, &site.egress).await, 0, "{status}");
            let dead = undelivered(&passport).await;
            assert_eq!(dead.len(), 1, "{status}");
            assert_eq!((dead[0].given_up, dead[0].last_error.as_deref()), (true, Some(told)));
            // It can be sent after all.
            let now = passport.clock.now();
            let taken = passport.db.write::<_, DbError, _>(move |tx| store::take_up(tx, None, now).boxed()).await;
            assert_eq!(taken.expect("taken up"), 1);
            assert_eq!(send(&passport, &site.egress).await, 1);
            assert!(undelivered(&passport).await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_site_that_stays_away_is_given_up_after_its_tries_and_shown() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        happens(&passport, account).await;
        site.answers(&[(StatusCode::BAD_GATEWAY, ""); 3]);
        for _ in 0..4 {
            send(&passport, &site.egress).await;
            passport.clock.advance(Duration::from_secs(2 * 60 * 60));
        }
        let dead = undelivered(&passport).await;
        assert_eq!((dead[0].given_up, dead[0].attempts), (true, 3));
        assert_eq!(site.heard().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn addresses_that_are_not_public_are_not_called() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        happens(&passport, account).await;
        // The same host, where nobody exempted it from the rule.
        let strict = Egress::new(EgressSettings { allow: vec![], ca_file: None, timeout: Duration::from_secs(20) });
        assert_eq!(send(&passport, &strict).await, 1);
        let port = site.url.rsplit(':').next().expect("a port").to_owned();
        stream(&passport, &format!("https://127.0.0.1:{port}"), &[]).await;
        passport.clock.advance(Duration::from_secs(60));
        assert_eq!(send(&passport, &strict).await, 1);
        assert!(site.heard().is_empty());
        let kept = undelivered(&passport).await;
        let error = kept[0].last_error.as_deref().expect("an error");
        assert!(!kept[0].given_up && error.contains("public"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn what_a_site_wants_to_be_shown_goes_along_and_lies_open_nowhere() {
    on_both(|passport| async move {
        let site = receiver().await;
        let (_, account) = entered(&passport, &site.url).await;
        let secret = "Bearer mEhr-als-geheim";
        let set = async |value: &str| {
            let wanted = Wanted::parse(None, None, Some(value.to_owned().into())).expect("a wish");
            passport
                .app
                .clients
                .set_signals(Actor::Operator, &*passport.app.sealer, "cet", wanted)
                .await
                .expect("a stream")
        };
        let stream = set(secret).await;
        assert!(stream.has_authorization() && !format!("{stream:?}").contains("geheim"));
        happens(&passport, account).await;
        send(&passport, &site.egress).await;
        assert_eq!(site.heard()[0].headers[header::AUTHORIZATION], secret);
        let sealed = passport.db.read::<_, DbError, _>(|tx| {
            Box::pin(async move {
                let row = sql("SELECT authorization_sealed FROM client_signals").fetch_one(tx).await?;
                row.get::<Vec<u8>>("authorization_sealed")
            })
        });
        let sealed = sealed.await.expect("a row");
        assert!(!sealed.windows(6).any(|part| part == b"geheim"));
        assert!(!set("").await.has_authorization());
        happens(&passport, account).await;
        send(&passport, &site.egress).await;
        assert_eq!(site.heard()[0].headers.get(header::AUTHORIZATION), None);
    })
    .await;
}

#[tokio::test]
async fn a_verification_is_about_the_stream_and_brings_its_state_back() {
    on_both(|passport| async move {
        let site = receiver().await;
        passport.register(&[OURS]).await;
        let ask = async |state| {
            let now = passport.clock.now();
            herald::verify(&passport.db, &passport.app.outbox, ("cet", state), now).await.expect("an answer")
        };
        assert_eq!(ask(None).await, None, "there is no stream");
        stream(&passport, &site.url, &[]).await;
        assert!(ask(Some("s1")).await.is_some() && ask(None).await.is_some());
        send(&passport, &site.egress).await;
        let uri = "https://schemas.openid.net/secevent/ssf/event-type/verification";
        let mut states = Vec::new();
        for call in site.heard() {
            let claims = call.claims(&passport);
            assert_eq!(claims["sub_id"], json!({ "format": "opaque", "id": "cet" }));
            states.push(claims["events"][uri]["state"].clone());
        }
        states.sort_by_key(ToString::to_string);
        assert_eq!(states, [json!("s1"), Value::Null]);
        passport.app.clients.set_signals_state(Actor::Operator, "cet", StreamState::Paused).await.expect("paused");
        assert_eq!(ask(None).await, None);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_of_the_transmitter_is_what_it_has() {
    on_both(|passport| async move {
        let answer = get(&mut passport.browser(), "/.well-known/ssf-configuration", &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(
            answer.json(),
            json!({
                "spec_version": "1_0", "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/jwks"),
                "delivery_methods_supported": ["urn:ietf:rfc:8935"], "critical_subject_members": ["user", "session"],
                "default_subjects": "ALL",
            })
        );
    })
    .await;
}
