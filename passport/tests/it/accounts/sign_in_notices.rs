//! What owners hear of sign-ins: those from a browser that is not known, each in one mail.

use std::time::Duration;

use super::contact::{messages, registered};
use super::factors::{halfway, with_app};
use super::recovery::{NEW, choose, proven};
use super::*;
use crate::support::on_both_with;

const HOUR: Duration = Duration::from_secs(60 * 60);
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const NEW_BROWSER: &str = "有新的浏览器登录";

/// A browser in which the candidate signed in for the first time, some hours ago.
async fn at_home(passport: &Passport) -> Browser {
    candidate(passport).await;
    let mut known = passport.browser();
    sign_in(&mut known).await;
    passport.clock.advance(3 * HOUR);
    known
}

/// The messages that tell of a sign-in.
async fn told(passport: &Passport) -> Vec<String> {
    messages(passport).await.into_iter().filter(|message| message.contains("没有登录过的浏览器")).collect()
}

async fn try_in(browser: &mut Browser, password: &str) -> Answer {
    let form = sign_in_form(browser, EMAIL, password).await;
    browser.submit(form).await
}

#[tokio::test]
async fn a_browser_that_is_not_known_is_told_of_by_one_mail_that_can_be_denied() {
    on_both_with(PLAIN, |passport| async move {
        let mut known = at_home(&passport).await;
        sign_in(&mut known).await;
        assert!(messages(&passport).await.is_empty(), "of a known browser nobody is told");
        let mut thief = passport.browser().user_agent(FIREFOX).from_address([203, 0, 113, 66].into());
        sign_in(&mut thief).await;
        let all = messages(&passport).await;
        assert_eq!(all.len(), 1, "a mail, and no SMS: {all:?}");
        for part in [EMAIL, NEW_BROWSER, "2027-03-18 12:00", "Linux电脑，Firefox", "203.0.113.66", "/alarm?t="] {
            assert!(all[0].contains(part), "{part}: {}", all[0]);
        }
        passport.clock.advance(3 * HOUR);
        sign_in(&mut thief).await;
        assert_eq!(messages(&passport).await.len(), 1, "now it is known");
        let link = super::contact::link_in(&all[0]);
        let mut owner = passport.browser();
        let seen = owner.open(&link).await;
        assert!(seen.text.contains("203.0.113.66") && seen.text.contains("Firefox"), "{}", seen.text);
        owner.submit(form(&seen, "/alarm")).await;
        assert_eq!(thief.open(&page("/account/profile")).await.url.path(), "/sign-in");
        passport.clock.advance(180 * 24 * HOUR);
        assert_eq!(told(&passport).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_first_sign_in_of_all_is_not_told_of_and_after_half_a_year_a_browser_is_new_again() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.clock.advance(72 * HOUR);
        let mut known = passport.browser();
        sign_in(&mut known).await;
        assert!(messages(&passport).await.is_empty());
        passport.clock.advance(180 * 24 * HOUR);
        sign_in(&mut known).await;
        assert_eq!(told(&passport).await.len(), 1);
        // Years later the record knows of no sign-in any more: somebody signed in all the same.
        passport.rewrite_record(shared::db::sql("DELETE FROM audit_events")).await;
        passport.clock.advance(6 * 365 * 24 * HOUR);
        sign_in(&mut passport.browser()).await;
        assert_eq!(told(&passport).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_right_after_a_reset_is_told_of_with_the_reset() {
    on_both_with(PLAIN, |passport| async move {
        at_home(&passport).await;
        let mut browser = passport.browser();
        let chosen = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        choose(&mut browser, &chosen).await;
        assert_eq!(try_in(&mut passport.browser(), NEW).await.url.path(), "/");
        assert!(told(&passport).await.is_empty());
        passport.clock.advance(HOUR);
        assert_eq!(try_in(&mut passport.browser(), NEW).await.url.path(), "/");
        assert_eq!(told(&passport).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_that_lock_and_the_sign_in_after_them_are_one_mail() {
    on_both_with(PLAIN, |passport| async move {
        let mut known = at_home(&passport).await;
        for _ in 0..5 {
            try_in(&mut known, "wrong").await;
        }
        let lock = messages(&passport).await;
        assert!(lock.len() == 1 && lock[0].contains("已暂时锁定"), "{lock:?}");
        passport.clock.advance(Duration::from_secs(30));
        sign_in(&mut passport.browser()).await;
        let all = messages(&passport).await;
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(all[0].contains("多次输错密码后，有人登录"), "{}", all[0]);
        passport.clock.advance(Duration::from_millis(1));
        sign_in(&mut passport.browser()).await;
        assert!(messages(&passport).await[1].contains(NEW_BROWSER), "the lock is told of once");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_by_a_recovery_code_is_told_of_as_that() {
    on_both_with(PLAIN, |passport| async move {
        let mut known = at_home(&passport).await;
        sign_in(&mut known).await;
        let (_, codes) = with_app(&passport, &mut known).await;
        passport.clock.advance(HOUR);
        let mut other = passport.browser();
        let second = halfway(&mut other).await;
        let by_code = other.open(&page(&format!("{}?with=recovery", second.url.path()))).await;
        let done = other.submit(form(&by_code, "/sign-in/second-step").set("code", &codes[0])).await;
        assert_eq!(done.url.path(), "/", "{}", done.text);
        assert!(told(&passport).await.is_empty());
        assert!(messages(&passport).await.iter().any(|message| message.contains("用一个恢复码登录")));
    })
    .await;
}

#[tokio::test]
async fn ten_such_mails_a_day_fill_no_mailbox() {
    on_both_with(PLAIN, |passport| async move {
        at_home(&passport).await;
        for _ in 0..12 {
            sign_in(&mut passport.browser()).await;
        }
        assert_eq!(told(&passport).await.len(), 10);
        passport.clock.advance(24 * HOUR);
        sign_in(&mut passport.browser()).await;
        assert_eq!(told(&passport).await.len(), 11);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_was_never_proven_is_told_nothing() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        passport.clock.advance(3 * HOUR);
        let before = messages(&passport).await.len();
        sign_in(&mut passport.browser()).await;
        assert_eq!(messages(&passport).await.len(), before);
    })
    .await;
}
