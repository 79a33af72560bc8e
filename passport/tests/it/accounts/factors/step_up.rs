//! Showing once more who one is.

use std::time::Duration;

use http::StatusCode;

use super::super::recovery::NEW;
use super::*;
use crate::support::on_both_with;

const PAGES: [&str; 4] = [
    "/account/security/authenticator",
    "/account/security/authenticator/remove",
    "/account/security/passkeys",
    "/account/security/recovery-codes",
];

#[tokio::test]
async fn five_minutes_after_signing_in_what_protects_the_account_asks_for_it_again() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let fresh = browser.open(&page("/account/security/authenticator")).await;
        assert_eq!(fresh.url.path(), "/account/security/authenticator");
        let app = App(fresh.texts("#secret").concat());
        passport.clock.advance(Duration::from_secs(5 * 60));
        for path in PAGES {
            let answer = browser.clone().open(&page(path)).await;
            assert_eq!(answer.url.path(), "/sign-in", "{path}");
            assert!(answer.texts(".notice").concat().contains("再登录一次"));
        }
        let late = form(&fresh, "/account/security/authenticator").set("code", &app.code(&passport));
        let answer = browser.submit(late).await;
        assert_eq!(answer.url.path(), "/sign-in", "a form is no way around it");
        assert_eq!(enrolled(&passport).await, Enrolled::default());
        // Name filled in, password typed: on to where the person was going, in the same session.
        let again = form(&answer, "/sign-in");
        assert!(again.value("username").is_some_and(|name| !name.is_empty()));
        let answer = browser.submit(again.set("password", PASSWORD)).await;
        assert_eq!(answer.url.path(), "/account/security/authenticator");
        assert_eq!(answer.texts("#secret").concat(), app.0, "the app that was set meanwhile stays good");
        let right = form(&answer, "/account/security/authenticator").set("code", &app.code(&passport));
        assert_eq!(browser.submit(right).await.url.path(), "/account/security/recovery-codes");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_was_set_so_long_ago_that_its_secret_is_over_is_said_to_be_of_no_use() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let path = "/account/security/authenticator";
        let shown = browser.open(&page(path)).await;
        passport.clock.advance(Duration::from_secs(31 * 60));
        let answer = browser.submit(form(&shown, path).set("code", "123456")).await;
        let answer = browser.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!(answer.url.path(), path);
        assert!(summary(&answer)[0].contains("太久"), "{:?}", summary(&answer));
        assert_ne!(answer.texts("#secret"), shown.texts("#secret"));
    })
    .await;
}

#[tokio::test]
async fn whoever_changed_what_protects_the_account_can_end_its_other_sessions_from_there() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut thief, mut owner) = (passport.browser(), passport.browser());
        sign_in(&mut thief).await;
        sign_in(&mut owner).await;
        with_app(&passport, &mut owner).await;
        let answer = owner.open(&page("/account/security")).await;
        let ended = owner.submit(form(&answer, "/account/sessions").with("session", "others")).await;
        assert!(ended.texts(".notice").concat().contains("退出"), "{}", ended.text);
        assert!(is_in(&owner).await && !is_in(&thief).await);
        let answer = owner.open(&page("/account/security")).await;
        assert!(!answer.has("form[action='/account/sessions']"), "nowhere else: nothing to end");
    })
    .await;
}

#[tokio::test]
async fn an_account_with_a_second_factor_shows_it_before_what_matters_most() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, .. } = protected(&passport).await;
        for path in ["/account/password", "/account/contact/change?contact=email", "/account/close"] {
            let answer = browser.clone().open(&page(path)).await;
            assert_eq!(
                (answer.status, answer.url.path()),
                (StatusCode::OK, &path[..path.find('?').unwrap_or(path.len())])
            );
        }
        let mut forms = Vec::new();
        for path in ["/account/password", "/account/contact/change?contact=email", "/account/close"] {
            let answer = browser.open(&page(path)).await;
            forms.push(answer.form("main form:has([name=old_password])").set("old_password", PASSWORD));
        }
        forms[0] = forms[0].clone().set("password", NEW).set("password_confirm", NEW);
        forms[1] = forms[1].clone().set("email", "lihua2007@example.com");
        let before = messages(&passport).await.len();
        passport.clock.advance(Duration::from_secs(5 * 60));
        for path in ["/account/password", "/account/contact/change?contact=email", "/account/close"] {
            assert_eq!(browser.clone().open(&page(path)).await.url.path(), "/sign-in", "{path}");
        }
        for form in forms {
            let answer = browser.clone().submit(form).await;
            assert_eq!(answer.url.path(), "/sign-in", "the password alone is not enough: {}", answer.text);
        }
        assert_eq!(messages(&passport).await.len(), before, "nobody is written to: nothing was done");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_first() {
    on_both_with(PLAIN, |passport| async move {
        for path in PAGES.into_iter().chain(["/account/security", "/account/security/passkeys/change?id=x"]) {
            let answer = passport.browser().open(&page(path)).await;
            assert_eq!(answer.url.path(), "/sign-in", "{path}");
        }
        let answer = passport.browser().open(&page("/sign-in/second-step")).await;
        assert_eq!(answer.url.path(), "/sign-in");
    })
    .await;
}
