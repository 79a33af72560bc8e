//! `private_key_jwt`, from outside (RFC 7523, OIDC Core §9, FAPI 2.0 Security Profile).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use crate::support::signer::{ASSERTION_TYPE, Signer, asserted};
use crate::support::site::{OURS, SECRET, basic, encoded, post, with};
use crate::support::{ISSUER, Passport, on_both};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// `cet` with a key in place of its secret.
fn metadata(signer: &Signer, more: &str) -> String {
    format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\n{more}{}", signer.jwks())
}

async fn registered(passport: &Passport, more: &str) -> (Signer, Browser) {
    let signer = Signer::new();
    passport.register(&[&metadata(&signer, more)]).await;
    (signer, passport.browser())
}

async fn ask(browser: &mut Browser, assertion: &str) -> Answer {
    post(browser, "/token", encoded(&asserted(vec![GRANT], assertion)), &[]).await
}

fn refused(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &json!("invalid_client")), "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_client_authenticates_with_what_it_signed() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let assertion = signer.assertion(&passport, "cet", |_| ());
        let answer = ask(&mut browser, &assertion).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let named = signer.assertion(&passport, "cet", |_| ());
        let pairs = with(asserted(vec![GRANT], &named), "client_id", "cet");
        assert_eq!(post(&mut browser, "/token", encoded(&pairs), &[]).await.status, 200);
        for path in ["/introspect", "/revoke"] {
            let assertion = signer.assertion(&passport, "cet", |_| ());
            let pairs = asserted(vec![("token", "x")], &assertion);
            assert_eq!(post(&mut browser, path, encoded(&pairs), &[]).await.status, 200, "{path}");
            refused(&post(&mut browser, path, encoded(&pairs), &[]).await);
        }
    })
    .await;
}

#[tokio::test]
async fn an_assertion_counts_once_even_with_another_expiry() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let with_id = |id: &str, more: i64| {
            signer.assertion(&passport, "cet", |claims| {
                claims["jti"] = json!(id);
                claims["exp"] = json!(claims["exp"].as_i64().expect("a time") + more);
            })
        };
        assert_eq!(ask(&mut browser, &with_id("1", 0)).await.status, 200);
        refused(&ask(&mut browser, &with_id("1", 0)).await);
        refused(&ask(&mut browser, &with_id("1", 30)).await);
        assert_eq!(ask(&mut browser, &with_id("2", 0)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn ids_are_of_one_client() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let other = metadata(&signer, "").replace("'cet'", "'pets'");
        passport.register(&[&other]).await;
        for client in ["cet", "pets"] {
            let assertion = signer.assertion(&passport, client, |claims| claims["jti"] = json!("1"));
            assert_eq!(ask(&mut browser, &assertion).await.status, 200, "{client}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_fifty_uses_of_one_assertion_one_succeeds() {
    on_both(|passport| async move {
        let (signer, browser) = registered(&passport, "").await;
        let assertion = signer.assertion(&passport, "cet", |_| ());
        let tries = (0..50).map(|_| {
            let (mut browser, assertion) = (browser.clone(), assertion.clone());
            async move { ask(&mut browser, &assertion).await.status.as_u16() }
        });
        let answers = join_all(tries).await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [200, 401].contains(status)), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn a_used_assertion_is_remembered_until_it_has_expired_and_then_forgotten() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let assertion = signer.assertion(&passport, "cet", |_| ());
        assert_eq!(ask(&mut browser, &assertion).await.status, 200);
        passport.clock.advance(Duration::from_secs(59));
        assert_eq!(passport.sweep("used_tokens", passport.clock.now()).await, 0);
        refused(&ask(&mut browser, &assertion).await);
        passport.clock.advance(Duration::from_secs(61));
        assert_eq!(passport.sweep("used_tokens", passport.clock.now()).await, 1);
        refused(&ask(&mut browser, &assertion).await);
    })
    .await;
}

#[tokio::test]
async fn every_rule_of_an_assertion_is_kept() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let now = shared::clock::Clock::now(&*passport.clock).seconds();
        let broken: [(&str, Value); 16] = [
            ("iss", json!("pets")),
            ("sub", json!("pets")),
            ("iss", json!(null)),
            ("aud", json!("https://other.test")),
            ("aud", json!(format!("{ISSUER}/"))),
            ("aud", json!([])),
            ("aud", json!(null)),
            ("exp", json!(null)),
            ("exp", json!(now)),
            ("exp", json!(now + 3_611)),
            ("exp", json!("soon")),
            ("nbf", json!(now + 11)),
            ("iat", json!(now + 61)),
            ("jti", json!(null)),
            ("jti", json!("")),
            ("jti", json!(1)),
        ];
        for (name, value) in broken {
            let assertion = signer.assertion(&passport, "cet", |claims| claims[name] = value.clone());
            let answer = ask(&mut browser, &assertion).await;
            refused(&answer);
        }
        for (name, value) in [("nbf", json!(now + 10)), ("iat", json!(now + 10)), ("exp", json!(now + 3_610))] {
            let assertion = signer.assertion(&passport, "cet", |claims| claims[name] = value.clone());
            assert_eq!(ask(&mut browser, &assertion).await.status, 200, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_standard_profile_takes_each_address_that_clients_name() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let (token, par) = (format!("{ISSUER}/token"), format!("{ISSUER}/par"));
        for aud in [json!(ISSUER), json!(token), json!(par), json!([ISSUER]), json!(["https://other.test", token])] {
            let assertion = signer.assertion(&passport, "cet", |claims| claims["aud"] = aud.clone());
            assert_eq!(ask(&mut browser, &assertion).await.status, 200, "{aud}");
        }
    })
    .await;
}

#[tokio::test]
async fn fapi_takes_the_issuer_alone_as_one_text() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "profile = 'fapi2'\n").await;
        let bound = Signer::new();
        let ask = async |browser: &mut Browser, aud: Value| {
            let assertion = signer.assertion(&passport, "cet", |claims| claims["aud"] = aud);
            let nonce = passport.nonce(browser).await;
            let proof = bound.proof(&passport, ("POST", "/token"), |claims| claims["nonce"] = json!(nonce));
            post(browser, "/token", encoded(&asserted(vec![GRANT], &assertion)), &[("dpop", &proof)]).await
        };
        for aud in [json!([ISSUER]), json!(format!("{ISSUER}/token")), json!(format!("{ISSUER}/par"))] {
            refused(&ask(&mut browser, aud).await);
        }
        let answer = ask(&mut browser, json!(ISSUER)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn a_client_signs_with_its_own_key_and_its_own_algorithm() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        refused(&ask(&mut browser, &Signer::new().assertion(&passport, "cet", |_| ())).await);
        refused(&ask(&mut browser, &signer.assertion(&passport, "nobody", |_| ())).await);
        let (pinned, _) = (Signer::new(), ());
        let lines = metadata(&pinned, "token_endpoint_auth_signing_alg = 'EdDSA'\n").replace("'cet'", "'pets'");
        passport.register(&[&lines]).await;
        refused(&ask(&mut browser, &pinned.assertion(&passport, "pets", |_| ())).await);
        // What is not signed by the client, or not meant for this.
        let claims = json!({ "iss": "cet", "sub": "cet", "aud": ISSUER, "jti": "1", "exp": 4_000_000_000_i64 });
        for header in
            [json!({ "alg": "none" }), json!({ "alg": "HS256" }), json!({ "alg": "ES256", "typ": "dpop+jwt" })]
        {
            refused(&ask(&mut browser, &signer.sign(&header, &claims)).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_uses_the_method_that_it_registered_and_no_other() {
    on_both(|passport| async move {
        let (signer, mut browser) = registered(&passport, "").await;
        let secret_only = OURS.replace("'cet'", "'pets'") + &signer.jwks();
        passport.register(&[&secret_only]).await;
        refused(&ask(&mut browser, &signer.assertion(&passport, "pets", |_| ())).await);
        let header = basic("cet", SECRET);
        refused(&post(&mut browser, "/token", encoded(&[GRANT]), &[("authorization", &header)]).await);
        refused(&post(&mut browser, "/token", encoded(&[GRANT, ("client_id", "cet")]), &[]).await);
        let assertion = signer.assertion(&passport, "cet", |_| ());
        let both = encoded(&asserted(vec![GRANT], &assertion));
        let answer = post(&mut browser, "/token", both, &[("authorization", &header)]).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_request")));
        let alone = encoded(&[GRANT, ("client_assertion_type", ASSERTION_TYPE), ("client_id", "cet")]);
        refused(&post(&mut browser, "/token", alone, &[]).await);
        assert_eq!(ask(&mut browser, &assertion).await.status, 200, "none of these spent it");
    })
    .await;
}
