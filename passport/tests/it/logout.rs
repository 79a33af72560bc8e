//! Signing out at the wish of a site.

use shared::testkit::{Answer, Browser};

use crate::support::site::{
    OURS, THEIRS, agreed_code, authorize, claims, encoded, get, post, refreshing, request, token, userinfo, with,
};
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

/// `GET /logout`, its redirect not followed.
async fn logout(browser: &mut Browser, pairs: &[(&str, &str)]) -> Answer {
    get(browser, &format!("/logout?{}", encoded(pairs)), &[]).await
}

fn id_token(tokens: &serde_json::Value) -> &str {
    tokens["id_token"].as_str().expect("an ID token")
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    get(browser, "/account/profile", &[]).await.status == 200
}

const ASKED: &str = "form[action='/logout/confirm']";
const OUT: (&str, &str) = ("post_logout_redirect_uri", "https://cet.test/out");

#[tokio::test]
async fn a_hint_of_another_person_asks_first() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut first, _) = passport.signed_in(None).await;
        let (mut second, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut first, "openid").await;
        let answer = logout(&mut second, &[("id_token_hint", id_token(&tokens))]).await;
        assert_eq!((answer.status.as_u16(), answer.has(ASKED)), (200, true));
        assert!(is_signed_in(&mut second).await);
    })
    .await;
}

#[tokio::test]
async fn a_hint_of_another_session_of_the_person_asks_first_and_still_leads_back_to_the_site() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let mut other = passport.browser();
        passport.sign_in(&mut other, Some(session.account), None).await;
        // The site kept the ID token of the later sign-in, in the other browser.
        passport.tokens(&mut browser, "openid").await;
        let tokens = passport.tokens(&mut other, "openid").await;
        let pairs = [("id_token_hint", id_token(&tokens)), OUT, ("state", "s1")];
        let page = logout(&mut browser, &pairs).await;
        assert_eq!((page.status.as_u16(), page.has(ASKED)), (200, true));
        assert!(is_signed_in(&mut browser).await && is_signed_in(&mut other).await, "nothing ended yet");
        let leave = page.form(ASKED).with("decision", "leave").encoded();
        let left = post(&mut browser, "/logout/confirm", leave, &[("origin", ISSUER)]).await;
        assert_eq!(left.location().expect("a way").as_str(), "https://cet.test/out?state=s1");
        assert!(!is_signed_in(&mut browser).await);
        assert!(is_signed_in(&mut other).await, "the other browser was not asked");
    })
    .await;
}

#[tokio::test]
async fn client_id_beside_a_hint_is_the_one_that_the_token_was_issued_to() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let hint = ("id_token_hint", id_token(&tokens));
        for other in ["bei", "nobody", "CET"] {
            let answer = logout(&mut browser, &[hint, ("client_id", other), OUT]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{other}");
        }
        assert!(is_signed_in(&mut browser).await, "a request that contradicts itself ends nothing");
        let answer = logout(&mut browser, &[hint, ("client_id", "cet"), OUT]).await;
        assert_eq!(answer.location().expect("a way").as_str(), "https://cet.test/out");
    })
    .await;
}

#[tokio::test]
async fn the_hint_of_one_client_leads_to_no_address_of_another() {
    on_both(|passport| async move {
        let theirs = format!("{THEIRS}post_logout_redirect_uris = ['https://bei.test/out']\n");
        passport.register(&[OURS, &theirs]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let pairs = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", "https://bei.test/out")];
        let answer = logout(&mut browser, &pairs).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
        assert!(is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_id_token_of_ours_counts_as_no_hint() {
    on_both(|passport| async move {
        let signed = format!("{OURS}userinfo_signed_response_alg = 'ES256'\n");
        passport.register(&[&signed]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        let person = userinfo(&mut browser, &access).await.text;
        let response = authorize(&mut browser, &with(request(), "response_mode", "jwt")).await.parameter("response");
        let (signed_part, signature) = id_token(&tokens).rsplit_once('.').expect("a JWT");
        let (header, payload) = signed_part.split_once('.').expect("a JWT");
        let forged =
            format!("{header}.{payload}.{}{}", if signature.starts_with('A') { 'B' } else { 'A' }, &signature[1..]);
        let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
        for other in ["", "x", &forged, &unsigned, &access, &person, &response.expect("a signed response")] {
            let page = logout(&mut browser, &[("id_token_hint", other)]).await;
            assert_eq!((page.status.as_u16(), page.has(ASKED)), (200, true), "{other}");
            let answer = logout(&mut browser, &[("id_token_hint", other), OUT]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "it names no client: {other}");
            let page = logout(&mut browser, &[("id_token_hint", other), ("client_id", "cet"), OUT]).await;
            assert_eq!((page.status.as_u16(), page.has(ASKED)), (200, true), "{other}");
        }
        assert!(is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn a_pairwise_client_means_the_person_by_its_own_name_for_them() {
    on_both(|passport| async move {
        let pairwise = format!("{OURS}subject_type = 'pairwise'\n");
        passport.register(&[&pairwise]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        assert_ne!(claims(id_token(&tokens))["sub"], session.account.to_string());
        let answer = logout(&mut browser, &[("id_token_hint", id_token(&tokens)), OUT]).await;
        assert_eq!(answer.location().expect("a way").as_str(), "https://cet.test/out");
    })
    .await;
}

#[tokio::test]
async fn asking_twice_is_no_mistake_and_leads_back_both_times() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let pairs = [("id_token_hint", id_token(&tokens)), OUT, ("state", "1")];
        for _ in 0..2 {
            let answer = logout(&mut browser, &pairs).await;
            assert_eq!(answer.location().expect("a way").as_str(), "https://cet.test/out?state=1");
        }
        // Somebody else at this computer is asked: the hint is of a session that is over.
        passport.sign_in(&mut browser, Some(session.account), None).await;
        assert!(logout(&mut browser, &pairs).await.has(ASKED));
    })
    .await;
}

#[tokio::test]
async fn a_logout_hint_spares_nobody_the_question() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        for hint in [session.account.to_string(), session.id.to_string(), "u@example.com".to_owned()] {
            let page = logout(&mut browser, &[("logout_hint", &hint), ("client_id", "cet"), OUT]).await;
            assert_eq!((page.status.as_u16(), page.has(ASKED)), (200, true), "{hint}");
        }
        let tokens = passport.tokens(&mut browser, "openid").await;
        let pairs = [("logout_hint", "another"), ("id_token_hint", id_token(&tokens)), OUT];
        assert_eq!(logout(&mut browser, &pairs).await.location().expect("a way").as_str(), "https://cet.test/out");
    })
    .await;
}

#[tokio::test]
async fn a_post_does_what_a_get_does() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let body = encoded(&[("id_token_hint", id_token(&tokens)), OUT, ("state", "a&b")]);
        // The form stands on the site's own page.
        let taken = post(&mut browser, "/logout", body, &[("origin", "https://cet.test")]).await;
        let way = taken.location().expect("a way");
        let answer = get(&mut browser, &format!("{}?{}", way.path(), way.query().expect("a query")), &[]).await;
        assert_eq!(answer.location().expect("a way").as_str(), "https://cet.test/out?state=a%26b");
        assert!(!is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn state_comes_back_only_where_the_person_goes_back() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let none = logout(&mut browser, &[("client_id", "cet"), OUT]).await;
        assert_eq!(none.location().expect("a way").query(), None);
        let nowhere = logout(&mut browser, &[("client_id", "cet"), ("state", "s1"), ("ui_locales", "en")]).await;
        assert_eq!(nowhere.location().expect("a way").as_str(), format!("{ISSUER}/signed-out?lang=en"));
        let page = browser.open(&format!("{ISSUER}/signed-out?lang=en")).await;
        assert_eq!(page.texts("h1"), ["You are signed out"]);
    })
    .await;
}

#[tokio::test]
async fn a_parameter_that_stands_twice_ends_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let tokens = passport.tokens(&mut browser, "openid").await;
        let hint = ("id_token_hint", id_token(&tokens));
        for twice in [("state", "x"), OUT, ("client_id", "cet"), hint] {
            let answer = logout(&mut browser, &[hint, OUT, ("state", "s"), ("client_id", "cet"), twice]).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{twice:?}");
        }
        assert!(is_signed_in(&mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn what_our_own_site_got_for_offline_use_it_got_by_consent() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let pairs = with(request(), "scope", "openid offline_access");
        let silent = authorize(&mut browser, &with(pairs.clone(), "prompt", "none")).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("consent_required"));
        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&pairs))).await;
        assert_eq!(page.url.path(), "/consent");
        assert!(page.texts("strong").contains(&"您离开以后继续访问".to_owned()), "the page names it");
        agreed_code(&mut browser, &pairs).await;
        // Remembered, and of no concern to a request that does not want it.
        assert!(authorize(&mut browser, &with(pairs, "prompt", "none")).await.parameter("code").is_some());
        assert!(authorize(&mut browser, &request()).await.parameter("code").is_some());
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
            vec![("client_id", "cet"), ("post_logout_redirect_uri", "https://cet.test/out?x=1")],
            vec![("client_id", "cet"), ("post_logout_redirect_uri", "https://cet.test/OUT")],
            vec![("client_id", "cet"), ("post_logout_redirect_uri", "https://cet.test/cb")],
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
