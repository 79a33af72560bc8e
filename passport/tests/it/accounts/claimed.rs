//! Contacts that somebody claims and never proved: whoever proves one has it.

use std::time::Duration;

use super::contact::{code_in, link_in, messages, registered};
use super::correction::prove;
use super::recovery::{choose, last_to, proven};
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const SQUATTER: &str = "squatter@example.com";
const PHONE: &str = "+8613800138000";
const HAS_BOTH: &str =
    "SELECT COUNT(*) AS n FROM accounts WHERE mobile = '+8613800138000' AND email = 'lihua2006@example.com'";

/// A browser in which somebody registered with these contacts, and signed in.
async fn with(passport: &Passport, email: &str, mobile: &str) -> Browser {
    passport.clock.advance(Duration::from_millis(1));
    let mut browser = passport.browser();
    let filled = register_form(&mut browser).await.set("email", email).set("mobile", mobile);
    let answer = browser.submit(filled).await;
    browser.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
    passport.clock.advance(Duration::from_millis(1));
    browser
}

/// A browser in which somebody registered with their own address and the candidate's number, and proved the address: what
/// they claim does not end after a week.
async fn squatter(passport: &Passport) -> Browser {
    let mut browser = with(passport, SQUATTER, MOBILE).await;
    prove(passport, &mut browser, "email").await;
    browser
}

/// The answer to the right code for another contact of who is signed in.
async fn add(passport: &Passport, browser: &mut Browser, (kind, new, to): (&str, &str, &str)) -> Answer {
    let shown = browser.open(&page(&format!("/account/contact/change?contact={kind}"))).await;
    let wish = form(&shown, "/account/contact/change").set(kind, new).set("old_password", PASSWORD);
    let waits = browser.submit(wish).await;
    assert_eq!(waits.url.path(), "/account/contact/proof", "{:?}", summary(&waits));
    let code = code_in(&last_to(passport, to).await);
    passport.clock.advance(Duration::from_millis(1));
    browser.submit(form(&waits, "/account/contact/proof").set("code", &code)).await
}

#[tokio::test]
async fn a_number_that_a_squatter_claims_goes_to_who_proves_it_and_the_squatter_is_told() {
    on_both_with(PLAIN, |passport| async move {
        let mut squatter = squatter(&passport).await;
        let mut owner = with(&passport, EMAIL, "13900139000").await;
        assert_eq!(count(&passport, HAS_BOTH).await, 0);
        let done = add(&passport, &mut owner, ("mobile", MOBILE, PHONE)).await;
        assert!(done.text.contains("已更换"), "{}", done.text);
        assert_eq!(count(&passport, HAS_BOTH).await, 1);
        let contacts = squatter.open(&page("/account/contact")).await;
        assert_eq!(contacts.texts("main .tag"), ["已验证"], "the account stays, without the number: {}", contacts.text);
        let told = last_to(&passport, SQUATTER).await;
        assert!(told.contains("138****8000") && told.contains("从来没有验证过") && !told.contains("?t="), "{told}");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_proved_nothing_ends_when_its_contact_is_proven_elsewhere() {
    on_both_with(PLAIN, |passport| async move {
        let mut squatter = with(&passport, SQUATTER, MOBILE).await;
        let mut owner = with(&passport, EMAIL, "13900139000").await;
        add(&passport, &mut owner, ("mobile", MOBILE, PHONE)).await;
        assert_eq!(count(&passport, HAS_BOTH).await, 1);
        assert_eq!(squatter.open(&page("/account/contact")).await.url.path(), "/sign-in");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts WHERE closed_at IS NULL").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_lost_what_was_proven_of_it_loses_what_it_claims_and_stays() {
    on_both_with(PLAIN, |passport| async move {
        super::number::detached(&passport).await;
        let mut owner = with(&passport, "lihua@example.com", "13900139000").await;
        let done = add(&passport, &mut owner, ("email", EMAIL, EMAIL)).await;
        assert!(done.text.contains("已更换"), "{}", done.text);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts WHERE closed_at IS NULL").await, 2);
        let bare = "SELECT COUNT(*) AS n FROM accounts WHERE email IS NULL AND mobile IS NULL";
        assert_eq!(count(&passport, bare).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_a_squatter_claims_is_a_correction_once_it_is_proven_and_not_before() {
    on_both_with(PLAIN, |passport| async move {
        let mut squatter = with(&passport, EMAIL, "13700137000").await;
        prove(&passport, &mut squatter, "mobile").await;
        let mut owner = with(&passport, "lihua@exampel.com", MOBILE).await;
        let waits = super::contact::ask(&mut owner, "email").await;
        passport.clock.advance(Duration::from_millis(1));
        let correct = waits.form("main details form").set("email", EMAIL).with("action", "correct");
        let again = owner.submit(correct).await;
        assert_eq!(again.url.path(), "/account/contact/proof", "{:?}", summary(&again));
        assert_eq!(count(&passport, HAS_BOTH).await, 0, "whose it is nobody has shown");
        let code = code_in(&last_to(&passport, EMAIL).await);
        let done = owner.submit(form(&again, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(done.url.path(), "/account/contact", "{:?}", summary(&done));
        assert_eq!(count(&passport, HAS_BOTH).await, 1);
        assert!(last_to(&passport, "+8613700137000").await.contains("li***06@example.com"), "the squatter is told");
    })
    .await;
}

#[tokio::test]
async fn whose_number_is_claimed_when_they_register_has_it_by_proving_it_and_adds_the_rest() {
    on_both_with(PLAIN, |passport| async move {
        squatter(&passport).await;
        let mut owner = passport.browser();
        let filled = register_form(&mut owner).await;
        let refused = owner.submit(filled).await;
        assert!(summary(&refused)[0].starts_with("电子邮箱或手机号："), "{:?}", summary(&refused));
        assert!(refused.has("main a[href^='/recover']"), "the way on is there: {}", refused.text);
        let chosen = proven(&passport, &mut owner, MOBILE, PHONE).await;
        let done = choose(&mut owner, &chosen).await;
        assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
        owner.submit(form(&done, "/sign-in").set("password", super::recovery::NEW)).await;
        assert!(last_to(&passport, SQUATTER).await.contains("138****8000"), "the squatter is told");
        let shown = owner.open(&page("/account/contact/change?contact=email")).await;
        let wish =
            form(&shown, "/account/contact/change").set("email", EMAIL).set("old_password", super::recovery::NEW);
        let waits = owner.submit(wish).await;
        let code = code_in(&last_to(&passport, EMAIL).await);
        owner.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(count(&passport, HAS_BOTH).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_has_proven_is_taken_from_them_by_nobody() {
    on_both_with(PLAIN, |passport| async move {
        let mut holder = registered(&passport).await;
        prove(&passport, &mut holder, "mobile").await;
        let mut other = with(&passport, "other@example.com", "13900139000").await;
        let shown = other.open(&page("/account/contact/change?contact=mobile")).await;
        let wish = form(&shown, "/account/contact/change").set("mobile", MOBILE).set("old_password", PASSWORD);
        let refused = other.submit(wish.clone()).await;
        assert!(summary(&refused)[0].contains("已被别的通行证使用"), "{:?}", summary(&refused));
        // Nor what was only claimed when the code was sent, and is proven by now.
        let wish = wish.set("contact", "email").with("email", EMAIL);
        let waits = other.submit(wish).await;
        let code = code_in(&last_to(&passport, EMAIL).await);
        prove(&passport, &mut holder, "email").await;
        let late = other.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(late.texts(".notice.warn")[0], "它已经属于别的通行证，或者您已经换了另一个", "{}", late.text);
        assert_eq!(count(&passport, HAS_BOTH).await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_has_proven_something_is_told_when_not_me_takes_an_address_off() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let link = link_in(&messages(&passport).await[0]);
        prove(&passport, &mut browser, "mobile").await;
        let mut stranger = passport.browser();
        let seen = stranger.open(&link).await;
        stranger.submit(form(&seen, "/contact/confirm").with("action", "refuse")).await;
        let told = last_to(&passport, PHONE).await;
        assert!(told.contains("li***06@example.com") && told.contains("已取消登记"), "{told}");
    })
    .await;
}
