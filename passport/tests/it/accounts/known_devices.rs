//! Locks of wrong passwords, where the account is known in the browser and where it is not.

use std::time::Duration;

use super::*;
use crate::support::on_both_with;

/// Signs out in that browser.
async fn leave(browser: &mut Browser) {
    let answer = browser.open(&page("/sign-out")).await;
    browser.submit(form(&answer, "/sign-out")).await;
}

/// Where a password leads in that browser, and what is said of it.
async fn try_in(browser: &mut Browser, password: &str) -> (String, String) {
    let form = sign_in_form(browser, EMAIL, password).await;
    let answer = browser.submit(form).await;
    (answer.url.path().to_owned(), summary(&answer).concat())
}

#[tokio::test]
async fn strangers_who_guess_lock_themselves_out_and_not_the_owner_in_a_browser_that_is_known() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        leave(&mut owner).await;
        for _ in 0..50 {
            try_in(&mut passport.browser(), "wrong").await;
        }
        let (path, said) = try_in(&mut passport.browser(), PASSWORD).await;
        assert_eq!(path, "/sign-in");
        assert!(said.contains("以后再试"), "unknown browsers are locked: {said}");
        assert_eq!(try_in(&mut owner, PASSWORD).await.0, "/", "the owner's is not");
        let (_, said) = try_in(&mut passport.browser(), PASSWORD).await;
        assert!(said.contains("以后再试"), "and the owner's sign-in gives strangers no new tries: {said}");
    })
    .await;
}

#[tokio::test]
async fn a_known_browser_has_a_lock_of_its_own() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut shared = passport.browser();
        sign_in(&mut shared).await;
        leave(&mut shared).await;
        for left in (1..5).rev() {
            assert!(try_in(&mut shared, "wrong").await.1.contains(&format!("还可以试{left}次")));
        }
        try_in(&mut shared, "wrong").await;
        let (_, said) = try_in(&mut shared, PASSWORD).await;
        assert!(said.contains("以后再试"), "{said}");
        assert_eq!(try_in(&mut passport.browser(), PASSWORD).await.0, "/", "elsewhere nothing was counted");
        passport.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(try_in(&mut shared, PASSWORD).await.0, "/");
    })
    .await;
}

#[tokio::test]
async fn browsers_that_are_known_have_a_share_of_their_own_of_what_one_address_may_try() {
    let limited = format!("{PLAIN}[limits]\nsign_in_per_minute = 2\n");
    on_both_with(&limited, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        leave(&mut owner).await;
        assert_eq!(try_in(&mut passport.browser(), "wrong").await.0, "/sign-in");
        let (_, said) = try_in(&mut passport.browser(), PASSWORD).await;
        assert!(said.contains("太多"), "strangers used theirs up: {said}");
        for expected in ["/", "/", "/sign-in"] {
            assert_eq!(try_in(&mut owner, PASSWORD).await.0, expected);
            if expected == "/" {
                leave(&mut owner).await;
            }
        }
        passport.clock.advance(Duration::from_secs(60));
        assert_eq!(try_in(&mut owner, PASSWORD).await.0, "/");
    })
    .await;
}

#[tokio::test]
async fn a_browser_known_to_one_account_is_unknown_to_another_and_to_all_after_half_a_year() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        leave(&mut browser).await;
        let token = browser.cookies.get("passport.test", "__Host-pp_device").cloned().expect("it was given");
        let mut thief = passport.browser();
        for _ in 0..5 {
            let form = sign_in_form(&mut thief, "nobody@example.com", "wrong").await;
            thief.submit(form).await;
        }
        let mut other = passport.browser();
        other.cookies.put(token);
        let form = sign_in_form(&mut other, "nobody@example.com", "wrong").await;
        let said = summary(&other.submit(form).await).concat();
        assert!(said.contains("以后再试"), "another name's lock holds there too: {said}");

        passport.clock.advance(Duration::from_secs(180 * 24 * 60 * 60));
        for _ in 0..5 {
            try_in(&mut passport.browser(), "wrong").await;
        }
        let (_, said) = try_in(&mut browser, PASSWORD).await;
        assert!(said.contains("以后再试"), "after half a year it is a browser like any other: {said}");
    })
    .await;
}

#[tokio::test]
async fn no_captcha_is_asked_for_in_a_known_browser_because_of_strangers() {
    let settings = "[accounts]\ncaptcha = 'adaptive'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n";
    on_both_with(settings, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        leave(&mut owner).await;
        let mut stranger = passport.browser().from_address([203, 0, 113, 9].into());
        let mut answer = stranger.open(&page("/sign-in")).await;
        for _ in 0..2 {
            let form = form(&answer, "/sign-in").set("username", EMAIL).set("password", "wrong");
            answer = stranger.submit(form).await;
        }
        assert!(answer.has(".captcha-field"), "where the tries come from");
        let asked = async |mut browser: Browser| {
            let form = sign_in_form(&mut browser, EMAIL, "wrong").await;
            browser.submit(form).await.has(".captcha-field")
        };
        assert!(asked(passport.browser()).await, "and in a browser that is not known");
        assert!(!asked(owner).await);
    })
    .await;
}
