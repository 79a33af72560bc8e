//! Resource indicators (RFC 8707), from outside.

use passport::audit::Actor;
use passport::clients::ClientId;
use serde_json::json;
use shared::testkit::Browser;

use crate::support::ISSUER;
use crate::support::on_both;
use crate::support::site::{
    OURS, SECRET, authorize, basic, claims, encoded, post, redemption, refreshing, request, token, userinfo, with,
};

const ROOM: &str = "https://room.test/api";
const DESK: &str = "https://desk.test/";

fn with_resources() -> String {
    format!("{OURS}resources = ['{ROOM}', '{DESK}']\n")
}

fn audience(tokens: &serde_json::Value) -> serde_json::Value {
    claims(tokens["access_token"].as_str().expect("an access token"))["aud"].clone()
}

#[tokio::test]
async fn a_token_is_for_the_resources_that_were_named_and_for_nobody_else() {
    on_both(|passport| async move {
        passport.register(&[&with_resources()]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let mut pairs = request();
        pairs.extend([("resource", ROOM), ("resource", DESK)]);
        let code = passport.code(&mut browser, &pairs).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        assert_eq!(audience(&tokens), json!([ROOM, DESK]));
        let refused = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await;
        assert_eq!(refused.status, 401, "it is not for us");
        // A refresh may ask for a part (§2.2), and is then not bound to it.
        let refresh = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
        let part = token(&mut browser, &with(refreshing(&refresh), "resource", DESK)).await.json();
        assert_eq!(audience(&part), DESK);
        let next = part["refresh_token"].as_str().expect("a refresh token").to_owned();
        assert_eq!(audience(&token(&mut browser, &refreshing(&next)).await.json()), json!([ROOM, DESK]));
    })
    .await;
}

#[tokio::test]
async fn a_resource_that_was_not_authorized_is_refused_and_costs_nothing() {
    on_both(|passport| async move {
        passport.register(&[&with_resources()]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for bad in ["https://evil.test/", "https://room.test/api/", "room", "https://room.test/api#x"] {
            let answer = authorize(&mut browser, &with(request(), "resource", bad)).await;
            assert_eq!(answer.parameter("error").as_deref(), Some("invalid_target"), "{bad}");
        }
        let code = passport.code(&mut browser, &with(request(), "resource", ROOM)).await;
        let other = token(&mut browser, &with(redemption(&code), "resource", DESK)).await;
        assert_eq!((other.status.as_u16(), &other.json()["error"]), (400, &"invalid_target".into()));
        assert_eq!(token(&mut browser, &redemption(&code)).await.status, 200, "the code is still there");
    })
    .await;
}

#[tokio::test]
async fn without_a_resource_a_token_is_for_the_user_information() {
    on_both(|passport| async move {
        passport.register(&[&with_resources()]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        assert_eq!(audience(&tokens), ISSUER);
    })
    .await;
}

#[tokio::test]
async fn a_client_asks_about_and_revokes_its_tokens_for_others() {
    on_both(|passport| async move {
        passport.register(&[&with_resources()]).await;
        let mut browser = passport.browser();
        let pairs = [("grant_type", "client_credentials"), ("scope", "reports"), ("resource", ROOM)];
        let tokens = token(&mut browser, &pairs).await.json();
        assert_eq!(audience(&tokens), ROOM);
        let own = [("token", tokens["access_token"].as_str().expect("a token"))];
        let by = basic("cet", SECRET);
        let by = [("authorization", by.as_str())];
        let told = post(&mut browser, "/introspect", encoded(&own), &by).await.json();
        assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!(ROOM)));
        assert_eq!(post(&mut browser, "/revoke", encoded(&own), &by).await.status, 200);
        assert_eq!(post(&mut browser, "/introspect", encoded(&own), &by).await.json()["active"], false);
    })
    .await;
}

/// The server of the room, which wants tokens that say nothing.
fn server(opaque: bool) -> String {
    format!(
        "client_id = 'room'\nclient_name = {{ zh = '考场', en = 'Room' }}\ngrant_types = []\n\
         serves_resources = ['{ROOM}']\nopaque_access_tokens = {opaque}\n"
    )
}

async fn told(browser: &mut Browser, client: &str, token: &str) -> serde_json::Value {
    let by = basic(client, SECRET);
    post(browser, "/introspect", encoded(&[("token", token)]), &[("authorization", &by)]).await.json()
}

#[tokio::test]
async fn a_token_for_a_server_that_wants_it_opaque_says_nothing_to_who_holds_it() {
    on_both(|passport| async move {
        passport.register(&[&with_resources(), &server(true)]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &with(request(), "resource", ROOM)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let text = tokens["access_token"].as_str().expect("a token").to_owned();
        assert!(!text.contains('.') && !text.contains("openid"), "{text}");
        let answer = told(&mut browser, "room", &text).await;
        assert_eq!(
            (&answer["active"], &answer["aud"], &answer["client_id"], &answer["sub"]),
            (&json!(true), &json!(ROOM), &json!("cet"), &json!(session.account.to_string()))
        );
        assert_eq!(told(&mut browser, "cet", &text).await["active"], true, "whoever was given it may ask too");
        assert_eq!(userinfo(&mut browser, &text).await.status, 401, "it is not for us");

        // So is the one that a refresh brings.
        let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
        let next = token(&mut browser, &refreshing(refresh)).await.json();
        assert!(!next["access_token"].as_str().expect("a token").contains('.'));

        passport.clock.advance(std::time::Duration::from_secs(600));
        assert_eq!(told(&mut browser, "room", &text).await["active"], false, "it has expired");
    })
    .await;
}

#[tokio::test]
async fn an_opaque_token_is_revoked_by_itself_and_with_what_it_came_of() {
    on_both(|passport| async move {
        passport.register(&[&with_resources(), &server(true)]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let by = basic("cet", SECRET);
        let own = [("grant_type", "client_credentials"), ("scope", "reports"), ("resource", ROOM)];
        let tokens = token(&mut browser, &own).await.json();
        let text = tokens["access_token"].as_str().expect("a token");
        assert_eq!(told(&mut browser, "room", text).await["active"], true);
        let revoked = post(&mut browser, "/revoke", encoded(&[("token", text)]), &[("authorization", &by)]).await;
        assert_eq!(revoked.status, 200);
        assert_eq!(told(&mut browser, "room", text).await["active"], false);

        let code = passport.code(&mut browser, &with(request(), "resource", ROOM)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let text = tokens["access_token"].as_str().expect("a token");
        assert_eq!(told(&mut browser, "room", text).await["active"], true);
        passport.end(session.id).await;
        assert_eq!(told(&mut browser, "room", text).await["active"], false);
    })
    .await;
}

#[tokio::test]
async fn a_server_takes_no_token_of_a_client_that_is_suspended() {
    on_both(|passport| async move {
        passport.register(&[&with_resources(), &server(true)]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let code = passport.code(&mut browser, &with(request(), "resource", ROOM)).await;
        let tokens = token(&mut browser, &redemption(&code)).await.json();
        let text = tokens["access_token"].as_str().expect("a token");
        let client = ClientId::parse("cet").expect("an id");
        for suspended in [true, false] {
            passport.app.clients.suspend(Actor::Operator, &client, suspended).await.expect("an answer");
            assert_eq!(told(&mut browser, "room", text).await["active"], !suspended);
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_asks_about_tokens_for_what_it_serves_and_no_others() {
    on_both(|passport| async move {
        passport.register(&[&with_resources(), &server(false)]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for (resource, active) in [(ROOM, true), (DESK, false)] {
            let code = passport.code(&mut browser, &with(request(), "resource", resource)).await;
            let tokens = token(&mut browser, &redemption(&code)).await.json();
            let text = tokens["access_token"].as_str().expect("a token");
            assert_eq!(claims(text)["aud"], resource, "it can be read");
            assert_eq!(told(&mut browser, "room", text).await["active"], active, "{resource}");
        }
        let tokens = passport.tokens(&mut browser, "openid").await;
        assert_eq!(
            told(&mut browser, "room", tokens["access_token"].as_str().expect("a token")).await["active"],
            false
        );
        assert_eq!(
            told(&mut browser, "room", tokens["refresh_token"].as_str().expect("a token")).await["active"],
            false
        );
    })
    .await;
}
