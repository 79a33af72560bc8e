//! Bodies of a media type that the address does not take: of programs that is the error of their standard, with its 400; of
//! browsers a page with 415; and a token for user information is none where no form is.

use axum::body::Body;
use http::Request;
use serde_json::json;
use shared::testkit::Answer;

use super::mutation::Outcome::{self, Error, Good, Page};
use super::outcome;
use crate::support::site::{OURS, SECRET, basic, encoded, request};
use crate::support::{ISSUER, Passport, on_both_with};

const OPEN: &str = "[registration]\npolicy = 'open'\n";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A request whose body counts by its media type alone.
struct Typed {
    method: &'static str,
    path: String,
    good: &'static str,
    body: String,
    authorization: Option<String>,
    /// What becomes of it by another type, and by its own.
    outcomes: (Outcome, Outcome),
}

impl Typed {
    /// A form of a client, which authenticates.
    fn direct(path: &str, body: String) -> Self {
        let outcomes = (Error(400, "invalid_request"), Good);
        Self { authorization: Some(basic("cet", SECRET)), ..Self::of_browser(path, body, outcomes) }
    }

    /// A form of a browser.
    fn of_browser(path: &str, body: String, outcomes: (Outcome, Outcome)) -> Self {
        Self { method: "POST", path: path.to_owned(), good: FORM, body, authorization: None, outcomes }
    }

    async fn send(&self, passport: &Passport, kinds: &[&[u8]]) -> Answer {
        let mut request =
            Request::builder().method(self.method).uri(format!("{ISSUER}{}", self.path)).header("accept", "text/html");
        for kind in kinds {
            request = request.header("content-type", *kind);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        passport.browser().send(request.body(Body::from(self.body.clone())).expect("a request")).await
    }
}

/// Every address of the protocol that reads a body, and the pages of ours that stand for all.
async fn typed(passport: &Passport) -> Vec<Typed> {
    let metadata = json!({ "redirect_uris": ["https://new.test/cb"] });
    let register = |method, path: &str, body: String, authorization| Typed {
        method,
        good: JSON,
        authorization,
        ..Typed::of_browser(path, body, (Error(400, "invalid_client_metadata"), Good))
    };
    let new = register("POST", "/clients", metadata.to_string(), None);
    let known = new.send(passport, &[JSON.as_bytes()]).await.json();
    let text = |name: &str| known[name].as_str().expect("a text").to_owned();
    let whole = json!({ "client_id": text("client_id"), "redirect_uris": ["https://new.test/cb"] }).to_string();
    let uri = text("registration_client_uri");
    let own = Some(format!("Bearer {}", text("registration_access_token")));
    let (mut person, _) = passport.signed_in(None).await;
    let tokens = passport.tokens(&mut person, "openid").await;
    let access = encoded(&[("access_token", tokens["access_token"].as_str().expect("a token"))]);
    vec![
        Typed::direct("/token", "grant_type=client_credentials".to_owned()),
        Typed::direct("/par", encoded(&request())),
        Typed::direct("/introspect", "token=x".to_owned()),
        Typed::direct("/revoke", "token=x".to_owned()),
        Typed::of_browser("/userinfo", access, (Error(401, ""), Good)),
        new,
        register("PUT", uri.strip_prefix(ISSUER).expect("an address of ours"), whole, own),
        Typed::of_browser("/authorize", encoded(&request()), (Page(415), Good)),
        Typed::of_browser("/logout", "state=x".to_owned(), (Page(415), Good)),
        Typed::of_browser("/logout/confirm", "logout=x&decision=stay".to_owned(), (Page(415), Good)),
        Typed::of_browser("/consent", "request=x&decision=x".to_owned(), (Page(415), Good)),
        Typed::of_browser("/sign-in", "account=a&password=b".to_owned(), (Page(415), Good)),
    ]
}

#[tokio::test]
async fn a_body_of_another_media_type_is_answered_as_each_standard_says() {
    on_both_with(OPEN, |passport| async move {
        passport.register(&[OURS]).await;
        let all = typed(&passport).await;
        let before = passport.rows().await;
        for typed in &all {
            let other = if typed.good == FORM { JSON } else { FORM };
            let good = typed.good.as_bytes();
            let others: [&[&[u8]]; 9] = [
                &[],
                &[b""],
                &[other.as_bytes()],
                &[b"text/plain"],
                &[b"multipart/form-data; boundary=x"],
                &[b"application/x-www-form-urlencoded, application/json"],
                &[b"\xff"],
                // Which of two counts is for each reader to guess.
                &[good, other.as_bytes()],
                &[good, good],
            ];
            for kinds in others {
                let answer = typed.send(&passport, kinds).await;
                let sent: Vec<_> = kinds.iter().map(|kind| String::from_utf8_lossy(kind)).collect();
                let what = format!("{} {}, {sent:?}: {}", typed.method, typed.path, answer.status);
                assert_eq!(outcome(&answer), typed.outcomes.0, "{what}");
            }
        }
        assert_eq!(passport.rows().await, before, "something was written");
        for typed in &all {
            for kind in [format!("{};charset=UTF-8", typed.good), format!(" {} ", typed.good.to_uppercase())] {
                let answer = typed.send(&passport, &[kind.as_bytes()]).await;
                assert_eq!(outcome(&answer), typed.outcomes.1, "{} {}: {kind}", typed.method, typed.path);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_in_the_header_counts_whatever_the_body_is() {
    on_both_with("", |passport| async move {
        passport.register(&[OURS]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut person, "openid").await;
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
        for kind in [JSON, "text/plain", "application/octet-stream"] {
            let request = Request::post(format!("{ISSUER}/userinfo"))
                .header("content-type", kind)
                .header("authorization", &bearer);
            let answer = person.send(request.body(Body::from(b"\xff{".to_vec())).expect("a request")).await;
            assert_eq!(answer.status, 200, "{kind}: {}", answer.text);
        }
    })
    .await;
}
