//! Agreements that changed: who accepted the former ones is asked with the next sign-in, once, and by whichever way.

use http::StatusCode;

use super::contact::registered;
use super::factors::passkeys::{make, use_on};
use super::recovery::change;
use super::register::count;
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;

/// What was accepted was an earlier version.
async fn changed(passport: &Passport) {
    change(passport, "UPDATE agreements SET version = '2020-01-01'").await;
}

async fn accepted(passport: &Passport) -> i64 {
    count(passport, "SELECT COUNT(*) AS n FROM agreements").await
}

async fn sessions(passport: &Passport) -> i64 {
    count(passport, "SELECT COUNT(*) AS n FROM sessions").await
}

#[tokio::test]
async fn who_accepted_an_earlier_version_accepts_the_new_one_to_sign_in_and_is_asked_once() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        let mut browser = passport.browser();
        let first = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        assert!(!first.has("agree"), "nothing has changed");
        changed(&passport).await;
        let before = sessions(&passport).await;
        let mut asked = browser.submit(first).await;
        // As often as they like: the password was right, and no try is lost by it.
        for _ in 0..6 {
            assert_eq!((asked.status, asked.url.path()), (StatusCode::UNPROCESSABLE_ENTITY, "/sign-in"));
            assert_eq!(summary(&asked), ["协议：两份协议有更新。读过新的，同意的话在这里打勾，再登录一次"]);
            assert_eq!(asked.attributes("main .check a", "href"), ["/agreement", "/privacy"]);
            let again = form(&asked, "/sign-in");
            assert_eq!((again.value("username"), again.value("password")), (Some(EMAIL), Some("")));
            asked = browser.submit(again.set("password", PASSWORD)).await;
        }
        assert_eq!((sessions(&passport).await, accepted(&passport).await), (before, 2), "nobody was let in");
        let wrong = form(&asked, "/sign-in").set("password", "wrong").set("agree", "on");
        let wrong = browser.submit(wrong).await;
        assert_eq!(accepted(&passport).await, 2, "nobody accepts for another");
        assert!(wrong.has("[name=agree][checked]"), "what was ticked stays");
        let home = browser.submit(form(&wrong, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 4));
        let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'agreement_accepted'";
        assert_eq!(count(&passport, events).await, 2, "when and what they accepted is on record");
        sign_in(&mut passport.browser()).await;
        assert_eq!(accepted(&passport).await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_alone_signs_in_once_the_box_beside_it_is_ticked() {
    on_both_with(PLAIN, |passport| async move {
        let (mut owner, mut device) = (registered(&passport).await, Authenticator::new());
        make(&mut owner, &mut device).await;
        changed(&passport).await;
        let mut browser = passport.browser();
        let shown = browser.open(&page("/sign-in")).await;
        let asked = use_on(&mut browser, &shown, &mut device, &[]).await;
        assert_eq!((asked.url.path(), accepted(&passport).await), ("/sign-in", 2));
        assert!(summary(&asked)[0].contains("两份协议有更新"), "{}", asked.text);
        let home = use_on(&mut browser, &asked, &mut device, &["agree"]).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 4));
    })
    .await;
}

#[tokio::test]
async fn it_is_asked_in_english_too_and_of_nobody_who_accepted_a_later_version() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        changed(&passport).await;
        let mut browser = passport.browser();
        browser.open(&page("/sign-in?lang=en")).await;
        let asked = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        let asked = browser.submit(asked).await;
        assert!(summary(&asked)[0].contains("The agreements have changed"), "{:?}", summary(&asked));
        change(&passport, "UPDATE agreements SET version = '2999-01-01'").await;
        let home = browser.submit(form(&asked, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 2), "by a node of the version after this one");
    })
    .await;
}
