//! Proving a mail address or a mobile number: by code, by link, and what goes wrong with either.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use shared::db::{DbError, sql};

use super::register::{count, register_form};
use super::*;
use crate::support::on_both_with;

/// What the messages to people say that wait to be sent, oldest first.
pub(super) async fn messages(passport: &Passport) -> Vec<String> {
    let found = passport.db.read::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let rows =
                sql("SELECT payload FROM outbox WHERE state = 'waiting' ORDER BY created_at, id").fetch_all(tx).await?;
            rows.iter().map(|row| row.get::<String>("payload")).collect()
        })
    });
    found.await.expect("messages")
}

/// The code in a message.
pub(super) fn code_in(message: &str) -> String {
    let six = message.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6);
    six.expect("six digits").to_owned()
}

/// Another code than that.
pub(super) fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// The link in a message.
pub(super) fn link_in(message: &str) -> String {
    let from = message.find(&format!("{ISSUER}/")).map(|at| &message[at..]).into_iter();
    let link = from.flat_map(|text| text.split(['\\', '"'])).find(|part| part.contains("?t="));
    link.expect("a link").to_owned()
}

/// A browser in which somebody has just registered and signed in.
pub(super) async fn registered(passport: &Passport) -> Browser {
    let mut browser = passport.browser();
    let form = register_form(&mut browser).await;
    let answer = browser.submit(form).await;
    browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
    // What is sent from here on is sent later.
    passport.clock.advance(Duration::from_millis(1));
    browser
}

fn form_of(answer: &Answer, path: &str) -> Form {
    super::form(answer, path)
}

/// Presses the button that sends a proof to the contact of that kind.
pub(super) async fn ask(browser: &mut Browser, kind: &str) -> Answer {
    let list = browser.open(&page("/account/contact")).await;
    let form = list.form(&format!("main form:has(input[value='{kind}'])"));
    browser.submit(form).await
}

/// The tags beside the contacts, mobile number first.
async fn tags(browser: &mut Browser) -> Vec<String> {
    browser.open(&page("/account/contact")).await.texts("main .tag")
}

#[tokio::test]
async fn the_page_says_what_sms_are_worth_and_what_is_better() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let list = browser.open(&page("/account/contact")).await;
        assert!(list.text.contains("短信不够安全"), "{}", list.text);
        assert!(list.has("p.hint a[href='/account/security']"), "the stronger ways are one step away");
    })
    .await;
}

#[tokio::test]
async fn the_code_of_an_sms_proves_the_number_and_nothing_else() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        assert_eq!(tags(&mut browser).await, ["待验证", "待验证"]);
        let asked = ask(&mut browser, "mobile").await;
        assert_eq!(asked.url.path(), "/account/contact/proof");
        assert!(asked.text.contains("+86 138****8000") && asked.text.contains("09:00:00开始发送"), "{}", asked.text);
        let code = code_in(messages(&passport).await.last().expect("a message"));
        let wrong = browser.submit(form_of(&asked, "/account/contact/proof").set("code", other(&code))).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(summary(&wrong), ["验证码：与收到的验证码不一致，还可以试4次"]);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let done = browser.submit(form_of(&wrong, "/account/contact/proof").set("code", &spaced)).await;
        assert_eq!(done.url.path(), "/account/contact", "{:?}", summary(&done));
        assert_eq!(tags(&mut browser).await, ["已验证", "待验证"]);
    })
    .await;
}

#[tokio::test]
async fn the_link_of_the_first_mail_proves_the_address_in_any_browser_once_its_button_is_pressed_and_signs_nobody_in() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let link = link_in(&messages(&passport).await[0]);
        let mut elsewhere = passport.browser();
        let seen = elsewhere.open(&link).await;
        assert!(seen.text.contains(EMAIL) && seen.text.contains("+86 138****8000") && seen.text.contains("127.0.0.1"));
        assert_eq!(tags(&mut browser).await, ["待验证", "待验证"], "looking spends nothing");
        let told = elsewhere.submit(form_of(&seen, "/contact/confirm").without("action")).await;
        assert!(told.text.contains("邮箱已验证") && told.has(".status-mark.ok"), "{}", told.text);
        assert_eq!(tags(&mut browser).await, ["待验证", "已验证"]);
        assert_eq!(elsewhere.open(&page("/account/contact")).await.url.path(), "/sign-in");
        let again = elsewhere.open(&link).await;
        assert_eq!(again.status, StatusCode::OK);
        assert!(again.text.contains("这个链接已经用过") && again.has(".status-mark.info"), "{}", again.text);
    })
    .await;
}

/// What the page of a link tells of who asked: each name with its value.
pub(super) fn facts(answer: &Answer) -> Vec<(String, String)> {
    answer.texts(".facts dt").into_iter().zip(answer.texts(".facts dd")).collect()
}

#[tokio::test]
async fn the_page_of_the_link_says_who_asked_when_and_from_where_and_not_who_looks() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser().from_address([203, 0, 113, 66].into());
        let form = register_form(&mut browser).await;
        browser.submit(form).await;
        passport.clock.advance(Duration::from_secs(7 * 60));
        let seen = passport.browser().open(&link_in(&messages(&passport).await[0])).await;
        let told = facts(&seen);
        let fact = |name: &str| told.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert!(seen.text.contains(EMAIL));
        assert!(told.iter().any(|(_, value)| value == "+86 138****8000"), "{told:?}");
        assert_eq!(fact("时间"), Some("2027-03-18 09:00:00"), "{told:?}");
        assert!(told.iter().any(|(_, value)| value.contains("203.0.113.66")), "{told:?}");
        assert!(!told.iter().any(|(_, value)| value.contains("127.0.0.1")), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_not_me_takes_the_address_from_the_account_that_claims_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let link = link_in(&messages(&passport).await[0]);
        let mut owner = passport.browser();
        let seen = owner.open(&link).await;
        let told = owner.submit(form_of(&seen, "/contact/confirm").with("action", "refuse")).await;
        assert!(told.text.contains("已经取消登记"), "{}", told.text);
        assert_eq!(tags(&mut browser).await, ["待验证"]);
        let refused = sign_in_form(&mut passport.browser(), EMAIL, PASSWORD).await;
        assert_eq!(passport.browser().submit(refused).await.url.path(), "/sign-in", "it is no login name any more");
        let mut theirs = passport.browser();
        let form = register_form(&mut theirs).await.set("mobile", "13900139000");
        assert_eq!(theirs.submit(form).await.url.path(), "/sign-in", "its owner can register with it");
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_spend_a_request_and_ten_minutes_do_and_the_right_one_comes_too_late() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let mut answer = ask(&mut browser, "mobile").await;
        let code = code_in(messages(&passport).await.last().expect("a message"));
        for _ in 0..5 {
            answer = browser.submit(form_of(&answer, "/account/contact/proof").set("code", other(&code))).await;
        }
        assert!(summary(&answer)[0].contains("输错的次数太多"), "{:?}", summary(&answer));
        let late = browser.submit(form_of(&answer, "/account/contact/proof").set("code", &code)).await;
        assert!(summary(&late)[0].contains("输错的次数太多"), "{:?}", summary(&late));
        passport.clock.advance(Duration::from_millis(1));
        let asked = ask(&mut browser, "mobile").await;
        let code = code_in(messages(&passport).await.last().expect("a message"));
        passport.clock.advance(Duration::from_secs(10 * 60));
        let late = browser.submit(form_of(&asked, "/account/contact/proof").set("code", &code)).await;
        assert!(summary(&late)[0].contains("已过期"), "{:?}", summary(&late));
        assert_eq!(tags(&mut browser).await, ["待验证", "待验证"]);
    })
    .await;
}

#[tokio::test]
async fn another_code_can_be_had_after_a_minute_and_the_former_one_is_told_apart() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let asked = ask(&mut browser, "mobile").await;
        let former = code_in(messages(&passport).await.last().expect("a message"));
        assert!(asked.text.contains("data-countdown=\"60\"") && asked.text.contains("09:01:00"));
        let early = browser.submit(form_of(&asked, "/account/contact/proof").with("action", "resend")).await;
        assert_eq!((early.status, early.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
        passport.clock.advance(Duration::from_secs(60));
        let again = browser.submit(form_of(&early, "/account/contact/proof").with("action", "resend")).await;
        assert_eq!(again.status, StatusCode::OK, "{:?}", summary(&again));
        let told = browser.submit(form_of(&again, "/account/contact/proof").set("code", &former)).await;
        assert_eq!(summary(&told), ["验证码：这是较早一次收到的验证码，请输入最新的一个"]);
        let code = code_in(messages(&passport).await.last().expect("a message"));
        let done = browser.submit(form_of(&told, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(done.url.path(), "/account/contact");
    })
    .await;
}

#[tokio::test]
async fn the_code_of_one_account_proves_nothing_of_another_and_costs_it_no_try() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let asked = ask(&mut browser, "mobile").await;
        let code = code_in(messages(&passport).await.last().expect("a message"));
        let (mut stranger, _) = passport.signed_in(None).await;
        let shown = stranger.open(asked.url.as_str()).await;
        assert_eq!(shown.url.path(), "/account/contact", "the page shows nothing of it");
        let csrf = shown.form("main form").value("csrf").expect("a token").to_owned();
        let theirs = form_of(&asked, "/account/contact/proof").set("csrf", &csrf);
        for typed in [other(&code), &code] {
            let answer = stranger.submit(theirs.clone().set("code", typed)).await;
            assert_eq!(answer.url.path(), "/account/contact", "{:?}", summary(&answer));
        }
        assert_eq!(tags(&mut browser).await, ["待验证", "待验证"]);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM proofs WHERE tries > 0").await, 0);
    })
    .await;
}

#[tokio::test]
async fn of_twenty_who_type_one_code_at_once_one_is_told_that_it_is_proven_by_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let asked = ask(&mut browser, "mobile").await;
        let code = code_in(messages(&passport).await.last().expect("a message"));
        let form = form_of(&asked, "/account/contact/proof").set("code", &code);
        let answers = join_all((0..20).map(|_| {
            let (mut browser, form) = (browser.clone(), form.clone());
            async move { browser.submit(form).await }
        }));
        assert!(answers.await.iter().all(|answer| answer.url.path() == "/account/contact"), "no one is at a dead end");
        let proven = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'contact_proven'";
        assert_eq!(count(&passport, proven).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_mistyped_address_is_corrected_where_the_code_is_awaited_and_the_old_one_is_free_again() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let first = link_in(&messages(&passport).await[0]);
        let asked = ask(&mut browser, "email").await;
        passport.clock.advance(Duration::from_millis(1));
        let correct = asked.form("main details form").set("email", "lihua2007@example.com");
        let again = browser.submit(correct.with("action", "correct")).await;
        assert_eq!(again.url.path(), "/account/contact/proof", "{:?}", summary(&again));
        assert!(again.text.contains("li***07@example.com"));
        assert!(browser.open(&first).await.text.contains("这个链接已被新的代替"));
        let code = code_in(messages(&passport).await.last().expect("a message"));
        let done = browser.submit(form_of(&again, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(done.url.path(), "/account/contact");
        assert_eq!(tags(&mut browser).await, ["待验证", "已验证"]);
        let mut other = passport.browser();
        let form = register_form(&mut other).await.set("mobile", "13900139000");
        assert_eq!(other.submit(form).await.url.path(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_proven_is_not_corrected_by_a_session_alone() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        super::recovery::change(&passport, "UPDATE accounts SET mobile_verified_at = NULL").await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let asked = ask(&mut browser, "mobile").await;
        let forged = form_of(&asked, "/account/contact/proof").with("email", "lihua2007@example.com");
        let answer = browser.submit(forged.with("action", "correct")).await;
        assert_eq!(answer.url.path(), "/account/contact/change", "{}", answer.text);
        assert!(browser.open(&page("/account/contact")).await.text.contains("li***06@example.com"));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_another_account_has_is_no_correction() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("email", "li@example.com").set("mobile", "13900139000");
        let answer = browser.submit(form).await;
        browser.submit(form_of(&answer, "/sign-in").set("password", PASSWORD)).await;
        let asked = ask(&mut browser, "email").await;
        let correct = asked.form("main details form").set("email", &EMAIL.to_uppercase());
        let refused = browser.submit(correct.with("action", "correct")).await;
        assert!(summary(&refused)[0].contains("已被别的通行证使用"), "{:?}", summary(&refused));
        assert!(browser.open(&page("/account/contact")).await.text.contains("l***@example.com"), "nothing is lost");
    })
    .await;
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_and_the_page_says_until_when_to_wait() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        for n in 0..7 {
            let answer = ask(&mut browser, "mobile").await;
            assert_eq!(answer.status == StatusCode::TOO_MANY_REQUESTS, n == 6, "{n}: {:?}", summary(&answer));
        }
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox WHERE channel = 'sms'").await, 6);
    })
    .await;
}

#[tokio::test]
async fn an_account_of_which_nothing_is_proven_is_closed_after_a_week_and_its_names_are_free() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        passport.clock.advance(Duration::from_secs(7 * 24 * 60 * 60 - 1));
        assert_eq!(passport.app.accounts.close_unproven().await.expect("closed"), 0);
        sign_in(&mut browser).await;
        passport.clock.advance(Duration::from_secs(2));
        assert_eq!(passport.app.accounts.close_unproven().await.expect("closed"), 1);
        assert_eq!(browser.open(&page("/account/contact")).await.url.path(), "/sign-in", "its sessions have ended");
        let left = "SELECT COUNT(*) AS n FROM accounts WHERE email IS NOT NULL OR password_hash <> ''";
        assert_eq!(count(&passport, left).await, 0);
        registered(&passport).await;
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 2, "under an id of its own");
    })
    .await;
}

#[tokio::test]
async fn an_account_with_a_proven_contact_stays() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let seen = browser.open(&link_in(&messages(&passport).await[0])).await;
        browser.submit(form_of(&seen, "/contact/confirm").without("action")).await;
        passport.clock.advance(Duration::from_secs(30 * 24 * 60 * 60));
        assert_eq!(passport.app.accounts.close_unproven().await.expect("closed"), 0);
    })
    .await;
}

#[tokio::test]
async fn links_that_lead_nowhere_end_at_a_page_with_one_way_on() {
    on_both_with(PLAIN, |passport| async move {
        registered(&passport).await;
        let link = link_in(&messages(&passport).await[0]);
        let mut browser = passport.browser();
        for broken in ["/contact/confirm", "/contact/confirm?t=", "/contact/confirm?t=%00%ff", "/contact/confirm?t=x"] {
            let answer = browser.open(&page(broken)).await;
            assert!(matches!(answer.status.as_u16(), 404 | 400), "{broken}: {}", answer.status);
            assert_eq!(answer.texts("main a.button.primary").len(), 1, "{broken}");
        }
        passport.clock.advance(Duration::from_secs(60 * 60));
        let late = browser.open(&link).await;
        assert_eq!(late.status, StatusCode::GONE);
        assert!(late.text.contains("这个链接已过期"));
        assert_eq!(late.texts("main a.button.primary"), ["查看联系方式"]);
    })
    .await;
}

#[tokio::test]
async fn a_proof_that_ended_in_a_restore_or_in_another_version_is_over() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = registered(&passport).await;
        let link = link_in(&messages(&passport).await[0]);
        for reason in ["expired", "of another version"] {
            let ended = passport.db.write::<_, DbError, _>(move |tx| {
                let ended = sql("UPDATE proofs SET ended_at = 1, end_reason = $1").bind(reason);
                Box::pin(async move { ended.execute(tx).await })
            });
            assert!(ended.await.expect("ended") > 0);
            let over = browser.open(&link).await;
            assert_eq!(over.status, StatusCode::GONE, "{reason}");
            assert!(over.text.contains("这个链接已过期"), "{reason}");
        }
    })
    .await;
}
