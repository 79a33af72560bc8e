//! How many codes are sent, and what is said of each cap.

use std::net::IpAddr;
use std::time::Duration;

use http::StatusCode;

use super::contact::registered;
use super::crowds::{adaptive, cost, pupil};
use super::networks::used;
use super::*;
use crate::support::on_both_with;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer to a wish for another address.
async fn wish(browser: &mut Browser, email: &str) -> Answer {
    let shown = browser.open(&page("/account/contact/change?contact=email")).await;
    let filled = form(&shown, "/account/contact/change").set("email", email).set("old_password", PASSWORD);
    browser.submit(filled).await
}

/// What the summary of a page says in English.
async fn in_english(browser: &mut Browser, answer: &Answer) -> String {
    let [english, chinese] = ["en", "zh-CN"].map(|lang| {
        let mut url = answer.url.clone();
        url.query_pairs_mut().append_pair("lang", lang);
        url
    });
    let told = summary(&browser.open(english.as_str()).await).concat();
    browser.open(chinese.as_str()).await;
    told
}

#[tokio::test]
async fn one_account_asks_for_thirty_codes_a_day_whomever_it_writes_to() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        for n in 0..30 {
            let sent = wish(&mut browser, &format!("stranger{n}@example.com")).await;
            assert_eq!(sent.url.path(), "/account/contact/proof", "{n}: {:?}", summary(&sent));
        }
        let refused = wish(&mut browser, "one-more@example.com").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(summary(&refused)[0].contains("您的账号今天要的验证码太多了"), "{:?}", summary(&refused));
        let english = in_english(&mut browser, &refused).await;
        assert!(english.contains("Your account asked for too many codes today"), "{english}");
        passport.clock.advance(DAY);
        sign_in(&mut browser).await;
        assert_eq!(wish(&mut browser, "one-more@example.com").await.url.path(), "/account/contact/proof");
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_was_written_to_too_often_is_told_apart_from_a_page_that_asks_too_soon() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let mut asked = super::contact::ask(&mut browser, "mobile").await;
        let again = form(&asked, "/account/contact/proof").with("action", "resend");
        let early = browser.submit(again).await;
        assert!(summary(&early)[0].contains("刚刚发过"), "{:?}", summary(&early));
        assert!(in_english(&mut browser, &early).await.contains("One was sent a moment ago"));
        for _ in 0..6 {
            asked = super::contact::ask(&mut browser, "mobile").await;
        }
        assert!(summary(&asked)[0].contains("给这个邮箱或手机号发的验证码太多了"), "{:?}", summary(&asked));
        assert!(in_english(&mut browser, &asked).await.contains("were sent to this address or number"));
    })
    .await;
}

#[tokio::test]
async fn one_contact_is_written_to_twenty_times_a_day_from_wherever_that_is_asked_for() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let ask = async |from: [u8; 4]| {
            passport.clock.advance(Duration::from_secs(5 * 60));
            let mut browser = passport.browser().from_address(from.into());
            let shown = browser.open(&page("/recover")).await;
            browser.submit(form(&shown, "/recover").set("username", EMAIL)).await
        };
        for n in 0..20 {
            assert_eq!(ask([198, 51, n, 7]).await.url.path(), "/recover/code", "{n}");
        }
        let refused = ask([198, 51, 99, 7]).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(summary(&refused)[0].contains("给这个邮箱或手机号发的验证码太多了"), "{:?}", summary(&refused));
        passport.clock.advance(DAY);
        assert_eq!(ask([198, 51, 99, 7]).await.url.path(), "/recover/code");
    })
    .await;
}

#[tokio::test]
async fn only_a_flood_of_codes_from_one_network_is_refused_and_it_is_said_that_it_is_the_network() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let shown = browser.open(&page("/recover")).await;
        let blank = form(&shown, "/recover");
        for n in 0..2 {
            let sent = browser.submit(blank.clone().set("username", &format!("u{n}@example.com"))).await;
            assert_eq!(sent.url.path(), "/recover/code", "{n}");
            used(&passport, "proof_address", 5_999 + n).await;
        }
        let refused = browser.submit(blank.clone().set("username", EMAIL)).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(summary(&refused)[0].contains("您所在的网络要的验证码太多了"), "{:?}", summary(&refused));
        assert!(in_english(&mut browser, &refused).await.contains("asked for from your network"));
        let mut elsewhere = passport.browser().from_address([192, 0, 2, 7].into());
        let shown = elsewhere.open(&page("/recover")).await;
        let asked = elsewhere.submit(form(&shown, "/recover").set("username", EMAIL)).await;
        assert_eq!(asked.url.path(), "/recover/code");
    })
    .await;
}

#[tokio::test]
async fn of_a_school_behind_one_address_whose_pupils_forgot_their_passwords_all_get_a_code() {
    on_both_with(&adaptive(), |passport| async move {
        let school = IpAddr::from([203, 0, 113, 80]);
        let mut costs = Vec::new();
        for n in 0..150 {
            let mut browser = passport.browser().from_address(school);
            let shown = browser.open(&page("/recover")).await;
            costs.push(cost(&shown));
            let filled = form(&shown, "/recover").set("username", &pupil(n).0).set("pow_solution", &work(&shown));
            let asked = browser.submit(filled).await;
            assert_eq!(asked.url.path(), "/recover/code", "pupil {n}: {:?}", summary(&asked));
        }
        assert_eq!((costs[0], costs[149]), (1, 4), "the browser works longer, and says why");
    })
    .await;
}
