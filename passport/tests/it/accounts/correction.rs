//! A mistyped address: easily mended while nothing of the account is proven, and by the way of a change from then on.

use std::time::Duration;

use super::contact::{ask, code_in, link_in, messages, registered};
use super::recovery::{change, lands, last_to};
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const RIGHT: &str = "lihua2007@example.com";
const PHONE: &str = "+8613800138000";

/// Proves the contact of that kind by the code that is sent there.
pub(super) async fn prove(passport: &Passport, browser: &mut Browser, kind: &str) {
    passport.clock.advance(Duration::from_millis(1));
    let asked = ask(browser, kind).await;
    let code = code_in(messages(passport).await.last().expect("a message"));
    let done = browser.submit(form(&asked, "/account/contact/proof").set("code", &code)).await;
    assert_eq!(done.url.path(), "/account/contact", "{:?}", summary(&done));
    passport.clock.advance(Duration::from_millis(1));
}

/// Sends the form of the waiting page that corrects the address, whether the page has it or not.
async fn correct(browser: &mut Browser, waits: &Answer, email: &str) -> Answer {
    let forged = form(waits, "/account/contact/proof").with("email", email).with("action", "correct");
    browser.submit(forged).await
}

#[tokio::test]
async fn once_anything_is_proven_a_session_alone_corrects_no_address() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        prove(&passport, &mut browser, "mobile").await;
        let waits = ask(&mut browser, "email").await;
        assert!(!waits.has("main details form"), "{}", waits.text);
        assert_eq!(
            waits.attributes("main p a", "href")[0],
            "/account/contact/change?contact=email",
            "the way that is left"
        );
        let sent = messages(&passport).await.len();
        let on = correct(&mut browser, &waits, "thief@example.com").await;
        assert_eq!(on.url.path(), "/account/contact/change", "{}", on.text);
        let change = form(&on, "/account/contact/change");
        assert_eq!(change.value("email"), Some("thief@example.com"), "what was typed goes along");
        let refused = browser.submit(change).await;
        assert!(summary(&refused)[0].contains("填写现在的密码"), "{:?}", summary(&refused));
        assert_eq!(messages(&passport).await.len(), sent, "nobody was written to");
        assert_eq!(
            count(&passport, "SELECT COUNT(*) AS n FROM accounts WHERE email = 'lihua2006@example.com'").await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_alone_corrects_no_address_of_an_account_that_lost_what_was_proven_of_it() {
    on_both_with(PLAIN, |passport| async move {
        super::number::detached(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let waits = ask(&mut browser, "email").await;
        assert!(!waits.has("main details form"), "{}", waits.text);
        let on = correct(&mut browser, &waits, "thief@example.com").await;
        assert_eq!(on.url.path(), "/account/contact/change", "{}", on.text);
        let address = "SELECT COUNT(*) AS n FROM accounts WHERE email = 'lihua2006@example.com'";
        assert_eq!(count(&passport, address).await, 1);
        // Who knows the password goes that way.
        let sent = browser.submit(form(&on, "/account/contact/change").set("old_password", PASSWORD)).await;
        assert_eq!(sent.url.path(), "/account/contact/proof", "{:?}", summary(&sent));
    })
    .await;
}

#[tokio::test]
async fn with_the_password_a_mistyped_address_is_changed_and_a_strangers_mailbox_undoes_nothing() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        prove(&passport, &mut browser, "mobile").await;
        let shown = browser.open(&page("/account/contact/change?contact=email")).await;
        let wish = form(&shown, "/account/contact/change").set("email", RIGHT).set("old_password", PASSWORD);
        let waits = browser.submit(wish).await;
        let code = code_in(&last_to(&passport, RIGHT).await);
        passport.clock.advance(Duration::from_millis(1));
        let before = messages(&passport).await.len();
        browser.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
        let told = messages(&passport).await.split_off(before);
        assert_eq!(told.len(), 1, "the proven number alone is told: {told:?}");
        assert!(told[0].contains(PHONE) && told[0].contains("/contact/undo?t="), "{told:?}");
        assert_eq!(lands(&passport, RIGHT, PASSWORD).await, "/");
        let mut stranger = passport.browser();
        let free = register_form(&mut stranger).await.set("mobile", "13900139000");
        assert_eq!(stranger.submit(free).await.url.path(), "/sign-in", "the mistyped address is free at once");
        // Undone, it does not come back either: it is somebody else's by now.
        let mut owner = passport.browser();
        let seen = owner.open(&link_in(&told[0])).await;
        let undone = owner.submit(form(&seen, "/contact/undo")).await;
        assert!(undone.text.contains("账号已暂停"), "{}", undone.text);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts WHERE email IS NOT NULL").await, 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_just_reset_the_password_is_told_until_when_addresses_stay() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let waits = ask(&mut browser, "email").await;
        change(&passport, "UPDATE accounts SET guarded_until = 1805600000000").await;
        let on = correct(&mut browser, &waits, RIGHT).await;
        let wish = form(&on, "/account/contact/change").set("old_password", PASSWORD);
        let refused = browser.submit(wish).await;
        assert!(summary(&refused)[0].contains("刚重置过密码"), "{:?}", summary(&refused));
    })
    .await;
}

#[tokio::test]
async fn an_address_corrected_after_the_session_ended_waits_over_the_sign_in() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let waits = ask(&mut browser, "email").await;
        let typed = waits.form("main details form").set("email", RIGHT).with("action", "correct");
        passport.clock.advance(Duration::from_secs(3 * 60 * 60));
        let asked = browser.submit(typed).await;
        assert_eq!(asked.url.path(), "/sign-in");
        let back = form(&asked, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let back = browser.submit(back).await;
        assert_eq!(back.url.path(), "/account/contact/proof", "{}", back.text);
        assert_eq!(back.form("main details form").value("email"), Some(RIGHT));
    })
    .await;
}
