//! Client metadata with one thing wrong, from somebody who may register clients.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use passport::audit::Actor;
use serde_json::{Value, json};
use shared::clock::Clock as _;
use shared::db::sql;
use shared::testkit::{Answer, Browser};

use super::mutation::Outcome::Error;
use super::outcome;
use crate::support::{ISSUER, Passport, on_both_with};

/// Every field that a client may send about itself, and some that it may not.
const FIELDS: [&str; 48] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "application_type",
    "grant_types",
    "response_types",
    "client_name",
    "client_name#zh-CN",
    "client_name#en",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "initiate_login_uri",
    "contacts",
    "software_id",
    "software_version",
    "scope",
    "jwks",
    "jwks_uri",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "authorization_signed_response_alg",
    "userinfo_signed_response_alg",
    "id_token_signed_response_alg",
    "id_token_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "authorization_encrypted_response_alg",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "subject_type",
    "sector_identifier_uri",
    "request_uris",
];

/// What nobody means by any of them.
fn nonsense() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(true),
        json!(""),
        json!("x"),
        json!("a\0b"),
        json!("a\r\nb"),
        json!("\u{202e}b"),
        json!("a".repeat(5000)),
        json!([]),
        json!([1]),
        json!(["a\0b"]),
        json!([["x"]]),
        json!(vec!["https://new.test/cb"; 1000]),
        json!({}),
        json!({ "keys": 1 }),
        json!({ "keys": [{}] }),
        deep,
    ]
}

async fn register(browser: &mut Browser, token: &str, body: String) -> Answer {
    let request = Request::post(format!("{ISSUER}/clients"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    browser.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn malformed_metadata_is_refused_by_its_field_or_told_as_it_was_understood() {
    on_both_with("[registration]\npolicy = 'invited'\n", |passport| async move {
        let end = passport.clock.now() + Duration::from_secs(600);
        let token = passport.app.clients.invite(Actor::Operator, 10_000, end).await.expect("a token").token;
        let mut browser = passport.browser();
        for field in FIELDS {
            for value in nonsense() {
                let mut body = json!({ "redirect_uris": ["https://new.test/cb"] });
                body[field] = value.clone();
                let before = registered(&passport).await;
                let answer = register(&mut browser, token.expose(), body.to_string()).await;
                let what = format!("{field}: {value:.60}: {} {}", answer.status, answer.text);
                if answer.status == 201 {
                    understood(&mut browser, &answer.json(), &what).await;
                } else {
                    let Error(400, code) = outcome(&answer) else { panic!("{what}") };
                    assert!(matches!(code, "invalid_client_metadata" | "invalid_redirect_uri"), "{what}");
                    assert_eq!(registered(&passport).await, before, "{what}");
                }
            }
        }
        for body in ["", "[]", "null", "{", "\"x\"", "{\"redirect_uris\":[\"https://new.test/cb\"],}"] {
            let answer = register(&mut browser, token.expose(), body.to_owned()).await;
            assert_eq!(outcome(&answer), Error(400, "invalid_client_metadata"), "{body}");
        }
    })
    .await;
}

/// How many clients there are.
async fn registered(passport: &Passport) -> i64 {
    let found = passport.db.find(sql("SELECT COUNT(*) AS n FROM clients")).await;
    found.expect("an answer").expect("a row").get("n").expect("a number")
}

/// What was accepted is told the same when it is read again.
async fn understood(browser: &mut Browser, told: &Value, what: &str) {
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("no {name}: {what}"));
    let request = Request::get(text("registration_client_uri"))
        .header("authorization", format!("Bearer {}", text("registration_access_token")));
    let again = browser.send(request.body(Body::empty()).expect("a request")).await.json();
    for (name, value) in again.as_object().expect("metadata") {
        assert_eq!(told.get(name), Some(value), "{name}: {what}");
    }
}

async fn register_openly(browser: &mut Browser, body: impl Into<Body>) -> Answer {
    let request = Request::post(format!("{ISSUER}/clients")).header("content-type", "application/json");
    browser.send(request.body(body.into()).expect("a request")).await
}

/// Texts that a client says about itself, one in each of these.
const TEXTS: [&str; 10] = [
    "client_name",
    "client_name#zh-CN",
    "client_name#en",
    "software_id",
    "software_version",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

#[tokio::test]
async fn a_text_about_a_client_is_one_line_that_reads_as_it_is_written() {
    on_both_with("[registration]\npolicy = 'open'\n[limits]\nenabled = false\n", |passport| async move {
        let mut browser = passport.browser();
        let long = "a".repeat(255);
        let texts = ["", " ", "a\0b", "a\r\nb", "a\tb", "a\u{7f}", "a\u{85}", "\u{202e}a", "a\u{2067}", &long];
        let mut rows = Vec::new();
        for text in texts {
            rows.extend(TEXTS.map(|field| (field, json!(text))));
            rows.extend(["contacts", "default_acr_values"].map(|field| (field, json!(["a", text]))));
        }
        for (field, value) in rows {
            let mut body = json!({ "redirect_uris": ["https://new.test/cb"] });
            body[field] = value.clone();
            let answer = register_openly(&mut browser, body.to_string()).await;
            assert_eq!(outcome(&answer), Error(400, "invalid_client_metadata"), "{field}: {value:.60}");
        }
        assert_eq!(registered(&passport).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_field_that_stands_twice_or_a_body_that_is_no_text_is_refused() {
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        let mut browser = passport.browser();
        let good = r#""redirect_uris":["https://new.test/cb"]"#;
        let bodies: [Vec<u8>; 6] = [
            format!("{{{good},{good}}}").into(),
            format!("{{{good},\"redirect\\u005furis\":[\"https://evil.test/cb\"]}}").into(),
            format!("{{{good},\"client_name\":\"a\nb\"}}").into(),
            [format!("{{{good},\"client_name\":\"").as_bytes(), b"\xff\"}"].concat(),
            [b"\xef\xbb\xbf".as_slice(), format!("{{{good}}}").as_bytes()].concat(),
            format!("{{{good},\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)).into(),
        ];
        for body in bodies {
            let what = String::from_utf8_lossy(&body).into_owned();
            let answer = register_openly(&mut browser, body).await;
            assert_eq!(outcome(&answer), Error(400, "invalid_client_metadata"), "{what:.200}");
        }
        assert_eq!(registered(&passport).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_refused_changes_nothing() {
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        let mut browser = passport.browser();
        let good =
            json!({ "redirect_uris": ["https://new.test/cb"], "client_name": "New", "contacts": ["a@new.test"] });
        let client = register_openly(&mut browser, good.to_string()).await.json();
        let text = |name: &str| client[name].as_str().expect("a text");
        let send = async |method: &str, body: String| {
            let request = Request::builder().method(method).uri(text("registration_client_uri"));
            let bearer = format!("Bearer {}", text("registration_access_token"));
            let request = request.header("authorization", bearer).header("content-type", "application/json");
            passport.browser().send(request.body(Body::from(body)).expect("a request")).await
        };
        let mut whole = good.clone();
        whole["client_id"] = client["client_id"].clone();
        let mut refused = 0;
        for field in FIELDS.into_iter().chain(["client_id", "client_secret"]) {
            for value in [json!(-1), json!(["a\0b"]), json!("a\0b"), json!("a".repeat(5_000)), json!([[1]]), json!({})]
            {
                let mut body = whole.clone();
                body[field] = value.clone();
                let before = (send("GET", String::new()).await.text, passport.rows().await);
                let answer = send("PUT", body.to_string()).await;
                let what = format!("{field}: {value:.60}: {} {:.300}", answer.status, answer.text);
                if answer.status != 200 {
                    assert!(matches!(outcome(&answer), Error(400, _)), "{what}");
                    assert_eq!((send("GET", String::new()).await.text, passport.rows().await), before, "{what}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 250, "{refused}");
        assert_eq!(send("PUT", whole.to_string()).await.status, 200);
    })
    .await;
}
