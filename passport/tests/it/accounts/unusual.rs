//! What programs stumble over: addresses and names that few people have, and two things going on at once.

use http::StatusCode;

use super::contact::{code_in, messages};
use super::recovery::{PHONE, choose, lands, proven};
use super::register::register_form;
use super::*;
use crate::support::on_both_with;

const NEWER: &str = "lihua2007@example.com";

/// What was sent last to that address.
async fn last_to(passport: &Passport, to: &str) -> String {
    let found = messages(passport).await.into_iter().rev().find(|message| message.contains(&format!("\"{to}\"")));
    found.unwrap_or_else(|| panic!("nothing was sent to {to}"))
}

/// 254 characters: 64 before the `@`, and labels of 63 after it.
fn longest() -> String {
    let label = "d".repeat(63);
    format!("{}@{label}.{label}.{}.com", "l".repeat(64), "e".repeat(57))
}

#[tokio::test]
async fn every_address_that_mail_can_be_sent_to_registers_is_written_to_and_signs_in() {
    on_both_with(PLAIN, |passport| async move {
        let longest = longest();
        assert_eq!(longest.len(), 254);
        for (n, (typed, sent_to, signs_in)) in [
            ("li.hua+cet@example.com", "li.hua+cet@example.com", "LI.HUA+CET@EXAMPLE.COM"),
            // Without the tag it is another mailbox: nobody but its provider knows whether both are one person's.
            ("li.hua@example.com", "li.hua@example.com", "li.hua@example.com"),
            ("Li.Hua2@Example.COM", "Li.Hua2@example.com", "li.hua2@example.com"),
            ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s", "li@例子。中国"),
            ("ｌｉ３＠ｅｘａｍｐｌｅ．ｃｏｍ", "li3@example.com", "li3@example.com"),
            (longest.as_str(), longest.as_str(), longest.as_str()),
        ]
        .into_iter()
        .enumerate()
        {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("email", typed).set("mobile", &format!("1390013900{n}"));
            let answer = browser.submit(form).await;
            assert_eq!(answer.url.path(), "/sign-in", "{typed}: {:?}", summary(&answer));
            assert!(last_to(&passport, sent_to).await.contains("/contact/confirm?t="), "{typed}");
            let mut elsewhere = passport.browser();
            let form = sign_in_form(&mut elsewhere, signs_in, PASSWORD).await;
            assert_eq!(elsewhere.submit(form).await.url.path(), "/", "{signs_in}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_that_no_mail_can_be_sent_to_is_refused_with_a_sentence_and_stays_typed() {
    on_both_with(PLAIN, |passport| async move {
        for typed in [
            format!("l{}", longest()),
            "li@localhost".to_owned(),
            "li hua@example.com".to_owned(),
            "李@a.cn".to_owned(),
        ] {
            let mut browser = passport.browser();
            let refused = register_form(&mut browser).await.set("email", &typed);
            let refused = browser.submit(refused).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert_eq!(summary(&refused).len(), 1, "{typed}: {:?}", summary(&refused));
            assert_eq!(form(&refused, "/register").value("email"), Some(typed.as_str()));
        }
        assert!(messages(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn names_of_rare_characters_middle_dots_and_one_to_fifty_characters_are_kept_as_written() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let fifty = "𰻝".repeat(50);
        for name in ["𠮷田𫍯", "𰻝", "䶮", "李", "买买提·吐尔逊", "阿卜杜拉・买买提", "O’Neil-Smith", fifty.as_str()]
        {
            let profile = browser.open(&page("/account/profile")).await;
            let home = browser.submit(form(&profile, "/account/profile").set("name", name)).await;
            assert!(home.texts("h1").concat().contains(name), "{name}: {:?}", home.texts("h1"));
            let kept = browser.open(&page("/account/profile")).await;
            assert_eq!(form(&kept, "/account/profile").value("name"), Some(name));
        }
        let profile = browser.open(&page("/account/profile")).await;
        let refused = browser.submit(form(&profile, "/account/profile").set("name", &"𰻝".repeat(51))).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(summary(&refused)[0].contains("最多50个字"), "{:?}", summary(&refused));
        assert_eq!(form(&refused, "/account/profile").value("name").map(|name| name.chars().count()), Some(51));
    })
    .await;
}

/// The page that waits for the code of a wish for another address.
async fn wished(browser: &mut Browser) -> Answer {
    let shown = browser.open(&page("/account/contact/change?contact=email")).await;
    let filled = form(&shown, "/account/contact/change").set("email", NEWER).set("old_password", PASSWORD);
    let waits = browser.submit(filled).await;
    assert_eq!(waits.url.path(), "/account/contact/proof", "{:?}", summary(&waits));
    waits
}

/// The page that waits for the code of a reset.
async fn reset_asked(browser: &mut Browser) -> Answer {
    let begun = browser.open(&page("/recover")).await;
    browser.submit(form(&begun, "/recover").set("username", EMAIL)).await
}

#[tokio::test]
async fn a_reset_that_was_out_when_the_address_changed_resets_nothing() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut owner, mut reader) = (passport.browser(), passport.browser());
        sign_in(&mut owner).await;
        // Whoever reads the old mailbox has a code and a link.
        let waits = reset_asked(&mut reader).await;
        let letter = last_to(&passport, EMAIL).await;
        let changing = wished(&mut owner).await;
        let code = code_in(&last_to(&passport, NEWER).await);
        let done = owner.submit(form(&changing, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(done.url.path(), "/account/contact", "{:?}", summary(&done));
        let late = reader.submit(form(&waits, "/recover/code").set("code", &code_in(&letter))).await;
        assert!(!late.has("[name=password_confirm]") && !late.status.is_server_error(), "{}", late.text);
        assert!(
            summary(&late)[0].contains("已被更换，不能再用来重置密码") && late.has("main a"),
            "{:?}",
            summary(&late)
        );
        let mut english = late.url.clone();
        english.query_pairs_mut().append_pair("lang", "en");
        let english = summary(&reader.open(english.as_str()).await);
        assert!(english[0].contains("was replaced in its account") && english[0].contains("undo it"), "{english:?}");
        let link = passport.browser().open(&super::contact::link_in(&letter)).await;
        assert!(link.text.contains("这个邮箱已被更换") && link.has("main a.button.primary"), "{}", link.text);
        let mut elsewhere = passport.browser();
        let form = sign_in_form(&mut elsewhere, NEWER, PASSWORD).await;
        assert_eq!(elsewhere.submit(form).await.url.path(), "/", "the password is the owner's still");
    })
    .await;
}

#[tokio::test]
async fn for_three_days_a_former_address_that_forgot_the_password_hears_that_it_was_replaced() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let changing = wished(&mut owner).await;
        let code = code_in(&last_to(&passport, NEWER).await);
        owner.submit(form(&changing, "/account/contact/proof").set("code", &code)).await;
        passport.clock.advance(std::time::Duration::from_millis(1));
        let mut reader = passport.browser();
        let waits = reset_asked(&mut reader).await;
        let letter = last_to(&passport, EMAIL).await;
        let mut other = passport.browser();
        let seen = other.open(&super::contact::link_in(&letter)).await;
        assert!(
            seen.text.contains("发到这里的更换通知") && !seen.has("main form[action='/recover/link']"),
            "{}",
            seen.text
        );
        let told = reader.submit(form(&waits, "/recover/code").set("code", &code_in(&letter))).await;
        assert!(summary(&told)[0].contains("已被更换，不能再用来重置密码"), "{:?}", summary(&told));
    })
    .await;
}

#[tokio::test]
async fn what_is_proven_of_one_account_counts_for_no_other_in_the_same_browser() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let seed = Seed { email: Email::parse(NEWER).ok(), ..Seed::default() };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
        // Whoever has the number now reads the mails of an account of their own.
        let mut browser = passport.browser();
        let need = proven(&passport, &mut browser, MOBILE, PHONE).await;
        assert!(!need.has("[name=password_confirm]"), "the number alone is not enough: {}", need.text);
        let own = proven(&passport, &mut browser, NEWER, NEWER).await;
        choose(&mut browser, &own).await;
        assert_eq!(lands(&passport, EMAIL, PASSWORD).await, "/", "the other account is as it was");
        assert_eq!(lands(&passport, NEWER, "Regen7!wolke").await, "/");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_reset_one_password_the_second_begins_anew() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut owner, mut reader) = (passport.browser(), passport.browser());
        let theirs = proven(&passport, &mut reader, EMAIL, EMAIL).await;
        let ours = proven(&passport, &mut owner, EMAIL, EMAIL).await;
        assert_eq!(choose(&mut owner, &ours).await.url.path(), "/sign-in");
        let late =
            form(&theirs, "/recover/password").set("password", "Seil7!hafen").set("password_confirm", "Seil7!hafen");
        let late = reader.submit(late).await;
        assert_eq!(late.attributes("main a.button.primary", "href"), ["/recover"], "{}", late.text);
        assert_eq!(lands(&passport, EMAIL, "Seil7!hafen").await, "/sign-in", "the password is the owner's still");
    })
    .await;
}

#[tokio::test]
async fn who_knew_the_password_loses_the_change_under_way_when_its_owner_chooses_another() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut owner, mut attacker) = (passport.browser(), passport.browser());
        sign_in(&mut owner).await;
        sign_in(&mut attacker).await;
        wished(&mut attacker).await;
        let shown = owner.open(&page("/account/password")).await;
        let filled = form(&shown, "/account/password").set("old_password", PASSWORD).set("password", "Regen7!wolke");
        owner.submit(filled.set("password_confirm", "Regen7!wolke")).await;
        // The link needs no session: it would change the address from any browser.
        let told = attacker.open(&super::contact::link_in(&last_to(&passport, NEWER).await)).await;
        assert!(!told.has("main form[action='/contact/confirm']") && told.has("main a"), "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn an_attacker_who_is_signed_in_loses_the_session_and_the_change_under_way_with_the_owners_reset() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut attacker = passport.browser();
        sign_in(&mut attacker).await;
        let changing = wished(&mut attacker).await;
        let code = code_in(&last_to(&passport, NEWER).await);
        let mut owner = passport.browser();
        let waits = reset_asked(&mut owner).await;
        let proof = code_in(&last_to(&passport, EMAIL).await);
        let chosen = owner.submit(form(&waits, "/recover/code").set("code", &proof)).await;
        let filled =
            form(&chosen, "/recover/password").set("password", "Regen7!wolke").set("password_confirm", "Regen7!wolke");
        assert_eq!(owner.submit(filled).await.url.path(), "/sign-in");
        let late = attacker.submit(form(&changing, "/account/contact/proof").set("code", &code)).await;
        assert_eq!(late.url.path(), "/sign-in", "the session has ended");
        let link = super::contact::link_in(&last_to(&passport, NEWER).await);
        let told = attacker.open(&link).await;
        assert!(!told.has("main form[action='/contact/confirm']"), "and so has the link: {}", told.text);
        let mut elsewhere = passport.browser();
        let form = sign_in_form(&mut elsewhere, EMAIL, "Regen7!wolke").await;
        assert_eq!(elsewhere.submit(form).await.url.path(), "/", "the address is the owner's still");
    })
    .await;
}
