//! 下载我的数据: the copy that somebody takes of what is stored of them.

use std::time::Duration;

use http::{StatusCode, header};

use super::contact::messages;
use super::recovery::{NEW, choose, proven};
use super::register::register_form;
use super::*;
use crate::support::on_both_with;
use crate::support::site::{OURS, agreed_code, request, with};

const PATH: &str = "/account/export";

/// A third party's site, which asks before it is told anything.
const BEICHEN: &str = "client_id = 'bei'\nclient_name = { zh = '北辰', en = 'Beichen' }\n\
    redirect_uris = ['https://bei.test/cb']\nscopes = ['openid', 'email']\n";

/// Presses the button.
async fn download(browser: &mut Browser) -> Answer {
    let answer = browser.open(&page(PATH)).await;
    browser.submit(form(&answer, PATH)).await
}

#[tokio::test]
async fn the_copy_holds_all_that_pages_show_and_no_secret() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[BEICHEN, OURS]).await;
        let mut browser = passport.browser();
        let filled = register_form(&mut browser).await;
        let filled = filled.set("id_type", "resident").set("id_number", "11010519491231002x").set("name", "李华");
        let answer = browser.submit(filled).await;
        browser.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
        let asked = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
        agreed_code(&mut browser, &with(asked, "scope", "openid email")).await;
        passport.clock.advance(Duration::from_millis(1));

        let answer = download(&mut browser).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert!(answer.headers[header::CONTENT_DISPOSITION].to_str().is_ok_and(|value| value.contains("attachment")));
        let copy = answer.json();
        assert_eq!(copy["account"]["name"], "李华");
        assert_eq!(copy["account"]["email"]["value"], EMAIL);
        assert_eq!(copy["account"]["phone_number"]["value"], "+8613800138000");
        assert_eq!(copy["account"]["identity_document"]["number"], "11010519491231002X");
        assert_eq!(copy["agreements"].as_array().map(Vec::len), Some(2));
        assert_eq!(copy["sessions"].as_array().map(Vec::len), Some(1));
        let session = &copy["sessions"][0];
        for network in ["first_network", "network", "last_network"] {
            assert_eq!(session[network], "127.0.0.1", "{network}");
        }
        assert_eq!(session["amr"], serde_json::json!(["pwd"]));
        assert_eq!(copy["sites"][0]["name"], "北辰");
        let happened = copy["activity"].to_string();
        assert!(happened.contains("账号建立") && happened.contains("登录"), "{happened}");
        assert!(!answer.text.contains("$argon2") && !answer.text.contains("token_hash"));

        assert!(messages(&passport).await.iter().all(|told| !told.contains("被下载了")), "nothing is proven yet");
        assert!(browser.open(&page("/account/activity")).await.text.contains("下载了自己的全部数据"));
    })
    .await;
}

#[tokio::test]
async fn a_session_alone_takes_no_copy_and_every_proven_contact_hears_of_one() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let ready = form(&browser.open(&page(PATH)).await, PATH);
        assert_eq!(browser.submit(ready.clone().set("csrf", "x")).await.url.path(), PATH);
        assert!(messages(&passport).await.is_empty(), "a form that is not of this browser does nothing");
        download(&mut browser).await;
        let told = messages(&passport).await;
        assert_eq!(told.iter().filter(|told| told.contains("全部数据")).count(), 2, "{told:?}");
        passport.clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(browser.submit(ready).await.url.path(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn for_three_days_after_a_reset_nothing_is_taken_along() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        choose(&mut browser, &answer).await;
        let enter = async |browser: &mut Browser| {
            let form = sign_in_form(browser, EMAIL, NEW).await;
            browser.submit(form).await;
        };
        enter(&mut browser).await;
        let answer = download(&mut browser).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        passport.clock.advance(Duration::from_secs(72 * 60 * 60));
        let mut browser = passport.browser();
        enter(&mut browser).await;
        assert!(download(&mut browser).await.json()["account"].is_object());
    })
    .await;
}

#[tokio::test]
async fn five_copies_a_day_are_enough_and_fill_no_mailbox() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        for _ in 0..5 {
            assert!(download(&mut browser).await.json()["account"].is_object());
        }
        let told = messages(&passport).await.len();
        let answer = download(&mut browser).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(summary(&answer)[0].contains("今天已经下载过几次"), "{:?}", summary(&answer));
        assert_eq!(messages(&passport).await.len(), told);
        passport.clock.advance(Duration::from_secs(24 * 60 * 60));
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        assert!(download(&mut browser).await.json()["account"].is_object());
    })
    .await;
}
