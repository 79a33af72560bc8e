//! How an authorization response travels (OAuth 2.0 Multiple Response Types §2.1, Form Post, JARM).

use serde_json::Value;
use shared::testkit::{Answer, Browser};

use crate::support::site::{OURS, THEIRS, authorize, encoded, get, request, with};
use crate::support::{ISSUER, Passport, on_both};

async fn asked(browser: &mut Browser, mode: &str) -> Answer {
    authorize(browser, &with(request(), "response_mode", mode)).await
}

/// The claims of a signed response, which one of the published keys signed.
fn opened(passport: &Passport, response: &str) -> Value {
    passport.app.keys.verify(response, "JWT").expect("signed by the passport, and not expired")
}

#[tokio::test]
async fn a_fragment_carries_the_answer_past_servers() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = asked(&mut browser, "fragment").await;
        let location = answer.location().expect("a location");
        assert_eq!((answer.status.as_u16(), location.query()), (303, None));
        let fragment = location.fragment().expect("a fragment");
        assert!(fragment.starts_with("code=") && fragment.contains("&state=s1&iss=https%3A%2F%2Fpassport.test"));
    })
    .await;
}

#[tokio::test]
async fn a_form_carries_the_answer_with_and_without_script() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let answer = asked(&mut browser, "form_post").await;
        assert_eq!((answer.status.as_u16(), answer.location()), (200, None));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("form-action 'self' https://cet.test"), "{policy}");
        let form = answer.form("form#form-post");
        assert_eq!(form.action().as_str(), "https://cet.test/cb");
        assert!(form.value("code").is_some());
        assert_eq!((form.value("state"), form.value("iss")), (Some("s1"), Some(ISSUER)));
        assert!(answer.text.contains("<button"), "without script the person sends it");
    })
    .await;
}

#[tokio::test]
async fn a_form_shows_a_hostile_state_as_text() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let state = "\"><script>alert(1)</script>";
        let pairs = with(with(with(request(), "response_mode", "form_post"), "prompt", "none"), "state", state);
        let answer = authorize(&mut browser, &pairs).await;
        let form = answer.form("form#form-post");
        assert_eq!((form.value("error"), form.value("state")), (Some("login_required"), Some(state)));
        assert!(!answer.text.contains("<script>alert"));
    })
    .await;
}

#[tokio::test]
async fn a_signed_answer_names_issuer_client_and_end() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for mode in ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"] {
            let answer = asked(&mut browser, mode).await;
            let response = match mode {
                "form_post.jwt" => answer.form("form#form-post").value("response").map(str::to_owned),
                "fragment.jwt" => {
                    let location = answer.location().expect("a location").to_string();
                    location.split_once("#response=").map(|(_, response)| response.to_owned())
                }
                _ => answer.parameter("response"),
            };
            let claims = opened(&passport, &response.unwrap_or_else(|| panic!("{mode} carries a response")));
            assert_eq!(
                (&claims["iss"], &claims["aud"], &claims["state"]),
                (&ISSUER.into(), &"cet".into(), &"s1".into())
            );
            assert!(claims["code"].is_string(), "{mode}");
            assert_eq!(answer.parameter("code"), None, "{mode}: nothing stands outside");
        }
    })
    .await;
}

#[tokio::test]
async fn an_error_travels_the_way_that_was_asked_for() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let signed = with(with(request(), "response_mode", "jwt"), "prompt", "none");
        let answer = authorize(&mut browser, &signed).await;
        let claims = opened(&passport, &answer.parameter("response").expect("a response"));
        assert_eq!(claims["error"], "login_required");
        let unknown = asked(&mut browser, "web_message").await;
        assert_eq!(unknown.parameter("error").as_deref(), Some("invalid_request"));
    })
    .await;
}

#[tokio::test]
async fn a_site_of_ours_may_learn_whose_page_led_there_and_no_other_site_may() {
    on_both(|passport| async move {
        passport.register(&[OURS, THEIRS]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let policy = |answer: &Answer| answer.header("referrer-policy").map(str::to_owned);
        for mode in ["query", "fragment", "jwt"] {
            assert_eq!(policy(&asked(&mut person, mode).await).as_deref(), Some("strict-origin"), "{mode}");
        }
        let sign_in = passport.browser().open(&format!("{ISSUER}/authorize?{}", encoded(&request()))).await;
        assert_eq!((sign_in.url.path(), policy(&sign_in).as_deref()), ("/sign-in", Some("strict-origin")));
        let plain = get(&mut passport.browser(), "/sign-in", &[]).await;
        assert_eq!(policy(&plain).as_deref(), Some("no-referrer"), "it leads to no site");

        // Anybody can send a browser through these, without its person pressing anything.
        let way = sign_in.url.query().expect("a way");
        let by_form = encoded(&with(request(), "response_mode", "form_post"));
        let posted = get(&mut person, &format!("/authorize?{by_form}&{way}"), &[]).await;
        assert!(posted.has("form#form-post"));
        assert_eq!(policy(&posted).as_deref(), Some("no-referrer"));
        let theirs =
            with(with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb"), "prompt", "none");
        let refused = authorize(&mut person, &theirs).await;
        assert_eq!(refused.parameter("error").as_deref(), Some("consent_required"));
        assert_eq!(policy(&refused).as_deref(), Some("no-referrer"));
    })
    .await;
}
