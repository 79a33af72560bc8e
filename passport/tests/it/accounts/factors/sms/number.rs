//! The number that codes go to is the one that the account has proven lately.

use super::*;
use crate::accounts::contact::messages;
use crate::accounts::recovery::{change, proven};
use crate::support::on_both_with;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the page of the second step says where no code can be sent; a recovery code signs in.
async fn stranded(passport: &Passport, code: &str) {
    let mut browser = passport.browser();
    let answer = halfway(&mut browser).await;
    assert!(answer.text.contains("请用恢复码登录") && !answer.has("button[value=resend]"), "{}", answer.text);
    let before = messages(passport).await.len();
    let forged = second(&answer).with("action", "resend");
    let answer = browser.submit(forged).await;
    assert_eq!(messages(passport).await.len(), before, "{:?}", summary(&answer));
    let link = answer.attributes("a[href*='with=recovery']", "href").concat();
    let answer = browser.click(&answer, &link).await;
    assert_eq!(browser.submit(second(&answer).set("code", code)).await.url.path(), "/");
    assert!(browser.open(&page("/account/security")).await.text.contains("登录时收不到验证码"));
}

#[tokio::test]
async fn a_number_that_went_to_somebody_else_gets_no_code_and_the_step_is_asked_for_all_the_same() {
    on_both_with(ALLOWED, |passport| async move {
        let (_, codes) = owner(&passport).await;
        let mut stranger = passport.browser();
        let answer = proven(&passport, &mut stranger, MOBILE, PHONE).await;
        let mine = answer.form("main form:has([value=number])").with("action", "number");
        assert!(stranger.submit(mine).await.text.contains("已请求解绑"));
        assert!(last_to(&passport, EMAIL).await.contains("/contact/number?t="), "its holder is told before");
        passport.clock.advance(3 * DAY);
        passport.app.accounts.settle_numbers().await.expect("settled");
        assert!(enrolled(&passport).await.sms, "no account is left with its password alone");
        stranded(&passport, &codes[0]).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_that_was_not_proven_for_ninety_days_gets_no_code_and_each_code_proves_it_anew() {
    on_both_with(ALLOWED, |passport| async move {
        let (_, codes) = owner(&passport).await;
        passport.clock.advance(80 * DAY);
        enter(&passport, &mut passport.browser()).await;
        passport.clock.advance(89 * DAY);
        let mut browser = passport.browser();
        enter(&passport, &mut browser).await;
        passport.clock.advance(90 * DAY);
        stranded(&passport, &codes[0]).await;
    })
    .await;
}

#[tokio::test]
async fn whose_number_gets_old_is_told_ten_days_before_even_beside_a_proven_address() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        passport.clock.advance(79 * DAY);
        assert_eq!(passport.app.accounts.remind_of_numbers().await.expect("a count"), 0);
        passport.clock.advance(2 * DAY);
        assert_eq!(passport.app.accounts.remind_of_numbers().await.expect("a count"), 1);
        let told = last_to(&passport, PHONE).await;
        assert!(told.contains("短信验证") && told.contains("/account/contact"), "{told}");
        assert_eq!(passport.app.accounts.remind_of_numbers().await.expect("a count"), 0, "once");
    })
    .await;
}

#[tokio::test]
async fn after_a_change_codes_go_to_the_new_number_and_one_that_was_sent_before_is_none_any_more() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        let mut owner = passport.browser();
        enter(&passport, &mut owner).await;
        passport.clock.advance(MINUTE);
        let mut waiting = passport.browser();
        let (before, code) = asked(&passport, &mut waiting).await;
        let new = "+8613900139000";
        crate::accounts::contact_change::change(&passport, &mut owner, ("mobile", PHONE, new)).await;
        let answer = waiting.submit(second(&before).set("code", &code)).await;
        assert_ne!(answer.url.path(), "/", "it went to the former number");
        assert!(!is_in(&waiting).await);
        passport.clock.advance(MINUTE);
        let mut browser = passport.browser();
        let answer = halfway(&mut browser).await;
        let answer = sent(&passport, &mut browser, &answer, "/sign-in/second-step").await;
        let code = code_to(&passport, new).await;
        assert_eq!(browser.submit(second(&answer).set("code", &code)).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_was_never_proven_turns_nothing_on() {
    on_both_with(ALLOWED, |passport| async move {
        candidate(&passport).await;
        change(&passport, "UPDATE accounts SET mobile_verified_at = NULL").await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page(SMS)).await;
        assert!(answer.text.contains("先验证手机号") && !answer.has("button[value=resend]"), "{}", answer.text);
    })
    .await;
}
