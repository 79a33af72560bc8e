//! Sites learn that something changed about who is signed in (OIDC Session Management 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::secret::sha256;
use shared::testkit::{Answer, Browser};
use tower_cookies::cookie::SameSite;

use crate::accounts::{PASSWORD, PLAIN, candidate, sign_in};
use crate::support::site::{OURS, PUBLIC, authorize, encoded, get, request, with, without};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

const COOKIE: &str = "__Host-pp_state";

/// The browser's state, as the page in the frame reads it.
fn state(browser: &Browser) -> String {
    browser.cookies.get("passport.test", COOKIE).expect("a state").value.clone()
}

/// What the page in the frame answers a site of that client and origin.
fn unchanged(browser: &Browser, client: &str, origin: &str, session_state: &str) -> bool {
    let (hash, salt) = session_state.split_once('.').expect("a salt");
    let text = format!("{client} {origin} {} {salt}", state(browser));
    URL_SAFE_NO_PAD.encode(sha256(text.as_bytes())) == hash
}

fn session_state(answer: &Answer) -> String {
    answer.parameter("session_state").unwrap_or_else(|| panic!("no session_state: {:?}", answer.location()))
}

fn fits(browser: &Browser, answer: &Answer) -> bool {
    unchanged(browser, "cet", "https://cet.test", &session_state(answer))
}

#[tokio::test]
async fn the_page_is_advertised_and_any_site_may_frame_it() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        let metadata = browser.open(&format!("{ISSUER}/.well-known/openid-configuration")).await.json();
        assert_eq!(metadata["frontchannel_logout_supported"], true);
        assert_eq!(metadata["frontchannel_logout_session_supported"], true);
        let address = metadata["check_session_iframe"].as_str().expect("an address").to_owned();
        assert_eq!(address, format!("{ISSUER}/check-session"));
        let page = browser.open(&address).await;
        assert_eq!(page.status, 200);
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(!policy.contains("frame-ancestors") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-frame-options"), None);
        let scripts = page.attributes("script[data-cookie='__Host-pp_state']", "src");
        assert_eq!(browser.open(&format!("{ISSUER}{}", scripts[0])).await.status, 200);
        let other = browser.open(&format!("{ISSUER}/sign-in")).await;
        assert!(other.header("content-security-policy").expect("a policy").contains("frame-ancestors 'none'"));
    })
    .await;
}

#[tokio::test]
async fn the_state_is_readable_in_a_frame_and_is_no_secret_of_the_session() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let cookie = browser.cookies.get("passport.test", COOKIE).expect("a state");
        assert_eq!((cookie.same_site, cookie.http_only, cookie.path.as_str()), (Some(SameSite::None), false, "/"));
        let session = browser.cookies.get("passport.test", "__Host-pp_session").expect("a session");
        assert!(session.http_only);
        assert!(!session.value.contains(&cookie.value) && !cookie.value.contains(&session.value));
        // With the state in place of the token nobody is signed in.
        let mut thief = passport.browser();
        let mut forged = session.clone();
        forged.value.clone_from(&cookie.value);
        thief.cookies.put(forged);
        assert_eq!(get(&mut thief, "/account/profile", &[]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn every_authentication_response_carries_a_session_state() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        for changed in [
            ("state", "s1"),
            ("prompt", "none"),
            // A request that breaks a rule, and one that is refused.
            ("code_challenge_method", "plain"),
            ("id_token_hint", "x"),
        ] {
            let answer = authorize(&mut browser, &with(with(request(), "prompt", "none"), changed.0, changed.1)).await;
            assert!(fits(&browser, &answer), "{changed:?}");
        }
        let form = authorize(&mut browser, &with(request(), "response_mode", "form_post")).await;
        let value = form.form("form#form-post").value("session_state").expect("in the form").to_owned();
        assert!(unchanged(&browser, "cet", "https://cet.test", &value));
        let signed = authorize(&mut browser, &with(request(), "response_mode", "jwt")).await;
        assert_eq!(signed.parameter("session_state"), None, "it stands in the response");
        let response = signed.parameter("response").expect("a response");
        let claims: serde_json::Value = passport.app.keys.verify(&response, "JWT").expect("signed");
        assert!(unchanged(&browser, "cet", "https://cet.test", claims["session_state"].as_str().expect("inside")));
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_has_a_session_state_too() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let refused = authorize(&mut browser, &with(request(), "prompt", "none")).await;
        assert_eq!(refused.parameter("error").as_deref(), Some("login_required"));
        assert!(fits(&browser, &refused));
        passport.sign_in(&mut browser, None, None).await;
        let signed_in = authorize(&mut browser, &with(request(), "prompt", "none")).await;
        assert!(fits(&browser, &signed_in) && !fits(&browser, &refused), "signing in is a change");
    })
    .await;
}

#[tokio::test]
async fn no_two_session_states_are_the_same_and_each_is_of_one_origin() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let first = session_state(&authorize(&mut browser, &request()).await);
        let second = session_state(&authorize(&mut browser, &request()).await);
        assert_ne!(first, second);
        assert!(!first.contains(' '));
        assert!(unchanged(&browser, "cet", "https://cet.test", &first), "nothing happened since");
        assert!(!unchanged(&browser, "cet", "https://evil.test", &first));
        assert!(!unchanged(&browser, "other", "https://cet.test", &first));
    })
    .await;
}

#[tokio::test]
async fn what_is_no_authentication_and_what_has_no_origin_has_none() {
    on_both(|passport| async move {
        let app = PUBLIC.replace("http://127.0.0.1/cb", "com.example.app:/cb");
        passport.register(&[OURS, &app]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let plain = authorize(&mut browser, &with(request(), "scope", "reports")).await;
        assert!(plain.parameter("code").is_some());
        assert_eq!(plain.parameter("session_state"), None);
        let pairs = with(with(request(), "client_id", "app"), "redirect_uri", "com.example.app:/cb");
        let device = authorize(&mut browser, &with(without(pairs, "nonce"), "prompt", "none")).await;
        assert!(device.parameter("error").is_some());
        assert_eq!(device.parameter("session_state"), None);
    })
    .await;
}

#[tokio::test]
async fn signing_in_again_signing_out_and_a_new_password_are_changes() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let mut states = Vec::new();
        sign_in(&mut browser).await;
        states.push(state(&browser));
        let before = authorize(&mut browser, &request()).await;
        assert_eq!(state(&browser), states[0], "an authorization is none");

        let page = browser.open(&format!("{ISSUER}/account/password")).await;
        let form = page.form("main form[action^='/account/password']").set("old_password", PASSWORD);
        browser.submit(form.set("password", "Regen7!wolke").set("password_confirm", "Regen7!wolke")).await;
        states.push(state(&browser));

        let page = browser.open(&format!("{ISSUER}/sign-out")).await;
        browser.submit(page.form("main form[action='/sign-out']")).await;
        states.push(state(&browser));
        assert!(states[0] != states[1] && states[1] != states[2] && states[0] != states[2], "{states:?}");
        assert!(!fits(&browser, &before));
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_is_a_change_at_the_next_answer() {
    on_both(|passport: Passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, session) = passport.signed_in(None).await;
        let alive = authorize(&mut browser, &request()).await;
        passport.end(session.id).await;
        assert!(fits(&browser, &alive), "no page of ours was visited since");
        let refused = authorize(&mut browser, &with(request(), "prompt", "none")).await;
        assert_eq!(refused.parameter("error").as_deref(), Some("login_required"));
        assert!(fits(&browser, &refused) && !fits(&browser, &alive));
        let mut stranger = passport.browser();
        let other = authorize(&mut stranger, &with(request(), "prompt", "none")).await;
        assert_eq!(state(&stranger), state(&browser), "nobody is nobody");
        assert!(fits(&stranger, &other));
        assert_eq!(get(&mut browser, &format!("/logout?{}", encoded(&[("client_id", "cet")])), &[]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn a_request_from_a_frame_of_another_site_changes_nothing() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, _) = passport.signed_in(None).await;
        let before = authorize(&mut browser, &request()).await;
        // The session's cookie stays away, the state's comes along.
        let path = format!("/authorize?{}", encoded(&with(request(), "prompt", "none")));
        let cookies = format!("{COOKIE}={}", state(&browser));
        let framed = get(&mut browser, &path, &[("cookie", &cookies), ("sec-fetch-dest", "iframe")]).await;
        assert_eq!(framed.parameter("error").as_deref(), Some("login_required"));
        assert!(fits(&browser, &framed) && fits(&browser, &before), "nobody signed out");
    })
    .await;
}
