//! Each fault is what it says, and nothing else is wrong with it: a correct client refuses every faulty ID token for
//! exactly its reason.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use passport::simulator::faults::{Fault, Place, Set, Switches};
use passport::simulator::routes;
use serde_json::{Value, json};
use shared::http::{Server, ServerSettings};
use shared::secret::hmac_sha256;
use shared::testkit::Browser;

use super::Stage;
use super::client::{Expected, problems};
use crate::support::ISSUER;
use crate::support::site::{
    SECRET, authorize, basic, encoded, get, redemption, refreshing, request, token, userinfo, with,
};

/// What a correct client finds wrong with an ID token that has that fault.
const FOUND: [(Fault, &[&str]); 16] = [
    (Fault::Iss, &["iss"]),
    (Fault::Aud, &["aud"]),
    (Fault::Azp, &["azp"]),
    (Fault::AlgNone, &["alg"]),
    (Fault::AlgHs256PublicKey, &["alg"]),
    (Fault::AlgHs256Secret, &["alg"]),
    (Fault::Signature, &["signature"]),
    (Fault::Kid, &["kid"]),
    (Fault::Expired, &["exp"]),
    (Fault::NotYetValid, &["nbf", "iat"]),
    (Fault::Nonce, &["nonce"]),
    (Fault::NonceMissing, &["nonce"]),
    (Fault::AtHash, &["at_hash"]),
    (Fault::Acr, &["acr"]),
    (Fault::AcrMissing, &["acr"]),
    (Fault::AuthTime, &["auth_time"]),
];

async fn found(stage: &Stage, browser: &mut Browser) -> (Vec<&'static str>, String) {
    let tokens = stage.tokens(browser).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    let tokens = tokens.json();
    let jwks = get(browser, "/jwks", &[]).await.json();
    let id_token = tokens["id_token"].as_str().expect("an ID token").to_owned();
    let expected = Expected {
        client_id: "cet",
        nonce: Some("n1"),
        access_token: tokens["access_token"].as_str().expect("an access token"),
        acr: &["urn:e-test:acr:1"],
        max_age: 3_600,
        now: stage.now(),
    };
    (problems(&id_token, &jwks, &expected), id_token)
}

#[tokio::test]
async fn a_correct_client_refuses_each_faulty_id_token_for_its_reason_and_takes_a_right_one() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    assert_eq!(found(&stage, &mut browser).await.0, Vec::<&str>::new());
    let of_id_tokens: Vec<_> = Fault::ALL.iter().filter(|fault| fault.place() == Place::IdToken).collect();
    assert_eq!(FOUND.iter().map(|(fault, _)| fault).collect::<Vec<_>>(), of_id_tokens);
    for (fault, reasons) in FOUND {
        stage.switch(&[fault]);
        assert_eq!(found(&stage, &mut browser).await.0, reasons, "{}", fault.name());
    }
    stage.switch(&[]);
    assert_eq!(found(&stage, &mut browser).await.0, Vec::<&str>::new());
}

#[tokio::test]
async fn a_careless_client_would_take_what_is_signed_by_a_word() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let jwks = get(&mut browser, "/jwks", &[]).await.json();
    let key = jwks["keys"].as_array().expect("keys").iter().find(|key| key["alg"] == "ES256").expect("a key").clone();
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().expect("a part")).expect("base64url");
    // SubjectPublicKeyInfo of a key on P-256 (RFC 5480 §2).
    let mut der = hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    der.extend(part("x"));
    der.extend(part("y"));
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
    for (fault, word) in [(Fault::AlgHs256PublicKey, pem.as_str()), (Fault::AlgHs256Secret, SECRET)] {
        stage.switch(&[fault]);
        let (_, id_token) = found(&stage, &mut browser).await;
        let (input, signature) = id_token.rsplit_once('.').expect("a JWT");
        let expected = URL_SAFE_NO_PAD.encode(hmac_sha256(word.as_bytes(), input.as_bytes()));
        assert_eq!(signature, expected, "{}", fault.name());
    }
    stage.switch(&[Fault::AlgNone]);
    assert!(found(&stage, &mut browser).await.1.ends_with('.'), "no signature at all");
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}

#[tokio::test]
async fn each_authorization_error_comes_back_with_state_and_issuer() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let errors = Fault::ALL.iter().filter(|fault| {
        let other = [
            Fault::State,
            Fault::StateMissing,
            Fault::ResponseIss,
            Fault::ResponseIssMissing,
            Fault::AuthorizationSlow,
        ];
        fault.place() == Place::Authorization && !other.contains(fault)
    });
    for fault in errors {
        stage.switch(&[*fault]);
        let answer = authorize(&mut browser, &with(request(), "login_hint", "lihua")).await;
        assert_eq!(answer.parameter("error"), Some(fault.name().replace('-', "_")));
        assert_eq!(
            (answer.parameter("state").as_deref(), answer.parameter("iss").as_deref()),
            (Some("s1"), Some(ISSUER))
        );
        assert_eq!(answer.parameter("code"), None);
    }
}

#[tokio::test]
async fn state_and_issuer_of_an_answer_are_another_ones_or_gone() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    for (fault, name, value) in [
        (Fault::State, "state", Some("of-another-request")),
        (Fault::StateMissing, "state", None),
        (Fault::ResponseIss, "iss", Some("https://another-issuer.invalid")),
        (Fault::ResponseIssMissing, "iss", None),
    ] {
        stage.switch(&[fault]);
        let answer = authorize(&mut browser, &with(request(), "login_hint", "lihua")).await;
        assert_eq!(answer.parameter(name).as_deref(), value, "{}", fault.name());
        assert!(answer.parameter("code").is_some(), "{}: all else is right", fault.name());
    }
}

#[tokio::test]
async fn a_slow_answer_comes_after_the_time_that_was_asked_for() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let tokens = stage.tokens(&mut browser).await.json();
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    for (fault, path) in [
        (Fault::AuthorizationSlow, "/authorize"),
        (Fault::TokenSlow, "/token"),
        (Fault::UserInfoSlow, "/userinfo"),
        (Fault::KeysSlow, "/jwks"),
        (Fault::MetadataSlow, "/.well-known/openid-configuration"),
    ] {
        stage.waited.lock().expect("a list").clear();
        stage.simulator.switch(Switches::new(Set::from([fault]), Some(Duration::from_secs(7))));
        let status = match path {
            "/authorize" => authorize(&mut browser, &request()).await.status,
            "/token" => token(&mut browser, &redemption("nothing")).await.status,
            "/userinfo" => userinfo(&mut browser, &access).await.status,
            path => get(&mut browser, path, &[]).await.status,
        };
        assert!(status.as_u16() < 500, "{path}: {status}");
        assert_eq!(*stage.waited.lock().expect("a list"), [Duration::from_secs(7)], "{}", fault.name());
    }
}

#[tokio::test]
async fn the_token_endpoint_fails_in_each_of_its_ways() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    for (fault, status, error) in [
        (Fault::TokenInvalidGrant, 400, "invalid_grant"),
        (Fault::TokenInvalidClient, 401, "invalid_client"),
        (Fault::TokenServerError, 500, "server_error"),
    ] {
        stage.switch(&[fault]);
        let answer = stage.tokens(&mut browser).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (status, Some(error)));
    }
    stage.switch(&[Fault::TokenHtml]);
    let answer = stage.tokens(&mut browser).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    stage.switch(&[Fault::TokenBrokenJson]);
    let answer = stage.tokens(&mut browser).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/json")));
    assert!(answer.text.starts_with("{\"access_token\"") && serde_json::from_str::<Value>(&answer.text).is_err());
}

#[tokio::test]
async fn a_cut_off_answer_breaks_the_connection() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let answer = authorize(&mut browser, &with(request(), "login_hint", "lihua")).await;
    let code = answer.parameter("code").expect("a code");
    stage.switch(&[Fault::TokenCutOff]);
    let server = Server::bind(&ServerSettings::loopback()).await.expect("a free port");
    let address = format!("http://{}/token", server.address());
    tokio::spawn(server.run(routes::router(stage.simulator.clone()), std::future::pending()));
    let http = shared::http::client::ClientBuilder::new().build().expect("a client");
    let request = http.post(address).header("authorization", basic("cet", SECRET));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(encoded(&redemption(&code)));
    let answer = request.send().await.expect("the head of an answer");
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err(), "the body is not whole");
}

#[tokio::test]
async fn user_information_keys_and_metadata_fail_in_each_of_their_ways() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let tokens = stage.tokens(&mut browser).await.json();
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    let right = userinfo(&mut browser, &access).await.json();
    stage.switch(&[Fault::UserInfoSub]);
    let wrong = userinfo(&mut browser, &access).await;
    assert_eq!(wrong.status, 200);
    assert!(wrong.json()["sub"].is_string() && wrong.json()["sub"] != right["sub"]);
    stage.switch(&[Fault::UserInfoUnauthorized]);
    let refused = userinfo(&mut browser, &access).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").is_some_and(|said| said.contains("invalid_token")));
    stage.switch(&[Fault::UserInfoServerError]);
    assert_eq!(userinfo(&mut browser, &access).await.status, 500);
    let metadata = "/.well-known/openid-configuration";
    for (fault, path) in [(Fault::KeysServerError, "/jwks"), (Fault::MetadataServerError, metadata)] {
        stage.switch(&[fault]);
        assert_eq!(get(&mut browser, path, &[]).await.status, 500, "{path}");
    }
    stage.switch(&[Fault::KeysEmpty]);
    assert_eq!(get(&mut browser, "/jwks", &[]).await.json(), json!({ "keys": [] }));
    stage.switch(&[Fault::MetadataIssuer]);
    assert_ne!(get(&mut browser, metadata, &[]).await.json()["issuer"], ISSUER);
    stage.switch(&[]);
    assert_eq!(get(&mut browser, metadata, &[]).await.json()["issuer"], ISSUER);
}

#[tokio::test]
async fn a_fault_of_one_sign_in_stays_with_it_and_with_its_refresh_tokens() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&request()))).await;
    let form = page.form("form").set("candidate", "lihua").set("fault-expired", "on").with("decision", "sign-in");
    let answer =
        crate::support::site::post(&mut browser, "/simulator/sign-in", form.encoded(), &[("origin", ISSUER)]).await;
    let code = answer.parameter("code").unwrap_or_else(|| panic!("no code: {} {}", answer.status, answer.text));
    let tokens = token(&mut browser, &redemption(&code)).await.json();
    let expired = |tokens: &Value| {
        let told = crate::support::site::claims(tokens["id_token"].as_str().expect("an ID token"));
        told["exp"].as_i64().expect("a time") < stage.now()
    };
    assert!(expired(&tokens));
    let refresh = tokens["refresh_token"].as_str().expect("a token").to_owned();
    assert!(expired(&token(&mut browser, &refreshing(&refresh)).await.json()));
    assert!(!expired(&stage.tokens(&mut browser).await.json()), "the next sign-in is right again");
}

#[tokio::test]
async fn a_candidate_of_a_file_brings_their_faults_along() {
    let stage = Stage::new();
    let mut browser = stage.browser();
    let answer = authorize(&mut browser, &with(request(), "login_hint", "faulty")).await;
    let code = answer.parameter("code").expect("a code");
    let tokens = token(&mut browser, &redemption(&code)).await.json();
    let told = crate::support::site::claims(tokens["id_token"].as_str().expect("an ID token"));
    assert_eq!(told["nonce"], "of-another-request");
}
