//! What protects an account beside its password.

mod authenticator;
mod guessed;
mod how_signed_in;
pub(super) mod passkeys;
mod passwordless;
mod recovery;
mod recovery_codes;
mod required;
mod sms;
mod step_up;
mod trusted;
mod without_script;

use std::time::Duration;

use http::{Request, header};
use passport::accounts::factors::Enrolled;
use serde_json::Value;
use shared::clock::{Clock as _, Timestamp};
use totp_rs::{Builder, Secret};

use super::contact::messages;
use super::*;

/// An authenticator app, set by the key that the page shows.
pub(crate) struct App(pub(crate) String);

impl App {
    /// The code that it shows at that moment.
    fn code_at(&self, now: Timestamp) -> String {
        let secret = Secret::try_from_base32(self.0.replace(' ', "")).expect("base32");
        let app = Builder::new().with_secret(secret).build().expect("an app");
        app.generate(u64::try_from(now.seconds()).expect("after 1970")).to_string()
    }

    /// The code that it shows now.
    pub(crate) fn code(&self, passport: &Passport) -> String {
        self.code_at(passport.clock.now())
    }
}

/// Turns an app on for who has just signed in with this browser, and saves the recovery codes.
pub(crate) async fn with_app(passport: &Passport, browser: &mut Browser) -> (App, Vec<String>) {
    let answer = browser.open(&page("/account/security/authenticator")).await;
    let app = App(answer.texts("#secret").concat());
    let form = form(&answer, "/account/security/authenticator").set("code", &app.code(passport));
    let answer = browser.submit(form).await;
    assert_eq!(answer.url.path(), "/account/security/recovery-codes", "{}", answer.text);
    let codes = keep_codes(browser, &answer).await;
    (app, codes)
}

/// An account with a second factor, and the browser in which its owner is signed in.
pub(crate) struct Protected {
    pub(crate) browser: Browser,
    pub(crate) app: App,
    /// The recovery codes.
    pub(crate) codes: Vec<String>,
}

/// The candidate has turned an app on, a minute ago: it shows a code that was not used yet.
pub(crate) async fn protected(passport: &Passport) -> Protected {
    candidate(passport).await;
    let mut browser = passport.browser();
    sign_in(&mut browser).await;
    let (app, codes) = with_app(passport, &mut browser).await;
    passport.clock.advance(Duration::from_secs(60));
    Protected { browser, app, codes }
}

/// Says that the codes of that page are kept; which.
async fn keep_codes(browser: &mut Browser, answer: &Answer) -> Vec<String> {
    let codes = answer.texts(".codes code");
    let kept = form(answer, "/account/security/recovery-codes").with("kept", "on").without("action");
    let answer = browser.submit(kept).await;
    assert_eq!(answer.url.path(), "/account/security", "{}", answer.text);
    codes
}

/// The page of the second step, after name and password in that browser.
pub(crate) async fn halfway(browser: &mut Browser) -> Answer {
    let form = sign_in_form(browser, EMAIL, PASSWORD).await;
    let answer = browser.submit(form).await;
    assert_eq!(answer.url.path(), "/sign-in/second-step", "{}", answer.text);
    answer
}

/// The form for a code.
pub(crate) fn second(answer: &Answer) -> Form {
    form(answer, "/sign-in/second-step")
}

/// Whether somebody is signed in with this browser.
async fn is_in(browser: &Browser) -> bool {
    browser.clone().open(&page("/account/profile")).await.url.path() == "/account/profile"
}

/// What the account has.
async fn enrolled(passport: &Passport) -> Enrolled {
    let account = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
    passport.app.accounts.enrolled(account).await.expect("an answer")
}

/// What a page's script is told before it calls the authenticator.
pub(super) async fn options(browser: &mut Browser, answer: &Answer, css: &str) -> Answer {
    let (csrf, path) =
        (answer.attributes(&format!("{css} [name=csrf]"), "value"), answer.attributes(css, "data-options"));
    let request = Request::post(page(&path.concat()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, ISSUER)
        .body(format!("csrf={}", csrf.concat()).into())
        .expect("a request");
    browser.send(request).await
}

/// The form with an authenticator's answer in it.
fn answered(form: Form, options: &Value, answer: &str) -> Form {
    form.set("ceremony", options["ceremony"].as_str().expect("a challenge")).set("answer", answer)
}
