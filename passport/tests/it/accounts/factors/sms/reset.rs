//! A forgotten password where the number is the factor: it is not counted twice.

use http::StatusCode;

use super::*;
use crate::accounts::recovery::{NEW, choose, proven};
use crate::support::on_both_with;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn may_choose(answer: &Answer) -> bool {
    answer.has("[name=password_confirm]")
}

/// Signs in with the new password, by the number.
async fn enter_anew(passport: &Passport) -> Browser {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, NEW).await;
    let answer = browser.submit(form).await;
    assert_eq!(answer.url.path(), "/sign-in/second-step", "the step is asked for as before");
    let answer = sent(passport, &mut browser, &answer, "/sign-in/second-step").await;
    let code = code_to(passport, PHONE).await;
    assert_eq!(browser.submit(second(&answer).set("code", &code)).await.url.path(), "/");
    browser
}

#[tokio::test]
async fn mail_and_sms_together_are_not_enough_and_a_recovery_code_beside_one_of_them_is() {
    on_both_with(ALLOWED, |passport| async move {
        let (_, codes) = owner(&passport).await;
        passport.clock.advance(DAY);
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        assert!(!may_choose(&answer) && !answer.has("button[value=mobile]"), "the number would show nothing more");
        let answer = proven(&passport, &mut browser, MOBILE, PHONE).await;
        assert!(!may_choose(&answer), "mail and SMS: channel, channel and factor at once");
        let forged = form(&answer, "/recover/password").with("password", NEW).with("password_confirm", NEW);
        let answer = browser.submit(forged).await;
        assert_eq!(answer.status, StatusCode::GONE, "{}", answer.text);
        let answer = browser.open(&page("/recover/password")).await;
        let by_code = answer.form("form:has([name=code])").with("action", "factor").set("code", &codes[0]);
        let answer = browser.submit(by_code).await;
        assert!(may_choose(&answer), "{}", answer.text);
        assert_eq!(choose(&mut browser, &answer).await.url.path(), "/sign-in");
        passport.clock.advance(MINUTE);
        enter_anew(&passport).await;
    })
    .await;
}

#[tokio::test]
async fn after_the_wait_the_password_is_chosen_and_the_step_stays() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        passport.clock.advance(DAY);
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let answer = browser.submit(answer.form("form:has(button[value=wait])").with("action", "wait")).await;
        assert!(!may_choose(&answer) && answer.text.contains("正在等待"), "{}", answer.text);
        let cancels = last_to(&passport, PHONE).await;
        assert!(cancels.contains("/recover/cancel?t="), "every channel can cancel: {cancels}");
        passport.clock.advance(3 * DAY);
        let answer = browser.open(&page("/recover/password")).await;
        assert!(may_choose(&answer), "{}", answer.text);
        choose(&mut browser, &answer).await;
        passport.clock.advance(MINUTE);
        enter_anew(&passport).await;
    })
    .await;
}

#[tokio::test]
async fn who_has_lost_the_number_waits_and_it_is_removed_then() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        passport.clock.advance(DAY);
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let lost = answer.form("form:has(button[value=wait])").with("lost", "on").with("action", "wait");
        assert!(browser.submit(lost).await.text.contains("正在等待"));
        passport.clock.advance(3 * DAY);
        let answer = browser.open(&page("/recover/password")).await;
        assert!(may_choose(&answer), "{}", answer.text);
        choose(&mut browser, &answer).await;
        assert_eq!(enrolled(&passport).await, Enrolled::default(), "with everything that stood in for it");
    })
    .await;
}

#[tokio::test]
async fn for_three_days_after_a_reset_it_is_not_turned_off_and_nothing_takes_its_place() {
    on_both_with(ALLOWED, |passport| async move {
        let (_, codes) = owner(&passport).await;
        passport.clock.advance(DAY);
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let by_code = answer.form("form:has([name=code])").with("action", "factor").set("code", &codes[0]);
        let answer = browser.submit(by_code).await;
        choose(&mut browser, &answer).await;
        passport.clock.advance(MINUTE);
        let mut browser = enter_anew(&passport).await;
        let path = "/account/security/sms/remove";
        let answer = browser.open(&page(path)).await;
        let answer = browser.submit(form(&answer, path)).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        let answer = browser.open(&page("/account/security/authenticator")).await;
        let app = App(answer.texts("#secret").concat());
        let turned_on = form(&answer, "/account/security/authenticator").set("code", &app.code(&passport));
        let answer = browser.submit(turned_on).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        let has = enrolled(&passport).await;
        assert!(has.sms && !has.authenticator, "{has:?}");
    })
    .await;
}
