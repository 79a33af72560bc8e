//! Home, profile, password, province and signing out.

use http::{Request, StatusCode};
use passport::accounts::model::Details;

use super::*;
use crate::support::on_both_with;

#[tokio::test]
async fn someone_not_signed_in_finds_the_two_ways_in() {
    on_both_with(PLAIN, |passport| async move {
        let answer = passport.browser().open(&page("/")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.attributes("main a.button", "href"), ["/sign-in", "/register"]);
    })
    .await;
}

const NAVIGATION: [&str; 9] =
    ["我的通行证", "修改资料", "安全", "修改密码", "联系方式", "登录与设备", "已授权的网站", "账户动态", "注销账号"];

#[tokio::test]
async fn the_pages_of_an_account_stand_beside_one_navigation_that_names_the_present_one() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        for (path, name) in [
            ("/", "我的通行证"),
            ("/account/profile", "修改资料"),
            ("/account/security", "安全"),
            ("/account/password", "修改密码"),
            ("/account/contact", "联系方式"),
            ("/account/sessions", "登录与设备"),
            ("/account/sites", "已授权的网站"),
            ("/account/activity", "账户动态"),
            ("/account/close", "注销账号"),
        ] {
            let answer = browser.open(&page(path)).await;
            assert_eq!(answer.texts(".side-wide a"), NAVIGATION, "{path}");
            assert_eq!(answer.texts(".side-wide [aria-current=page]"), [name]);
            assert_eq!(answer.texts(".side-narrow summary"), [name], "on a phone its name stands on the fold");
            assert_eq!(answer.texts("h1").len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn signing_out_stands_on_every_page_of_who_is_signed_in() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let pages = ["/", "/account/profile", "/account/password", "/account/contact", "/account/sessions"];
        for path in pages.into_iter().chain(["/account/sites", "/account/activity"]) {
            let answer = browser.open(&page(path)).await;
            let buttons = answer.texts("header form[action='/sign-out'] button");
            assert!(!buttons.is_empty() && buttons.iter().all(|text| text == "退出"), "{path}: {buttons:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_changed_and_the_pages_speak_the_chosen_language() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/profile")).await;
        let form = form(&answer, "/account/profile");
        assert_eq!(form.value("name"), Some("李华"));
        let home = browser.submit(form.set("name", "Li Hua").set("locale", "en").set("province", "44")).await;
        assert!(home.text.contains("Hello, Li Hua") && home.text.contains("Guangdong"));
    })
    .await;
}

#[tokio::test]
async fn a_profile_sent_after_the_session_ended_is_kept_over_signing_in() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/profile")).await;
        let edited = form(&answer, "/account/profile").set("name", "王小明");
        let mut other_tab = browser.clone();
        let out = other_tab.open(&page("/sign-out")).await;
        other_tab.submit(form(&out, "/sign-out")).await;
        let asked = browser.submit(edited).await;
        assert_eq!(asked.url.path(), "/sign-in");
        assert!(asked.texts(".notice").concat().contains("填过的都在"));
        let form = form(&asked, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let back = browser.submit(form).await;
        assert_eq!(back.url.path(), "/account/profile");
        assert_eq!(super::form(&back, "/account/profile").value("name"), Some("王小明"));
    })
    .await;
}

#[tokio::test]
async fn a_profile_opened_by_one_person_changes_nothing_of_the_next_at_the_same_computer() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let seed = Seed {
            email: Email::parse("wangfang@example.com").ok(),
            name: Name::parse("王芳").ok(),
            ..Seed::default()
        };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/profile")).await;
        let left_open = form(&answer, "/account/profile").set("name", "李华华").set("locale", "en");

        // Sent between two people, it waits for the one who wrote it and is not shown to the other.
        let out = browser.open(&page("/sign-out")).await;
        browser.submit(form(&out, "/sign-out")).await;
        let asked = browser.submit(left_open.clone()).await;
        let next = form(&asked, "/sign-in").set("username", "wangfang@example.com").set("password", PASSWORD);
        let shown = browser.submit(next).await;
        assert_eq!(form(&shown, "/account/profile").value("name"), Some("王芳"));

        // Sent while the next one is signed in, it is not stored either.
        let answer = browser.submit(left_open).await;
        assert!(answer.texts(".notice.warn").concat().contains("没有保存"), "{}", answer.text);
        assert_eq!(form(&answer, "/account/profile").value("name"), Some("王芳"));
        assert!(browser.open(&page("/")).await.text.contains("您好，王芳"));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_asks_for_the_old_one_and_ends_every_other_session() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut browser, mut phone) = (passport.browser(), passport.browser());
        sign_in(&mut browser).await;
        sign_in(&mut phone).await;
        let answer = browser.open(&page("/account/password")).await;
        let form =
            form(&answer, "/account/password").set("password", "Regen7!wolke").set("password_confirm", "Regen7!wolke");
        let answer = browser.submit(form.clone().set("old_password", PASSWORD).set("password", "abc")).await;
        assert_eq!(summary(&answer), ["新密码：还差几条，看下面打叉的"], "the summary calls a field as its label does");
        let answer = browser.submit(form.clone().set("old_password", "wrong")).await;
        assert_eq!(summary(&answer), ["现在的密码：现在的密码不对。还可以试4次；忘了可以重置"]);
        let mut thief = browser.clone();
        let answer = browser.submit(form.set("old_password", PASSWORD)).await;
        assert_eq!(answer.url.path(), "/");
        let stolen = thief.open(&page("/account/profile")).await;
        assert_eq!(stolen.url.path(), "/sign-in", "a copy of this very session's cookie is worth nothing now");
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/account/profile");
        assert_eq!(phone.open(&page("/account/profile")).await.url.path(), "/sign-in");
        let form = sign_in_form(&mut phone, EMAIL, PASSWORD).await;
        assert_eq!(phone.submit(form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = sign_in_form(&mut phone, EMAIL, "Regen7!wolke").await;
        assert_eq!(phone.submit(form).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_itself_and_may_be_done_twice() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let home = sign_in(&mut browser).await;
        let mut thief = browser.clone();
        let button = home.form("form[action='/sign-out']");
        for _ in 0..2 {
            let answer = browser.submit(button.clone()).await;
            assert_eq!((answer.status, answer.url.path()), (StatusCode::OK, "/"));
            assert!(answer.text.contains("您已退出"));
        }
        assert_eq!(thief.open(&page("/account/profile")).await.url.path(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn another_site_cannot_send_our_forms() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        for path in ["/sign-out", "/account/profile", "/account/password", "/sign-in", "/register", "/province"] {
            let request = Request::post(page(path))
                .header("host", "passport.test")
                .header("origin", "https://evil.example")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("name=x".into())
                .expect("a request");
            assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/account/profile");
    })
    .await;
}

#[tokio::test]
async fn the_province_page_wants_a_province_and_goes_on() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        assert_eq!(browser.open(&page("/province")).await.url.path(), "/sign-in");
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/province")).await;
        let form = form(&answer, "/province");
        let refused = browser.submit(form.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(browser.submit(form.set("province", "44")).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn details_are_kept_with_those_that_the_form_does_not_have() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let accounts = &passport.app.accounts;
        let id = accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        let brought =
            Details { family_name: Some("李".to_owned()), gender: Some("other".to_owned()), ..Details::default() };
        accounts.set_details(id, brought).await.expect("stored");
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let form = form(&browser.open(&page("/account/profile")).await, "/account/profile");
        assert_eq!(form.value("gender"), Some("other"));
        let form = form.set("nickname", " 小华 ").set("birthdate", "2006-02-28").set("locality", "上海");
        assert_eq!(browser.submit(form).await.url.path(), "/");
        let stored = accounts.account(id).await.expect("an answer").expect("an account").details;
        assert_eq!(stored.family_name.as_deref(), Some("李"));
        assert_eq!((stored.gender.as_deref(), stored.nickname.as_deref()), (Some("other"), Some("小华")));
        assert_eq!(stored.address.and_then(|address| address.locality).as_deref(), Some("上海"));
    })
    .await;
}

#[tokio::test]
async fn a_detail_that_breaks_a_rule_is_named_and_nothing_typed_is_lost() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let form = form(&browser.open(&page("/account/profile")).await, "/account/profile");
        let form = form.set("nickname", "小华").set("birthdate", "2006-02-30").set("website", "lihua.test");
        let answer = browser.submit(form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            summary(&answer),
            ["出生日期：请按2006-02-28这样的格式填写，或只填年份", "个人主页：请填写以https://开头的完整网址"]
        );
        let form = super::form(&answer, "/account/profile");
        assert_eq!((form.value("nickname"), form.value("birthdate")), (Some("小华"), Some("2006-02-30")));
    })
    .await;
}
