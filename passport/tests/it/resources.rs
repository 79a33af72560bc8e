//! Resource indicators (RFC 8707), from outside.

use serde_json::json;

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
