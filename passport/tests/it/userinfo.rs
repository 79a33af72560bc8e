//! User information, from outside.

use std::time::Duration;

use crate::support::on_both;
use crate::support::site::{OURS, SECRET, basic, encoded, get, post, token, userinfo};

#[tokio::test]
async fn the_scope_decides_what_is_told() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(Some("31")).await;
        let tokens = passport.tokens(&mut browser, "openid profile exam").await;
        let answer = userinfo(&mut browser, tokens["access_token"].as_str().expect("a token")).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")));
        let info = answer.json();
        assert_eq!(info["sub"], session.account.to_string());
        assert_eq!((info["name"].as_str(), info["exam_province"].as_str()), (Some("李华"), Some("31")));
        assert_eq!(info["id_verified"], false);
        assert!(info.get("email").is_none());
    })
    .await;
}

#[tokio::test]
async fn the_token_may_come_in_the_header_or_in_the_form() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        let header = format!("Bearer {access}");
        let form = encoded(&[("access_token", &access)]);
        assert_eq!(post(&mut browser, "/userinfo", "", &[("authorization", &header)]).await.status, 200);
        assert_eq!(post(&mut browser, "/userinfo", form.clone(), &[]).await.status, 200);
        assert_eq!(post(&mut browser, "/userinfo", form.clone(), &[("authorization", &header)]).await.status, 400);
        assert_eq!(get(&mut browser, &format!("/userinfo?{form}"), &[]).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_names_the_scheme_and_the_reason() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let bare = get(&mut browser, "/userinfo", &[]).await;
        assert_eq!((bare.status.as_u16(), bare.header("www-authenticate")), (401, Some("Bearer realm=\"passport\"")));
        let bad = userinfo(&mut browser, "x").await;
        assert!(bad.header("www-authenticate").expect("a challenge").contains("error=\"invalid_token\""));
        // A client's own token is no person's.
        let own = token(&mut browser, &[("grant_type", "client_credentials")]).await.json();
        let answer = userinfo(&mut browser, own["access_token"].as_str().expect("a token")).await;
        assert_eq!(answer.status, 403);
        assert!(answer.header("www-authenticate").expect("a challenge").contains("insufficient_scope"));
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        passport.clock.advance(Duration::from_secs(599));
        assert_eq!(userinfo(&mut browser, &access).await.status, 200);
        passport.clock.advance(Duration::from_secs(1));
        assert_eq!(userinfo(&mut browser, &access).await.status, 401);
        let authorization = basic("cet", SECRET);
        let asked = encoded(&[("token", &access)]);
        let state = post(&mut browser, "/introspect", asked, &[("authorization", &authorization)]).await.json();
        assert_eq!(state["active"], false);
    })
    .await;
}
