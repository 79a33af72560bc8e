//! The passport asks for open registrations of a person before it closes their account.

use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::json;
use shared::testkit::Answer;

use crate::support::{SITE, World, with_cet};

const EVENT: &str = "urn:e-test:event:open-registrations";

async fn ask(world: &World, body: String) -> Answer {
    let request = Request::post(format!("{SITE}/open-registrations"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request");
    world.browser().send(request).await
}

/// A question as the passport signs it: a logout token in another's clothes.
fn question(world: &World) -> String {
    world.passport.logout_token(|header, claims| {
        header["typ"] = json!("open-registrations+jwt");
        claims["events"] = json!({ EVENT: {} });
    })
}

#[tokio::test]
async fn a_person_without_a_registration_has_none_open_and_no_session_is_touched() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        assert_eq!(browser.open(&format!("{SITE}/registration")).await.status, StatusCode::OK);
        for _ in 0..2 {
            let answer = ask(&world, format!("question={}", question(&world))).await;
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (StatusCode::NO_CONTENT, ""),
                "asked twice is asked twice"
            );
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        }
        assert!(browser.open(SITE).await.has("form[action='/sign-out']"), "the question signs nobody out");
    })
    .await;
}

#[tokio::test]
async fn nobody_but_the_passport_is_told_who_is_known_here() {
    with_cet(|world: World| async move {
        let signed = |change: fn(&mut serde_json::Value, &mut serde_json::Value)| {
            world.passport.logout_token(|header, claims| {
                header["typ"] = json!("open-registrations+jwt");
                claims["events"] = json!({ EVENT: {} });
                change(header, claims);
            })
        };
        let mut bodies = vec![String::new(), "question=".to_owned(), "question=a.b.c".to_owned()];
        for token in [
            world.passport.logout_token(|_, _| ()),
            signed(|header, _| header["typ"] = json!("logout+jwt")),
            signed(|_, claims| claims["events"] = json!({ "another": {} })),
            signed(|_, claims| claims["aud"] = json!("pets")),
            signed(|_, claims| claims["iss"] = json!("https://elsewhere.example")),
            signed(|_, claims| claims["exp"] = json!(1)),
            signed(|_, claims| claims["sub"] = serde_json::Value::Null),
            format!("{}x", signed(|_, _| ())),
        ] {
            bodies.push(format!("question={token}"));
        }
        for body in bodies {
            let answer = ask(&world, body.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
            assert_eq!(answer.json()["error"], "invalid_request", "{body}");
        }
        // And a question ends no session.
        let as_logout = Request::post(format!("{SITE}/backchannel-logout"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("logout_token={}", question(&world))))
            .expect("a request");
        assert_eq!(world.browser().send(as_logout).await.status, StatusCode::BAD_REQUEST);
    })
    .await;
}
