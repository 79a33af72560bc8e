//! An authenticator app: turned on, asked for, turned off.

use std::time::Duration;

use http::StatusCode;

use super::*;
use crate::support::on_both_with;

#[tokio::test]
async fn an_app_is_on_once_its_first_code_fits_and_asked_for_from_then_on() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/security/authenticator")).await;
        let app = App(answer.texts("#secret").concat());
        let wrong = form(&answer, "/account/security/authenticator").set("code", "000000");
        let answer = browser.submit(wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(summary(&answer)[0].contains("数字不对"), "{:?}", summary(&answer));
        assert_eq!(answer.texts("#secret").concat(), app.0, "the app that was set stays good");
        assert_eq!(enrolled(&passport).await, Enrolled::default());
        let right = form(&answer, "/account/security/authenticator").set("code", &app.code(&passport));
        let answer = browser.submit(right).await;
        keep_codes(&mut browser, &answer).await;

        passport.clock.advance(Duration::from_secs(30));
        let mut elsewhere = passport.browser();
        let answer = halfway(&mut elsewhere).await;
        assert!(!is_in(&elsewhere).await, "the password alone is not enough any more");
        let answer = elsewhere.submit(second(&answer).set("code", "12 34 56")).await;
        assert!(summary(&answer)[0].contains("还可以试4次"), "{:?}", summary(&answer));
        let spaced = app.code(&passport).chars().map(|digit| format!("{digit} ")).collect::<String>();
        let answer = elsewhere.submit(second(&answer).set("code", &spaced)).await;
        assert_eq!(answer.url.path(), "/");
        assert!(is_in(&elsewhere).await);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_taken_once_and_no_earlier_one_after_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let (app, _) = with_app(&passport, &mut browser).await;
        let (mut first, mut again) = (passport.browser(), passport.browser());
        let answer = halfway(&mut first).await;
        let setup = first.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert!(summary(&setup)[0].contains("已经用过"), "the code that turned it on is spent");
        let before = app.code(&passport);
        passport.clock.advance(Duration::from_secs(30));
        let now = app.code(&passport);
        assert_eq!(first.submit(second(&setup).set("code", &now)).await.url.path(), "/");
        let mut answer = halfway(&mut again).await;
        for spent in [&now, &before] {
            answer = again.submit(second(&answer).set("code", spent)).await;
            assert!(summary(&answer)[0].contains("还可以试"), "{spent}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_code_sent_from_two_browsers_at_once_signs_in_one() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;
        let (mut one, mut two) = (passport.browser(), passport.browser());
        let forms = [halfway(&mut one).await, halfway(&mut two).await]
            .map(|answer| second(&answer).set("code", &app.code(&passport)));
        let [first, other] = forms;
        let (first, other) = futures_util::join!(one.submit(first), two.submit(other));
        let home = [&first, &other].into_iter().filter(|answer| answer.url.path() == "/").count();
        assert_eq!(home, 1);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_stop_the_step_for_fifteen_minutes_and_the_owner_hears_of_it() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;
        let mut stranger = passport.browser();
        let mut answer = halfway(&mut stranger).await;
        for _ in 0..5 {
            answer = stranger.submit(second(&answer).set("code", "000000")).await;
        }
        assert!(summary(&answer)[0].contains("以后再试"), "{:?}", summary(&answer));
        assert!(messages(&passport).await.last().is_some_and(|told| told.contains("正确的密码")));
        // Another browser and a right code find it stopped too: whoever guesses does not get five tries a browser.
        let mut other = passport.browser();
        let answer = halfway(&mut other).await;
        let answer = other.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert!(summary(&answer)[0].contains("以后再试"), "{:?}", summary(&answer));
        passport.clock.advance(Duration::from_secs(15 * 60));
        let answer = halfway(&mut other).await;
        assert_eq!(other.submit(second(&answer).set("code", &app.code(&passport))).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn half_a_sign_in_is_worth_its_step_only_and_ends_with_its_time_or_with_the_password() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;

        let mut late = passport.browser();
        let form = second(&halfway(&mut late).await);
        passport.clock.advance(Duration::from_secs(10 * 60));
        let answer = late.submit(form.set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/sign-in", "ten minutes are over");
        assert!(answer.texts(".notice").concat().contains("等待太久"));

        let mut used = passport.browser();
        let form = second(&halfway(&mut used).await);
        let mut again = used.clone();
        assert_eq!(used.submit(form.clone().set("code", &app.code(&passport))).await.url.path(), "/");
        passport.clock.advance(Duration::from_secs(30));
        let answer = again.submit(form.set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/sign-in", "it was for one sign-in");

        let mut half = passport.browser();
        let form = second(&halfway(&mut half).await);
        passport.clock.advance(Duration::from_secs(30));
        let account = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        super::super::recovery::change(&passport, "UPDATE accounts SET password_set_at = password_set_at + 1").await;
        let answer = half.submit(form.set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/sign-in", "the password is another by now");

        let mut half = passport.browser();
        let form = second(&halfway(&mut half).await);
        assert_eq!(half.open(&page("/account/security")).await.url.path(), "/sign-in");
        passport.app.accounts.lock(account).await.expect("locked");
        let answer = half.submit(form.set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/sign-in", "nobody signs in to a locked account");
        assert!(!is_in(&half).await);
    })
    .await;
}

#[tokio::test]
async fn an_app_is_turned_off_with_the_codes_that_stand_in_for_it() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, .. } = protected(&passport).await;
        let answer = browser.open(&page("/account/security")).await;
        assert!(answer.texts(".glance").concat().contains("两道保护"));
        let answer = browser.open(&page("/account/security/authenticator/remove")).await;
        let answer = browser.submit(form(&answer, "/account/security/authenticator/remove")).await;
        assert_eq!(answer.url.path(), "/account/security");
        assert!(answer.texts(".glance").concat().contains("只有密码"));
        assert_eq!(enrolled(&passport).await, Enrolled::default());
        sign_in(&mut passport.browser()).await;
    })
    .await;
}

#[tokio::test]
async fn the_page_of_another_account_turns_nothing_on() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/security/authenticator")).await;
        let app = App(answer.texts("#secret").concat());
        let theirs = form(&answer, "/account/security/authenticator");
        let mut other = passport.browser();
        passport.sign_in(&mut other, None, None).await;
        let own = other.open(&page("/account/security/authenticator")).await;
        let mixed = form(&own, "/account/security/authenticator")
            .set("setup", theirs.value("setup").expect("a secret"))
            .set("code", &app.code(&passport));
        let answer = other.submit(mixed).await;
        assert!(summary(&answer)[0].contains("二维码已更新"), "{:?}", summary(&answer));
        // Nor does one's own that stood open for half an hour: whoever passed by may have its picture.
        passport.clock.advance(Duration::from_secs(30 * 60));
        let asked = browser.open(&page("/account/security/authenticator")).await;
        browser.submit(form(&asked, "/sign-in").set("password", PASSWORD)).await;
        let answer = browser.submit(theirs.set("code", &app.code(&passport))).await;
        assert!(summary(&answer)[0].contains("二维码已更新"), "{:?}", summary(&answer));
        assert_eq!(enrolled(&passport).await, Enrolled::default());
    })
    .await;
}
