//! The document that was won, and the account that it is bound to.

use futures_util::future::join_all;
use http::StatusCode;

use super::*;

/// Registers who appealed, from the link that they got, and signs them in; the page of the link.
async fn registered_by_link(browser: &mut Browser, link: &str) -> Answer {
    let won = browser.open(link).await;
    assert!(won.text.contains("110105********002X"), "{}", won.text);
    let register = browser.click(&won, &won.attributes("main a.button.primary", "href")[0]).await;
    let form_ = form(&register, "/register").set("email", OWNER).set("mobile", "13900139000");
    let form_ = form_.set("age", "over").set("agree", "on");
    let sign_in = browser.submit(form_.set("password", PASSWORD).set("password_confirm", PASSWORD)).await;
    browser.submit(form(&sign_in, "/sign-in").set("password", PASSWORD)).await
}

#[tokio::test]
async fn who_won_registers_by_the_link_and_has_the_document_under_an_account_of_their_own() {
    on_both_with(PLAIN, |passport| async move {
        let old = holder(&passport).await;
        let case = granted(&passport, &mut passport.browser()).await;
        let link = link_in(&last_to(&passport, OWNER).await);
        let mut browser = passport.browser();
        let won = registered_by_link(&mut browser, &link).await;
        assert_eq!(won.url.path(), "/appeal/document", "back where they were: {}", won.text);
        let press = form(&won, "/appeal/document");
        let done = browser.submit(press.clone()).await;
        assert!(done.text.contains("证件已绑定") && done.has(".status-mark.ok"), "{}", done.text);
        let home = browser.open(&page("/")).await;
        assert!(home.text.contains("110105********002X"), "{}", home.text);
        let new = passport.app.accounts.locate(OWNER).await.expect("an answer").expect("an account");
        assert_ne!(new, old, "nothing of the old account is theirs");
        let again = browser.submit(press).await;
        assert!(again.text.contains("证件已绑定") && again.texts("main .button.primary").len() == 1, "{}", again.text);
        assert_eq!(state(&passport, &case).await, "bound");
        let found = super::super::find_account::ask(&passport, NUMBER, NAME).await;
        assert!(found.texts(".notice").concat().contains("如果信息一致"));
    })
    .await;
}

#[tokio::test]
async fn nobody_else_registers_with_a_document_that_is_kept_until_its_time_is_over() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let case = granted(&passport, &mut passport.browser()).await;
        let link = link_in(&last_to(&passport, OWNER).await);
        let quick = async || {
            let mut browser = passport.browser();
            let form = register_form(&mut browser).await.set("email", "quick@example.com").set("mobile", "13700137000");
            browser.submit(form.set("id_type", "resident").set("id_number", NUMBER)).await
        };
        let refused = quick().await;
        assert!(summary(&refused)[0].contains("已绑定另一个通行证"), "{:?}", summary(&refused));
        assert!(refused.has("main a[href='/appeal']") && refused.has("main a[href='/recover/account']"));
        after(&passport, 30 * DAY).await;
        assert_eq!(state(&passport, &case).await, "expired");
        let late = passport.browser().open(&link).await;
        assert_eq!((late.status, late.texts("main .button.primary").len()), (StatusCode::GONE, 1), "{}", late.text);
        assert_eq!(quick().await.url.path(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn a_document_is_bound_in_its_time_however_late_the_clean_up_is() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        granted(&passport, &mut passport.browser()).await;
        let mut browser = passport.browser();
        let won = registered_by_link(&mut browser, &link_in(&last_to(&passport, OWNER).await)).await;
        passport.clock.advance(30 * DAY);
        let again = sign_in_form(&mut browser, OWNER, PASSWORD).await;
        assert_eq!(browser.submit(again).await.url.path(), "/");
        let late = browser.submit(form(&won, "/appeal/document")).await;
        assert_eq!((late.status, late.texts("main .button.primary").len()), (StatusCode::GONE, 1), "{}", late.text);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM identities").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_link_pressed_in_many_tabs_binds_once_and_never_to_an_account_that_has_a_document() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        granted(&passport, &mut passport.browser()).await;
        let link = link_in(&last_to(&passport, OWNER).await);
        // Somebody with a document of their own.
        let mut other = passport.browser();
        let form_ = register_form(&mut other).await.set("email", "other@example.com").set("mobile", "13700137000");
        let form_ = form_.set("id_type", "resident").set("id_number", "440524188001010014");
        let sign_in = other.submit(form_).await;
        other.submit(form(&sign_in, "/sign-in").set("password", PASSWORD)).await;
        let seen = other.open(&link).await;
        assert!(seen.text.contains("已经有一个证件") && !seen.has("main [name=account]"), "{}", seen.text);

        let mut browser = passport.browser();
        let won = registered_by_link(&mut browser, &link).await;
        let press = form(&won, "/appeal/document");
        // The account changed between the page and the press.
        let foreign = other.submit(press.clone().set("csrf", seen.form("main form").value("csrf").expect("one"))).await;
        assert!(foreign.text.contains("登录的是另一个账号"), "{}", foreign.text);
        let stale = browser.submit(press.clone().set("csrf", "x")).await;
        assert!(stale.text.contains("我们没有执行"), "{}", stale.text);
        let mut tabs = vec![browser.clone(); 4];
        let all = join_all(tabs.iter_mut().map(|tab| tab.submit(press.clone()))).await;
        assert!(
            all.iter().all(|answer| answer.text.contains("证件已绑定")),
            "{:?}",
            all.iter().map(|a| a.status).collect::<Vec<_>>()
        );
        let bound = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'document_bound'";
        assert_eq!(count(&passport, bound).await, 1);
    })
    .await;
}

#[tokio::test]
async fn two_who_appeal_about_one_document_do_not_both_win_it() {
    on_both_with(PLAIN, |passport| async move {
        holder(&passport).await;
        let mut browser = passport.browser();
        let first = waiting_for_the_second(&passport, &mut browser).await;
        let case = begun_by(&passport, &mut browser, "other@example.com", NUMBER).await;
        let second = sent(&mut browser, upload(&case, &photo())).await;
        assert!(decide(&passport, &second, "wang", Verdict::Credible).await.is_ok());
        after(&passport, 7 * DAY).await;
        assert!(decide(&passport, &first, "li", Verdict::Granted).await.is_ok());
        let kept = decide(&passport, &second, "li", Verdict::Granted).await.map(drop);
        assert_eq!(kept, Err(NotDecided::KeptFor(number_of(&first))));
        passport.clock.advance(Duration::from_millis(1));
        let mut winner = passport.browser();
        let won = registered_by_link(&mut winner, &link_in(&last_to(&passport, OWNER).await)).await;
        winner.submit(form(&won, "/appeal/document")).await;
        // Now it is bound to another account, and its holder is heard.
        let appeal = decide(&passport, &second, "li", Verdict::Granted).await.expect("moved");
        assert_eq!(appeal.state.code(), "hearing");
    })
    .await;
}

#[tokio::test]
async fn a_childs_document_that_is_won_asks_for_a_guardian() {
    const CHILDS: &str = "110105201405061236";
    let known = "SELECT COUNT(*) AS n FROM guardians WHERE why = 'document'";
    on_both_with(PLAIN, |passport| async move {
        let mut holder = passport.browser();
        let form_ = register_form(&mut holder).await.set("name", "李华");
        holder.submit(form_.set("id_type", "resident").set("id_number", CHILDS)).await;
        let mut browser = passport.browser();
        let case = begun_by(&passport, &mut browser, OWNER, CHILDS).await;
        let case = sent(&mut browser, upload(&case, &photo())).await;
        assert!(decide(&passport, &case, "wang", Verdict::Credible).await.is_ok());
        after(&passport, 7 * DAY).await;
        assert!(decide(&passport, &case, "li", Verdict::Granted).await.is_ok());
        passport.clock.advance(Duration::from_millis(1));
        let won = browser.open(&link_in(&last_to(&passport, OWNER).await)).await;
        let register = browser.click(&won, &won.attributes("main a.button.primary", "href")[0]).await;
        let form_ = form(&register, "/register").set("email", OWNER).set("mobile", "13900139000");
        let form_ = form_.set("age", "over").set("agree", "on").set("password", PASSWORD);
        let sign_in = browser.submit(form_.set("password_confirm", PASSWORD)).await;
        let won = browser.submit(form(&sign_in, "/sign-in").set("password", PASSWORD)).await;
        assert_eq!((won.url.path(), count(&passport, known).await), ("/appeal/document", 1));
        browser.submit(form(&won, "/appeal/document")).await;
        assert_eq!(count(&passport, known).await, 2, "whatever was said at registration");
        let out = browser.open(&page("/account/profile")).await;
        assert_eq!(out.url.path(), "/sign-in", "the session is over");
    })
    .await;
}
