//! How much one network may ask for at pages where nobody is named whose own counter would stop it.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use passport::accounts::alarm::CaseNumber;
use shared::entropy::SeededEntropy;

use super::factors::{halfway, options, second, with_app};
use super::register::count;
use super::*;
use crate::support::on_both_with;

const HOUR: Duration = Duration::from_secs(60 * 60);
const CHALLENGE: &str = "form[data-passkey=get]";

/// A browser in that network.
fn from(passport: &Passport, host: u8) -> Browser {
    passport.browser().from_address([192, 0, 2, host].into())
}

#[tokio::test]
async fn a_network_gets_six_hundred_challenges_for_passkeys_a_minute() {
    on_both_with(PLAIN, |passport| async move {
        let ask = async |browser: &Browser, answer: &Answer| {
            options(&mut browser.clone(), answer, CHALLENGE).await.status == StatusCode::OK
        };
        let mut browser = from(&passport, 1);
        let shown = browser.open(&page("/sign-in")).await;
        for n in (0..600).step_by(50) {
            let asked = join_all((0..50).map(|_| ask(&browser, &shown))).await;
            assert!(asked.iter().all(|got| *got), "{n}");
        }
        assert_eq!(options(&mut browser, &shown, CHALLENGE).await.status, StatusCode::TOO_MANY_REQUESTS);
        let mut elsewhere = from(&passport, 2);
        let theirs = elsewhere.open(&page("/sign-in")).await;
        assert!(ask(&elsewhere, &theirs).await);
        passport.clock.advance(Duration::from_secs(60));
        assert!(ask(&browser, &shown).await);
    })
    .await;
}

/// The answer to who names that passport and nobody.
async fn named(browser: &mut Browser, n: u32) -> Answer {
    let shown = browser.open(&page("/recover/account")).await;
    let filled = form(&shown, "/recover/account").set("province", "31").set("id_type", "passport");
    browser.submit(filled.set("id_number", &format!("E{n:08}")).set("name", "李华")).await
}

#[tokio::test]
async fn a_network_looks_for_sixty_accounts_an_hour_by_documents() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = from(&passport, 1);
        for n in 0..60 {
            assert_eq!(named(&mut browser, n).await.status, StatusCode::OK, "{n}");
        }
        let refused = named(&mut browser, 60).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(named(&mut from(&passport, 2), 60).await.status, StatusCode::OK);
        passport.clock.advance(HOUR);
        assert_eq!(named(&mut browser, 61).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_network_tries_thirty_numbers_of_appeals_an_hour() {
    on_both_with(PLAIN, |passport| async move {
        let entropy = SeededEntropy::new(11);
        let ask = async |host: u8| {
            let mut browser = from(&passport, host);
            let shown = browser.open(&page("/appeal")).await;
            let number = CaseNumber::draw(&entropy).to_string();
            browser.submit(form(&shown, "/appeal").set("number", &number).with("action", "again")).await.status
        };
        for n in 0..31 {
            assert_eq!(ask(1).await == StatusCode::TOO_MANY_REQUESTS, n == 30, "{n}");
        }
        assert_ne!(ask(2).await, StatusCode::TOO_MANY_REQUESTS);
        passport.clock.advance(HOUR);
        assert_ne!(ask(1).await, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn who_guesses_from_many_networks_writes_no_more_than_a_hundred_lines_a_day_into_a_history() {
    const LINES: &str = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'sign_in_refused'";
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        with_app(&passport, &mut owner).await;
        let guess = async |host: u8| {
            let mut browser = from(&passport, host);
            halfway(&mut browser).await;
            let shown = browser.open(&page("/sign-in/second-step?with=recovery")).await;
            browser.submit(second(&shown).set("code", "0000-0000")).await;
        };
        for host in 1..=21 {
            for _ in 0..5 {
                guess(host).await;
            }
        }
        assert_eq!(count(&passport, LINES).await, 100, "of 105 that were wrong");
        passport.clock.advance(24 * HOUR);
        guess(1).await;
        assert_eq!(count(&passport, LINES).await, 101);
    })
    .await;
}
