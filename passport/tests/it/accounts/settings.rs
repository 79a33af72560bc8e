//! The figures of `[accounts]` and `[limits]` do what the reference says of them.

use std::time::Duration;

use super::register::register_form;
use super::*;
use crate::support::on_both_with;

/// `PLAIN` with these settings of `[accounts]` and of `[limits]`.
fn settings(accounts: &str, limits: &str) -> String {
    PLAIN.replace("[accounts]\n", &format!("[accounts]\n{accounts}\n")) + "[limits]\n" + limits
}

/// The status of a sign-in, its redirects followed.
async fn status(browser: &mut Browser, password: &str) -> u16 {
    let form = sign_in_form(browser, EMAIL, password).await;
    browser.submit(form).await.status.as_u16()
}

#[tokio::test]
async fn lock_after_and_lock_for_say_when_and_how_long_a_name_is_locked() {
    on_both_with(&settings("lock_after = 2\nlock_for = '1h'", ""), |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        for _ in 0..2 {
            assert_eq!(status(&mut browser, "wrong").await, 422);
        }
        passport.clock.advance(Duration::from_secs(59 * 60));
        assert_eq!(status(&mut browser, PASSWORD).await, 422, "still locked");
        passport.clock.advance(Duration::from_secs(60));
        assert_eq!(status(&mut browser, PASSWORD).await, 200);
    })
    .await;
}

#[tokio::test]
async fn captcha_after_says_how_many_failures_bring_a_captcha() {
    let adaptive = settings("captcha_after = 1", "").replace("'off'", "'adaptive'");
    on_both_with(&adaptive, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, "wrong").await;
        assert!(!form.has("captcha_id"));
        browser.submit(form).await;
        assert!(sign_in_form(&mut browser, EMAIL, PASSWORD).await.has("captcha_id"));
    })
    .await;
}

#[tokio::test]
async fn session_idle_and_session_absolute_end_sessions() {
    on_both_with(&settings("session_idle = '10m'\nsession_absolute = '15m'", ""), |passport| async move {
        candidate(&passport).await;
        for (minutes, lives) in [([9, 5], true), ([9, 6], false), ([10, 0], false)] {
            let mut browser = passport.browser();
            sign_in(&mut browser).await;
            let mut path = String::new();
            for pause in minutes {
                passport.clock.advance(Duration::from_secs(pause * 60));
                path = browser.open(&page("/account/profile")).await.url.path().to_owned();
            }
            assert_eq!(path == "/account/profile", lives, "{minutes:?}: {path}");
        }
    })
    .await;
}

/// Whether a session of which that box was ticked is there still, used after each of these pauses.
async fn outlasts(passport: &Passport, ticked: &str, minutes: &[u64]) -> bool {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await.set(ticked, "on");
    assert_eq!(browser.submit(form).await.url.path(), "/");
    let mut lives = true;
    for pause in minutes {
        passport.clock.advance(Duration::from_secs(pause * 60));
        lives = browser.open(&page("/account/profile")).await.url.path() == "/account/profile";
    }
    lives
}

#[tokio::test]
async fn session_remembered_and_session_public_end_the_sessions_that_asked_for_them() {
    let own = "session_idle = '20m'\nsession_absolute = '1h'\n\
        session_remembered_idle = '2h'\nsession_remembered_absolute = '3h'\n\
        session_public_idle = '5m'\nsession_public_absolute = '8m'";
    on_both_with(&settings(own, ""), |passport| async move {
        candidate(&passport).await;
        for (ticked, minutes, lives) in [
            ("remember", &[119][..], true),
            ("remember", &[120], false),
            ("remember", &[100, 79], true),
            ("remember", &[100, 80], false),
            ("public", &[4], true),
            ("public", &[5], false),
            ("public", &[4, 3], true),
            ("public", &[4, 4], false),
        ] {
            assert_eq!(outlasts(&passport, ticked, minutes).await, lives, "{ticked} {minutes:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn sign_in_per_minute_counts_tries_of_an_address_block_and_says_when_to_come_again() {
    on_both_with(&settings("", "sign_in_per_minute = 2"), |passport| async move {
        candidate(&passport).await;
        for expected in [200, 200, 429] {
            assert_eq!(status(&mut passport.browser(), PASSWORD).await, expected);
        }
        passport.clock.advance(Duration::from_millis(20_500));
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        let refused = browser.submit(form).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("40")));
        let later = browser.open(refused.url.as_str()).await;
        assert_eq!(later.header("retry-after"), Some("40"), "a reload is no try");
        let elsewhere = std::net::IpAddr::from([192, 0, 2, 1]);
        assert_eq!(status(&mut passport.browser().from_address(elsewhere), PASSWORD).await, 200);
        passport.clock.advance(Duration::from_millis(39_500));
        assert_eq!(status(&mut passport.browser(), PASSWORD).await, 200);
    })
    .await;
}

#[tokio::test]
async fn register_per_hour_counts_registrations_of_an_address_block() {
    on_both_with(&settings("", "register_per_hour = 1"), |passport| async move {
        for (n, expected) in [(0, 200), (1, 429)] {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("email", &format!("u{n}@example.com"));
            let answer = browser.submit(form.set("mobile", &format!("1390013900{n}"))).await;
            assert_eq!(answer.status.as_u16(), expected);
            assert_eq!(answer.header("retry-after"), (expected == 429).then_some("3600"));
        }
    })
    .await;
}

#[tokio::test]
async fn taken_per_hour_counts_answers_about_taken_names() {
    on_both_with(&settings("", "taken_per_hour = 1"), |passport| async move {
        candidate(&passport).await;
        for expected in [422, 429] {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("mobile", "13900139000");
            assert_eq!(browser.submit(form).await.status.as_u16(), expected);
        }
    })
    .await;
}
