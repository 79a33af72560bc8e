//! Changes that are made over and over: how much of it reaches somebody's telephone, and what reaches it all the same.

use std::time::Duration;

use http::StatusCode;

use super::contact::{link_in, messages};
use super::factors::{App, with_app};
use super::recovery::{PHONE, choose, proven};
use super::*;
use crate::support::on_both_with;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const APP: &str = "/account/security/authenticator";

/// How many messages were sent to that address or number.
async fn sent_to(passport: &Passport, to: &str) -> usize {
    messages(passport).await.iter().filter(|message| message.contains(&format!("\"{to}\""))).count()
}

/// Puts another app in the place of the present one.
async fn replace_app(passport: &Passport, browser: &mut Browser) -> Answer {
    let answer = browser.open(&page(APP)).await;
    let app = App(answer.texts("#secret").concat());
    browser.submit(form(&answer, APP).set("code", &app.code(passport))).await
}

/// Adds as much as a day allows.
async fn busy(passport: &Passport) -> Browser {
    candidate(passport).await;
    let mut thief = passport.browser();
    sign_in(&mut thief).await;
    with_app(passport, &mut thief).await;
    for _ in 0..28 {
        assert_eq!(replace_app(passport, &mut thief).await.url.path(), "/account/security");
    }
    thief
}

#[tokio::test]
async fn of_a_days_changes_ten_are_told_by_sms_and_each_by_mail() {
    on_both_with(PLAIN, |passport| async move {
        let mut thief = busy(&passport).await;
        assert_eq!((sent_to(&passport, EMAIL).await, sent_to(&passport, PHONE).await), (30, 10));
        let refused = replace_app(&passport, &mut thief).await;
        assert!(summary(&refused)[0].contains("以后再试；移除不受影响"), "{:?}", summary(&refused));
        let asked = thief.open(&page("/account/security/recovery-codes")).await;
        let kept = form(&asked, "/account/security/recovery-codes").with("kept", "on").without("action");
        let refused = thief.submit(kept).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.texts(".codes code"), asked.texts(".codes code"), "the page keeps the set that it showed");
        assert_eq!(sent_to(&passport, EMAIL).await, 30);
        // What is there can be taken away all the same, which a mail tells of.
        let path = "/account/security/authenticator/remove";
        let answer = thief.open(&page(path)).await;
        assert_eq!(thief.submit(form(&answer, path)).await.url.path(), "/account/security");
        assert_eq!((sent_to(&passport, EMAIL).await, sent_to(&passport, PHONE).await), (31, 10));

        passport.clock.advance(DAY);
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        with_app(&passport, &mut owner).await;
        assert_eq!(sent_to(&passport, PHONE).await, 12, "another day");
    })
    .await;
}

#[tokio::test]
async fn what_comes_once_is_told_by_sms_however_many_were_sent() {
    on_both_with(PLAIN, |passport| async move {
        busy(&passport).await;
        assert_eq!(sent_to(&passport, PHONE).await, 10);
        let mut browser = passport.browser();
        proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let both = proven(&passport, &mut browser, MOBILE, PHONE).await;
        let before = sent_to(&passport, PHONE).await;
        assert_eq!(choose(&mut browser, &both).await.url.path(), "/sign-in");
        assert_eq!(sent_to(&passport, PHONE).await, before + 1, "a new password");
    })
    .await;
}

/// Signs in with this browser, and asks for the end of the account.
async fn wish(browser: &mut Browser) -> Answer {
    sign_in(browser).await;
    let asked = browser.open(&page("/account/close")).await;
    browser.submit(form(&asked, "/account/close").set("old_password", PASSWORD)).await
}

/// Signs in with this browser, and takes that back.
async fn take_back(browser: &mut Browser) -> Answer {
    let form_ = sign_in_form(browser, EMAIL, PASSWORD).await;
    let offered = browser.submit(form_).await;
    browser.submit(form(&offered, "/account/close/take-back")).await
}

#[tokio::test]
async fn an_account_is_asked_to_be_closed_three_times_a_day_and_taken_back_each_time() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for _ in 0..3 {
            assert!(wish(&mut passport.browser()).await.text.contains("已申请注销"));
            take_back(&mut passport.browser()).await;
        }
        let (mails, sms) = (sent_to(&passport, EMAIL).await, sent_to(&passport, PHONE).await);
        assert_eq!((mails, sms), (6, 6));
        let refused = wish(&mut passport.browser()).await;
        assert!(summary(&refused)[0].contains("今天已经申请并撤回过几次"), "{:?}", summary(&refused));
        assert_eq!((sent_to(&passport, EMAIL).await, sent_to(&passport, PHONE).await), (mails, sms));
        passport.clock.advance(DAY);
        assert!(wish(&mut passport.browser()).await.text.contains("已申请注销"));
    })
    .await;
}

#[tokio::test]
async fn five_waits_a_day_are_begun_and_each_of_them_can_be_cancelled() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let begin = async || {
            let mut browser = passport.browser();
            let second = proven(&passport, &mut browser, MOBILE, PHONE).await;
            let answer = browser.submit(second.form("main form:has([value=wait])").with("action", "wait")).await;
            (browser, answer)
        };
        for _ in 0..5 {
            let (_, answer) = begin().await;
            assert!(answer.text.contains("正在等待"), "{}", answer.text);
        }
        let told = sent_to(&passport, EMAIL).await;
        let (mut browser, refused) = begin().await;
        assert!(summary(&refused)[0].contains("今天已经开始等待过几次"), "{:?}", summary(&refused));
        assert_eq!(refused.attributes(".summary a", "href"), ["#wait"], "the button is there to be found");
        assert!(refused.has("#wait"));
        assert_eq!(sent_to(&passport, EMAIL).await, told);
        // Those that were begun stand, and are cancelled as ever.
        let letters = messages(&passport).await;
        let letter = letters.iter().find(|letter| letter.contains("/recover/cancel")).expect("a letter");
        let mut owner = passport.browser();
        let seen = owner.open(&link_in(letter)).await;
        assert!(owner.submit(form(&seen, "/recover/cancel")).await.text.contains("已取消重置"));
        assert_eq!(browser.open(&page("/recover/password")).await.status, StatusCode::GONE);
    })
    .await;
}
