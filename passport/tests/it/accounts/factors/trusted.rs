//! Browsers in which the second step is left out.

use std::time::Duration;

use super::super::recovery::{NEW, choose, proven};
use super::passkeys::make;
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A browser in which the second step is left out from now on, signed out.
async fn trusted(passport: &Passport, app: &App) -> Browser {
    let mut browser = passport.browser();
    let answer = halfway(&mut browser).await;
    let form = second(&answer).set("code", &app.code(passport)).with("trust", "on");
    assert_eq!(browser.submit(form).await.url.path(), "/");
    let answer = browser.open(&page("/sign-out")).await;
    browser.submit(form_of_sign_out(&answer)).await;
    browser
}

fn form_of_sign_out(answer: &Answer) -> Form {
    form(answer, "/sign-out")
}

/// Where name and password lead in a copy of that browser.
async fn leads_to(browser: &Browser, password: &str) -> String {
    let mut browser = browser.clone();
    let form = sign_in_form(&mut browser, EMAIL, password).await;
    browser.submit(form).await.url.path().to_owned()
}

#[tokio::test]
async fn the_step_is_left_out_there_for_thirty_days_and_nowhere_else() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;
        let browser = trusted(&passport, &app).await;
        assert_eq!(leads_to(&browser, PASSWORD).await, "/");
        assert_eq!(leads_to(&passport.browser(), PASSWORD).await, "/sign-in/second-step");
        passport.clock.advance(29 * DAY);
        assert_eq!(leads_to(&browser, PASSWORD).await, "/");
        passport.clock.advance(DAY);
        assert_eq!(leads_to(&browser, PASSWORD).await, "/sign-in/second-step");
    })
    .await;
}

#[tokio::test]
async fn such_a_sign_in_is_one_factor_and_no_setting_of_security_follows_from_it() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;
        let mut browser = trusted(&passport, &app).await;
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/security/authenticator")).await;
        assert_eq!(answer.url.path(), "/sign-in", "the step is to be shown, not left out");
        let form = form(&answer, "/sign-in").set("password", PASSWORD);
        let answer = browser.submit(form).await;
        assert_eq!(answer.url.path(), "/sign-in/second-step");
        assert!(!answer.has("[name=trust]"), "where it counts there is no leaving it out");
        passport.clock.advance(Duration::from_secs(30));
        let answer = browser.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/account/security/authenticator");
    })
    .await;
}

#[tokio::test]
async fn trust_ends_when_its_owner_says_so_and_with_each_change_of_what_it_leaves_out() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { browser: mut owner, app, .. } = protected(&passport).await;
        let browser = trusted(&passport, &app).await;
        let answer = owner.open(&page("/account/security")).await;
        owner.submit(form(&answer, "/account/security/browsers")).await;
        assert_eq!(leads_to(&browser, PASSWORD).await, "/sign-in/second-step", "forgotten");

        passport.clock.advance(Duration::from_secs(60));
        let browser = trusted(&passport, &app).await;
        let answer = owner.open(&page("/account/password")).await;
        let change = form(&answer, "/account/password").set("old_password", PASSWORD).set("password", NEW);
        owner.submit(change.set("password_confirm", NEW)).await;
        assert_eq!(leads_to(&browser, NEW).await, "/sign-in/second-step", "another password");
    })
    .await;
}

#[tokio::test]
async fn trust_ends_when_another_app_is_added_or_a_factor_goes() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { browser: mut owner, app, .. } = protected(&passport).await;
        make(&mut owner, &mut Authenticator::new()).await;
        passport.clock.advance(Duration::from_secs(60));
        let browser = trusted(&passport, &app).await;
        let answer = owner.open(&page("/account/security/authenticator")).await;
        let app = App(answer.texts("#secret").concat());
        owner.submit(form(&answer, "/account/security/authenticator").set("code", &app.code(&passport))).await;
        assert_eq!(leads_to(&browser, PASSWORD).await, "/sign-in/second-step", "another app");

        passport.clock.advance(Duration::from_secs(60));
        let browser = trusted(&passport, &app).await;
        let answer = owner.open(&page("/account/security/authenticator/remove")).await;
        owner.submit(form(&answer, "/account/security/authenticator/remove")).await;
        assert!(!enrolled(&passport).await.authenticator);
        assert_eq!(leads_to(&browser, PASSWORD).await, "/sign-in/second-step", "the passkey is left");
    })
    .await;
}

#[tokio::test]
async fn after_a_reset_no_browser_leaves_the_step_out() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, codes, .. } = protected(&passport).await;
        let browser = trusted(&passport, &app).await;
        let mut lost = passport.browser();
        let answer = proven(&passport, &mut lost, EMAIL, EMAIL).await;
        let shown = answer.form("form:has([name=code])").with("action", "factor").set("code", &codes[0]);
        let answer = lost.submit(shown).await;
        assert_eq!(choose(&mut lost, &answer).await.url.path(), "/sign-in");
        assert_eq!(leads_to(&browser, NEW).await, "/sign-in/second-step", "whoever trusted it may not be the owner");
    })
    .await;
}
