//! Agreements that changed: who accepted the former ones is asked with the next sign-in, once, and by whichever way.

use http::StatusCode;
use url::Position;

use super::contact::registered;
use super::factors::passkeys::{make, use_on};
use super::recovery::change;
use super::register::count;
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;
use crate::support::site::{OURS, encoded, get, post, request, with};

/// What was accepted was an earlier version.
async fn changed(passport: &Passport) {
    change(passport, "UPDATE agreements SET version = '2020-01-01'").await;
}

async fn accepted(passport: &Passport) -> i64 {
    count(passport, "SELECT COUNT(*) AS n FROM agreements").await
}

async fn sessions(passport: &Passport) -> i64 {
    count(passport, "SELECT COUNT(*) AS n FROM sessions").await
}

#[tokio::test]
async fn who_accepted_an_earlier_version_accepts_the_new_one_to_sign_in_and_is_asked_once() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        let mut browser = passport.browser();
        let first = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        assert!(!first.has("agree"), "nothing has changed");
        changed(&passport).await;
        let before = sessions(&passport).await;
        let mut asked = browser.submit(first).await;
        // As often as they like: the password was right, and no try is lost by it.
        for _ in 0..6 {
            assert_eq!((asked.status, asked.url.path()), (StatusCode::UNPROCESSABLE_ENTITY, "/sign-in"));
            assert_eq!(summary(&asked), ["协议：两份协议有更新。读过新的，同意的话在这里打勾，再登录一次"]);
            assert_eq!(asked.attributes("main .check a", "href"), ["/agreement", "/privacy"]);
            let again = form(&asked, "/sign-in");
            assert_eq!((again.value("username"), again.value("password")), (Some(EMAIL), Some("")));
            asked = browser.submit(again.set("password", PASSWORD)).await;
        }
        assert_eq!((sessions(&passport).await, accepted(&passport).await), (before, 2), "nobody was let in");
        let wrong = form(&asked, "/sign-in").set("password", "wrong").set("agree", "on");
        let wrong = browser.submit(wrong).await;
        assert_eq!(accepted(&passport).await, 2, "nobody accepts for another");
        assert!(wrong.has("[name=agree][checked]"), "what was ticked stays");
        let home = browser.submit(form(&wrong, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 4));
        let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'agreement_accepted'";
        assert_eq!(count(&passport, events).await, 2, "when and what they accepted is on record");
        sign_in(&mut passport.browser()).await;
        assert_eq!(accepted(&passport).await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_alone_signs_in_once_the_box_beside_it_is_ticked() {
    on_both_with(PLAIN, |passport| async move {
        let (mut owner, mut device) = (registered(&passport).await, Authenticator::new());
        make(&mut owner, &mut device).await;
        changed(&passport).await;
        let mut browser = passport.browser();
        let shown = browser.open(&page("/sign-in")).await;
        let asked = use_on(&mut browser, &shown, &mut device, &[]).await;
        assert_eq!((asked.url.path(), accepted(&passport).await), ("/sign-in", 2));
        assert!(summary(&asked)[0].contains("两份协议有更新"), "{}", asked.text);
        let home = use_on(&mut browser, &asked, &mut device, &["agree"]).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 4));
    })
    .await;
}

#[tokio::test]
async fn it_is_asked_in_english_too_and_of_nobody_who_accepted_a_later_version() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        changed(&passport).await;
        let mut browser = passport.browser();
        browser.open(&page("/sign-in?lang=en")).await;
        let asked = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        let asked = browser.submit(asked).await;
        assert!(summary(&asked)[0].contains("The agreements have changed"), "{:?}", summary(&asked));
        change(&passport, "UPDATE agreements SET version = '2999-01-01'").await;
        let home = browser.submit(form(&asked, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 2), "by a node of the version after this one");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_goes_on_is_asked_before_its_next_page_and_ends_where_it_was_going() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let profile = browser.open(&page("/account/profile")).await;
        changed(&passport).await;
        // What was being typed when they changed is kept.
        let saved = browser.submit(form(&profile, "/account/profile").set("name", "李华")).await;
        assert_eq!(saved.url.path(), "/account/agreements", "{}", saved.text);
        assert_eq!(saved.attributes("main .check a", "href"), ["/agreement", "/privacy"]);
        for way_out in ["/account/export", "/account/close", "/sign-out"] {
            assert!(saved.has(&format!("main .way-out a[href='{way_out}']")), "{way_out}");
        }
        let asked = browser.open(&page("/account/contact")).await;
        let unticked = browser.submit(form(&asked, "/account/agreements")).await;
        assert_eq!((unticked.status, accepted(&passport).await), (StatusCode::UNPROCESSABLE_ENTITY, 2));
        assert_eq!(summary(&unticked), ["协议：读过两份协议，同意的话在这里打勾"]);
        let foreign = form(&unticked, "/account/agreements").set("agree", "on").set("csrf", "x");
        let foreign = browser.submit(foreign).await;
        assert_eq!((foreign.url.path(), accepted(&passport).await), ("/account/agreements", 2), "nothing was done");
        let agreed = browser.submit(form(&foreign, "/account/agreements").set("agree", "on")).await;
        assert_eq!((agreed.url.path(), accepted(&passport).await), ("/account/contact", 4));
        let home = browser.submit(form(&saved, "/account/agreements").set("agree", "on")).await;
        assert_eq!((home.url.path(), accepted(&passport).await), ("/", 4), "the other tab finds it done");
        assert!(home.text.contains("李华"), "what was typed was saved");
        let again = browser.open(&page("/account/agreements")).await;
        assert_eq!(again.url.path(), "/", "there is nothing left to be asked");
        let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'agreement_accepted'";
        assert_eq!(count(&passport, events).await, 2);
    })
    .await;
}

#[tokio::test]
async fn who_does_not_accept_takes_their_data_along_leaves_or_signs_out() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        changed(&passport).await;
        for free in ["/account/export", "/account/close", "/sign-out", "/privacy", "/agreement", "/help"] {
            assert_eq!(browser.open(&page(free)).await.url.path(), free);
        }
        for asked in ["/", "/account/security", "/account/sites", "/account/sessions?lang=en"] {
            assert_eq!(browser.open(&page(asked)).await.url.path(), "/account/agreements", "{asked}");
        }
        let mut stranger = passport.browser();
        assert_eq!(stranger.open(&page("/")).await.url.path(), "/");
        let sign_in = stranger.open(&page("/account/agreements")).await;
        assert_eq!(sign_in.url.path(), "/sign-in", "who is not signed in does that first");
    })
    .await;
}

#[tokio::test]
async fn the_next_site_asks_too_and_is_reached_with_one_tick() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = registered(&passport).await;
        let entered = get(&mut browser, &format!("/authorize?{}", encoded(&request())), &[]).await;
        assert!(entered.parameter("code").is_some(), "nothing has changed");
        changed(&passport).await;
        let silent =
            get(&mut browser, &format!("/authorize?{}", encoded(&with(request(), "prompt", "none"))), &[]).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("interaction_required"));
        let asked = get(&mut browser, &format!("/authorize?{}", encoded(&request())), &[]).await;
        let asked = browser.open(asked.location().expect("a way").as_str()).await;
        assert_eq!(asked.url.path(), "/account/agreements", "{}", asked.text);
        assert!(asked.text.contains("四六级"), "it says where one is going: {}", asked.text);
        let box_ = form(&asked, "/account/agreements").set("agree", "on");
        let taken = post(&mut browser, "/account/agreements", box_.encoded(), &[]).await;
        let resumed = taken.location().expect("a way on");
        assert_eq!(resumed.path(), "/authorize/resume");
        let arrived = get(&mut browser, &resumed[Position::BeforePath..], &[]).await;
        assert!(arrived.parameter("code").is_some(), "the site is reached: {:?}", arrived.location());
        // Another page of the same kind, sent late.
        let late = post(&mut browser, "/account/agreements", box_.encoded(), &[]).await;
        assert_eq!((late.location().expect("a way").path(), accepted(&passport).await), ("/authorize/resume", 4));
    })
    .await;
}

#[tokio::test]
async fn developers_see_the_question_of_an_account() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let accounts = &passport.app.accounts;
        let id = accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        assert_eq!(accounts.age_agreements(id).await.expect("aged"), 2);
        let asked = browser.open(&page("/")).await;
        assert_eq!(asked.url.path(), "/account/agreements");
        browser.submit(form(&asked, "/account/agreements").set("agree", "on")).await;
        assert_eq!(accounts.age_agreements(id).await.expect("aged once more"), 2);
        assert_eq!(browser.open(&page("/")).await.url.path(), "/account/agreements");
    })
    .await;
}
