//! Where the operator asks everybody for a second factor.

use super::*;
use crate::support::on_both_with;
use crate::support::site::{OURS, authorize, request, with};

const REQUIRED: &str = "[accounts]\ncaptcha = 'off'\nsecond_factor = 'required'\n\
    [accounts.hash]\nmemory_kib = 64\niterations = 1\n";

const NEEDED: &str = "/account/security/needed";

/// The candidate, with the password shown and nothing else.
async fn with_password(passport: &Passport) -> Browser {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
    browser.submit(form).await;
    browser
}

/// Where an authorization request of our own site leads: to a page of ours, or back to the site.
async fn asked_by_a_site(browser: &mut Browser, prompt: &str) -> String {
    let pairs = with(request(), "scope", "openid");
    let pairs = if prompt.is_empty() { pairs } else { with(pairs, "prompt", prompt) };
    let location = authorize(browser, &pairs).await.location().expect("a redirect");
    if location.as_str().starts_with(ISSUER) {
        return browser.open(location.as_str()).await.url.path().to_owned();
    }
    location.to_string()
}

#[tokio::test]
async fn who_has_none_adds_one_before_anything_else_and_then_goes_on() {
    on_both_with(REQUIRED, |passport| async move {
        passport.register(&[OURS]).await;
        candidate(&passport).await;
        let mut browser = with_password(&passport).await;
        for path in ["/account/profile", "/account/contact", "/account/password", "/account/close", "/account/export"] {
            assert_eq!(browser.open(&page(path)).await.url.path(), NEEDED, "{path}");
        }
        let silent = asked_by_a_site(&mut browser, "none").await;
        assert!(silent.contains("error=login_required"), "{silent}");
        assert_eq!(asked_by_a_site(&mut browser, "").await, NEEDED);
        let answer = browser.open(&page("/account/profile")).await;
        assert!(answer.text.contains("身份验证器"), "{}", answer.text);
        with_app(&passport, &mut browser).await;
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/account/profile");
        assert!(asked_by_a_site(&mut browser, "").await.contains("code="));
    })
    .await;
}

#[tokio::test]
async fn who_has_one_shows_it_each_time_and_no_browser_leaves_it_out() {
    on_both_with(REQUIRED, |passport| async move {
        candidate(&passport).await;
        let mut browser = with_password(&passport).await;
        let (app, _) = with_app(&passport, &mut browser).await;
        passport.clock.advance(std::time::Duration::from_secs(60));
        let mut elsewhere = passport.browser();
        let answer = halfway(&mut elsewhere).await;
        assert!(!answer.has("[name=trust]"), "it would not count");
        // Sent all the same, it does not.
        elsewhere.submit(second(&answer).with("trust", "on").set("code", &app.code(&passport))).await;
        assert!(is_in(&elsewhere).await);
        let signed_out = elsewhere.open(&page("/sign-out")).await;
        elsewhere.submit(form(&signed_out, "/sign-out")).await;
        halfway(&mut elsewhere).await;
        assert!(!is_in(&elsewhere).await);
    })
    .await;
}
