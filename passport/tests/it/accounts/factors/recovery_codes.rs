//! Recovery codes: kept before they count, used once.

use std::time::Duration;

use http::StatusCode;

use super::*;
use crate::support::on_both_with;

#[tokio::test]
async fn a_code_stands_in_for_the_app_once_and_its_owner_is_told() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, codes, .. } = protected(&passport).await;
        assert_eq!(codes.len(), 10);
        passport.clock.advance(Duration::from_millis(1));
        let with_code = async |browser: &mut Browser, code: &str| {
            let answer = halfway(browser).await;
            let link = answer.attributes("a[href*='with=recovery']", "href").concat();
            let answer = browser.click(&answer, &link).await;
            browser.submit(second(&answer).set("code", code)).await
        };
        let mut lost = passport.browser();
        let answer = with_code(&mut lost, &codes[3].to_lowercase().replace('-', " ")).await;
        assert_eq!(answer.url.path(), "/", "{:?}", summary(&answer));
        assert!(messages(&passport).await.last().is_some_and(|told| told.contains("用一个恢复码登录")));
        let mut again = passport.browser();
        let answer = with_code(&mut again, &codes[3]).await;
        assert!(summary(&answer)[0].contains("已经用过"), "{:?}", summary(&answer));
        let answer = browser.open(&page("/account/security")).await;
        assert!(answer.text.contains("10个中还剩9个"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn a_new_set_counts_when_it_is_kept_and_the_former_one_until_then() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, codes: former, .. } = protected(&passport).await;
        let answer = browser.open(&page("/account/security/recovery-codes")).await;
        let unticked = form(&answer, "/account/security/recovery-codes").without("action").without("kept");
        let answer = browser.submit(unticked).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(summary(&answer)[0].contains("先保存好"), "{:?}", summary(&answer));
        let try_code = async |code: &str| {
            let mut elsewhere = passport.browser();
            let answer = halfway(&mut elsewhere).await;
            let link = answer.attributes("a[href*='with=recovery']", "href").concat();
            let answer = elsewhere.click(&answer, &link).await;
            elsewhere.submit(second(&answer).set("code", code)).await.url.path() == "/"
        };
        assert!(try_code(&former[0]).await, "nothing was replaced by looking");
        let fresh = keep_codes(&mut browser, &answer).await;
        assert!(!try_code(&former[1]).await);
        assert!(try_code(&fresh[0]).await);
    })
    .await;
}

#[tokio::test]
async fn a_set_that_is_sent_twice_gives_no_used_code_back() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, .. } = protected(&passport).await;
        let answer = browser.open(&page("/account/security/recovery-codes")).await;
        let codes = answer.texts(".codes code");
        let kept = form(&answer, "/account/security/recovery-codes").with("kept", "on").without("action");
        assert_eq!(browser.submit(kept.clone()).await.url.path(), "/account/security");
        for times in 0..2 {
            let mut elsewhere = passport.browser();
            let answer = halfway(&mut elsewhere).await;
            let link = answer.attributes("a[href*='with=recovery']", "href").concat();
            let answer = elsewhere.click(&answer, &link).await;
            let answer = elsewhere.submit(second(&answer).set("code", &codes[0])).await;
            assert_eq!(answer.url.path() == "/", times == 0, "{}", answer.text);
            assert_eq!(browser.submit(kept.clone()).await.url.path(), "/account/security", "Back, and sent once more");
        }
    })
    .await;
}

#[tokio::test]
async fn a_set_that_was_printed_while_the_sign_in_grew_old_is_the_one_that_is_kept() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, app, .. } = protected(&passport).await;
        let path = "/account/security/recovery-codes";
        let again = async |browser: &mut Browser, asked: &Answer| {
            let step = browser.submit(form(asked, "/sign-in").set("password", PASSWORD)).await;
            browser.submit(second(&step).set("code", &app.code(&passport))).await
        };
        let shown = browser.open(&page(path)).await;
        let printed = shown.texts(".codes code");
        passport.clock.advance(Duration::from_secs(6 * 60));
        let asked = browser.submit(form(&shown, path).with("kept", "on").without("action")).await;
        assert_eq!(asked.url.path(), "/sign-in");
        let answer = again(&mut browser, &asked).await;
        assert_eq!((answer.url.path(), answer.texts(".codes code")), (path, printed.clone()));
        let ticked = form(&answer, path).without("action");
        assert_eq!(ticked.value("kept"), Some("on"), "what was said once need not be said again");
        assert_eq!(browser.submit(ticked).await.url.path(), "/account/security");
        passport.clock.advance(Duration::from_secs(60));
        let mut elsewhere = passport.browser();
        let answer = halfway(&mut elsewhere).await;
        let link = answer.attributes("a[href*='with=recovery']", "href").concat();
        let answer = elsewhere.click(&answer, &link).await;
        assert_eq!(elsewhere.submit(second(&answer).set("code", &printed[0])).await.url.path(), "/");

        // Where that takes longer than the set is good for, the page says so and shows another one.
        passport.clock.advance(Duration::from_secs(60));
        let asked = browser.open(&page(path)).await;
        let shown = if asked.url.path() == path { asked } else { again(&mut browser, &asked).await };
        passport.clock.advance(Duration::from_secs(61 * 60));
        let asked = browser.submit(form(&shown, path).with("kept", "on").without("action")).await;
        let answer = again(&mut browser, &asked).await;
        assert!(summary(&answer)[0].contains("太久"), "{:?}", summary(&answer));
        assert_ne!(answer.texts(".codes code"), shown.texts(".codes code"));
    })
    .await;
}

#[tokio::test]
async fn the_set_of_another_accounts_page_or_of_an_hour_ago_is_not_kept() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let (mut browser, mut other) = (passport.browser(), passport.browser());
        sign_in(&mut browser).await;
        let (app, _) = with_app(&passport, &mut browser).await;
        passport.sign_in(&mut other, None, None).await;
        with_app(&passport, &mut other).await;
        let path = "/account/security/recovery-codes";
        let theirs = form(&other.open(&page(path)).await, path);
        let own = form(&browser.open(&page(path)).await, path).with("kept", "on").without("action");
        let mixed = own.clone().set("codes", theirs.value("codes").expect("a set"));
        let answer = browser.submit(mixed).await;
        assert!(summary(&answer)[0].contains("太久"), "{:?}", summary(&answer));
        passport.clock.advance(Duration::from_secs(60 * 60));
        let asked = browser.open(&page(path)).await;
        let step = browser.submit(form(&asked, "/sign-in").set("password", PASSWORD)).await;
        browser.submit(second(&step).set("code", &app.code(&passport))).await;
        let answer = browser.submit(own).await;
        assert!(summary(&answer)[0].contains("太久"), "{:?}", summary(&answer));
    })
    .await;
}

#[tokio::test]
async fn codes_come_as_a_file_as_well() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { mut browser, .. } = protected(&passport).await;
        let answer = browser.open(&page("/account/security/recovery-codes")).await;
        let codes = answer.texts(".codes code");
        let file = browser.submit(form(&answer, "/account/security/recovery-codes").with("action", "file")).await;
        assert_eq!(file.header("cache-control"), Some("no-store"));
        assert!(file.header("content-disposition").is_some_and(|value| value.starts_with("attachment")));
        assert!(codes.iter().all(|code| file.text.contains(code)), "{}", file.text);
    })
    .await;
}

#[tokio::test]
async fn where_there_is_nothing_to_stand_in_for_there_are_no_codes() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/security/recovery-codes")).await;
        assert_eq!(answer.url.path(), "/account/security");
    })
    .await;
}
