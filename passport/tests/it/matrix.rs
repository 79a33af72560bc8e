//! One kind of value is never taken for another: each, offered to everything that consumes another kind, is refused as
//! the standard has it, and nothing is written.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use passport::accounts::sessions::cookie;
use passport::audit::Actor;
use shared::clock::Clock as _;
use shared::testkit::{Answer, Browser, StoredCookie};

use crate::support::signer::{Signer, asserted};
use crate::support::site::{
    OURS, SECRET, authorize, basic, encoded, get, post, redemption, refreshing, request, token, userinfo, with,
};
use crate::support::{ISSUER, Passport, on_both_with};

const INVITED: &str = "[registration]\npolicy = 'invited'\n";

/// The kinds, in the order in which [`values`] makes them.
const KINDS: [&str; 13] = [
    "authorization code",
    "refresh token",
    "access token",
    "ID token",
    "pushed request",
    "registration token",
    "initial access token",
    "session",
    "interrupted request",
    "way back",
    "client assertion",
    "DPoP proof",
    "client secret",
];

/// What consumes a value, and the kinds that it takes.
const CONSUMERS: [(&str, &[&str]); 15] = [
    ("the token endpoint, as a code", &["authorization code"]),
    ("the token endpoint, as a refresh token", &["refresh token"]),
    ("the token endpoint, as an assertion", &["client assertion"]),
    ("the token endpoint, as a proof", &["DPoP proof"]),
    ("the token endpoint, as a secret", &["client secret"]),
    ("user information", &["access token"]),
    ("introspection", &["access token", "refresh token"]),
    ("a request, as a handle", &["pushed request"]),
    ("a request, as an object", &[]),
    ("a request, as a hint", &["ID token"]),
    ("registration", &["initial access token"]),
    ("a registration's address", &["registration token"]),
    ("the cookie of sessions", &["session"]),
    ("the way back to a request", &["interrupted request"]),
    ("the sign-in page", &["way back"]),
];

/// How a value was received.
#[derive(Debug, PartialEq, Eq)]
enum Reception {
    Taken,
    /// As the standard has it.
    Refused,
}

/// A passport with clients, a person, and what they hold.
struct Stage {
    passport: Passport,
    person: Browser,
    registration: String,
    values: Vec<String>,
}

impl Stage {
    async fn set(passport: Passport) -> Self {
        let signer = Signer::new();
        let signing = OURS.replace("'cet'", "'signing'").replace("https://cet.test", "https://signing.test");
        let signing = format!("{signing}token_endpoint_auth_method = 'private_key_jwt'\n{}", signer.jwks());
        passport.register(&[OURS, &signing]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut person, "openid").await;
        let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        let code = passport.code(&mut person, &request()).await;
        let by = basic("cet", SECRET);
        let pushed = post(&mut person, "/par", encoded(&request()), &[("authorization", &by)]).await.json();
        let end = passport.clock.now() + Duration::from_secs(600);
        let invite = async || passport.app.clients.invite(Actor::Operator, 1, end).await.expect("a token").token;
        let registered = register(&mut person, invite().await.expose()).await.json();
        let mut stranger = passport.browser();
        let resume = post(&mut stranger, "/authorize", encoded(&request()), &[]).await;
        let away = authorize(&mut stranger, &request()).await;
        let own = |answer: &Answer, name: &str| answer.parameter(name).expect("a sealed text");
        let held = |name: &str| person.cookies.get("passport.test", name).expect("a cookie").value.clone();
        let values = vec![
            code,
            text("refresh_token"),
            text("access_token"),
            text("id_token"),
            pushed["request_uri"].as_str().expect("a handle").to_owned(),
            registered["registration_access_token"].as_str().expect("a token").to_owned(),
            invite().await.expose().to_owned(),
            held(cookie::NAME),
            own(&resume, "request"),
            own(&away, "continue"),
            signer.assertion(&passport, "signing", |_| ()),
            Signer::new().token_proof(&passport),
            SECRET.to_owned(),
        ];
        let registration = registered["registration_client_uri"].as_str().expect("an address").to_owned();
        Self { passport, person, registration, values }
    }

    /// Offers a value to a consumer.
    async fn offer(&self, consumer: &str, value: &str) -> Reception {
        let (mut anyone, mut person) = (self.passport.browser(), self.person.clone());
        let error = |answer: &Answer| answer.json()["error"].as_str().unwrap_or_default().to_owned();
        match consumer {
            "the token endpoint, as a code" => {
                let answer = token(&mut anyone, &redemption(value)).await;
                judge(answer.status == 200, answer.status == 400 && error(&answer) == "invalid_grant")
            }
            "the token endpoint, as a refresh token" => {
                let answer = token(&mut anyone, &refreshing(value)).await;
                judge(answer.status == 200, answer.status == 400 && error(&answer) == "invalid_grant")
            }
            "the token endpoint, as an assertion" => {
                let pairs = asserted(vec![("grant_type", "client_credentials"), ("client_id", "signing")], value);
                let answer = post(&mut anyone, "/token", encoded(&pairs), &[]).await;
                judge(answer.status == 200, answer.status == 401 && error(&answer) == "invalid_client")
            }
            "the token endpoint, as a proof" => {
                let by = [("authorization", basic("cet", SECRET)), ("dpop", value.to_owned())];
                let headers = by.each_ref().map(|(name, value)| (*name, value.as_str()));
                let answer = post(&mut anyone, "/token", "grant_type=client_credentials", &headers).await;
                judge(answer.status == 200, answer.status == 400 && error(&answer) == "invalid_dpop_proof")
            }
            "the token endpoint, as a secret" => {
                let by = basic("cet", &form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>());
                let answer =
                    post(&mut anyone, "/token", "grant_type=client_credentials", &[("authorization", &by)]).await;
                judge(answer.status == 200, answer.status == 401 && error(&answer) == "invalid_client")
            }
            "user information" => {
                let answer = userinfo(&mut anyone, value).await;
                let told = answer.header("www-authenticate").is_some_and(|told| told.contains("invalid_token"));
                judge(answer.status == 200, answer.status == 401 && told)
            }
            "introspection" => {
                let by = basic("cet", SECRET);
                let form = encoded(&[("token", value)]);
                let answer = post(&mut anyone, "/introspect", form, &[("authorization", &by)]).await.json();
                judge(answer["active"] == true, answer == serde_json::json!({ "active": false }))
            }
            "a request, as a handle" => {
                let answer = authorize(&mut person, &[("client_id", "cet"), ("request_uri", value)]).await;
                judge(answer.parameter("code").is_some(), answer.status == 400 && answer.location().is_none())
            }
            "a request, as an object" => {
                let answer = authorize(&mut person, &with(request(), "request", value)).await;
                let refused = answer.parameter("error").as_deref() == Some("invalid_request_object");
                judge(answer.parameter("code").is_some(), refused)
            }
            "a request, as a hint" => {
                let silent = with(with(request(), "prompt", "none"), "id_token_hint", value);
                let answer = authorize(&mut person, &silent).await;
                let refused = answer.parameter("error").as_deref() == Some("login_required");
                judge(answer.parameter("code").is_some(), refused)
            }
            "registration" => {
                let answer = register(&mut anyone, value).await;
                judge(answer.status == 201, answer.status == 401)
            }
            "a registration's address" => {
                let address = Request::get(&self.registration).header("authorization", format!("Bearer {value}"));
                let answer = anyone.send(address.body(Body::empty()).expect("a request")).await;
                judge(answer.status == 200, answer.status == 401)
            }
            "the cookie of sessions" => {
                anyone.cookies.put(StoredCookie {
                    host: "passport.test".to_owned(),
                    name: cookie::NAME.to_owned(),
                    value: value.to_owned(),
                    path: "/".to_owned(),
                    http_only: true,
                    same_site: None,
                });
                let home = get(&mut anyone, "/", &[]).await;
                judge(home.text.contains("您好，李华"), home.status == 200 && home.text.contains("/sign-in"))
            }
            "the way back to a request" => {
                let answer =
                    get(&mut anyone, &format!("/authorize/resume?{}", encoded(&[("request", value)])), &[]).await;
                let way = answer.location().map(|way| way.path().to_owned()).unwrap_or_default();
                judge(way == "/sign-in", answer.status == 303 && way == "/")
            }
            "the sign-in page" => {
                let page = get(&mut anyone, &format!("/sign-in?{}", encoded(&[("continue", value)])), &[]).await;
                let named = page.text.contains("四六级");
                judge(named, page.status == 200 && !named)
            }
            other => panic!("nothing consumes at {other}"),
        }
    }
}

/// What is neither taken nor refused as it should be is a fault.
fn judge(taken: bool, refused: bool) -> Reception {
    match (taken, refused) {
        (true, false) => Reception::Taken,
        (false, true) => Reception::Refused,
        _ => panic!("neither taken nor refused as the standard has it"),
    }
}

async fn register(browser: &mut Browser, bearer: &str) -> Answer {
    let request = Request::post(format!("{ISSUER}/clients"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {bearer}"));
    let body = Body::from(r#"{"redirect_uris":["https://new.test/cb"]}"#);
    browser.send(request.body(body).expect("a request")).await
}

#[tokio::test]
async fn no_value_is_taken_for_one_of_another_kind() {
    on_both_with(INVITED, |passport| async move {
        let stage = Stage::set(passport).await;
        let before = stage.passport.rows().await;
        for (consumer, takes) in CONSUMERS {
            for (kind, value) in KINDS.into_iter().zip(&stage.values).filter(|(kind, _)| !takes.contains(kind)) {
                assert_eq!(stage.offer(consumer, value).await, Reception::Refused, "{kind} at {consumer}");
            }
            assert_eq!(stage.passport.rows().await, before, "{consumer} wrote something");
        }
        // None of that spent anything: each is still taken where it belongs, those last that end others.
        let belongs = |consumer: &(&str, &[&str])| !consumer.1.is_empty();
        for (consumer, takes) in CONSUMERS.into_iter().filter(belongs).rev() {
            let (_, value) =
                KINDS.into_iter().zip(&stage.values).find(|(kind, _)| takes.contains(kind)).expect("a value");
            assert_eq!(stage.offer(consumer, value).await, Reception::Taken, "{takes:?} at {consumer}");
        }
    })
    .await;
}
