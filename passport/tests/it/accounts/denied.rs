//! Notices of what somebody did who is not signed in: whoever reads that it was not them shuts the account by each.

use super::alarm::{alarm_to, press};
use super::contact::{link_in, messages};
use super::recovery::{lands, last_to};
use super::register::register_form;
use super::*;
use crate::support::on_both_with;

const STRANGER: [u8; 4] = [203, 0, 113, 66];

/// What the link of the last notice to the owner says, once it is pressed, and whether the password still opens the account.
async fn shut_by(passport: &Passport, about: &str) {
    let link = alarm_to(passport, EMAIL).await;
    let seen = passport.browser().open(&link).await;
    let told = seen.texts("main").concat();
    assert!(told.contains(about) && told.contains("203.0.113.66"), "{told}");
    let case = press(passport, &link).await;
    assert!(case.has("main .facts .reference"), "{}", case.text);
    assert_ne!(lands(passport, EMAIL, PASSWORD).await, "/", "nobody signs in before another password is chosen");
}

#[tokio::test]
async fn that_somebody_registers_with_the_owners_contacts() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut stranger = passport.browser().from_address(STRANGER.into());
        let form = register_form(&mut stranger).await.set("mobile", "13900139000");
        stranger.submit(form).await;
        shut_by(&passport, "有人用您的电子邮箱或手机号注册").await;
    })
    .await;
}

#[tokio::test]
async fn that_somebody_looked_for_the_account_by_its_document() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        let number = "11010519491231002X";
        browser.submit(form.set("id_type", "resident").set("id_number", number).set("name", "李华")).await;
        let seen = browser.open(&link_in(&messages(&passport).await[0])).await;
        browser.submit(super::form(&seen, "/contact/confirm").without("action")).await;

        let mut stranger = passport.browser().from_address(STRANGER.into());
        let asked = stranger.open(&page("/recover/account")).await;
        let form = super::form(&asked, "/recover/account").set("province", "31").set("id_type", "resident");
        stranger.submit(form.set("id_number", number).set("name", "李华")).await;
        shut_by(&passport, "您的E-TEST通行证账号").await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_was_never_proven_gets_no_link_of_either() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        browser.submit(form.clone()).await;
        passport.clock.advance(std::time::Duration::from_millis(1));
        let mut stranger = passport.browser();
        let form = register_form(&mut stranger).await.set("mobile", "13900139000");
        stranger.submit(form).await;
        let told = last_to(&passport, EMAIL).await;
        assert!(told.contains("有人正在用您的电子邮箱或手机号注册") && !told.contains("/alarm?t="), "{told}");
    })
    .await;
}
