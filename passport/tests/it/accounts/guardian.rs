//! 监护人同意: who is under 14 enters no site before a guardian has consented, and nothing that they typed is lost.

mod answered;
mod bad_input;
mod known;
mod settled;

use std::time::Duration;

use http::StatusCode;
use passport::accounts::AccountId;
use url::Position;

use super::closure::sent_to;
use super::contact::{code_in, link_in, other};
use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;
use crate::support::site::{OURS, encoded, get, post, request, with};

const GUARDIAN: &str = "wangfang@example.com";
const GUARDIANS_NUMBER: &str = "+8613911112222";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A browser in which a child has registered and signed in: 13 years and a bit, as they say.
async fn child(passport: &Passport) -> Browser {
    let mut browser = passport.browser();
    let form = register_form(&mut browser).await.set("age", "under").set("name", "李小华");
    let answer = browser.submit(form).await;
    let home = browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
    assert_eq!(home.url.path(), "/", "{}", home.text);
    passport.clock.advance(Duration::from_millis(1));
    browser
}

fn form_of(answer: &Answer, path: &str) -> Form {
    super::form(answer, path)
}

/// The form in which a guardian is named, filled.
async fn naming(browser: &mut Browser, contact: &str) -> Form {
    let shown = browser.open(&page("/account/guardian")).await;
    named(&shown, contact)
}

fn named(shown: &Answer, contact: &str) -> Form {
    let form = shown.form("main form:has([name=guardian_name])");
    let form = form.set("guardian_name", "王芳").set("relation", "mother").set("contact", contact);
    if form.has("birthdate") { form.set("birthdate", "2013-09-01") } else { form }
}

/// Asks the guardian; the page that waits.
async fn ask(browser: &mut Browser, contact: &str) -> Answer {
    let form = naming(browser, contact).await;
    browser.submit(form).await
}

/// The form in which the guardian types the code.
fn coded(shown: &Answer, code: &str) -> Form {
    shown.form("main form:has([name=code])").set("code", code).set("agree", "on").with("action", "agree")
}

/// What was sent there last; what is sent from here on is sent later.
async fn last(passport: &Passport, to: &str) -> String {
    passport.clock.advance(Duration::from_millis(1));
    sent_to(passport, to).await.pop().unwrap_or_else(|| panic!("nothing was sent to {to}"))
}

/// Whether the site gets a code of who is signed in here.
async fn enters(browser: &mut Browser) -> bool {
    get(browser, &format!("/authorize?{}", encoded(&request())), &[]).await.parameter("code").is_some()
}

async fn id(passport: &Passport) -> AccountId {
    passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account")
}

/// Signs in again, wherever that leads.
async fn again(passport: &Passport) -> Browser {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
    browser.submit(form).await;
    browser
}

/// A guardian consents by the link.
async fn consents(passport: &Passport, to: &str) -> Answer {
    let link = link_in(&last(passport, to).await);
    let mut anybody = passport.browser();
    let seen = anybody.open(&link).await;
    anybody.submit(form_of(&seen, "/guardian/consent")).await
}
