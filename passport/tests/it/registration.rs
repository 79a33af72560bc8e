//! Clients that register themselves (RFC 7591) and manage themselves (RFC 7592).

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use passport::audit::Actor;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser};

use crate::support::site::{VERIFIER, agreed_code, authorize, basic, encoded, post, request, userinfo, with};
use crate::support::stranger::on_both_beside;
use crate::support::{ISSUER, Passport, on_both, on_both_with};

const OPEN: &str = "[registration]\npolicy = 'open'\n";
const INVITED: &str = "[registration]\npolicy = 'invited'\n";

async fn send(browser: &mut Browser, method: Method, url: &str, token: Option<&str>, body: &Value) -> Answer {
    let mut request = Request::builder().method(method).uri(url).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    browser.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

async fn register(browser: &mut Browser, token: Option<&str>, body: &Value) -> Answer {
    send(browser, Method::POST, &format!("{ISSUER}/clients"), token, body).await
}

fn least() -> Value {
    json!({ "redirect_uris": ["https://new.test/cb"] })
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

async fn invitation(passport: &Passport, uses: u32) -> String {
    let end = passport.clock.now() + Duration::from_secs(60);
    passport.app.clients.invite(Actor::Operator, uses, end).await.expect("an invitation").token.expose().to_owned()
}

#[tokio::test]
async fn a_client_that_registered_itself_signs_people_in() {
    on_both_with(OPEN, |passport| async move {
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = register(&mut browser, None, &least()).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, Some("no-store")));
        let client = answer.json();
        assert_eq!(client["client_secret_expires_at"], 0);
        assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(client["id_token_signed_response_alg"], "RS256");
        assert_eq!(
            (&client["response_types"], &client["grant_types"]),
            (&json!(["code"]), &json!(["authorization_code"]))
        );
        let pairs =
            with(with(request(), "client_id", text(&client, "client_id")), "redirect_uri", "https://new.test/cb");
        let code = agreed_code(&mut browser, &pairs).await;
        let redemption = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "https://new.test/cb"),
            ("code_verifier", VERIFIER),
        ];
        let by = basic(text(&client, "client_id"), text(&client, "client_secret"));
        let tokens = post(&mut browser, "/token", encoded(&redemption), &[("authorization", &by)]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
    })
    .await;
}

#[tokio::test]
async fn what_is_registered_is_echoed() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        let sent = json!({
            "redirect_uris": ["https://new.test/cb", "https://new.test/cb2"],
            "client_name": "New",
            "client_name#zh-CN": "新",
            "contacts": ["a@new.test"],
            "client_uri": "https://new.test/",
            "policy_uri": "https://new.test/policy",
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://new.test/jwks",
            "id_token_signed_response_alg": "EdDSA",
            "scope": "openid email",
            "default_max_age": 600,
            "require_pushed_authorization_requests": true,
            "frontchannel_logout_uri": "https://new.test/out?of=browser",
            "frontchannel_logout_session_required": true,
            "what_is_this": 1,
        });
        let answer = register(&mut browser, None, &sent).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let client = answer.json();
        for (name, value) in sent.as_object().expect("an object") {
            let expected = if name == "what_is_this" { &Value::Null } else { value };
            assert_eq!(&client[name], expected, "{name}");
        }
        assert_eq!(client.get("client_secret"), None, "it signs");
    })
    .await;
}

/// Keys that verify nothing that could be relied on, and what is said about them.
fn unusable_keys() -> Vec<(Value, &'static str)> {
    let (x, y) = ("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
    let ec = |x: &str, y: &str| json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
    let ed = |x: String| json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
    let rsa = |n: String, e: &str| json!({ "kty": "RSA", "n": n, "e": e });
    // 256 bytes in base64url; the last of them ends in four ones, or in a zero.
    let (odd, even) = (format!("{}w", "_".repeat(341)), format!("{}g", "_".repeat(341)));
    let zero = "A".repeat(43);
    vec![
        (ec(x, x), "a key whose point is not on its curve"),
        (ec(&zero, &zero), "a key whose point is not on its curve"),
        (ec("AAAA", y), "a key whose x or y is missing, or is not 32 bytes"),
        (ec(&format!("AA{x}"), y), "a key whose x or y is missing, or is not 32 bytes"),
        (ed(format!("AQ{}", "A".repeat(41))), "a key whose point is not on its curve"),
        (ed("A".repeat(42)), "a key whose x or y is missing, or is not 32 bytes"),
        (rsa(even, "AQAB"), "an RSA key whose modulus is not an odd number of 2048 to 8192 bits"),
        (rsa("_".repeat(171), "AQAB"), "an RSA key whose modulus is not an odd number of 2048 to 8192 bits"),
        (rsa(odd.clone(), "AQ"), "an RSA key whose exponent is not an odd number of at least 65537"),
        (rsa(odd.clone(), "Aw"), "an RSA key whose exponent is not an odd number of at least 65537"),
        (rsa(odd, "AQAA"), "an RSA key whose exponent is not an odd number of at least 65537"),
    ]
}

#[tokio::test]
async fn a_key_that_verifies_nothing_is_refused_and_told_why() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        let known = register(&mut browser, None, &least()).await.json();
        let (uri, token) = (text(&known, "registration_client_uri"), text(&known, "registration_access_token"));
        let before = passport.rows().await;
        for (jwk, why) in unusable_keys() {
            let mut body = least();
            body["jwks"] = json!({ "keys": [jwk] });
            let refused = register(&mut browser, None, &body).await;
            body["client_id"] = known["client_id"].clone();
            let unchanged = send(&mut browser, Method::PUT, uri, Some(token), &body).await;
            for answer in [refused, unchanged] {
                let (status, told) = (answer.status.as_u16(), answer.json());
                assert_eq!((status, &told["error"]), (400, &"invalid_client_metadata".into()), "{jwk}: {told}");
                assert!(text(&told, "error_description").starts_with(&format!("jwks: holds {why}")), "{told}");
            }
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn metadata_that_breaks_a_rule_is_refused_by_its_field() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        for (field, value, code) in [
            ("redirect_uris", json!(["http://new.test/cb"]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["https://new.test/cb#x"]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["http://127.0.0.1:3000/cb"]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["https://new.test/cb", "http://localhost/cb"]), "invalid_redirect_uri"),
            ("initiate_login_uri", json!("http://localhost/begin"), "invalid_client_metadata"),
            ("redirect_uris", json!([]), "invalid_redirect_uri"),
            ("redirect_uris", json!("https://new.test/cb"), "invalid_client_metadata"),
            ("response_types", json!(["token"]), "invalid_client_metadata"),
            ("grant_types", json!(["implicit"]), "invalid_client_metadata"),
            ("token_endpoint_auth_method", json!("client_secret_jwt"), "invalid_client_metadata"),
            ("token_endpoint_auth_method", json!("private_key_jwt"), "invalid_client_metadata"),
            ("id_token_signed_response_alg", json!("none"), "invalid_client_metadata"),
            ("request_object_signing_alg", json!("none"), "invalid_client_metadata"),
            ("id_token_encrypted_response_alg", json!("RSA-OAEP"), "invalid_client_metadata"),
            ("logo_uri", json!("ftp://new.test/"), "invalid_client_metadata"),
            ("request_uris", json!(["http://127.0.0.1/r.jwt"]), "invalid_client_metadata"),
            // What we call ourselves is called by https alone, so nothing else is promised.
            ("backchannel_logout_uri", json!("http://localhost:8080/logout"), "invalid_client_metadata"),
            ("jwks_uri", json!("http://localhost:8080/jwks.json"), "invalid_client_metadata"),
            ("logo_uri", json!("http://localhost:8080/logo.png"), "invalid_client_metadata"),
            ("sector_identifier_uri", json!("http://127.0.0.1/uris.json"), "invalid_client_metadata"),
            ("sector_identifier_uri", json!("https://127.0.0.1/uris.json"), "invalid_client_metadata"),
            ("frontchannel_logout_uri", json!("https://other.test/out"), "invalid_client_metadata"),
            ("frontchannel_logout_uri", json!("http://new.test/out"), "invalid_client_metadata"),
            ("frontchannel_logout_uri", json!("https://new.test:8443/out"), "invalid_client_metadata"),
            ("frontchannel_logout_session_required", json!("yes"), "invalid_client_metadata"),
            ("subject_type", json!("ephemeral"), "invalid_client_metadata"),
            ("client_name", json!(1), "invalid_client_metadata"),
            ("default_max_age", json!(-1), "invalid_client_metadata"),
            ("jwks", json!("x"), "invalid_client_metadata"),
        ] {
            let mut body = least();
            body[field] = value.clone();
            let answer = register(&mut browser, None, &body).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &code.into()), "{field}: {value}");
            assert!(answer.json()["error_description"].as_str().expect("a text").is_ascii());
        }
        for body in ["", "[]", "1", "{", "null"] {
            let request = Request::post(format!("{ISSUER}/clients")).header("content-type", "application/json");
            let answer = browser.send(request.body(Body::from(body)).expect("a request")).await;
            let code = "invalid_client_metadata".into();
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &code), "{body}");
        }
        assert!(passport.app.clients.all().await.expect("clients").is_empty(), "nothing was written");
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_themselves_one_of_our_own_sites() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        let mut body = least();
        for (name, value) in [("first_party", json!(true)), ("scope", json!("openid exam")), ("tile", json!({}))] {
            body[name] = value;
        }
        let client = register(&mut browser, None, &body).await.json();
        let found = passport.app.clients.find(text(&client, "client_id")).await.expect("an answer").expect("a client");
        assert!(!found.first_party && found.tile.is_none());
        assert_eq!(found.scopes, ["openid"]);
    })
    .await;
}

#[tokio::test]
async fn a_closed_registry_is_not_advertised_and_takes_nobody() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        let answer = register(&mut browser, None, &least()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (403, &"access_denied".into()));
        let invited = invitation(&passport, 1).await;
        assert_eq!(register(&mut browser, Some(&invited), &least()).await.status, 403);
        let metadata = browser.open(&format!("{ISSUER}/.well-known/openid-configuration")).await.json();
        assert_eq!(metadata.get("registration_endpoint"), None);
    })
    .await;
}

#[tokio::test]
async fn an_initial_access_token_registers_as_often_as_it_says() {
    on_both_with(INVITED, |passport| async move {
        let mut browser = passport.browser();
        let metadata = browser.open(&format!("{ISSUER}/.well-known/openid-configuration")).await.json();
        assert_eq!(metadata["registration_endpoint"], format!("{ISSUER}/clients"));
        let answer = register(&mut browser, None, &least()).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
        let token = invitation(&passport, 2).await;
        let tries = (0..20).map(|_| {
            let (mut browser, token) = (browser.clone(), token.clone());
            async move { register(&mut browser, Some(&token), &least()).await.status.as_u16() }
        });
        let statuses = futures_util::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 2, "{statuses:?}");
        let late = invitation(&passport, 1).await;
        passport.clock.advance(Duration::from_secs(60));
        assert_eq!(register(&mut browser, Some(&late), &least()).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn open_registration_has_a_limit() {
    on_both_with(&format!("{OPEN}[limits]\nclients_per_hour = 3\n"), |passport| async move {
        let mut browser = passport.browser();
        for _ in 0..3 {
            assert_eq!(register(&mut browser, None, &least()).await.status, 201);
        }
        let answer = register(&mut browser, None, &least()).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after").is_some()), (429, true));
    })
    .await;
}

#[tokio::test]
async fn a_client_that_begins_to_use_a_secret_is_given_one_once() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        let mut metadata = least();
        metadata["token_endpoint_auth_method"] = json!("private_key_jwt");
        metadata["jwks_uri"] = json!("https://new.test/jwks");
        let client = register(&mut browser, None, &metadata).await.json();
        assert_eq!(client.get("client_secret"), None);
        let (uri, token) = (text(&client, "registration_client_uri"), text(&client, "registration_access_token"));
        let mut changed = least();
        changed["client_id"] = client["client_id"].clone();
        let first = send(&mut browser, Method::PUT, uri, Some(token), &changed).await.json();
        let by = basic(text(&client, "client_id"), text(&first, "client_secret"));
        let asked = encoded(&[("token", "x")]);
        assert_eq!(post(&mut browser, "/introspect", asked, &[("authorization", &by)]).await.status, 200);
        let second = send(&mut browser, Method::PUT, uri, Some(token), &changed).await.json();
        assert_eq!(second.get("client_secret"), None, "it has one");
    })
    .await;
}

#[tokio::test]
async fn a_client_reads_changes_and_gives_up_its_registration() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        let client = register(&mut browser, None, &least()).await.json();
        let (uri, token) = (text(&client, "registration_client_uri"), text(&client, "registration_access_token"));
        let nothing = json!(null);
        let read = send(&mut browser, Method::GET, uri, Some(token), &nothing).await;
        assert_eq!((read.status.as_u16(), &read.json()["redirect_uris"]), (200, &client["redirect_uris"]));
        for wrong in [None, Some("x"), client["client_secret"].as_str()] {
            for method in [Method::GET, Method::PUT, Method::DELETE] {
                assert_eq!(send(&mut browser, method, uri, wrong, &least()).await.status, 401);
            }
        }

        let mut changed = least();
        changed["client_id"] = client["client_id"].clone();
        changed["client_secret"] = client["client_secret"].clone();
        changed["redirect_uris"] = json!(["https://other.test/cb"]);
        let answer = send(&mut browser, Method::PUT, uri, Some(token), &changed).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["redirect_uris"]), (200, &changed["redirect_uris"]));
        let registered = passport.app.clients.find(text(&client, "client_id")).await.expect("an answer");
        assert!(registered.expect("a client").redirect_uri("https://new.test/cb").is_none());

        for (name, value) in [
            ("client_id", json!("other")),
            ("client_secret", json!("made-up-by-the-client-itself-32ch")),
            ("registration_access_token", json!(token)),
            ("client_id_issued_at", json!(1)),
        ] {
            let mut bad = changed.clone();
            bad[name] = value;
            let answer = send(&mut browser, Method::PUT, uri, Some(token), &bad).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &"invalid_request".into()), "{name}");
        }

        assert_eq!(send(&mut browser, Method::DELETE, uri, Some(token), &nothing).await.status, 204);
        assert_eq!(send(&mut browser, Method::GET, uri, Some(token), &nothing).await.status, 401);
        let gone = with(request(), "client_id", text(&client, "client_id"));
        assert_eq!(authorize(&mut browser, &gone).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_sector_identifier_speaks_for_the_redirect_uris_that_it_lists_and_no_others() {
    on_both_beside(OPEN, |passport, stranger| async move {
        let mut browser = passport.browser();
        let mut sent = least();
        let uris = ["https://new.test/cb", "https://second.test/cb"];
        sent["redirect_uris"] = json!(uris);
        sent["subject_type"] = "pairwise".into();
        let refused = async |browser: &mut Browser, sent: &Value| {
            let answer = register(browser, None, sent).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &"invalid_client_metadata".into()));
            answer.json()["error_description"].as_str().expect("a text").to_owned()
        };
        assert!(refused(&mut browser, &sent).await.contains("sector_identifier_uri"), "two hosts need one");
        sent["sector_identifier_uri"] = format!("{}/uris.json", stranger.url).into();
        refused(&mut browser, &sent).await;
        for listed in [json!(uris[..1]), json!({ "redirect_uris": uris }), json!([1]), json!("https://new.test/cb")] {
            stranger.show("/uris.json", listed.to_string());
            refused(&mut browser, &sent).await;
        }
        stranger.show("/uris.json", json!(["https://third.test/cb", uris[1], uris[0]]).to_string());
        let answer = register(&mut browser, None, &sent).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.json()["sector_identifier_uri"], sent["sector_identifier_uri"]);
    })
    .await;
}

#[tokio::test]
async fn addresses_of_request_objects_are_registered_and_echoed_with_their_hashes() {
    on_both_with(OPEN, |passport| async move {
        let mut browser = passport.browser();
        let mut sent = least();
        sent["request_uris"] = json!(["https://new.test/r.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"]);
        let answer = register(&mut browser, None, &sent).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.json()["request_uris"], sent["request_uris"]);
    })
    .await;
}

#[tokio::test]
async fn the_tokens_of_a_client_that_gave_up_its_registration_are_dead() {
    on_both_with(OPEN, |passport| async move {
        let (mut browser, _) = passport.signed_in(None).await;
        let client = register(&mut browser, None, &least()).await.json();
        let id = text(&client, "client_id");
        let pairs = with(with(request(), "client_id", id), "redirect_uri", "https://new.test/cb");
        let code = agreed_code(&mut browser, &pairs).await;
        let redemption = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "https://new.test/cb"),
            ("code_verifier", VERIFIER),
        ];
        let by = basic(id, text(&client, "client_secret"));
        let tokens = post(&mut browser, "/token", encoded(&redemption), &[("authorization", &by)]).await.json();
        let access = tokens["access_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, access).await.status, 200);
        let (uri, token) = (text(&client, "registration_client_uri"), text(&client, "registration_access_token"));
        assert_eq!(send(&mut browser, Method::DELETE, uri, Some(token), &json!(null)).await.status, 204);
        assert_eq!(userinfo(&mut browser, access).await.status, 401);
    })
    .await;
}
