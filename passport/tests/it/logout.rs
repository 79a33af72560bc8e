//! Signing out at the wish of a site.

use crate::support::site::{OURS, encoded, get, post, refreshing, token, userinfo};
use crate::support::{ISSUER, on_both};

#[tokio::test]
async fn a_site_that_means_this_person_signs_them_out_without_a_question() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let hint = tokens["id_token"].as_str().expect("a token").to_owned();
        // Long expired: it tells who is meant, and that is enough.
        passport.clock.advance(std::time::Duration::from_secs(60 * 60));
        let query = encoded(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", "https://cet.test/out"),
            ("state", "s 1"),
        ]);
        let answer = get(&mut browser, &format!("/logout?{query}"), &[]).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.location().expect("a way").as_str(), "https://cet.test/out?state=s+1");
        let gone = browser.cookies.get("passport.test", "__Host-pp_session");
        assert!(gone.is_none_or(|cookie| cookie.value.is_empty()));
        let refresh = tokens["refresh_token"].as_str().expect("a token");
        assert_eq!(token(&mut browser, &refreshing(refresh)).await.status, 400, "tokens end with their session");
    })
    .await;
}

#[tokio::test]
async fn what_was_granted_for_offline_use_outlives_the_session() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let bound = passport.tokens(&mut browser, "openid").await;
        let offline = passport.tokens(&mut browser, "openid offline_access").await;
        let hint = bound["id_token"].as_str().expect("a token");
        let answer = get(&mut browser, &format!("/logout?{}", encoded(&[("id_token_hint", hint)])), &[]).await;
        assert_eq!(answer.location().expect("a way").path(), "/signed-out");
        let access = bound["access_token"].as_str().expect("a token");
        assert_eq!(userinfo(&mut browser, access).await.status, 401);
        let refresh = offline["refresh_token"].as_str().expect("a token");
        assert_eq!(token(&mut browser, &refreshing(refresh)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let query = encoded(&[("client_id", "cet"), ("post_logout_redirect_uri", "https://cet.test/out")]);
        let page = browser.open(&format!("{ISSUER}/logout?{query}")).await;
        assert_eq!(page.status, 200);
        let form = page.form("form[action='/logout/confirm']");
        let leave = form.clone().with("decision", "leave").encoded();
        let foreign = post(&mut browser, "/logout/confirm", leave.clone(), &[("origin", "https://evil.test")]).await;
        assert_eq!(foreign.status, 403);
        let again = browser.submit(form.clone().set("csrf", "x").with("decision", "leave")).await;
        assert_eq!((again.url.path(), again.has(".notice.warn")), ("/logout/confirm", true), "{}", again.text);
        let leave_again = again.form("form[action='/logout/confirm']").with("decision", "leave").encoded();
        let stay = form.with("decision", "stay").encoded();
        let stayed = post(&mut browser, "/logout/confirm", stay, &[("origin", ISSUER)]).await;
        assert_eq!(stayed.location().expect("a way").path(), "/");
        let left = post(&mut browser, "/logout/confirm", leave_again, &[("origin", ISSUER)]).await;
        assert_eq!(left.location().expect("a way").as_str(), "https://cet.test/out");
        let again = get(&mut browser, &format!("/logout?{query}"), &[]).await;
        assert_eq!(again.location().expect("a way").as_str(), "https://cet.test/out", "nobody is signed in");
    })
    .await;
}

#[tokio::test]
async fn the_person_is_asked_in_the_language_of_the_site() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for (wanted, title) in [("fr en-GB", "Sign out of the Passport?"), ("zh-CN", "要退出通行证吗？")] {
            let query = encoded(&[("client_id", "cet"), ("ui_locales", wanted)]);
            let page = browser.open(&format!("{ISSUER}/logout?{query}")).await;
            assert!(page.texts("h1").contains(&title.to_owned()), "{wanted}: {:?}", page.texts("h1"));
        }
        let query = encoded(&[("client_id", "cet"), ("ui_locales", "zh-CN"), ("lang", "en")]);
        let page = browser.open(&format!("{ISSUER}/logout?{query}")).await;
        assert!(page.texts("h1").contains(&"Sign out of the Passport?".to_owned()), "the person's own choice stays");
    })
    .await;
}

#[tokio::test]
async fn a_hint_of_another_person_asks_too() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut first, _) = passport.signed_in(None).await;
        let (mut second, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut first, "openid").await;
        let hint = tokens["id_token"].as_str().expect("a token");
        let answer = get(&mut second, &format!("/logout?{}", encoded(&[("id_token_hint", hint)])), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.has("form[action='/logout/confirm']")), (200, true));
    })
    .await;
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for pairs in [
            vec![("client_id", "cet"), ("post_logout_redirect_uri", "https://cet.test/out/")],
            vec![("post_logout_redirect_uri", "https://cet.test/out")],
            vec![("client_id", "nobody"), ("post_logout_redirect_uri", "https://cet.test/out")],
        ] {
            let answer = get(&mut browser, &format!("/logout?{}", encoded(&pairs)), &[]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{pairs:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_post_from_another_site_is_taken_up_by_a_get() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let answer = post(&mut browser, "/logout", "client_id=cet&state=x", &[]).await;
        let way = answer.location().expect("a way");
        assert_eq!((way.path(), way.query()), ("/logout", Some("client_id=cet&state=x")));
        for broken in ["state=x\r\nset-cookie:a=b", "state=x y", "state=é", "state=x#y"] {
            let answer = post(&mut browser, "/logout", broken, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{broken:?}");
        }
    })
    .await;
}
