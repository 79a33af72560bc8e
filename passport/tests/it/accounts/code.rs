//! A code by mail or SMS in place of a captcha: for who can neither read the picture nor let the browser work.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use shared::db::{DbError, sql};

use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

const ALWAYS: &str = "[accounts]\ncaptcha = 'always'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n";

/// What was sent last, as JSON.
async fn last_message(passport: &Passport) -> String {
    let last = "SELECT payload FROM outbox ORDER BY id DESC LIMIT 1";
    let found = passport.db.read::<_, DbError, _>(move |tx| {
        Box::pin(async move { sql(last).fetch_one(tx).await?.get::<String>("payload") })
    });
    found.await.expect("a message")
}

/// The code in what was sent last.
async fn code(passport: &Passport) -> String {
    let text = last_message(passport).await;
    let six = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6);
    six.expect("six digits").to_owned()
}

/// Another code than that.
fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// The registration form once the button for a code was pressed on it.
async fn asked(browser: &mut Browser) -> Form {
    let form = register_form(browser).await;
    let answer = browser.submit(form.with("captcha_action", "code")).await;
    assert!(answer.texts(".captcha-field .hint").concat().contains("li***06@example.com"), "{}", answer.text);
    form_again(&answer)
}

fn form_again(answer: &Answer) -> Form {
    let form = form(answer, "/register").set("age", "over").set("agree", "on");
    form.set("password", PASSWORD).set("password_confirm", PASSWORD)
}

#[tokio::test]
async fn who_types_the_code_that_came_by_mail_registers() {
    on_both_with(ALWAYS, |passport| async move {
        let mut browser = passport.browser();
        let form = asked(&mut browser).await;
        assert!(last_message(&passport).await.contains(EMAIL));
        let right = code(&passport).await;
        let wrong = browser.submit(form.set("captcha", other(&right))).await;
        assert_eq!(summary(&wrong), ["验证码：与收到的验证码不一致，请核对"]);
        let spaced = format!("{} {}", &right[..3], &right[3..]);
        let done = browser.submit(form_again(&wrong).set("captcha", &spaced)).await;
        assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_address_it_comes_by_sms_and_without_a_number_either_it_is_said_what_to_do() {
    on_both_with(ALWAYS, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("email", "");
        browser.submit(form.with("captcha_action", "code")).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox WHERE channel = 'sms'").await, 1);
        assert!(last_message(&passport).await.contains("13800138000"));
        let form = register_form(&mut browser).await.set("email", "li@").set("mobile", "138");
        let answer = browser.submit(form.with("captcha_action", "code")).await;
        assert!(summary(&answer).iter().any(|line| line.contains("请先填写邮箱或手机号")), "{:?}", summary(&answer));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await, 1);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_spend_it_and_ten_minutes_do() {
    on_both_with(ALWAYS, |passport| async move {
        let mut browser = passport.browser();
        let mut form = asked(&mut browser).await;
        let right = code(&passport).await;
        for _ in 0..5 {
            form = form_again(&browser.submit(form.set("captcha", other(&right))).await);
        }
        let spent = browser.submit(form.set("captcha", &right)).await;
        assert!(summary(&spent)[0].contains("已用过或已过期"), "{:?}", summary(&spent));
        let form = asked(&mut browser).await;
        let right = code(&passport).await;
        passport.clock.advance(Duration::from_secs(10 * 60));
        let late = browser.submit(form.set("captcha", &right)).await;
        assert!(summary(&late)[0].contains("已用过或已过期"), "{:?}", summary(&late));
    })
    .await;
}

#[tokio::test]
async fn of_twenty_who_use_one_code_at_once_one_passes() {
    on_both_with(ALWAYS, |passport| async move {
        let mut browser = passport.browser();
        let form = asked(&mut browser).await;
        let right = code(&passport).await;
        let answers = join_all((0..20).map(|n| {
            let (mut browser, form) = (browser.clone(), form.clone());
            let form = form.set("captcha", &right).set("mobile", &format!("138001380{n:02}"));
            async move { browser.submit(form.set("email", &format!("li{n}@example.com"))).await }
        }));
        let passed = answers.await.iter().filter(|answer| answer.url.path() == "/sign-in").count();
        assert_eq!(passed, 1);
    })
    .await;
}

#[tokio::test]
async fn at_sign_in_nobody_is_written_to_who_has_no_account_and_the_page_does_not_tell() {
    on_both_with(ALWAYS, |passport| async move {
        candidate(&passport).await;
        let mut pages = Vec::new();
        for (name, messages) in [("lina2006@example.com", 0), (EMAIL, 1)] {
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, name, "").await;
            let answer = browser.submit(form.with("captcha_action", "code")).await;
            pages.push((answer.status, answer.texts(".captcha-field"), summary(&answer)));
            assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await, messages, "{name}");
            if messages == 1 {
                let right = code(&passport).await;
                let form = super::form(&answer, "/sign-in").set("password", PASSWORD).set("captcha", &right);
                assert_eq!(browser.submit(form).await.url.path(), "/");
            }
        }
        assert_eq!(pages[0], pages[1]);
    })
    .await;
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_with_codes() {
    on_both_with(ALWAYS, |passport| async move {
        for n in 0..6 {
            // From other addresses, so that no limit of one network steps in.
            let mut browser = passport.browser().from_address([192, 0, 2, n].into());
            let form = register_form(&mut browser).await;
            let answer = browser.submit(form.with("captcha_action", "code")).await;
            let told = summary(&answer).iter().any(|line| line.contains("的验证码发得太多了"));
            assert_eq!(told, n == 5, "{:?}", summary(&answer));
            assert_eq!(told, answer.status == StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await, 5);
    })
    .await;
}

#[tokio::test]
async fn one_contact_gets_fifteen_such_codes_a_day_and_a_network_that_asks_for_too_many_is_told_so() {
    on_both_with(ALWAYS, |passport| async move {
        for n in 0..16 {
            passport.clock.advance(Duration::from_secs(60 * 60));
            let mut browser = passport.browser().from_address([192, 0, 2, n].into());
            let form = register_form(&mut browser).await;
            let answer = browser.submit(form.with("captcha_action", "code")).await;
            let told = summary(&answer).iter().any(|line| line.contains("给这个邮箱或手机号的验证码发得太多了"));
            assert_eq!(told, n == 15, "{n}: {:?}", summary(&answer));
        }
        let mut browser = passport.browser();
        for n in 0..61 {
            let form = register_form(&mut browser).await.set("email", &format!("li{n}@example.com"));
            let answer = browser.submit(form.with("captcha_action", "code")).await;
            let told = summary(&answer).iter().any(|line| line.contains("您所在的网络要的验证码太多了"));
            assert_eq!(told, n == 60, "{n}: {:?}", summary(&answer));
        }
    })
    .await;
}
