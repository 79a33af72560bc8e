//! Registering.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use shared::db::{DbError, sql};

use super::networks::used;
use super::*;
use crate::support::on_both_with;

pub(super) async fn register_form(browser: &mut Browser) -> Form {
    let answer = browser.open(&page("/register")).await;
    form(&answer, "/register")
        .set("email", EMAIL)
        .set("mobile", MOBILE)
        .set("password", PASSWORD)
        .set("password_confirm", PASSWORD)
        .set("age", "over")
        .set("agree", "on")
}

pub(super) async fn count(passport: &Passport, text: &'static str) -> i64 {
    let count = passport
        .db
        .read::<_, DbError, _>(move |tx| Box::pin(async move { sql(text).fetch_one(tx).await?.get::<i64>("n") }));
    count.await.expect("a count")
}

#[tokio::test]
async fn who_registers_finds_the_account_filled_in_and_can_sign_in() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        let filled = form.set("id_type", "resident").set("id_number", "11010519491231002x").set("name", "李华");
        let answer = browser.submit(filled).await;
        assert_eq!(answer.url.path(), "/sign-in", "{:?}", summary(&answer));
        assert!(answer.texts(".notice.ok").concat().contains("注册成功，请登录"));
        let form = super::form(&answer, "/sign-in");
        assert_eq!(form.value("username"), Some(EMAIL));
        let home = browser.submit(form.set("password", PASSWORD)).await;
        for fact in ["您好，李华", "+86 138****8000", "li***06@example.com", "居民身份证 110105********002X"]
        {
            assert!(home.text.contains(fact), "{fact}");
        }
        assert!(!home.text.contains("11010519491231002X"));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM agreements").await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_header_of_registration_has_home_and_the_way_out() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let answer = browser.open(&page("/register")).await;
        assert_eq!(answer.texts(".nav-wide a"), ["首页", "退出", "English"]);
        let out = browser.click(&answer, "/sign-out").await;
        assert_eq!(out.url.path(), "/", "nobody is signed in: there is nothing to confirm");
        assert!(out.text.contains("您已退出"));
    })
    .await;
}

#[tokio::test]
async fn who_leaves_a_form_half_way_leaves_nothing_typed_behind() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        let refused = browser.submit(form.set("name", "李华").without("agree")).await;
        assert_eq!(super::form(&refused, "/register").value("name"), Some("李华"));
        browser.click(&refused, "/sign-out").await;
        // The next person at the same computer finds the address in its history.
        let later = super::form(&browser.open(refused.url.as_str()).await, "/register");
        assert_eq!((later.value("name"), later.value("email"), later.value("mobile")), (Some(""), Some(""), Some("")));
    })
    .await;
}

#[tokio::test]
async fn every_error_stands_in_the_summary_and_beside_its_field_and_nothing_typed_is_lost() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        let form = form
            .set("email", "lihua2006.example.com")
            .set("password", "abc12345")
            .set("id_type", "resident")
            .set("id_number", "110105194912310021")
            .set("name", "李华")
            .without("agree");
        let answer = browser.submit(form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            summary(&answer),
            [
                "电子邮箱：缺少“@”和前后的部分，例如name@example.com",
                "密码：再加一个特殊字符，就符合要求了",
                "证件号：最后一位与前面的对不上，请对照证件再核对",
                "协议：读过两份协议，同意的话在这里打勾",
            ]
        );
        assert_eq!(answer.attributes(".summary a", "href"), ["#email", "#password", "#id_number", "#agree"]);
        assert_eq!(answer.texts(".field-error").len(), 4);
        let kept = super::form(&answer, "/register");
        assert_eq!(kept.value("email"), Some("lihua2006.example.com"));
        assert_eq!(kept.value("mobile"), Some(MOBILE));
        assert_eq!(kept.value("id_number"), Some("110105194912310021"));
        assert_eq!(kept.value("name"), Some("李华"));
        assert_eq!(kept.value("password"), Some(""));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_account_and_both_answers_lead_on() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        let answers = join_all((0..2).map(|_| {
            let (mut browser, form) = (browser.clone(), form.clone());
            async move { browser.submit(form).await.url.path().to_owned() }
        }))
        .await;
        assert_eq!(answers, ["/sign-in", "/sign-in"]);
        assert_eq!(browser.submit(form).await.url.path(), "/sign-in", "and a third time later");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_next_person_at_the_same_computer_gets_an_account_from_the_same_form() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        assert_eq!(browser.submit(form.clone()).await.url.path(), "/sign-in");
        // The browser's Back brings the form of the first person, and with it the key of that copy.
        let next = form.set("email", "wangfang@example.com").set("mobile", "13900139000");
        assert_eq!(browser.submit(next).await.url.path(), "/sign-in");
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 2);
    })
    .await;
}

#[tokio::test]
async fn of_twenty_registrations_of_one_mail_at_once_one_becomes_an_account() {
    let settings = format!("{PLAIN}[limits]\ntaken_per_hour = 100\n");
    on_both_with(&settings, |passport| async move {
        let answers = join_all((0..20).map(|n| {
            let mut browser = passport.browser();
            async move {
                let form = register_form(&mut browser).await.set("mobile", &format!("138001380{n:02}"));
                browser.submit(form).await.url.path().to_owned()
            }
        }))
        .await;
        assert_eq!(answers.iter().filter(|path| *path == "/sign-in").count(), 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_is_not_told_which_of_the_two_is_taken_and_the_holder_hears_of_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut told = Vec::new();
        for (email, mobile) in [(EMAIL, "13900139000"), ("other@example.com", MOBILE)] {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("email", email).set("mobile", mobile);
            let answer = browser.submit(form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            told.push(summary(&answer));
        }
        assert_eq!(told[0], told[1]);
        assert!(told[0][0].starts_with("电子邮箱或手机号：邮箱或手机号中有一个已经注册过通行证"));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 1);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await, 1, "one mail to one holder");
    })
    .await;
}

#[tokio::test]
async fn without_script_the_language_changes_on_every_form_that_is_typed_into() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("name", "李华");
        let english = browser.submit(form.with("lang", "en")).await;
        assert_eq!(english.texts("h1"), ["Register"]);
        let form = super::form(&english, "/register");
        let kept = ["email", "mobile", "name"].map(|field| form.value(field).unwrap_or_default().to_owned());
        assert_eq!(kept, [EMAIL, MOBILE, "李华"]);
        candidate(&passport).await;
        browser = passport.browser();
        sign_in(&mut browser).await;
        let profile = super::form(&browser.open(&page("/account/profile")).await, "/account/profile");
        let english = browser.submit(profile.set("name", "Li Hua").with("lang", "en")).await;
        assert_eq!(english.attributes("html", "lang"), ["en"]);
        assert_eq!(super::form(&english, "/account/profile").value("name"), Some("Li Hua"));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts WHERE name = 'Li Hua'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_holder_without_mail_is_told_by_sms() {
    on_both_with(PLAIN, |passport| async move {
        let seed = Seed { email: None, mobile: Mobile::parse(MOBILE).ok(), name: None, plain_name: None };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await.set("mobile", MOBILE);
        assert!(summary(&browser.submit(form).await)[0].starts_with("电子邮箱或手机号："));
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM outbox WHERE channel = 'sms'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_holder_is_told_once_a_day_however_often_strangers_try() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut mails = Vec::new();
        for (n, hours) in [(0, 0), (1, 0), (2, 23), (3, 1)] {
            passport.clock.advance(Duration::from_secs(hours * 60 * 60));
            // From other addresses, so that no limit of one network steps in.
            let mut browser = passport.browser().from_address([192, 0, 2, n].into());
            let form = register_form(&mut browser).await.set("mobile", &format!("1390013900{n}"));
            assert!(summary(&browser.submit(form).await)[0].starts_with("电子邮箱或手机号："));
            mails.push(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await);
        }
        assert_eq!(mails, [1, 1, 1, 2]);
    })
    .await;
}

#[tokio::test]
async fn one_address_block_hears_of_taken_names_two_hundred_times_an_hour() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let ask = async |email: &str, mobile: &str| {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("email", email).set("mobile", mobile);
            browser.submit(form).await.status.as_u16()
        };
        assert_eq!(ask(EMAIL, "13900139000").await, 422);
        used(&passport, "registration_conflict_address", 199).await;
        assert_eq!(ask(EMAIL, "13900139001").await, 422);
        assert_eq!(ask(EMAIL, "13900139002").await, 429);
        assert_eq!(ask("wangfang@example.com", "13900139003").await, 429, "what is free is not told either");
    })
    .await;
}

#[tokio::test]
async fn registering_asks_for_a_captcha_unless_all_are_off() {
    let adaptive = PLAIN.replace("'off'", "'adaptive'");
    on_both_with(&adaptive, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        assert!(form.has("captcha_id"));
        let answer = browser.submit(form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.attributes(".summary a", "href"), ["#captcha"]);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM accounts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn no_number_of_a_document_stands_readable_in_the_database() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = register_form(&mut browser).await;
        browser.submit(form.set("id_type", "resident").set("id_number", "11010519491231002X")).await;
        let sealed: Vec<u8> = passport
            .db
            .read::<_, DbError, _>(|tx| {
                Box::pin(async move {
                    sql("SELECT number_sealed FROM identities").fetch_one(tx).await?.get("number_sealed")
                })
            })
            .await
            .expect("a document");
        assert!(!sealed.windows(8).any(|part| part == b"19491231"));
    })
    .await;
}
