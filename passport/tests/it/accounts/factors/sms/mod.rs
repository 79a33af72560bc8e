//! SMS as a second step, where the policy allows it.

mod number;
mod policy;
mod reset;
mod second_step;

use std::time::Duration;

use shared::db::{DbError, sql};

use super::super::contact::{code_in, other};
use super::super::recovery::{PHONE, last_to};
use super::*;

/// The policy that allows it.
const ALLOWED: &str = "[accounts]\ncaptcha = 'off'\nsms_second_step = 'allowed'\n\
    [accounts.hash]\nmemory_kib = 64\niterations = 1\n";

const SMS: &str = "/account/security/sms";
const MINUTE: Duration = Duration::from_secs(60);

/// Whoever waits for an SMS: the code of the last one to that number.
async fn code_to(passport: &Passport, to: &str) -> String {
    code_in(&last_to(passport, to).await)
}

/// The page after the button was pressed that sends a code.
async fn sent(passport: &Passport, browser: &mut Browser, answer: &Answer, path: &str) -> Answer {
    passport.clock.advance(Duration::from_millis(1));
    browser.submit(form(answer, path).with("action", "resend")).await
}

/// Turns the step on for who has just signed in with this browser; the recovery codes that are kept then.
async fn with_sms(passport: &Passport, browser: &mut Browser) -> Vec<String> {
    let answer = browser.open(&page(SMS)).await;
    let answer = sent(passport, browser, &answer, SMS).await;
    assert_eq!(answer.url.path(), SMS, "{}", answer.text);
    let code = code_to(passport, PHONE).await;
    let answer = browser.submit(form(&answer, SMS).set("code", &code)).await;
    assert_eq!(answer.url.path(), "/account/security/recovery-codes", "{:?}", summary(&answer));
    keep_codes(browser, &answer).await
}

/// The candidate has turned the step on, a quarter of an hour ago: the browser, and the recovery codes.
async fn owner(passport: &Passport) -> (Browser, Vec<String>) {
    candidate(passport).await;
    let mut browser = passport.browser();
    sign_in(&mut browser).await;
    let codes = with_sms(passport, &mut browser).await;
    passport.clock.advance(15 * MINUTE);
    (browser, codes)
}

/// The page of the second step, once a code was sent, and the code.
async fn asked(passport: &Passport, browser: &mut Browser) -> (Answer, String) {
    let answer = halfway(browser).await;
    let answer = sent(passport, browser, &answer, "/sign-in/second-step").await;
    assert!(answer.has("input[name=code]"), "{}", answer.text);
    let code = code_to(passport, PHONE).await;
    (answer, code)
}

/// Signs in by password and SMS.
async fn enter(passport: &Passport, browser: &mut Browser) {
    let (answer, code) = asked(passport, browser).await;
    let answer = browser.submit(second(&answer).set("code", &code)).await;
    assert_eq!(answer.url.path(), "/", "{:?}", summary(&answer));
}

/// `acr`, `amr` and what was shown of the session that was begun last.
async fn shown(passport: &Passport) -> [String; 3] {
    let found = passport.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let row = sql("SELECT acr, amr, shown FROM sessions ORDER BY auth_time DESC, id DESC LIMIT 1")
                .fetch_one(tx)
                .await?;
            Ok([row.get("acr")?, row.get("amr")?, row.get("shown")?])
        })
    });
    found.await.expect("a session")
}
