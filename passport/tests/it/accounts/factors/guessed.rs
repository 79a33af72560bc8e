//! Codes that are guessed by whoever knows the password, or reads the mails: they keep no owner out.

use std::time::Duration;

use super::super::contact::code_in;
use super::super::recovery::{NEW, PHONE, choose, last_to, proven};
use super::*;
use crate::support::on_both_with;

const MINUTE: Duration = Duration::from_secs(60);
const LOCK: Duration = Duration::from_secs(15 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs a test with a candidate who has an app and signs in with it in a browser, which is signed out again.
async fn with_owner<F, Fut>(test: F)
where
    F: Fn(Passport, (Browser, App), Vec<String>) -> Fut + Copy,
    Fut: Future<Output = ()>,
{
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut setup = passport.browser();
        sign_in(&mut setup).await;
        let (app, codes) = with_app(&passport, &mut setup).await;
        passport.clock.advance(MINUTE);
        let mut owner = passport.browser();
        assert_eq!(try_in(&mut owner, &app.code(&passport)).await, Led::In);
        leave(&mut owner).await;
        passport.clock.advance(MINUTE);
        test(passport, (owner, app), codes).await;
    })
    .await;
}

/// Where a code leads.
#[derive(Debug, PartialEq, Eq)]
enum Led {
    /// To a session.
    In,
    /// To another try.
    Wrong,
    /// To a sentence that says when to come again.
    Later,
    /// To the sentence that says what else there is, after too many in a month.
    Shut,
}

fn led(answer: &Answer) -> Led {
    match summary(answer).concat() {
        said if said.contains("最近输错的数字太多") => Led::Shut,
        said if said.contains("以后再试") => Led::Later,
        said if said.contains("还可以试") => Led::Wrong,
        said => {
            assert_eq!((answer.url.path(), said.as_str()), ("/", ""), "{}", answer.text);
            Led::In
        }
    }
}

/// Password and code, in that browser.
async fn try_in(browser: &mut Browser, code: &str) -> Led {
    let answer = halfway(browser).await;
    led(&browser.submit(second(&answer).set("code", code)).await)
}

/// Password and recovery code, in that browser.
async fn try_recovery_in(browser: &mut Browser, code: &str) -> Led {
    halfway(browser).await;
    let answer = browser.open(&page("/sign-in/second-step?with=recovery")).await;
    led(&browser.submit(second(&answer).set("code", code)).await)
}

/// Five wrong codes from browsers that nobody has used before.
async fn guess(passport: &Passport) -> Led {
    let mut last = Led::Wrong;
    for _ in 0..5 {
        last = try_in(&mut passport.browser(), "000000").await;
    }
    last
}

async fn leave(browser: &mut Browser) {
    let answer = browser.open(&page("/sign-out")).await;
    browser.submit(form(&answer, "/sign-out")).await;
}

#[tokio::test]
async fn who_knows_the_password_stops_the_step_in_no_browser_in_which_it_was_passed() {
    with_owner(|passport, (mut owner, app), _| async move {
        assert_eq!(guess(&passport).await, Led::Later);
        assert_eq!(try_in(&mut passport.browser(), &app.code(&passport)).await, Led::Later, "a browser like theirs");
        assert_eq!(try_in(&mut owner, "000000").await, Led::Wrong, "of five, none is counted yet");
        assert_eq!(try_in(&mut owner, &app.code(&passport)).await, Led::In);
        passport.clock.advance(MINUTE);
        let elsewhere = try_in(&mut passport.browser(), &app.code(&passport)).await;
        assert_eq!(elsewhere, Led::Later, "the owner's sign-in gives strangers no new tries");
    })
    .await;
}

#[tokio::test]
async fn a_browser_in_which_the_step_was_passed_has_a_lock_of_its_own() {
    with_owner(|passport, (mut shared, app), _| async move {
        for _ in 0..4 {
            assert_eq!(try_in(&mut shared, "000000").await, Led::Wrong);
        }
        assert_eq!(try_in(&mut shared, "000000").await, Led::Later);
        assert_eq!(try_in(&mut shared, &app.code(&passport)).await, Led::Later);
        assert_eq!(
            try_in(&mut passport.browser(), &app.code(&passport)).await,
            Led::In,
            "elsewhere nothing is counted"
        );
        passport.clock.advance(LOCK);
        assert_eq!(try_in(&mut shared, &app.code(&passport)).await, Led::In);
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_is_known_by_the_password_alone_is_a_strangers() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        // Whoever guessed the password was there before there was a second step.
        let mut thief = passport.browser();
        sign_in(&mut thief).await;
        leave(&mut thief).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let (app, _) = with_app(&passport, &mut owner).await;
        leave(&mut owner).await;
        passport.clock.advance(MINUTE);
        for _ in 0..5 {
            try_in(&mut thief, "000000").await;
        }
        assert_eq!(try_in(&mut passport.browser(), &app.code(&passport)).await, Led::Later, "counted with strangers'");
        assert_eq!(
            try_in(&mut owner, &app.code(&passport)).await,
            Led::In,
            "that of the first code has passed the step"
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_passed_with_a_factor_that_is_replaced_counts_no_more() {
    with_owner(|passport, (mut former, app), _| async move {
        let mut owner = passport.browser();
        assert_eq!(try_in(&mut owner, &app.code(&passport)).await, Led::In);
        let (app, _) = with_another_app(&passport, &mut owner).await;
        leave(&mut owner).await;
        passport.clock.advance(MINUTE);
        for _ in 0..5 {
            try_in(&mut former, "000000").await;
        }
        assert_eq!(try_in(&mut passport.browser(), &app.code(&passport)).await, Led::Later);
        assert_eq!(try_in(&mut owner, &app.code(&passport)).await, Led::In);
    })
    .await;
}

/// Puts an app in the place of another; there are recovery codes already.
async fn with_another_app(passport: &Passport, browser: &mut Browser) -> (App, Answer) {
    let answer = browser.open(&page("/account/security/authenticator")).await;
    let app = App(answer.texts("#secret").concat());
    let form = form(&answer, "/account/security/authenticator").set("code", &app.code(passport));
    let answer = browser.submit(form).await;
    assert_eq!(answer.url.path(), "/account/security", "{}", answer.text);
    (app, answer)
}

#[tokio::test]
async fn a_recovery_code_signs_in_whatever_strangers_try() {
    with_owner(|passport, (_, app), codes| async move {
        assert_eq!(guess(&passport).await, Led::Later);
        for left in (0..5).rev() {
            let told = try_recovery_in(&mut passport.browser(), "0000-0000").await;
            assert_eq!(told, if left == 0 { Led::Later } else { Led::Wrong });
        }
        assert_eq!(try_recovery_in(&mut passport.browser(), &codes[0]).await, Led::Later, "from where they try");
        let mut elsewhere = passport.browser().from_address([203, 0, 113, 9].into());
        assert_eq!(
            try_in(&mut elsewhere, &app.code(&passport)).await,
            Led::Later,
            "of an app they are counted for all"
        );
        assert_eq!(try_recovery_in(&mut elsewhere, &codes[0]).await, Led::In);
    })
    .await;
}

#[tokio::test]
async fn after_a_hundred_wrong_codes_in_a_month_none_is_taken_but_where_the_step_was_passed() {
    with_owner(|passport, (mut owner, app), codes| async move {
        for _ in 0..20 {
            assert_eq!(guess(&passport).await, Led::Later);
            passport.clock.advance(LOCK);
        }
        assert_eq!(try_in(&mut passport.browser(), &app.code(&passport)).await, Led::Shut);
        assert_eq!(try_in(&mut owner, &app.code(&passport)).await, Led::In);
        assert_eq!(try_recovery_in(&mut passport.browser(), &codes[0]).await, Led::In);
        passport.clock.advance(29 * DAY);
        assert_eq!(try_in(&mut passport.browser(), &app.code(&passport)).await, Led::Shut);
        // Mail and app are enough for another password: those who guess do not know it.
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let by_code = answer.form("form:has([name=code])").with("action", "factor");
        let answer = browser.submit(by_code.set("code", &app.code(&passport))).await;
        assert_eq!(choose(&mut browser, &answer).await.url.path(), "/sign-in");
        passport.clock.advance(MINUTE);
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, NEW).await;
        let answer = browser.submit(form).await;
        let answer = browser.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert_eq!(led(&answer), Led::In);
    })
    .await;
}

#[tokio::test]
async fn who_reads_the_mails_stops_nobodys_sign_in_and_the_reverse() {
    with_owner(|passport, (_, app), _| async move {
        let mut reader = passport.browser();
        let mut answer = proven(&passport, &mut reader, EMAIL, EMAIL).await;
        let by_code = |answer: &Answer| answer.form("form:has([name=code])").with("action", "factor");
        for _ in 0..5 {
            answer = reader.submit(by_code(&answer).set("code", "000000")).await;
        }
        assert_eq!(led(&answer), Led::Later);
        answer = reader.submit(by_code(&answer).set("code", &app.code(&passport))).await;
        assert_eq!(led(&answer), Led::Later);
        assert_eq!(try_in(&mut passport.browser(), &app.code(&passport)).await, Led::In);
        passport.clock.advance(LOCK);
        assert_eq!(guess(&passport).await, Led::Later);
        answer = proven(&passport, &mut reader, EMAIL, EMAIL).await;
        answer = reader.submit(by_code(&answer).set("code", &app.code(&passport))).await;
        assert!(answer.has("[name=password_confirm]"), "{:?}", summary(&answer));
    })
    .await;
}

#[tokio::test]
async fn who_is_signed_in_at_a_public_computer_shows_a_code_once_more_whatever_strangers_try() {
    with_owner(|passport, (_, app), _| async move {
        let mut public = passport.browser();
        let form = sign_in_form(&mut public, EMAIL, PASSWORD).await.set("public", "on");
        let answer = public.submit(form).await;
        let answer = public.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert_eq!(led(&answer), Led::In);
        passport.clock.advance(6 * MINUTE);
        assert_eq!(guess(&passport).await, Led::Later);
        let asked = public.open(&page("/account/security/authenticator")).await;
        let answer = public.submit(super::form(&asked, "/sign-in").set("password", PASSWORD).set("public", "on")).await;
        let answer = public.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/account/security/authenticator", "{:?}", summary(&answer));
        leave(&mut public).await;
        assert_eq!(try_in(&mut public, &app.code(&passport)).await, Led::Later, "signed out it is a stranger's");
    })
    .await;
}

#[tokio::test]
async fn the_owner_hears_of_guessed_codes_three_times_a_day_at_most() {
    with_owner(|passport, _, _| async move {
        let told = async || messages(&passport).await.iter().filter(|told| told.contains("正确的密码")).count();
        for _ in 0..5 {
            assert_eq!(guess(&passport).await, Led::Later);
            passport.clock.advance(LOCK);
        }
        assert_eq!(told().await, 3 * 2, "a mail and an SMS each");
        passport.clock.advance(DAY);
        guess(&passport).await;
        assert_eq!(told().await, 4 * 2);
    })
    .await;
}

#[tokio::test]
async fn no_code_that_was_sent_passes_the_step() {
    with_owner(|passport, _, _| async move {
        for (name, to) in [(EMAIL, EMAIL), (MOBILE, PHONE)] {
            passport.clock.advance(Duration::from_millis(1));
            let mut browser = passport.browser();
            let asks = browser.open(&page("/recover")).await;
            browser.submit(form(&asks, "/recover").set("username", name)).await;
            let code = code_in(&last_to(&passport, to).await);
            assert_eq!(try_in(&mut browser, &code).await, Led::Wrong, "{to}");
            let offered = halfway(&mut browser).await;
            assert!(!offered.text.contains("短信"), "and none is offered: {}", offered.text);
        }
    })
    .await;
}
