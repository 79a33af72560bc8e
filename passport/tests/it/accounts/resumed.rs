//! The link that goes on after the wait of a reset: once, in one browser, and never into a dead end.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;

use super::contact::{code_in, link_in, messages};
use super::factors::protected;
use super::recovery::{NEW, PHONE, choose, lands, last_to, proven};
use super::*;
use crate::support::on_both_with;
use crate::support::site::{OURS, encoded, get, request};

const RESUME: &str = "/recover/resume";
const THREE_DAYS: Duration = Duration::from_secs(72 * 60 * 60);

/// The link that goes on, three days after somebody who reads the SMS began to wait in a browser that is gone.
async fn waited(passport: &Passport) -> String {
    candidate(passport).await;
    let mut browser = passport.browser();
    let second = proven(passport, &mut browser, MOBILE, PHONE).await;
    browser.submit(second.form("main form:has([value=wait])").with("action", "wait")).await;
    let letter = messages(passport).await.into_iter().find(|message| message.contains(RESUME)).expect("a letter");
    passport.clock.advance(THREE_DAYS);
    link_in(&letter)
}

fn may_choose(answer: &Answer) -> bool {
    answer.url.path() == "/recover/password" && answer.has("[name=password_confirm]")
}

#[tokio::test]
async fn the_link_is_good_once_and_in_every_tab_of_the_browser_that_followed_it() {
    on_both_with(PLAIN, |passport| async move {
        let link = waited(&passport).await;
        let (mut owner, mut reader) = (passport.browser(), passport.browser());
        let (seen, late) = (owner.open(&link).await, reader.open(&link).await);
        assert!(may_choose(&owner.submit(form(&seen, RESUME)).await));
        assert!(may_choose(&owner.open(&link).await), "another tab");
        assert!(may_choose(&owner.submit(form(&seen, RESUME)).await), "the same button once more");

        // Whoever reads the message later, with the page of it open since before or not.
        let sent = messages(&passport).await.len();
        for answer in [reader.submit(form(&late, RESUME)).await, reader.open(&link).await] {
            assert!(answer.text.contains("已经在另一个浏览器里用过"), "{}", answer.text);
            assert_eq!(answer.texts("main form button").len(), 1, "one way on");
            assert_eq!(reader.open(&page("/recover/password")).await.status, StatusCode::GONE);
        }
        assert_eq!(messages(&passport).await.len(), sent, "nothing is sent before it is asked for");
        let chosen = owner.open(&page("/recover/password")).await;
        assert_eq!(choose(&mut owner, &chosen).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
        let over = owner.open(&link).await;
        assert_eq!((over.status, over.texts("main a.button.primary").len()), (StatusCode::GONE, 1));
    })
    .await;
}

#[tokio::test]
async fn in_another_browser_the_first_proof_is_given_once_more_and_no_wait() {
    on_both_with(PLAIN, |passport| async move {
        let link = waited(&passport).await;
        let (mut lost, mut here) = (passport.browser(), passport.browser());
        let seen = lost.open(&link).await;
        lost.submit(form(&seen, RESUME)).await;

        let seen = here.open(&link).await;
        assert!(seen.text.contains("138****8000") && !seen.text.contains(PHONE), "{}", seen.text);
        passport.clock.advance(Duration::from_millis(1));
        let waits = here.submit(form(&seen, RESUME)).await;
        assert_eq!(waits.url.path(), "/recover/code", "{}", waits.text);
        assert_eq!(here.open(&page("/recover/password")).await.status, StatusCode::GONE, "the link alone is nothing");
        assert!(may_choose(&lost.open(&page("/recover/password")).await), "and takes nothing from the other");
        let code = code_in(&last_to(&passport, PHONE).await);
        let chosen = here.submit(form(&waits, "/recover/code").set("code", &code)).await;
        assert!(may_choose(&chosen), "{}", chosen.text);
        assert_eq!(lost.open(&page("/recover/password")).await.status, StatusCode::GONE, "it goes on in one browser");
        assert!(lost.open(&link).await.text.contains("已经在另一个浏览器里用过"));
        assert_eq!(choose(&mut here, &chosen).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
    })
    .await;
}

#[tokio::test]
async fn the_proof_of_another_contact_or_account_does_not_go_on_with_it() {
    on_both_with(PLAIN, |passport| async move {
        let link = waited(&passport).await;
        let seed = Seed { email: Email::parse("dieb@example.com").ok(), ..Seed::default() };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
        let (mut owner, mut thief) = (passport.browser(), passport.browser());
        let seen = owner.open(&link).await;
        owner.submit(form(&seen, RESUME)).await;
        let seen = thief.open(&link).await;
        thief.submit(form(&seen, RESUME)).await;
        let own = proven(&passport, &mut thief, "dieb@example.com", "dieb@example.com").await;
        assert_eq!(choose(&mut thief, &own).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/", "it was the thief's own password that changed");
        assert_eq!(lands(&passport, "dieb@example.com", NEW).await, "/");
        assert!(may_choose(&owner.open(&page("/recover/password")).await), "and the owner goes on");
    })
    .await;
}

#[tokio::test]
async fn of_many_browsers_that_follow_the_link_at_once_one_goes_on() {
    on_both_with(PLAIN, |passport| async move {
        let link = waited(&passport).await;
        let mut opened = Vec::new();
        for mut browser in (0..6).map(|_| passport.browser()) {
            let seen = browser.open(&link).await;
            opened.push((browser, form(&seen, RESUME)));
        }
        let pressed = opened.into_iter().map(|(mut browser, form)| async move { browser.submit(form).await });
        let answers = join_all(pressed).await;
        assert_eq!(answers.iter().filter(|answer| may_choose(answer)).count(), 1);
        assert!(answers.iter().all(|answer| answer.has("main form button")), "nobody stands before a wall");
    })
    .await;
}

/// The link, in the browser in which the wait was begun on the way to a site.
async fn waited_on_the_way(passport: &Passport) -> (Browser, String) {
    candidate(passport).await;
    passport.register(&[OURS]).await;
    let mut browser = passport.browser();
    let asked = get(&mut browser, &format!("/authorize?{}", encoded(&request())), &[]).await;
    let way = asked.parameter("continue").expect("a way");
    let begun = browser.open(&page(&format!("/recover?continue={way}"))).await;
    let waits = browser.submit(form(&begun, "/recover").set("username", MOBILE)).await;
    let code = code_in(&last_to(passport, PHONE).await);
    let second = browser.submit(form(&waits, "/recover/code").set("code", &code)).await;
    browser.submit(second.form("main form:has([value=wait])").with("action", "wait")).await;
    let letter = messages(passport).await.into_iter().find(|message| message.contains(RESUME)).expect("a letter");
    passport.clock.advance(THREE_DAYS);
    (browser, link_in(&letter))
}

#[tokio::test]
async fn in_the_browser_that_was_on_the_way_to_a_site_the_link_leads_back_to_that_way() {
    on_both_with(PLAIN, |passport| async move {
        let (mut browser, link) = waited_on_the_way(&passport).await;
        let chosen = browser.open(&link).await;
        assert!(may_choose(&chosen), "it is the browser in which the recovery goes on: {}", chosen.text);
        let done = choose(&mut browser, &chosen).await;
        assert!(done.url.path() == "/sign-in" && done.text.contains("四六级"), "{}", done.text);
    })
    .await;
}

#[tokio::test]
async fn the_way_to_a_site_is_kept_over_the_proof_that_is_given_once_more() {
    on_both_with(PLAIN, |passport| async move {
        let (mut browser, link) = waited_on_the_way(&passport).await;
        let mut other = passport.browser();
        let seen = other.open(&link).await;
        let chosen = other.submit(form(&seen, RESUME)).await;
        assert!(may_choose(&chosen), "{}", chosen.text);
        let seen = browser.open(&link).await;
        passport.clock.advance(Duration::from_millis(1));
        let waits = browser.submit(form(&seen, RESUME)).await;
        let code = code_in(&last_to(&passport, PHONE).await);
        let chosen = browser.submit(form(&waits, "/recover/code").set("code", &code)).await;
        let done = choose(&mut browser, &chosen).await;
        assert!(done.url.path() == "/sign-in" && done.text.contains("四六级"), "{}", done.text);
    })
    .await;
}

#[tokio::test]
async fn another_contact_of_the_account_does_not_go_on_with_it_either() {
    on_both_with(PLAIN, |passport| async move {
        protected(&passport).await;
        let mut begun = passport.browser();
        let answer = proven(&passport, &mut begun, MOBILE, PHONE).await;
        passport.clock.advance(Duration::from_millis(1));
        let lost = answer.form("form:has(button[value=wait])").with("lost", "on").with("action", "wait");
        begun.submit(lost).await;
        let letter = messages(&passport).await.into_iter().find(|message| message.contains(RESUME)).expect("a letter");
        passport.clock.advance(THREE_DAYS);
        let link = link_in(&letter);
        let (mut owner, mut reader) = (passport.browser(), passport.browser());
        let seen = owner.open(&link).await;
        assert!(may_choose(&owner.submit(form(&seen, RESUME)).await));

        // Whoever reads the mails has the link as well, and can prove the address: one channel, and no factor.
        let seen = reader.open(&link).await;
        passport.clock.advance(Duration::from_millis(1));
        reader.submit(form(&seen, RESUME)).await;
        let own = proven(&passport, &mut reader, EMAIL, EMAIL).await;
        assert!(own.url.path() == "/recover/password" && !may_choose(&own), "{}", own.text);
        assert!(may_choose(&owner.open(&page("/recover/password")).await), "the owner goes on");
    })
    .await;
}
