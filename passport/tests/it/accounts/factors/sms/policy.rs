//! Where the policy does not allow it, and where it did before.

use http::StatusCode;
use shared::clock::Clock as _;

use super::*;
use crate::accounts::contact::messages;
use crate::support::on_both_with;

const REQUIRED: &str = "[accounts]\ncaptcha = 'off'\nsms_second_step = 'allowed'\nsecond_factor = 'required'\n\
    [accounts.hash]\nmemory_kib = 64\niterations = 1\n";

#[tokio::test]
async fn where_it_is_not_allowed_nothing_of_it_is_there() {
    for settings in [PLAIN, REQUIRED] {
        on_both_with(settings, |passport| async move {
            candidate(&passport).await;
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
            browser.submit(form).await;
            let security = browser.open(&page("/account/security")).await;
            assert!(!security.text.contains("短信验证") && !security.has("a[href*='/sms']"), "{}", security.text);
            let before = messages(&passport).await.len();
            for path in [SMS, "/account/security/sms/remove"] {
                assert_eq!(browser.open(&page(path)).await.status, StatusCode::NOT_FOUND, "{path}");
                assert_eq!(passport.browser().open(&page(path)).await.status, StatusCode::NOT_FOUND, "{path}");
                let csrf = security.attributes("header [name=csrf]", "value").concat();
                let forged = http::Request::post(page(path))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .header("origin", ISSUER)
                    .body(format!("csrf={csrf}&action=resend").into())
                    .expect("a request");
                assert_eq!(browser.send(forged).await.status, StatusCode::NOT_FOUND, "{path}");
            }
            assert_eq!(messages(&passport).await.len(), before);
            assert_eq!(enrolled(&passport).await, Enrolled::default());
        })
        .await;
    }
}

#[tokio::test]
async fn once_it_is_not_allowed_any_more_who_has_it_is_still_asked_until_something_else_stands() {
    on_both_with(ALLOWED, |allowing| async move {
        owner(&allowing).await;
        let passport = another_node(&allowing, PLAIN).await;
        passport.clock.set(allowing.clock.now());
        let mut browser = passport.browser();
        enter(&passport, &mut browser).await;
        let security = browser.open(&page("/account/security")).await;
        assert!(security.text.contains("这里不再提供短信验证"), "{}", security.text);
        assert_eq!(browser.open(&page(SMS)).await.status, StatusCode::NOT_FOUND, "nobody turns it on");
        let answer = browser.open(&page("/account/security/authenticator")).await;
        let app = App(answer.texts("#secret").concat());
        let turned_on = form(&answer, "/account/security/authenticator").set("code", &app.code(&passport));
        assert_eq!(browser.submit(turned_on).await.url.path(), "/account/security");
        assert!(!enrolled(&passport).await.sms);
    })
    .await;
}

#[tokio::test]
async fn who_has_it_from_before_can_turn_it_off() {
    on_both_with(ALLOWED, |allowing| async move {
        owner(&allowing).await;
        let passport = another_node(&allowing, PLAIN).await;
        passport.clock.set(allowing.clock.now());
        let mut browser = passport.browser();
        enter(&passport, &mut browser).await;
        let path = "/account/security/sms/remove";
        let answer = browser.open(&page(path)).await;
        assert_eq!(browser.submit(form(&answer, path)).await.url.path(), "/account/security");
        assert_eq!(enrolled(&passport).await, Enrolled::default());
        assert_eq!(browser.open(&page(path)).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
