//! Resetting a forgotten password: what is enough, what is told, and what is not.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use shared::db::{DbError, sql};

use super::contact::{code_in, facts, link_in, messages, other, registered};
use super::register::{count, register_form};
use super::*;
use crate::support::site::{OURS, encoded, get, request};
use crate::support::{on_both, on_both_with};

pub(super) const NEW: &str = "Regen7!wolke";
pub(super) const PHONE: &str = "+8613800138000";

/// What was sent last to that address or number.
pub(super) async fn last_to(passport: &Passport, to: &str) -> String {
    let found = messages(passport).await.into_iter().rev().find(|message| message.contains(&format!("\"{to}\"")));
    found.unwrap_or_else(|| panic!("nothing was sent to {to}"))
}

/// The page that waits for the code, once it was asked for with that name.
async fn asked(browser: &mut Browser, name: &str) -> Answer {
    let answer = browser.open(&page("/recover")).await;
    browser.submit(form(&answer, "/recover").set("username", name)).await
}

/// The page after the right code for `name`, which went to `to`.
pub(super) async fn proven(passport: &Passport, browser: &mut Browser, name: &str, to: &str) -> Answer {
    passport.clock.advance(Duration::from_millis(1));
    let answer = asked(browser, name).await;
    let code = code_in(&last_to(passport, to).await);
    browser.submit(form(&answer, "/recover/code").set("code", &code)).await
}

/// Chooses the new password.
pub(super) async fn choose(browser: &mut Browser, answer: &Answer) -> Answer {
    let form = answer.form("main form:has([name=password_confirm])");
    let form = if form.has("agree") { form.set("agree", "on") } else { form };
    browser.submit(form.set("password", NEW).set("password_confirm", NEW)).await
}

/// Where signing in leads.
pub(super) async fn lands(passport: &Passport, name: &str, password: &str) -> String {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, name, password).await;
    browser.submit(form).await.url.path().to_owned()
}

/// Changes the account that there is.
pub(super) async fn change(passport: &Passport, text: &'static str) {
    let changed = passport.db.write::<_, DbError, _>(move |tx| Box::pin(async move { sql(text).execute(tx).await }));
    changed.await.expect("changed");
}

#[tokio::test]
async fn the_code_of_a_mail_lets_choose_a_password_and_every_session_ends() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut elsewhere = passport.browser();
        sign_in(&mut elsewhere).await;
        let mut browser = passport.browser();
        let chosen = proven(&passport, &mut browser, "LiHua2006@Example.com", "LiHua2006@example.com").await;
        assert_eq!(chosen.url.path(), "/recover/password", "{:?}", summary(&chosen));
        let done = choose(&mut browser, &chosen).await;
        assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
        assert!(done.text.contains("新密码已保存，请登录"));
        assert_eq!(form(&done, "/sign-in").value("username"), Some(EMAIL));
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/sign-in", "nobody is signed in by it");
        assert_eq!(elsewhere.open(&page("/account/profile")).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/sign-in");
        assert_eq!(lands(&passport, MOBILE, NEW).await, "/");
        for to in [EMAIL, PHONE] {
            assert!(last_to(&passport, to).await.contains("2027-03-18 09:00"), "{to} is told");
        }
    })
    .await;
}

#[tokio::test]
async fn the_sites_of_every_session_are_told_of_a_reset() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[&format!("{OURS}backchannel_logout_uri = 'https://site.test/backchannel-logout'\n")]).await;
        for mut browser in [passport.browser(), passport.browser()] {
            sign_in(&mut browser).await;
            passport.tokens(&mut browser, "openid").await;
        }
        let mut browser = passport.browser();
        let chosen = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        assert!(passport.waiting().await.is_empty(), "nothing has ended yet");
        choose(&mut browser, &chosen).await;
        assert_eq!(passport.waiting().await, ["logout:cet", "logout:cet"]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_known_one_and_writes_as_much() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut seen = Vec::new();
        for (name, rows) in [(EMAIL, 1), ("lina2006@example.com", 2)] {
            let mut browser = passport.browser();
            let answer = asked(&mut browser, name).await;
            let wrong = browser.submit(form(&answer, "/recover/code").set("code", "12 34 56")).await;
            let shown = |answer: &Answer| answer.texts("main").concat().replace(name, "");
            seen.push((answer.status, shown(&answer), wrong.status, shown(&wrong)));
            assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM proofs").await, rows);
            assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await, rows);
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(messages(&passport).await.len(), 1, "one letter is sent");
    })
    .await;
}

#[tokio::test]
async fn the_link_works_in_another_browser_once_its_button_is_pressed_and_only_once() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        asked(&mut passport.browser(), EMAIL).await;
        let link = link_in(&last_to(&passport, EMAIL).await);
        let mut browser = passport.browser();
        for _ in 0..2 {
            assert!(browser.open(&link).await.text.contains("127.0.0.1"), "looking spends nothing");
        }
        let seen = browser.open(&link).await;
        let chosen = browser.submit(form(&seen, "/recover/link").without("action")).await;
        assert_eq!(chosen.url.path(), "/recover/password");
        let again = passport.browser().open(&link).await;
        assert_eq!(again.status, StatusCode::GONE);
        assert_eq!(again.texts("main a.button.primary"), ["重新开始"]);
        assert_eq!(choose(&mut browser, &chosen).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
    })
    .await;
}

/// The link of the mail that was asked for on the way to a site, in a browser that stands before the page for the code.
async fn asked_on_the_way(passport: &Passport) -> (Browser, Answer, String) {
    candidate(passport).await;
    passport.register(&[OURS]).await;
    let mut browser = passport.browser();
    let to_sign_in = get(&mut browser, &format!("/authorize?{}", encoded(&request())), &[]).await;
    let way = to_sign_in.parameter("continue").expect("a way");
    let begun = browser.open(&page(&format!("/recover?continue={way}"))).await;
    let waits = browser.submit(form(&begun, "/recover").set("username", EMAIL)).await;
    let link = link_in(&last_to(passport, EMAIL).await);
    (browser, waits, link)
}

#[tokio::test]
async fn a_link_opened_in_the_browser_that_was_on_the_way_to_a_site_leads_back_to_that_way() {
    on_both_with(PLAIN, |passport| async move {
        let (mut browser, waits, link) = asked_on_the_way(&passport).await;
        let seen = browser.open(&link).await;
        let chosen = browser.submit(form(&seen, "/recover/link").without("action")).await;
        // The tab that waits finds that its code is not needed any more, whatever is typed there.
        let late = browser.submit(form(&waits, "/recover/code").set("code", "123456")).await;
        assert_eq!(late.url.path(), "/recover/password", "{:?}", summary(&late));
        let done = choose(&mut browser, &chosen).await;
        assert!(done.text.contains("四六级"), "the page says where it goes: {}", done.text);
        // Spent with the reset: the next link leads home.
        let again = browser.open(&link).await;
        assert_eq!(again.attributes("main a.button.primary", "href"), ["/recover"]);
    })
    .await;
}

#[tokio::test]
async fn a_code_whose_link_was_used_elsewhere_leads_to_the_sign_in_page_of_the_same_way() {
    on_both_with(PLAIN, |passport| async move {
        let (mut browser, waits, link) = asked_on_the_way(&passport).await;
        let mut elsewhere = passport.browser();
        let seen = elsewhere.open(&link).await;
        let chosen = elsewhere.submit(form(&seen, "/recover/link").without("action")).await;
        assert!(!choose(&mut elsewhere, &chosen).await.text.contains("四六级"), "that browser was on no way");
        let late = browser.submit(form(&waits, "/recover/code").set("code", "123456")).await;
        assert_eq!(late.url.path(), "/sign-in");
        assert!(late.text.contains("这个验证码已经用过") && late.text.contains("四六级"), "{}", late.text);
    })
    .await;
}

#[tokio::test]
async fn the_page_of_the_link_says_when_and_from_where_it_was_asked_for_and_not_who_looks() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.clock.advance(Duration::from_secs(5 * 60));
        asked(&mut passport.browser().from_address([203, 0, 113, 66].into()), EMAIL).await;
        passport.clock.advance(Duration::from_secs(7 * 60));
        let told = facts(&passport.browser().open(&link_in(&last_to(&passport, EMAIL).await)).await);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], ("时间".to_owned(), "2027-03-18 09:05:00".to_owned()));
        assert!(told[1].1.contains("203.0.113.66"), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_not_me_ends_the_request_and_what_came_of_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut thief = passport.browser();
        let chosen = proven(&passport, &mut thief, EMAIL, EMAIL).await;
        passport.clock.advance(Duration::from_millis(1));
        let mut again = passport.browser();
        let waits = asked(&mut again, EMAIL).await;
        let letter = last_to(&passport, EMAIL).await;
        let mut owner = passport.browser();
        let seen = owner.open(&link_in(&letter)).await;
        let told = owner.submit(form(&seen, "/recover/link").with("action", "refuse")).await;
        assert!(told.text.contains("密码没有改变"), "{}", told.text);
        let late = choose(&mut thief, &chosen).await;
        assert_eq!(late.status, StatusCode::GONE);
        // The code of the same mail, typed where it was asked for.
        let code = form(&waits, "/recover/code").set("code", &code_in(&letter));
        let dead = again.submit(code).await;
        assert_eq!((dead.status, dead.url.path()), (StatusCode::UNPROCESSABLE_ENTITY, "/recover/code"));
        assert_eq!(summary(&dead), ["验证码：收件人表示不是本人操作，这次验证已取消"]);
        assert_eq!(again.open(&page("/recover/password")).await.status, StatusCode::GONE);
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/");
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_spend_a_request_and_nobody_elses() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        let waits = asked(&mut owner, EMAIL).await;
        let right = code_in(&last_to(&passport, EMAIL).await);
        passport.clock.advance(Duration::from_millis(1));
        let mut thief = passport.browser().from_address([192, 0, 2, 1].into());
        let mut answer = asked(&mut thief, EMAIL).await;
        for _ in 0..5 {
            answer = thief.submit(form(&answer, "/recover/code").set("code", other(&right))).await;
        }
        assert!(summary(&answer)[0].contains("输错的次数太多"), "{:?}", summary(&answer));
        let done = owner.submit(form(&waits, "/recover/code").set("code", &right)).await;
        assert_eq!(done.url.path(), "/recover/password", "{:?}", summary(&done));
    })
    .await;
}

#[tokio::test]
async fn an_sms_alone_recovers_no_account_that_has_a_mail_address_but_both_do() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let second = proven(&passport, &mut browser, MOBILE, PHONE).await;
        assert!(second.texts("h1").concat().contains("还需要一步"), "{}", second.text);
        assert!(!second.text.contains(EMAIL) && second.text.contains("li***06@example.com"));
        // Nor does a refusal tell what the account knows, its name for example.
        for password in [NEW, "Hua.Li-7391"] {
            let forged = second.form("main form:has([value=wait])").without("action");
            let refused = browser.submit(forged.with("password", password).with("password_confirm", password)).await;
            assert_eq!(refused.status, StatusCode::GONE, "no form skips the second step");
        }
        passport.clock.advance(Duration::from_millis(1));
        let second = browser.open(&page("/recover/password")).await;
        let waits = browser.submit(second.form("main form:has(#email)").with("action", "email")).await;
        assert!(!waits.text.contains(EMAIL), "the other address is shown masked");
        let code = code_in(&last_to(&passport, EMAIL).await);
        let chosen = browser.submit(form(&waits, "/recover/code").set("code", &code)).await;
        assert_eq!(choose(&mut browser, &chosen).await.url.path(), "/sign-in", "{}", chosen.text);
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
    })
    .await;
}

#[tokio::test]
async fn an_sms_alone_recovers_an_account_that_has_nothing_else_while_the_number_is_fresh() {
    for (days, enough) in [(89, true), (90, false)] {
        on_both_with(PLAIN, |passport| async move {
            // Who proves a number that another account claims has an account with nothing else.
            registered(&passport).await;
            let mut browser = passport.browser();
            let anew = proven(&passport, &mut browser, MOBILE, PHONE).await;
            assert_eq!(choose(&mut browser, &anew).await.url.path(), "/sign-in");
            passport.clock.advance(Duration::from_secs(days * 24 * 60 * 60));
            let mut browser = passport.browser();
            let answer = proven(&passport, &mut browser, MOBILE, PHONE).await;
            assert_eq!(answer.texts("h1") == ["选一个新密码"], enough, "{days} days: {}", answer.text);
        })
        .await;
    }
}

#[tokio::test]
async fn an_sms_alone_recovers_no_account_whose_address_was_never_proven_but_both_do_and_so_does_the_wait() {
    on_both_with(PLAIN, |passport| async move {
        let mut owner = registered(&passport).await;
        super::correction::prove(&passport, &mut owner, "mobile").await;
        let mut browser = passport.browser();
        let second = proven(&passport, &mut browser, MOBILE, PHONE).await;
        assert!(second.texts("h1").concat().contains("还需要一步"), "{}", second.text);
        // Who mistyped the address waits, and a stranger who reads it cannot cancel.
        let mut waiting = browser.clone();
        waiting.submit(second.form("main form:has([value=wait])").with("action", "wait")).await;
        let links = messages(&passport).await.into_iter().filter(|message| message.contains("/recover/cancel"));
        assert!(links.collect::<Vec<_>>().iter().all(|message| message.contains(PHONE)));
        passport.clock.advance(Duration::from_millis(1));
        let waits = browser.submit(second.form("main form:has(#email)").with("action", "email")).await;
        let code = code_in(&last_to(&passport, EMAIL).await);
        let chosen = browser.submit(form(&waits, "/recover/code").set("code", &code)).await;
        assert_eq!(chosen.texts("h1"), ["选一个新密码"], "who reads both: {}", chosen.text);
        let mut later = passport.browser();
        let resume = messages(&passport).await.into_iter().find(|message| message.contains("/recover/resume"));
        passport.clock.advance(Duration::from_secs(72 * 60 * 60));
        let seen = later.open(&link_in(&resume.expect("the letter that waits as well"))).await;
        let chosen = later.submit(form(&seen, "/recover/resume")).await;
        assert_eq!(choose(&mut later, &chosen).await.url.path(), "/sign-in", "{}", chosen.text);
    })
    .await;
}

#[tokio::test]
async fn who_waits_three_days_that_nobody_cancels_goes_on_in_any_browser() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let second = proven(&passport, &mut browser, MOBILE, PHONE).await;
        let waiting = browser.submit(second.form("main form:has([value=wait])").with("action", "wait")).await;
        assert!(waiting.text.contains("3月21日 09:0"), "{}", waiting.text);
        assert!(last_to(&passport, EMAIL).await.contains("2027-03-21 09:0"), "the mail address is told");
        let resume = messages(&passport).await.into_iter().find(|message| message.contains("/recover/resume"));
        let link = link_in(&resume.expect("the letter that waits as well"));
        let mut later = passport.browser();
        assert!(later.open(&link).await.text.contains("时间还没有到"));
        passport.clock.advance(Duration::from_secs(72 * 60 * 60));
        let seen = later.open(&link).await;
        let chosen = later.submit(form(&seen, "/recover/resume")).await;
        assert_eq!(choose(&mut later, &chosen).await.url.path(), "/sign-in", "{}", chosen.text);
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
    })
    .await;
}

#[tokio::test]
async fn every_channel_can_cancel_the_wait() {
    for to in [EMAIL, PHONE] {
        on_both_with(PLAIN, |passport| async move {
            candidate(&passport).await;
            let mut browser = passport.browser();
            let second = proven(&passport, &mut browser, MOBILE, PHONE).await;
            browser.submit(second.form("main form:has([value=wait])").with("action", "wait")).await;
            let told = messages(&passport).await.into_iter();
            let mut told = told.filter(|message| message.contains("/recover/cancel") && message.contains(to));
            let link = link_in(&told.next().expect("a letter"));
            let mut owner = passport.browser();
            let seen = owner.open(&link).await;
            assert_eq!(
                browser.open(&page("/recover/password")).await.status,
                StatusCode::OK,
                "looking cancels nothing"
            );
            let done = owner.submit(form(&seen, "/recover/cancel")).await;
            assert!(done.text.contains("已取消重置"), "{}", done.text);
            passport.clock.advance(Duration::from_secs(72 * 60 * 60));
            assert_eq!(browser.open(&page("/recover/password")).await.status, StatusCode::GONE);
            assert_eq!(owner.open(&link).await.status, StatusCode::GONE);
        })
        .await;
    }
}

#[tokio::test]
async fn a_contact_that_was_never_proven_goes_to_who_proves_it_with_nothing_of_the_account_that_claimed_it() {
    on_both_with(PLAIN, |passport| async move {
        let mut thief = passport.browser();
        let answer = register_form(&mut thief).await.set("name", "张三");
        let answer = thief.submit(answer).await;
        thief.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
        let mut owner = passport.browser();
        let chosen = proven(&passport, &mut owner, EMAIL, EMAIL).await;
        assert!(chosen.texts("h1").concat().contains("开始使用新的通行证"), "{}", chosen.text);
        let without = chosen.form("main form:has([name=agree])").set("password", NEW).set("password_confirm", NEW);
        assert_eq!(owner.submit(without).await.status, StatusCode::UNPROCESSABLE_ENTITY, "both agreements are asked");
        let done = choose(&mut owner, &chosen).await;
        assert_eq!(done.url.path(), "/sign-in", "{:?}", summary(&done));
        assert_eq!(thief.open(&page("/account/profile")).await.url.path(), "/sign-in");
        assert_eq!(lands(&passport, MOBILE, PASSWORD).await, "/sign-in", "the other account is closed");
        let home = owner.submit(form(&done, "/sign-in").set("password", NEW)).await;
        assert_eq!(home.url.path(), "/");
        assert!(!home.text.contains("张三") && !home.text.contains("138****8000"), "{}", home.text);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM agreements").await, 4);
    })
    .await;
}

#[tokio::test]
async fn of_twenty_who_choose_at_once_one_password_is_set() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let chosen = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let form = chosen.form("main form:has([name=password_confirm])");
        let answers = join_all((0..20).map(|n| {
            let (mut browser, password) = (browser.clone(), format!("hupo7-Kran{n:02}tee"));
            let form = form.clone().set("password", &password).set("password_confirm", &password);
            async move { browser.submit(form).await }
        }));
        let done = answers.await.iter().filter(|answer| answer.url.path() == "/sign-in").count();
        assert_eq!(done, 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'password_reset'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_reset_lifts_the_lock_of_wrong_passwords() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for _ in 0..5 {
            lands(&passport, EMAIL, "wrong").await;
        }
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/sign-in");
        let mut browser = passport.browser();
        let chosen = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        choose(&mut browser, &chosen).await;
        assert_eq!(lands(&passport, EMAIL, NEW).await, "/");
    })
    .await;
}

#[tokio::test]
async fn a_recovery_ends_after_half_an_hour_and_says_where_to_begin_again() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let chosen = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        passport.clock.advance(Duration::from_secs(30 * 60));
        let late = choose(&mut browser, &chosen).await;
        assert_eq!(late.status, StatusCode::GONE);
        assert_eq!(late.texts("main a.button.primary"), ["重新开始"]);
        for path in ["/recover/code", "/recover/code?request=x"] {
            assert_eq!(passport.browser().open(&page(path)).await.url.path(), "/recover", "{path}");
        }
        assert_eq!(passport.browser().open(&page("/recover/password")).await.status, StatusCode::GONE);
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/");
    })
    .await;
}

#[tokio::test]
async fn a_code_of_contact_proof_recovers_nothing_and_the_reverse() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        browser.submit(form).await;
        let link = link_in(&messages(&passport).await[0]).replace("/contact/confirm", "/recover/link");
        assert_eq!(passport.browser().open(&link).await.status, StatusCode::NOT_FOUND);
        asked(&mut passport.browser(), EMAIL).await;
        passport.clock.advance(Duration::from_millis(1));
        let letters = messages(&passport).await.into_iter();
        let link = letters.filter(|letter| letter.contains("/recover/link")).map(|letter| link_in(&letter)).next();
        let link = link.expect("a letter").replace("/recover/link", "/contact/confirm");
        assert_eq!(passport.browser().open(&link).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn recovery_asks_for_a_captcha_like_registering() {
    on_both(|passport| async move {
        let answer = passport.browser().open(&page("/recover")).await;
        assert!(form(&answer, "/recover").has("captcha_id"));
    })
    .await;
}

#[tokio::test]
async fn the_site_that_somebody_was_on_the_way_to_is_reached_after_a_reset() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let profile = browser.open(&page("/account/profile")).await;
        let forgot = profile.attributes("main a[href^='/recover?']", "href").remove(0);
        let begun = browser.open(&page(&forgot)).await;
        let asked = browser.submit(form(&begun, "/recover").set("username", EMAIL)).await;
        let code = code_in(&last_to(&passport, EMAIL).await);
        let chosen = browser.submit(form(&asked, "/recover/code").set("code", &code)).await;
        let done = choose(&mut browser, &chosen).await;
        let landed = browser.submit(form(&done, "/sign-in").set("password", NEW)).await;
        assert_eq!(landed.url.path(), "/account/profile");
    })
    .await;
}
