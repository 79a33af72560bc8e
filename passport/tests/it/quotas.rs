//! A client that asks for more than it may is told to come back later, and no other client notices.

use std::time::Duration;

use serde_json::json;
use shared::testkit::{Answer, Browser};

use crate::support::site::{
    OURS, PUBLIC, SECRET, THEIRS, authorize, basic, encoded, get, post, redemption, request, token, userinfo, with,
};
use crate::support::{Passport, on_both_with};

/// Ten requests in ten seconds; one client has twice as many.
const FEW: &str = "[limits]\nclient_per_second = 1\nclient_rates = ['bei=2']\n";
const STRETCH: Duration = Duration::from_secs(10);
const ALONE: (&str, &str) = ("grant_type", "client_credentials");

/// `cet` asks for tokens of its own until it is refused; how often it was served.
async fn use_up(browser: &mut Browser) -> usize {
    let mut served = 0;
    while token(browser, &[ALONE]).await.status == 200 {
        served += 1;
        assert!(served < 100, "there is no end to it");
    }
    served
}

fn refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 429, "{what}: {}", answer.text);
    assert_eq!(answer.json()["error"], json!("temporarily_unavailable"), "{what}");
    let seconds: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=10).contains(&seconds), "{what}: {seconds}");
}

#[tokio::test]
async fn every_endpoint_for_programs_tells_it_when_to_come_back() {
    on_both_with(FEW, |passport: Passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let access =
            passport.tokens(&mut browser, "openid").await["access_token"].as_str().expect("a token").to_owned();
        assert_eq!(use_up(&mut browser).await, 9, "one was used before");
        let authorization = basic("cet", SECRET);
        for (path, form) in [
            ("/token", encoded(&[ALONE])),
            ("/par", encoded(&request())),
            ("/introspect", encoded(&[("token", &access)])),
            ("/revoke", encoded(&[("token", "none")])),
        ] {
            refused(&post(&mut browser, path, form, &[("authorization", &authorization)]).await, path);
        }
        refused(&userinfo(&mut browser, &access).await, "/userinfo");
        // Another one has its own, and what stands in the settings.
        let form = encoded(&[("token", "none"), ("client_id", "bei"), ("client_secret", SECRET)]);
        for turn in 0..20 {
            assert_eq!(post(&mut browser, "/revoke", form.clone(), &[]).await.status, 200, "{turn}");
        }
        refused(&post(&mut browser, "/revoke", form, &[]).await, "twice as many");

        passport.clock.advance(STRETCH);
        assert_eq!(token(&mut browser, &[ALONE]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn its_people_are_sent_back_with_an_error_that_says_so_and_nothing_is_spent() {
    on_both_with(FEW, |passport: Passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let mut codes = Vec::new();
        let refusal = loop {
            let answer = authorize(&mut browser, &request()).await;
            match answer.parameter("code") {
                Some(code) => codes.push(code),
                None => break answer,
            }
            assert!(codes.len() < 100, "there is no end to it");
        };
        assert_eq!(codes.len(), 10);
        assert_eq!(refusal.parameter("error").as_deref(), Some("temporarily_unavailable"));
        assert_eq!(refusal.parameter("state").as_deref(), Some("s1"));
        assert!(refusal.location().expect("a way back").as_str().starts_with("https://cet.test/cb?"));
        assert_eq!(token(&mut browser, &redemption(&codes[0])).await.status, 200, "its own calls are counted apart");
        let theirs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        assert_eq!(authorize(&mut browser, &theirs).await.parameter("error"), None, "another site");

        // Who is not signed in is led to do so: that uses up nothing, and is not refused.
        let mut stranger = passport.browser();
        let led = authorize(&mut stranger, &request()).await;
        assert_eq!(led.location().expect("a page").path(), "/sign-in");
        passport.clock.advance(STRETCH);
        assert!(authorize(&mut browser, &request()).await.parameter("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn strangers_who_name_a_client_use_up_nothing_of_it() {
    on_both_with(FEW, |passport: Passport| async move {
        passport.register(&[OURS, PUBLIC]).await;
        let mut browser = passport.browser();
        let wrong = basic("cet", "a-secret-that-is-long-enough-and-wrong");
        for _ in 0..30 {
            let answer = post(&mut browser, "/token", encoded(&[ALONE]), &[("authorization", &wrong)]).await;
            assert_eq!(answer.status, 401);
            // A client without a secret is whoever says its name.
            let form = encoded(&[("grant_type", "authorization_code"), ("client_id", "app"), ("code", "none")]);
            assert_eq!(post(&mut browser, "/token", form, &[]).await.status, 400);
            assert_eq!(get(&mut browser, &format!("/authorize?{}", encoded(&request())), &[]).await.status, 303);
        }
        assert_eq!(use_up(&mut browser).await, 10);
    })
    .await;
}
