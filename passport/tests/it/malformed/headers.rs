//! Credentials in a header that stay away, are of another kind, come twice or are no text; and requests that reach no
//! handler at all.

use std::time::Duration;

use axum::body::Body;
use http::{HeaderValue, Request};
use passport::audit::Actor;
use serde_json::json;
use shared::clock::Clock as _;
use shared::testkit::Answer;

use super::mutation::Outcome::{self, Error};
use super::outcome;
use crate::support::signer::Signer;
use crate::support::site::{OURS, SECRET, basic, encoded, request};
use crate::support::{ISSUER, Passport, on_both_with};

const INVITED: &str = "[registration]\npolicy = 'invited'\n";
const REQUEST: Outcome = Error(400, "invalid_request");

/// A good request, and what becomes of it without its credentials, with dead ones, and with two of them.
struct Guarded {
    method: &'static str,
    path: String,
    kind: &'static str,
    body: String,
    header: (&'static str, String),
    /// Beside the header in question.
    others: Vec<(&'static str, String)>,
    anonymous: Outcome,
    dead: Outcome,
    twice: Outcome,
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Whatever looks like no credentials of the kind that is asked for.
const NOTHING: [&[u8]; 6] = [b"", b"x", b"Digest x", b"Bearer", b"Basic", b"\xff"];

impl Guarded {
    /// By the authentication of a client, which is one error however it fails (RFC 6749 §5.2).
    fn by_secret(path: &str, body: String) -> Self {
        let refused = Error(401, "invalid_client");
        Self {
            method: "POST",
            path: path.to_owned(),
            kind: FORM,
            body,
            header: ("authorization", basic("cet", SECRET)),
            others: Vec::new(),
            anonymous: refused,
            dead: refused,
            twice: REQUEST,
        }
    }

    /// By a token: who presented none is told no error (RFC 6750 §3.1).
    fn by_token(method: &'static str, path: &str, token: &str, (kind, body): (&'static str, String)) -> Self {
        Self {
            method,
            path: path.to_owned(),
            kind,
            body,
            header: ("authorization", format!("Bearer {token}")),
            others: Vec::new(),
            anonymous: Error(401, ""),
            dead: Error(401, "invalid_token"),
            twice: REQUEST,
        }
    }

    /// By a proof of possession: a header that is there is meant as one.
    fn by_proof(path: &str, body: String, proof: String) -> Self {
        let refused = Error(400, "invalid_dpop_proof");
        Self {
            header: ("dpop", proof),
            others: vec![("authorization", basic("cet", SECRET))],
            anonymous: refused,
            dead: refused,
            twice: refused,
            ..Self::by_secret(path, body)
        }
    }

    async fn send(&self, passport: &Passport, values: &[&[u8]]) -> Answer {
        let mut request = Request::builder()
            .method(self.method)
            .uri(format!("{ISSUER}{}", self.path))
            .header("content-type", self.kind);
        for value in values {
            request = request.header(self.header.0, HeaderValue::from_bytes(value).expect("what HTTP can carry"));
        }
        for (name, value) in &self.others {
            request = request.header(*name, value);
        }
        passport.browser().send(request.body(Body::from(self.body.clone())).expect("a request")).await
    }
}

/// Every address that asks for credentials in a header.
async fn guarded(passport: &Passport) -> Vec<Guarded> {
    let (mut person, _) = passport.signed_in(None).await;
    let tokens = passport.tokens(&mut person, "openid").await;
    let access = tokens["access_token"].as_str().expect("a token");
    let end = passport.clock.now() + Duration::from_secs(600);
    let invite = async || {
        let invited = passport.app.clients.invite(Actor::Operator, 10, end).await;
        invited.expect("a token").token.expose().to_owned()
    };
    let metadata = json!({ "redirect_uris": ["https://new.test/cb"] });
    let registration = Guarded::by_token("POST", "/clients", &invite().await, (JSON, metadata.to_string()));
    let registered = registration.send(passport, &[registration.header.1.as_bytes()]).await.json();
    let text = |name: &str| registered[name].as_str().expect("a text").to_owned();
    let (own, uri) = (text("registration_access_token"), text("registration_client_uri"));
    let path = uri.strip_prefix(ISSUER).expect("an address of ours");
    let changed = json!({ "client_id": text("client_id"), "redirect_uris": ["https://new.test/cb2"] });
    let credentials = || "grant_type=client_credentials".to_owned();

    vec![
        Guarded::by_secret("/token", credentials()),
        Guarded::by_secret("/par", encoded(&request())),
        Guarded::by_secret("/introspect", "token=x".to_owned()),
        Guarded::by_secret("/revoke", "token=x".to_owned()),
        Guarded::by_proof("/token", credentials(), Signer::new().token_proof(passport)),
        Guarded::by_proof("/par", encoded(&request()), Signer::new().proof(passport, ("POST", "/par"), |_| ())),
        Guarded::by_token("GET", "/userinfo", access, (FORM, String::new())),
        Guarded::by_token("POST", "/userinfo", access, (FORM, String::new())),
        registration,
        Guarded::by_token("GET", path, &own, (JSON, String::new())),
        Guarded::by_token("PUT", path, &own, (JSON, changed.to_string())),
        Guarded::by_token("DELETE", path, &own, (JSON, String::new())),
    ]
}

#[tokio::test]
async fn credentials_in_a_header_are_there_once_and_of_their_kind() {
    on_both_with(INVITED, |passport| async move {
        passport.register(&[OURS]).await;
        let all = guarded(&passport).await;
        let before = passport.rows().await;
        for guarded in &all {
            let good = guarded.header.1.as_bytes();
            let (kind, _) = guarded.header.1.split_once(' ').unwrap_or_default();
            let dead = [format!("{kind} x"), format!("{kind} {}", "x".repeat(9_000)), format!("{kind} x y")];
            let mut rows: Vec<(Vec<&[u8]>, Outcome)> = vec![(vec![good, good], guarded.twice)];
            rows.extend(NOTHING.map(|value| (vec![value], guarded.anonymous)));
            rows.extend(dead.iter().map(|value| (vec![value.as_bytes()], guarded.dead)));
            if guarded.others.is_empty() {
                rows.push((Vec::new(), guarded.anonymous));
            }
            for (values, expected) in rows {
                let answer = guarded.send(&passport, &values).await;
                let sent: Vec<_> = values.iter().map(|value| String::from_utf8_lossy(value)).collect();
                let what = format!("{} {}, {}: {sent:.40?}", guarded.method, guarded.path, guarded.header.0);
                assert_eq!(outcome(&answer), expected, "{what}: {} {}", answer.status, answer.text);
            }
            assert_eq!(passport.rows().await, before, "{} {} wrote something", guarded.method, guarded.path);
        }
        for guarded in &all {
            let answer = guarded.send(&passport, &[guarded.header.1.as_bytes()]).await;
            assert!(answer.status.is_success(), "{} {}: {}", guarded.method, guarded.path, answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn the_address_of_a_registration_is_the_one_that_was_given_out() {
    on_both_with(INVITED, |passport| async move {
        passport.register(&[OURS]).await;
        let all = guarded(&passport).await;
        let own = all.last().expect("a registration");
        let long = format!("/clients/{}", "x".repeat(9_000));
        for method in ["GET", "PUT", "DELETE"] {
            for path in ["/clients/cet", "/clients/nobody", "/clients/%00", "/clients/%ff", "/clients/a%2fb", &long] {
                let request = Request::builder().method(method).uri(format!("{ISSUER}{path}"));
                let request = request.header("authorization", &own.header.1).header("content-type", JSON);
                let answer = passport.browser().send(request.body(Body::from("{}")).expect("a request")).await;
                assert_eq!(outcome(&answer), Error(401, "invalid_token"), "{method} {path:.40}: {}", answer.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn programs_read_errors_of_the_standard_even_where_no_handler_answers() {
    on_both_with(INVITED, |passport| async move {
        for (path, for_scripts) in [
            ("/token", true),
            ("/userinfo", true),
            ("/revoke", true),
            ("/introspect", false),
            ("/par", false),
            ("/clients", false),
            ("/clients/somebody", false),
        ] {
            let ask = async |method: &str, length: usize, told: Option<usize>| {
                let request =
                    Request::builder().method(method).uri(format!("{ISSUER}{path}")).header("content-type", FORM);
                let request = told.into_iter().fold(request, |request, told| request.header("content-length", told));
                passport.browser().send(request.body(Body::from("a".repeat(length))).expect("a request")).await
            };
            let wrong_method = ask("PATCH", 0, None).await;
            let too_large = ask(if path == "/clients/somebody" { "PUT" } else { "POST" }, 0, Some(70_000)).await;
            for (status, answer) in [(405, wrong_method), (413, too_large)] {
                assert_eq!(outcome(&answer), Error(status, "invalid_request"), "{path}: {}", answer.text);
                let open = answer.header("access-control-allow-origin");
                assert_eq!(open, for_scripts.then_some("*"), "{path}: {status}");
            }
            if path != "/clients/somebody" {
                // The length is not told, so that it is found while the body is read.
                let answer = ask("POST", 70_000, None).await;
                assert_eq!(outcome(&answer), Error(413, "invalid_request"), "{path}: {}", answer.text);
            }
        }
        for nowhere in ["/clients/", "/clients/a/b"] {
            let request = Request::get(format!("{ISSUER}{nowhere}")).body(Body::empty()).expect("a request");
            let answer = passport.browser().send(request).await;
            assert_eq!(outcome(&answer), Error(404, "invalid_request"), "{nowhere}");
        }
    })
    .await;
}
