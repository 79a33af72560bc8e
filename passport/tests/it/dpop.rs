//! Tokens bound to a key, from outside (RFC 9449).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::testkit::{Answer, Browser};

use crate::support::signer::{Signer, asserted, ath};
use crate::support::site::{
    OURS, PUBLIC, SECRET, VERIFIER, agreed_code, authorize, basic, claims, encoded, get, post, redemption, refreshing,
    request, token, userinfo, with,
};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

impl Passport {
    /// The nonce that proofs are to hold now.
    pub(crate) async fn nonce(&self, browser: &mut Browser) -> String {
        let answer = post(browser, "/token", "", &[("dpop", "x")]).await;
        answer.header("dpop-nonce").expect("a nonce").to_owned()
    }
}

/// `POST /token` as `cet`, with a proof.
async fn proven(browser: &mut Browser, pairs: &[(&str, &str)], proof: &str) -> Answer {
    let authorization = basic("cet", SECRET);
    post(browser, "/token", encoded(pairs), &[("authorization", &authorization), ("dpop", proof)]).await
}

/// `GET /userinfo` with that token and proof.
async fn asked(browser: &mut Browser, access_token: &str, proof: &str) -> Answer {
    let authorization = format!("DPoP {access_token}");
    get(browser, "/userinfo", &[("authorization", &authorization), ("dpop", proof)]).await
}

fn error(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["error"].as_str().expect("an error").to_owned()
}

fn challenged(answer: &Answer, code: &str) {
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert_eq!(answer.status, 401, "{challenge}");
    assert!(challenge.contains(&format!("error=\"{code}\"")), "{challenge}");
}

/// Tokens of `cet`, bound to the key.
async fn bound_tokens(passport: &Passport, browser: &mut Browser, signer: &Signer) -> Value {
    let code = passport.code(browser, &request()).await;
    let answer = proven(browser, &redemption(&code), &signer.token_proof(passport)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn what_is_asked_for_with_a_proof_is_bound_to_its_key() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let signer = Signer::new();
        let tokens = bound_tokens(&passport, &mut browser, &signer).await;
        assert_eq!(tokens["token_type"], "DPoP");
        let access = text(&tokens, "access_token");
        assert_eq!(claims(&access)["cnf"], json!({ "jkt": signer.thumbprint() }));
        let answer = asked(&mut browser, &access, &signer.userinfo_proof(&passport, &access)).await;
        assert_eq!(answer.status, 200, "{:?}", answer.headers);
        assert_eq!(answer.json()["sub"], session.account.to_string());
        assert!(answer.header("dpop-nonce").is_some(), "a nonce is offered");
        let question = encoded(&[("token", &access)]);
        let authorization = basic("cet", SECRET);
        let state = post(&mut browser, "/introspect", question, &[("authorization", &authorization)]).await.json();
        assert_eq!((&state["token_type"], &state["cnf"]["jkt"]), (&json!("DPoP"), &json!(signer.thumbprint())));
    })
    .await;
}

#[tokio::test]
async fn without_a_proof_nothing_changes() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &request()).await;
        let answer = token(&mut browser, &redemption(&code)).await;
        assert_eq!((answer.header("dpop-nonce"), &answer.json()["token_type"]), (None, &json!("Bearer")));
        assert!(claims(&text(&answer.json(), "access_token")).get("cnf").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_bound_token_is_no_bearer_token_and_a_bearer_token_is_not_bound() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let bound = text(&bound_tokens(&passport, &mut browser, &signer).await, "access_token");
        challenged(&userinfo(&mut browser, &bound).await, "invalid_token");
        let proof = signer.userinfo_proof(&passport, &bound);
        let authorization = format!("Bearer {bound}");
        let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
        challenged(&get(&mut browser, "/userinfo", &headers).await, "invalid_token");
        let form = encoded(&[("access_token", &bound)]);
        challenged(&post(&mut browser, "/userinfo", form, &[("dpop", &proof)]).await, "invalid_token");
        let bearer = text(&passport.tokens(&mut browser, "openid").await, "access_token");
        let proof = signer.userinfo_proof(&passport, &bearer);
        challenged(&asked(&mut browser, &bearer, &proof).await, "invalid_token");
    })
    .await;
}

#[tokio::test]
async fn at_a_resource_the_proof_is_for_this_token_this_request_and_this_key() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let access = text(&bound_tokens(&passport, &mut browser, &signer).await, "access_token");
        let with_ath = |claims: &mut Value| claims["ath"] = json!(ath(&access));
        let at = |request| signer.proof(&passport, request, with_ath);
        let other_token = signer.userinfo_proof(&passport, "other");
        let no_ath = signer.proof(&passport, ("GET", "/userinfo"), |_| ());
        let old = signer.proof(&passport, ("GET", "/userinfo"), |claims| {
            with_ath(claims);
            claims["iat"] = json!(claims["iat"].as_i64().expect("a time") - 12);
        });
        for proof in [at(("POST", "/userinfo")), at(("GET", "/token")), other_token, no_ath, old, "x".to_owned()] {
            let answer = asked(&mut browser, &access, &proof).await;
            challenged(&answer, "invalid_dpop_proof");
            let challenge = answer.header("www-authenticate").expect("a challenge");
            assert!(challenge.starts_with("DPoP ") && challenge.contains("algs=\"ES256 "), "{challenge}");
        }
        let authorization = format!("DPoP {access}");
        challenged(&get(&mut browser, "/userinfo", &[("authorization", &authorization)]).await, "invalid_dpop_proof");
        let thief = Signer::new().userinfo_proof(&passport, &access);
        challenged(&asked(&mut browser, &access, &thief).await, "invalid_token");
        let good = at(("GET", "/userinfo"));
        let twice = [("authorization", authorization.as_str()), ("dpop", &good), ("dpop", &good)];
        challenged(&get(&mut browser, "/userinfo", &twice).await, "invalid_dpop_proof");
        assert_eq!(asked(&mut browser, &access, &good).await.status, 200);
        challenged(&asked(&mut browser, &access, &good).await, "invalid_dpop_proof");
        let bare = get(&mut browser, "/userinfo", &[]).await;
        let all: Vec<_> = bare.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(all.len(), 2, "both schemes: {all:?}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_proof_spends_no_code() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let code = passport.code(&mut browser, &request()).await;
        let wrong = signer.proof(&passport, ("POST", "/par"), |_| ());
        let forged = signer.sign(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": Signer::new().jwk() }), &json!({}));
        let untyped = signer.sign(&json!({ "alg": "ES256", "jwk": signer.jwk() }), &json!({}));
        for proof in ["", "x", &wrong, &forged, &untyped] {
            let answer = proven(&mut browser, &redemption(&code), proof).await;
            assert_eq!(error(&answer, 400), "invalid_dpop_proof", "{proof}");
        }
        let good = signer.token_proof(&passport);
        assert_eq!(proven(&mut browser, &redemption(&code), &good).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn of_fifty_uses_of_one_proof_one_succeeds() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (browser, signer) = (passport.browser(), Signer::new());
        let proof = signer.token_proof(&passport);
        let tries = (0..50).map(|_| {
            let (mut browser, proof) = (browser.clone(), proof.clone());
            async move { proven(&mut browser, &[("grant_type", "client_credentials")], &proof).await.status.as_u16() }
        });
        let answers = join_all(tries).await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [200, 400].contains(status)), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn a_used_proof_is_told_from_a_used_assertion() {
    on_both(|passport| async move {
        let key = Signer::new();
        passport.register(&[&format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks())]).await;
        let (mut browser, signer) = (passport.browser(), Signer::new());
        let ask = async |browser: &mut Browser, assertion: &str, proof: &str| {
            let pairs = asserted(vec![("grant_type", "client_credentials")], assertion);
            post(browser, "/token", encoded(&pairs), &[("dpop", proof)]).await
        };
        let fresh = || key.assertion(&passport, "cet", |_| ());
        let (assertion, proof) = (fresh(), signer.token_proof(&passport));
        assert_eq!(ask(&mut browser, &assertion, &proof).await.status, 200);
        assert_eq!(error(&ask(&mut browser, &fresh(), &proof).await, 400), "invalid_dpop_proof");
        let new_proof = signer.token_proof(&passport);
        assert_eq!(error(&ask(&mut browser, &assertion, &new_proof).await, 401), "invalid_client");
        assert_eq!(error(&ask(&mut browser, &assertion, &proof).await, 401), "invalid_client");
    })
    .await;
}

#[tokio::test]
async fn a_code_asked_for_with_a_key_is_for_its_holder() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let thumbprint = signer.thumbprint();
        let code = passport.code(&mut browser, &with(request(), "dpop_jkt", &thumbprint)).await;
        assert_eq!(error(&token(&mut browser, &redemption(&code)).await, 400), "invalid_grant");
        let thief = Signer::new().token_proof(&passport);
        assert_eq!(error(&proven(&mut browser, &redemption(&code), &thief).await, 400), "invalid_grant");
        let own = signer.token_proof(&passport);
        assert_eq!(proven(&mut browser, &redemption(&code), &own).await.status, 200, "still unspent");
        let malformed = authorize(&mut browser, &with(request(), "dpop_jkt", "x")).await;
        assert_eq!(malformed.parameter("error").as_deref(), Some("invalid_request"));
    })
    .await;
}

#[tokio::test]
async fn a_pushed_request_with_a_proof_binds_its_code() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let authorization = basic("cet", SECRET);
        let push = async |browser: &mut Browser, pairs: &[(&str, &str)], proof: &str| {
            let headers = [("authorization", authorization.as_str()), ("dpop", proof)];
            post(browser, "/par", encoded(pairs), &headers).await
        };
        let at_par = || signer.proof(&passport, ("POST", "/par"), |_| ());
        let other = Signer::new().thumbprint();
        let differing = push(&mut browser, &with(request(), "dpop_jkt", &other), &at_par()).await;
        assert_eq!(error(&differing, 400), "invalid_dpop_proof");
        let wrong = push(&mut browser, &request(), &signer.token_proof(&passport)).await;
        assert_eq!(error(&wrong, 400), "invalid_dpop_proof");
        let proof = at_par();
        let pushed = push(&mut browser, &request(), &proof).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text);
        assert_eq!(error(&push(&mut browser, &request(), &proof).await, 400), "invalid_dpop_proof", "it counts once");
        let handle = text(&pushed.json(), "request_uri");
        let code = passport.code(&mut browser, &[("client_id", "cet"), ("request_uri", &handle)]).await;
        assert_eq!(error(&token(&mut browser, &redemption(&code)).await, 400), "invalid_grant");
        let own = signer.token_proof(&passport);
        assert_eq!(proven(&mut browser, &redemption(&code), &own).await.status, 200);
    })
    .await;
}

/// Tokens of the public client `app`, bound to the key.
async fn public_tokens(passport: &Passport, browser: &mut Browser, signer: &Signer) -> Value {
    let asked = with(with(request(), "client_id", "app"), "redirect_uri", "http://127.0.0.1:5000/cb");
    let code = agreed_code(browser, &asked).await;
    let redeem =
        [("grant_type", "authorization_code"), ("client_id", "app"), ("code", &code), ("code_verifier", VERIFIER)];
    let answer = post(browser, "/token", encoded(&redeem), &[("dpop", &signer.token_proof(passport))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn the_refresh_token_of_a_public_client_is_bound_to_its_key() {
    on_both(|passport| async move {
        passport.register(&[PUBLIC]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let tokens = public_tokens(&passport, &mut browser, &signer).await;
        let refresh = text(&tokens, "refresh_token");
        let own = with(refreshing(&refresh), "client_id", "app");
        let plain = post(&mut browser, "/token", encoded(&own), &[]).await;
        assert_eq!(error(&plain, 400), "invalid_grant");
        let thief = Signer::new().token_proof(&passport);
        let stolen = post(&mut browser, "/token", encoded(&own), &[("dpop", &thief)]).await;
        assert_eq!(error(&stolen, 400), "invalid_grant");
        let proof = signer.token_proof(&passport);
        let renewed = post(&mut browser, "/token", encoded(&own), &[("dpop", &proof)]).await;
        assert_eq!(renewed.status, 200, "{}", renewed.text);
        let next = text(&renewed.json(), "refresh_token");
        let next = with(refreshing(&next), "client_id", "app");
        assert_eq!(error(&post(&mut browser, "/token", encoded(&next), &[]).await, 400), "invalid_grant");
        // A thief without the key who comes late must not be able to end the family.
        passport.clock.advance(Duration::from_secs(11));
        let late = Signer::new().token_proof(&passport);
        post(&mut browser, "/token", encoded(&own), &[("dpop", &late)]).await;
        let proof = signer.token_proof(&passport);
        assert_eq!(post(&mut browser, "/token", encoded(&next), &[("dpop", &proof)]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn the_refresh_token_of_a_confidential_client_may_meet_a_new_key() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = bound_tokens(&passport, &mut browser, &Signer::new()).await;
        let next = Signer::new();
        let refresh = text(&tokens, "refresh_token");
        let answer = proven(&mut browser, &refreshing(&refresh), &next.token_proof(&passport)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(claims(&text(&answer.json(), "access_token"))["cnf"]["jkt"], next.thumbprint());
    })
    .await;
}

#[tokio::test]
async fn a_client_that_registered_so_gets_bound_tokens_only() {
    on_both(|passport| async move {
        passport.register(&[&format!("{OURS}dpop_bound_access_tokens = true\n")]).await;
        let mut browser = passport.browser();
        let grant = [("grant_type", "client_credentials")];
        assert_eq!(error(&token(&mut browser, &grant).await, 400), "invalid_request");
        let answer = proven(&mut browser, &grant, &Signer::new().token_proof(&passport)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["token_type"]), (200, &json!("DPoP")));
    })
    .await;
}

#[tokio::test]
async fn where_nonces_are_required_a_proof_without_one_is_told_which() {
    on_both_with("[tokens]\ndpop_nonce = true\n", |passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let code = passport.code(&mut browser, &request()).await;
        let told = proven(&mut browser, &redemption(&code), &signer.token_proof(&passport)).await;
        assert_eq!(error(&told, 400), "use_dpop_nonce");
        let nonce = told.header("dpop-nonce").expect("a nonce").to_owned();
        assert!(told.header("access-control-expose-headers").expect("exposed").contains("DPoP-Nonce"));
        let with_nonce = |claims: &mut Value| claims["nonce"] = json!(nonce);
        let proof = signer.proof(&passport, ("POST", "/token"), with_nonce);
        let tokens = proven(&mut browser, &redemption(&code), &proof).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let access = text(&tokens.json(), "access_token");
        let told = asked(&mut browser, &access, &signer.userinfo_proof(&passport, &access)).await;
        challenged(&told, "use_dpop_nonce");
        assert_eq!(told.header("dpop-nonce"), Some(nonce.as_str()));
        let proof = signer.proof(&passport, ("GET", "/userinfo"), |claims| {
            with_nonce(claims);
            claims["ath"] = json!(ath(&access));
        });
        assert_eq!(asked(&mut browser, &access, &proof).await.status, 200);
        // Nonces age, and every answer has the one to use next.
        passport.clock.advance(Duration::from_secs(240));
        let stale = signer.proof(&passport, ("POST", "/token"), with_nonce);
        let told = proven(&mut browser, &[("grant_type", "client_credentials")], &stale).await;
        assert_eq!(error(&told, 400), "use_dpop_nonce");
        assert_ne!(told.header("dpop-nonce"), Some(nonce.as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_client_told_to_use_a_nonce_may_send_its_assertion_again() {
    on_both(|passport| async move {
        let key = Signer::new();
        let fapi = format!("{OURS}profile = 'fapi2'\ntoken_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks());
        passport.register(&[&fapi]).await;
        let (mut browser, signer) = (passport.browser(), Signer::new());
        let assertion = key.assertion(&passport, "cet", |_| ());
        let pairs = encoded(&asserted(vec![("grant_type", "client_credentials")], &assertion));
        let unbound = post(&mut browser, "/token", pairs.clone(), &[]).await;
        assert_eq!(error(&unbound, 400), "invalid_request", "FAPI 2.0 takes no bearer tokens");
        let told = post(&mut browser, "/token", pairs.clone(), &[("dpop", &signer.token_proof(&passport))]).await;
        assert_eq!(error(&told, 400), "use_dpop_nonce");
        let nonce = told.header("dpop-nonce").expect("a nonce").to_owned();
        let proof = signer.proof(&passport, ("POST", "/token"), |claims| claims["nonce"] = json!(nonce));
        let answer = post(&mut browser, "/token", pairs, &[("dpop", &proof)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn a_client_of_fapi_keeps_its_refresh_token() {
    on_both(|passport| async move {
        let key = Signer::new();
        let fapi = format!("{OURS}profile = 'fapi2'\ntoken_endpoint_auth_method = 'private_key_jwt'\n{}", key.jwks());
        passport.register(&[&fapi]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let signer = Signer::new();
        let ask = async |browser: &mut Browser, path: &str, pairs: &[(&str, &str)]| {
            let nonce = passport.nonce(browser).await;
            let assertion = key.assertion(&passport, "cet", |_| ());
            let proof = signer.proof(&passport, ("POST", path), |claims| claims["nonce"] = json!(nonce));
            let answer = post(browser, path, encoded(&asserted(pairs.to_vec(), &assertion)), &[("dpop", &proof)]).await;
            assert!(answer.status.is_success(), "{}", answer.text);
            answer.json()
        };
        let handle = text(&ask(&mut browser, "/par", &request()).await, "request_uri");
        let code = passport.code(&mut browser, &[("client_id", "cet"), ("request_uri", &handle)]).await;
        let first = ask(&mut browser, "/token", &redemption(&code)).await;
        let refresh = text(&first, "refresh_token");
        for _ in 0..3 {
            passport.clock.advance(Duration::from_secs(60 * 60 * 24 * 10));
            // It lives on with each use, though its session has long ended by itself.
            let next = ask(&mut browser, "/token", &refreshing(&refresh)).await;
            assert_eq!(text(&next, "refresh_token"), refresh);
            assert_ne!(next["access_token"], first["access_token"]);
            assert_eq!(next["token_type"], "DPoP");
        }
    })
    .await;
}

#[tokio::test]
async fn scripts_of_other_origins_may_send_proofs() {
    on_both(|passport| async move {
        for path in ["/token", "/userinfo"] {
            let preflight = http::Request::options(format!("{ISSUER}{path}")).body(axum::body::Body::empty());
            let answer = passport.browser().send(preflight.expect("a request")).await;
            assert!(answer.header("access-control-allow-headers").expect("headers").contains("DPoP"), "{path}");
        }
        let metadata = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await.json();
        assert_eq!(metadata["dpop_signing_alg_values_supported"], json!(["ES256", "EdDSA", "PS256", "RS256"]));
    })
    .await;
}
