//! Another mail address or mobile number in place of the present one, and undoing that.

use std::time::Duration;

use http::StatusCode;
use passport::accounts::closure::COOLING_OFF;

use super::contact::{code_in, link_in, messages};
use super::*;
use crate::support::on_both_with;

const NEWER: &str = "lihua2007@example.com";
const PHONE: &str = "+8613800138000";

/// What was sent last to that address or number.
async fn last_to(passport: &Passport, to: &str) -> String {
    let found = messages(passport).await.into_iter().rev().find(|message| message.contains(&format!("\"{to}\"")));
    found.unwrap_or_else(|| panic!("nothing was sent to {to}"))
}

/// A browser in which the candidate is signed in.
async fn signed_in(passport: &Passport) -> Browser {
    candidate(passport).await;
    let mut browser = passport.browser();
    sign_in(&mut browser).await;
    browser
}

/// The answer to a wish for that contact.
async fn wish(browser: &mut Browser, kind: &str, new: &str, password: &str) -> Answer {
    let answer = browser.open(&page(&format!("/account/contact/change?contact={kind}"))).await;
    browser.submit(form(&answer, "/account/contact/change").set(kind, new).set("old_password", password)).await
}

/// Changes the contact; the letter that the former one got.
pub(super) async fn change(passport: &Passport, browser: &mut Browser, (kind, old, new): (&str, &str, &str)) -> String {
    passport.clock.advance(Duration::from_millis(1));
    let waits = wish(browser, kind, new, PASSWORD).await;
    assert_eq!(waits.url.path(), "/account/contact/proof", "{:?}", summary(&waits));
    let code = code_in(&last_to(passport, new).await);
    passport.clock.advance(Duration::from_millis(1));
    let done = browser.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
    assert_eq!(done.url.path(), "/account/contact", "{:?}", summary(&done));
    last_to(passport, old).await
}

/// Where signing in leads.
async fn lands(passport: &Passport, name: &str) -> String {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, name, PASSWORD).await;
    browser.submit(form).await.url.path().to_owned()
}

/// Presses the button of the link's page.
async fn undo(passport: &Passport, letter: &str) -> Answer {
    let mut owner = passport.browser();
    let seen = owner.open(&link_in(letter)).await;
    owner.submit(form(&seen, "/contact/undo")).await
}

#[tokio::test]
async fn a_new_address_takes_the_place_of_the_present_one_only_once_it_is_proven_and_the_old_one_is_told() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        wish(&mut browser, "email", NEWER, PASSWORD).await;
        assert!(browser.open(&page("/account/contact")).await.text.contains("li***06@example.com"), "not yet");
        let letter = change(&passport, &mut browser, ("email", EMAIL, NEWER)).await;
        assert!(letter.contains("li***07@example.com") && letter.contains("2027-03-21 09:00"), "{letter}");
        assert!(last_to(&passport, PHONE).await.contains("li***07@example.com"), "the number is told, too");
        assert!(browser.open(&page("/account/contact")).await.text.contains("li***07@example.com"));
        assert_eq!(lands(&passport, NEWER).await, "/");
    })
    .await;
}

#[tokio::test]
async fn an_address_changed_by_its_link_is_said_to_be_changed_there_and_where_it_was_asked_for() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let waits = wish(&mut browser, "email", NEWER, PASSWORD).await;
        let mut elsewhere = passport.browser();
        let seen = elsewhere.open(&link_in(&last_to(&passport, NEWER).await)).await;
        let told = elsewhere.submit(form(&seen, "/contact/confirm").without("action")).await;
        assert!(told.text.contains("邮箱已更换") && told.has(".status-mark.ok"), "{}", told.text);
        let done = browser.open(waits.url.as_str()).await;
        assert_eq!(done.url.path(), "/account/contact");
        assert!(done.text.contains("已更换，现在用新的登录"), "{}", done.text);
    })
    .await;
}

#[tokio::test]
async fn a_session_alone_changes_nothing_the_password_is_asked_for() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        for (password, told) in [("", "填写现在的密码"), ("wrong", "4")] {
            let refused = wish(&mut browser, "email", NEWER, password).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(summary(&refused)[0].contains(told), "{:?}", summary(&refused));
            assert_eq!(form(&refused, "/account/contact/change").value("email"), Some(NEWER), "what was typed stays");
        }
        for _ in 0..4 {
            wish(&mut browser, "email", NEWER, "wrong").await;
        }
        let locked = wish(&mut browser, "email", NEWER, PASSWORD).await;
        assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", locked.text);
        assert!(messages(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_waits_over_a_sign_in_for_its_writer_and_for_nobody_else() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let answer = browser.open(&page("/account/contact/change?contact=email")).await;
        let typed = form(&answer, "/account/contact/change").set("email", NEWER).set("old_password", PASSWORD);
        passport.clock.advance(Duration::from_secs(13 * 60 * 60));
        let asked = browser.submit(typed.clone()).await;
        assert_eq!(asked.url.path(), "/sign-in");
        let mut another = browser.clone();
        let back = form(&asked, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let back = browser.submit(back).await;
        assert_eq!(form(&back, "/account/contact/change").value("email"), Some(NEWER), "{}", back.text);
        assert!(back.text.contains("密码"), "it says that the password is to be typed again");
        // The next person at this computer signs in on the page that was left open.
        passport.sign_in(&mut another, None, None).await;
        let theirs = another.open(back.url.as_str()).await;
        assert!(!theirs.text.contains(NEWER), "{}", theirs.text);
        let sent = another.submit(typed).await;
        assert!(sent.text.contains("另一个账号") && sent.url.path() == "/account/contact", "{}", sent.text);
    })
    .await;
}

#[tokio::test]
async fn the_former_address_undoes_the_change_and_every_later_one_and_the_account_waits_for_a_reset() {
    on_both_with(PLAIN, |passport| async move {
        let mut thief = signed_in(&passport).await;
        let letter = change(&passport, &mut thief, ("email", EMAIL, NEWER)).await;
        change(&passport, &mut thief, ("mobile", PHONE, "+8613900139000")).await;
        change(&passport, &mut thief, ("email", NEWER, "thief@example.com")).await;
        let told = undo(&passport, &letter).await;
        assert!(told.text.contains("账号已暂停"), "{}", told.text);
        assert_eq!(thief.open(&page("/account/contact")).await.url.path(), "/sign-in", "every session has ended");
        for name in ["thief@example.com", NEWER, "13900139000"] {
            assert_eq!(lands(&passport, name).await, "/sign-in", "{name}");
        }
        let mut owner = passport.browser();
        let form_ = sign_in_form(&mut owner, EMAIL, PASSWORD).await;
        let frozen = owner.submit(form_).await;
        assert!(summary(&frozen)[0].contains("请重置密码"), "{:?}", summary(&frozen));
        passport.clock.advance(Duration::from_millis(1));
        let begun = owner.open(&page("/recover")).await;
        let waits = owner.submit(form(&begun, "/recover").set("username", EMAIL)).await;
        let code = code_in(&last_to(&passport, EMAIL).await);
        let chosen = owner.submit(form(&waits, "/recover/code").set("code", &code)).await;
        let filled = form(&chosen, "/recover/password").set("password", PASSWORD).set("password_confirm", PASSWORD);
        owner.submit(filled).await;
        assert_eq!(lands(&passport, EMAIL).await, "/", "{}", chosen.text);
        assert_eq!(lands(&passport, MOBILE).await, "/", "the number is back as well");
        for name in ["thief@example.com", NEWER, "13900139000"] {
            assert_eq!(lands(&passport, name).await, "/sign-in", "{name} is no name of the account any more");
        }
        assert_eq!(passport.browser().open(&link_in(&letter)).await.status, StatusCode::GONE);
    })
    .await;
}

#[tokio::test]
async fn the_former_number_undoes_its_change_by_the_link_of_an_sms() {
    on_both_with(PLAIN, |passport| async move {
        let mut thief = signed_in(&passport).await;
        let sms = change(&passport, &mut thief, ("mobile", PHONE, "+8613900139000")).await;
        assert!(sms.contains("/contact/undo?t=") && sms.contains("2027-03-21 09:00"), "{sms}");
        assert!(!last_to(&passport, "+8613900139000").await.contains("/contact/undo"), "the new one undoes nothing");
        let told = undo(&passport, &sms).await;
        assert!(told.text.contains("账号已暂停"), "{}", told.text);
        assert_eq!(thief.open(&page("/account/contact")).await.url.path(), "/sign-in", "every session has ended");
        let mut owner = passport.browser();
        let form_ = sign_in_form(&mut owner, MOBILE, PASSWORD).await;
        let frozen = owner.submit(form_).await;
        assert!(
            summary(&frozen)[0].contains("请重置密码"),
            "the number is the account's again: {:?}",
            summary(&frozen)
        );
        let chosen = super::recovery::proven(&passport, &mut owner, EMAIL, EMAIL).await;
        super::recovery::choose(&mut owner, &chosen).await;
        for (name, leads) in [(MOBILE, "/"), ("13900139000", "/sign-in")] {
            assert_eq!(super::recovery::lands(&passport, name, super::recovery::NEW).await, leads, "{name}");
        }
        assert_eq!(passport.browser().open(&link_in(&sms)).await.status, StatusCode::GONE, "once");
    })
    .await;
}

#[tokio::test]
async fn who_undoes_a_thiefs_change_keeps_the_account_that_the_thief_cancelled() {
    on_both_with(PLAIN, |passport| async move {
        let mut thief = signed_in(&passport).await;
        let letter = change(&passport, &mut thief, ("email", EMAIL, NEWER)).await;
        change(&passport, &mut thief, ("mobile", PHONE, "+8613900139000")).await;
        let shown = thief.open(&page("/account/close")).await;
        let gone = thief.submit(form(&shown, "/account/close").set("old_password", PASSWORD)).await;
        assert_eq!(gone.url.path(), "/", "{:?}", summary(&gone));
        undo(&passport, &letter).await;
        let told = messages(&passport).await.into_iter().any(|told| told.contains(EMAIL) && told.contains("撤回"));
        assert!(told, "the owner hears that it is kept");
        passport.clock.advance(COOLING_OFF);
        assert_eq!(passport.app.accounts.close_due().await.expect("closed"), 0);
        let there = "SELECT COUNT(*) AS n FROM accounts WHERE email = 'lihua2006@example.com' AND closed_at IS NULL";
        assert_eq!(super::register::count(&passport, there).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_shut_is_not_closed_on_its_day() {
    on_both_with(PLAIN, |passport| async move {
        let mut thief = signed_in(&passport).await;
        let shown = thief.open(&page("/account/close")).await;
        thief.submit(form(&shown, "/account/close").set("old_password", PASSWORD)).await;
        super::recovery::change(&passport, "UPDATE accounts SET frozen_at = 1").await;
        passport.clock.advance(COOLING_OFF);
        assert_eq!(passport.app.accounts.close_due().await.expect("closed"), 0);
        super::recovery::change(&passport, "UPDATE accounts SET frozen_at = NULL").await;
        assert_eq!(passport.app.accounts.close_due().await.expect("closed"), 1);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_changed_of_an_account_that_is_shut_meanwhile() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        wish(&mut browser, "email", NEWER, PASSWORD).await;
        super::recovery::change(&passport, "UPDATE accounts SET frozen_at = 1").await;
        let mut elsewhere = passport.browser();
        let seen = elsewhere.open(&link_in(&last_to(&passport, NEWER).await)).await;
        let told = elsewhere.submit(form(&seen, "/contact/confirm").without("action")).await;
        assert_eq!((told.status, told.texts("main .button.primary").len()), (StatusCode::GONE, 1), "{}", told.text);
        let kept = "SELECT COUNT(*) AS n FROM accounts WHERE email = 'lihua2006@example.com'";
        assert_eq!(super::register::count(&passport, kept).await, 1);
    })
    .await;
}

#[tokio::test]
async fn after_three_days_nothing_can_be_undone_and_the_former_address_is_free() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let letter = change(&passport, &mut browser, ("email", EMAIL, NEWER)).await;
        let mut stranger = passport.browser();
        let taken = super::register::register_form(&mut stranger).await.set("mobile", "13900139000");
        assert_ne!(stranger.submit(taken.clone()).await.url.path(), "/sign-in", "it is kept for the owner so long");
        passport.clock.advance(Duration::from_secs(72 * 60 * 60));
        let late = passport.browser().open(&link_in(&letter)).await;
        assert_eq!(late.status, StatusCode::GONE, "however late the clean-up is");
        assert_eq!(passport.app.accounts.settle_changes().await.expect("settled"), 1);
        assert_eq!(passport.browser().open(&link_in(&letter)).await.status, StatusCode::GONE);
        let mut stranger = passport.browser();
        let free = super::register::register_form(&mut stranger).await.set("mobile", "13900139000");
        assert_eq!(stranger.submit(free).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, NEWER).await, "/");
    })
    .await;
}

#[tokio::test]
async fn who_goes_back_to_the_former_address_keeps_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        change(&passport, &mut browser, ("email", EMAIL, NEWER)).await;
        change(&passport, &mut browser, ("email", NEWER, EMAIL)).await;
        passport.clock.advance(Duration::from_secs(72 * 60 * 60 + 1));
        assert_eq!(passport.app.accounts.settle_changes().await.expect("settled"), 2);
        assert_eq!((lands(&passport, EMAIL).await, lands(&passport, NEWER).await), ("/".into(), "/sign-in".into()));
    })
    .await;
}

#[tokio::test]
async fn after_a_reset_contacts_stay_for_three_days() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let begun = browser.open(&page("/recover")).await;
        let waits = browser.submit(form(&begun, "/recover").set("username", EMAIL)).await;
        let code = code_in(&last_to(&passport, EMAIL).await);
        let chosen = browser.submit(form(&waits, "/recover/code").set("code", &code)).await;
        let filled = form(&chosen, "/recover/password").set("password", PASSWORD).set("password_confirm", PASSWORD);
        browser.submit(filled).await;
        sign_in(&mut browser).await;
        let refused = wish(&mut browser, "email", NEWER, PASSWORD).await;
        assert!(summary(&refused)[0].contains("3月21日 09:00"), "{:?}", summary(&refused));
        passport.clock.advance(Duration::from_secs(72 * 60 * 60));
        sign_in(&mut browser).await;
        change(&passport, &mut browser, ("email", EMAIL, NEWER)).await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_another_account_has_or_that_is_the_present_one_is_refused() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let seed = Seed { email: Email::parse(NEWER).ok(), ..Seed::default() };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("another");
        for (new, told) in
            [(NEWER, "已被别的通行证使用"), ("LiHua2006@example.com", "这就是您现在用的"), ("li", "缺少")]
        {
            let refused = wish(&mut browser, "email", new, PASSWORD).await;
            assert!(summary(&refused)[0].contains(told), "{new}: {:?}", summary(&refused));
        }
        assert!(messages(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_address_that_somebody_else_took_before_its_code_was_typed_changes_nothing() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let waits = wish(&mut browser, "email", NEWER, PASSWORD).await;
        let letter = last_to(&passport, NEWER).await;
        let seed = Seed { email: Email::parse(NEWER).ok(), ..Seed::default() };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("another");
        let code = code_in(&letter);
        let told = browser.submit(form(&waits, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(told.texts(".notice.warn"), ["它已经属于别的通行证，或者您已经换了另一个"], "{}", told.status);
        let list = browser.open(&page("/account/contact")).await;
        assert!(list.text.contains("li***06@example.com") && !list.text.contains("li***07"), "{}", list.text);
    })
    .await;
}
