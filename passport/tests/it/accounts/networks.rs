//! How much one network may ask for at pages where nobody is named whose own counter would stop it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use passport::accounts::alarm::CaseNumber;
use shared::db::{DbError, sql};
use shared::entropy::SeededEntropy;

use super::crowds::{adaptive, cost, pupil};
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

/// Has everybody who used up anything of a limit used up so much of it.
pub(super) async fn used(passport: &Passport, limit: &'static str, so_much: i64) {
    let done = passport.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            sql("UPDATE limits SET used = $2 WHERE name = $1").bind(limit).bind(so_much).execute(tx).await
        })
    });
    assert_ne!(done.await.expect("written"), 0, "nobody has used {limit}");
}

/// The more a network has asked for by the form that `asks` sends, the more work each browser in it does for the next.
async fn grows_dearer(passport: &Passport, path: &str, asks: impl AsyncFn(&mut Browser, Form)) {
    for (uses, times) in [(0, 1), (29, 1), (30, 2), (100, 4), (300, 8), (999, 8)] {
        if uses > 0 {
            used(passport, of_form(path), uses).await;
        }
        let mut browser = from(passport, 1);
        let shown = browser.open(&page(path)).await;
        assert_eq!(cost(&shown), times, "{path} after {uses}");
        let filled = form(&shown, path).set("pow_solution", &work(&shown));
        asks(&mut browser, filled).await;
    }
    let elsewhere = from(passport, 2).open(&page(path)).await;
    assert_eq!(cost(&elsewhere), 1, "nobody else pays for it");
}

/// What is counted of a form.
fn of_form(path: &str) -> &'static str {
    match path {
        "/register" => "registration_address",
        "/recover/account" => "find_account_address",
        _ => "proof_address",
    }
}

#[tokio::test]
async fn forms_of_strangers_cost_more_work_the_more_their_network_asks_for() {
    on_both_with(&adaptive(), |passport| async move {
        let n = AtomicU32::new(0);
        let next = || n.fetch_add(1, Ordering::Relaxed);
        grows_dearer(&passport, "/register", async |browser, form| {
            let (email, mobile) = pupil(next());
            let form = form
                .set("email", &email)
                .set("mobile", &mobile)
                .set("password", PASSWORD)
                .set("password_confirm", PASSWORD);
            let done = browser.submit(form.set("agree", "on").set("age", "over")).await;
            assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
        })
        .await;
        grows_dearer(&passport, "/recover/account", async |browser, form| {
            let form = form.set("province", "31").set("id_type", "passport").set("name", "李华");
            let done = browser.submit(form.set("id_number", &format!("E{:08}", next()))).await;
            assert!(done.texts(".notice").concat().contains("如果信息一致"), "{:?}", summary(&done));
        })
        .await;
        grows_dearer(&passport, "/appeal", async |browser, form| {
            let done = browser.submit(form.set("contact", &pupil(next()).0)).await;
            assert_eq!(done.url.path(), "/appeal/code", "{:?}", summary(&done));
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn of_a_school_of_whom_many_have_registered_before_nobody_is_kept_out() {
    on_both_with(&adaptive(), |passport| async move {
        candidate(&passport).await;
        let mut costs = Vec::new();
        for n in 0..25 {
            for taken in [true, false] {
                let (email, mobile) = pupil(n);
                let mut browser = from(&passport, 1);
                let shown = browser.open(&page("/register")).await;
                costs.push(cost(&shown));
                let filled = form(&shown, "/register").set("pow_solution", &work(&shown)).set("age", "over");
                let filled = filled.set("email", if taken { EMAIL } else { &email }).set("mobile", &mobile);
                let done = browser
                    .submit(filled.set("password", PASSWORD).set("password_confirm", PASSWORD).set("agree", "on"))
                    .await;
                assert_eq!(done.url.path() == "/register", taken, "{n}: {:?}", summary(&done));
                assert_ne!(done.status, StatusCode::TOO_MANY_REQUESTS);
            }
        }
        // Each pair counts two tries, and the answer five more.
        assert_eq!((costs[0], costs[8], costs[10], costs[49]), (1, 1, 2, 4));
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
async fn a_network_looks_for_a_thousand_accounts_an_hour_by_documents() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = from(&passport, 1);
        assert_eq!(named(&mut browser, 0).await.status, StatusCode::OK);
        used(&passport, "find_account_address", 999).await;
        assert_eq!(named(&mut browser, 59).await.status, StatusCode::OK);
        let refused = named(&mut browser, 60).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(named(&mut from(&passport, 2), 60).await.status, StatusCode::OK);
        passport.clock.advance(HOUR);
        assert_eq!(named(&mut browser, 61).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_network_tries_three_hundred_numbers_of_appeals_an_hour() {
    on_both_with(PLAIN, |passport| async move {
        let entropy = SeededEntropy::new(11);
        let ask = async |host: u8| {
            let mut browser = from(&passport, host);
            let shown = browser.open(&page("/appeal")).await;
            let number = CaseNumber::draw(&entropy).to_string();
            browser.submit(form(&shown, "/appeal").set("number", &number).with("action", "again")).await.status
        };
        assert_ne!(ask(1).await, StatusCode::TOO_MANY_REQUESTS);
        used(&passport, "appeal_address", 299).await;
        for n in 0..2 {
            assert_eq!(ask(1).await == StatusCode::TOO_MANY_REQUESTS, n == 1, "{n}");
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
