//! Where owners of accounts are told: at what they have proven, and nowhere else.

use std::time::Duration;

use http::StatusCode;

use super::contact::{link_in, messages, registered};
use super::correction::prove;
use super::recovery::{NEW, last_to};
use super::register::register_form;
use super::*;
use crate::support::on_both_with;

const HOUR: Duration = Duration::from_secs(60 * 60);
const PHONE: &str = "+8613800138000";

/// A browser of somebody who has proven the number and never the address.
async fn with_a_number(passport: &Passport) -> Browser {
    let mut browser = registered(passport).await;
    prove(passport, &mut browser, "mobile").await;
    browser
}

/// What was sent after that many messages.
async fn since(passport: &Passport, before: usize) -> Vec<String> {
    messages(passport).await.split_off(before)
}

/// Types a wrong password until the name is locked.
async fn lock(passport: &Passport) {
    let mut stranger = passport.browser();
    for _ in 0..5 {
        let wrong = sign_in_form(&mut stranger, MOBILE, "wrong").await;
        stranger.submit(wrong).await;
    }
}

#[tokio::test]
async fn a_changed_password_is_told_to_every_proven_contact_and_to_no_other() {
    on_both_with(PLAIN, |passport| async move {
        let mut owner = with_a_number(&passport).await;
        let mut password = PASSWORD;
        for (next, told) in [(NEW, &[PHONE][..]), ("Seil7!hafen", &[PHONE, EMAIL][..])] {
            let before = messages(&passport).await.len();
            let shown = owner.open(&page("/account/password")).await;
            let filled = form(&shown, "/account/password").set("old_password", password);
            let done = owner.submit(filled.set("password", next).set("password_confirm", next)).await;
            assert_eq!(done.url.path(), "/", "{:?}", summary(&done));
            let sent = since(&passport, before).await;
            assert_eq!(sent.len(), told.len(), "{sent:?}");
            for to in told {
                let message = sent.iter().find(|message| message.contains(to)).expect("a message");
                assert!(message.contains("修改") && message.contains("/alarm?t="), "{message}");
            }
            if told.len() == 1 {
                prove(&passport, &mut owner, "email").await;
            }
            password = next;
        }
    })
    .await;
}

#[tokio::test]
async fn who_has_only_a_number_hears_of_a_lock_and_of_a_new_browser_by_one_sms_each_a_day() {
    on_both_with(PLAIN, |passport| async move {
        with_a_number(&passport).await;
        passport.clock.advance(3 * HOUR);
        let before = messages(&passport).await.len();
        lock(&passport).await;
        let sent = since(&passport, before).await;
        assert!(sent.len() == 1 && sent[0].contains(PHONE) && sent[0].contains("/alarm?t="), "{sent:?}");
        for _ in 0..2 {
            passport.clock.advance(HOUR);
            lock(&passport).await;
        }
        assert_eq!(since(&passport, before).await.len(), 1, "whoever guesses fills no phone");
        passport.clock.advance(HOUR);
        for _ in 0..2 {
            sign_in(&mut passport.browser()).await;
        }
        let sent = since(&passport, before).await;
        let (all, new) = (sent.len(), sent.iter().filter(|message| message.contains("浏览器登录")).count());
        assert!(new == 1 && all <= 2, "one sign-in is told of: {sent:?}");
        passport.clock.advance(24 * HOUR);
        sign_in(&mut passport.browser()).await;
        let told = last_to(&passport, PHONE).await;
        let seen = passport.browser().open(&link_in(&told)).await;
        assert!(seen.status == StatusCode::OK && seen.has("main form[action='/alarm']"), "{}", seen.text);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_to_be_closed_is_told_of_where_something_is_proven_and_nowhere_else() {
    on_both_with(PLAIN, |passport| async move {
        let mut owner = with_a_number(&passport).await;
        let before = messages(&passport).await.len();
        let shown = owner.open(&page("/account/close")).await;
        owner.submit(form(&shown, "/account/close").set("old_password", PASSWORD)).await;
        let sent = since(&passport, before).await;
        assert!(sent.len() == 1 && sent[0].contains(PHONE), "a mistyped address may be a stranger's: {sent:?}");
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_proven_its_end_is_told_everywhere_and_no_stranger_gets_a_link_that_shuts_the_account() {
    on_both_with(PLAIN, |passport| async move {
        let mut owner = registered(&passport).await;
        let before = messages(&passport).await.len();
        let shown = owner.open(&page("/account/close")).await;
        owner.submit(form(&shown, "/account/close").set("old_password", PASSWORD)).await;
        let sent = since(&passport, before).await;
        assert_eq!(sent.len(), 2, "{sent:?}");
        for message in &sent {
            assert!(message.contains("/close/take-back?t=") && !message.contains("/alarm?t="), "{message}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_holder_hears_at_the_proven_contact_that_somebody_registers_with_theirs() {
    on_both_with(PLAIN, |passport| async move {
        with_a_number(&passport).await;
        let before = messages(&passport).await.len();
        let mut other = passport.browser();
        let filled = register_form(&mut other).await.set("email", "other@example.com");
        other.submit(filled).await;
        let sent = since(&passport, before).await;
        assert!(sent.len() == 1 && sent[0].contains(PHONE), "{sent:?}");
    })
    .await;
}
