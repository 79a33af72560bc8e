//! What browsers, password managers and keyboards on a screen are told of every field: its type, what belongs into it
//! (`autocomplete`), and with which keys it is typed (`inputmode`). WCAG 2.2, 1.3.5 and 3.3.8.

use std::time::Duration;

use super::contact::{ask, registered};
use super::factors::{halfway, protected};
use super::recovery::proven;
use super::*;
use crate::support::on_both_with;

/// A page, and its fields in their order.
type Fields = (&'static str, &'static [&'static str]);

const CODE: &str = "code: text, one-time-code, numeric";
const OLD_PASSWORD: &str = "old_password: password, current-password, -";
const PASSWORD_FIELD: &str = "password: password, new-password, -";
const CONFIRM: &str = "password_confirm: password, new-password, -";
const USERNAME: &str = "username: text, username, -";
const EMAIL_FIELD: &str = "email: email, email, email";
const MOBILE_FIELD: &str = "mobile: tel, tel, tel";
const ID_NUMBER: &str = "id_number: text, off, -";
const NAME: &str = "name: text, name, -";

/// Before anybody is signed in.
const OPEN: [Fields; 5] = [
    ("/sign-in", &["username: text, username webauthn, -", "password: password, current-password, -"]),
    ("/register", &[EMAIL_FIELD, MOBILE_FIELD, PASSWORD_FIELD, CONFIRM, ID_NUMBER, NAME]),
    ("/recover", &[USERNAME]),
    ("/recover/account", &[ID_NUMBER, NAME]),
    ("/appeal", &["contact: text, email, -", "number: text, off, numeric"]),
];

/// Of somebody who is signed in.
const OWN: [Fields; 7] = [
    (
        "/account/profile",
        &[
            NAME,
            "nickname: text, nickname, -",
            "birthdate: text, bday, -",
            "website: url, url, url",
            "region: text, address-level1, -",
            "locality: text, address-level2, -",
            "street_address: text, address-line1, -",
            "postal_code: text, postal-code, numeric",
        ],
    ),
    ("/account/password", &[USERNAME, OLD_PASSWORD, PASSWORD_FIELD, CONFIRM]),
    ("/account/contact/change?contact=email", &["email: email, email, -", OLD_PASSWORD]),
    ("/account/contact/change?contact=mobile", &[MOBILE_FIELD, OLD_PASSWORD]),
    ("/account/security/authenticator", &[CODE]),
    ("/account/security/passkeys", &["name: text, off, -"]),
    ("/account/close", &[OLD_PASSWORD]),
];

/// The fields of a page that are typed into.
fn fields(answer: &Answer) -> Vec<String> {
    let html = scraper::Html::parse_document(&answer.text);
    let typed = "main input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=file])";
    let inputs = scraper::Selector::parse(typed).expect("a selector");
    let told = html.select(&inputs).map(|input| {
        let part = |name| input.attr(name).unwrap_or("-");
        format!("{}: {}, {}, {}", part("name"), part("type"), part("autocomplete"), part("inputmode"))
    });
    told.collect()
}

/// Opens each page, and looks at its fields.
async fn all_are(browser: &mut Browser, pages: &[Fields]) {
    for (path, expected) in pages {
        let answer = browser.open(&page(path)).await;
        assert_eq!(fields(&answer), *expected, "{path} ({})", answer.url);
    }
}

#[tokio::test]
async fn every_field_of_a_form_says_what_belongs_into_it_and_how_it_is_typed() {
    on_both_with(PLAIN, |passport| async move {
        all_are(&mut passport.browser(), &OPEN).await;
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        all_are(&mut owner, &OWN).await;
    })
    .await;
}

#[tokio::test]
async fn every_field_for_a_code_that_was_sent_is_filled_by_the_phone_that_got_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut newcomer = registered(&passport).await;
        let proof = ask(&mut newcomer, "mobile").await;
        assert_eq!(fields(&proof)[0], CODE, "{}", proof.url);
        passport.clock.advance(Duration::from_secs(60));
        let begun = newcomer.open(&page("/recover")).await;
        let waits = newcomer.submit(form(&begun, "/recover").set("username", EMAIL)).await;
        assert_eq!(fields(&waits), [CODE], "{}", waits.url);
    })
    .await;
}

#[tokio::test]
async fn a_code_of_an_app_is_filled_in_and_a_recovery_code_is_kept_by_nobody() {
    on_both_with(PLAIN, |passport| async move {
        protected(&passport).await;
        let mut browser = passport.browser();
        assert_eq!(fields(&halfway(&mut browser).await), [CODE]);
        let other = browser.open(&page("/sign-in/second-step?with=recovery")).await;
        assert_eq!(fields(&other), ["code: text, off, -"]);
        let reset = proven(&passport, &mut passport.browser(), EMAIL, EMAIL).await;
        assert_eq!(fields(&reset), ["code: text, one-time-code, -"], "an app's code, or a recovery code");
    })
    .await;
}
