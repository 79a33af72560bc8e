//! How each consumer is offered a value, and how it says yes or no.

use axum::body::Body;
use http::Request;
use passport::accounts::sessions::cookie;
use shared::testkit::{Answer, Browser, StoredCookie};

use super::Reception;
use super::stage::{Stage, request_of};
use crate::support::ISSUER;
use crate::support::signer::asserted;
use crate::support::site::{
    SECRET, authorize, basic, encoded, get, post, redemption, refreshing, request, token, userinfo, with,
};

impl Stage {
    /// Offers a value to a consumer.
    pub(super) async fn offer(&self, consumer: &str, value: &str) -> Reception {
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
            "revocation" => {
                let before = self.passport.rows().await;
                let by = basic("cet", SECRET);
                let form = encoded(&[("token", value)]);
                let answer = post(&mut anyone, "/revoke", form, &[("authorization", &by)]).await;
                // What is not known is over as far as anybody can tell (RFC 7009 §2.2).
                let written = self.passport.rows().await != before;
                judge(written && answer.status == 200, !written && answer.status == 200)
            }
            "a request, as a handle" => {
                let answer = authorize(&mut person, &[("client_id", "cet"), ("request_uri", value)]).await;
                judge(answer.parameter("code").is_some(), answer.status == 400 && answer.location().is_none())
            }
            "a request, as an object" => {
                // The client that holds the key of the assertion: another's would fail by its signature alone.
                let asked = request_of("signing", "https://signing.test/cb");
                let answer = authorize(&mut person, &with(asked, "request", value)).await;
                let refused = answer.parameter("error").as_deref() == Some("invalid_request_object");
                judge(answer.parameter("code").is_some(), refused)
            }
            "a pushed request, as an object" => {
                let assertion = self.signer.assertion(&self.passport, "signing", |_| ());
                let pairs = asserted(request_of("signing", "https://signing.test/cb"), &assertion);
                let answer = post(&mut anyone, "/par", encoded(&with(pairs, "request", value)), &[]).await;
                judge(answer.status == 201, answer.status == 400 && error(&answer) == "invalid_request_object")
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
            "giving a request up" => {
                let way = get(&mut anyone, &format!("/authorize/cancel?{}", encoded(&[("request", value)])), &[]).await;
                let told = way.parameter("error").as_deref() == Some("access_denied");
                judge(told, way.status == 303 && way.location().is_some_and(|way| way.path() == "/"))
            }
            "the consent page" => {
                let page = get(&mut person, &format!("/consent?{}", encoded(&[("request", value)])), &[]).await;
                let home = page.status == 303 && page.location().is_some_and(|way| way.path() == "/");
                judge(page.status == 200 && page.has("form[action='/consent']"), home)
            }
            "the question about leaving" => {
                let again = format!("/logout/confirm?{}", encoded(&[("logout", value)]));
                let page = get(&mut person, &again, &[]).await;
                let named = page.text.contains("四六级");
                judge(named, page.status == 200 && !named && page.has("form[action='/logout/confirm']"))
            }
            "the page after signing out" => {
                let page = get(&mut anyone, &format!("/signed-out?{}", encoded(&[("told", value)])), &[]).await;
                judge(page.has("iframe"), page.status == 200 && !page.has("iframe"))
            }
            "signing out, as a hint" => {
                let page = get(&mut person, &format!("/logout?{}", encoded(&[("id_token_hint", value)])), &[]).await;
                judge(page.status == 303, page.status == 200 && page.has("form[action='/logout/confirm']"))
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

/// Registers a client by that token.
pub(super) async fn register(browser: &mut Browser, bearer: &str) -> Answer {
    let request = Request::post(format!("{ISSUER}/clients"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {bearer}"));
    let body = Body::from(r#"{"redirect_uris":["https://new.test/cb"]}"#);
    browser.send(request.body(body).expect("a request")).await
}
