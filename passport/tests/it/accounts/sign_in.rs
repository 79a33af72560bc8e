//! Signing in.

use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;

use super::register::count;
use super::*;
use crate::support::{on_both, on_both_with};

#[tokio::test]
async fn mail_and_mobile_both_sign_in_however_they_are_typed() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for name in ["LiHua2006@example.com", "13800138000", " +86 138-0013-8000 ", "１３８００１３８０００"]
        {
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, name, PASSWORD).await;
            let answer = browser.submit(form).await;
            assert_eq!((answer.status, answer.url.path()), (StatusCode::OK, "/"), "{name}");
            assert!(answer.text.contains("您好，李华"), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_read_the_same() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut told = Vec::new();
        for name in [EMAIL, "nobody@example.com"] {
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, name, "abc12345?").await;
            let answer = browser.submit(form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let again = form_of(&answer);
            assert_eq!((again.value("username"), again.value("password")), (Some(name), Some("")));
            told.push(summary(&answer));
        }
        assert_eq!(told[0], ["账号：账号或密码不对。还可以试4次；忘了密码可以重置"]);
        assert_eq!(told[0], told[1]);
    })
    .await;
}

fn form_of(answer: &Answer) -> Form {
    form(answer, "/sign-in")
}

#[tokio::test]
async fn five_failures_lock_a_name_for_fifteen_minutes_known_or_not() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for name in [EMAIL, "nobody@example.com"] {
            let mut browser = passport.browser();
            for _ in 0..4 {
                let form = sign_in_form(&mut browser, name, "wrong").await;
                assert!(summary(&browser.submit(form).await)[0].contains("还可以试"));
            }
            let form = sign_in_form(&mut browser, name, "wrong").await;
            let answer = browser.submit(form).await;
            assert_eq!(summary(&answer), ["账号：为保护您的账号，请09:15以后再试，或现在重置密码"], "{name}");
        }
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        assert!(summary(&browser.submit(form).await)[0].contains("09:15"), "the right password is not looked at");
        passport.clock.advance(Duration::from_secs(15 * 60));
        sign_in(&mut browser).await;
    })
    .await;
}

#[tokio::test]
async fn the_owner_hears_of_a_lock_once_and_three_times_a_day_at_most() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let mut mails = Vec::new();
        for (name, hours) in [("nobody@example.com", 0), (EMAIL, 0), (MOBILE, 0), (EMAIL, 1), (EMAIL, 1), (EMAIL, 24)] {
            passport.clock.advance(Duration::from_secs(hours * 60 * 60));
            for _ in 0..6 {
                let form = sign_in_form(&mut browser, name, "wrong").await;
                browser.submit(form).await;
            }
            mails.push(count(&passport, "SELECT COUNT(*) AS n FROM outbox").await);
        }
        assert_eq!(mails, [0, 1, 2, 3, 3, 4]);
    })
    .await;
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_one_by_one() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, "wrong").await;
        let answers = join_all((0..20).map(|_| {
            let (mut browser, form) = (browser.clone(), form.clone());
            async move { summary(&browser.submit(form).await).concat() }
        }))
        .await;
        assert_eq!(answers.iter().filter(|text| text.contains("还可以试")).count(), 4);
        assert_eq!(answers.iter().filter(|text| text.contains("09:15")).count(), 16);
    })
    .await;
}

#[tokio::test]
async fn guesses_sent_to_two_nodes_at_once_are_counted_together() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let nodes = [another_node(&passport, PLAIN).await, passport];
        let mut sent = Vec::new();
        for node in nodes.iter().cycle().take(20) {
            let mut browser = node.browser();
            let form = sign_in_form(&mut browser, EMAIL, "wrong").await;
            sent.push(async move { summary(&browser.submit(form).await).concat() });
        }
        let answers = join_all(sent).await;
        assert_eq!(answers.iter().filter(|text| text.contains("还可以试")).count(), 4);
        assert_eq!(answers.iter().filter(|text| text.contains("09:15")).count(), 16);
    })
    .await;
}

#[tokio::test]
async fn the_session_cookie_is_new_with_each_sign_in_and_bound_to_the_host() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let cookie = |browser: &Browser| browser.cookies.get("passport.test", "__Host-pp_session").cloned();
        let first = cookie(&browser).expect("a session");
        let mut second_tab = browser.clone();
        let answer = second_tab.open(&page("/sign-in")).await;
        assert_eq!(answer.url.path(), "/", "who is signed in goes on");
        browser.cookies.clear();
        sign_in(&mut browser).await;
        assert_ne!(cookie(&browser).expect("a session"), first);
    })
    .await;
}

#[tokio::test]
async fn a_form_opened_before_signing_in_elsewhere_still_signs_in_and_ends_the_older_session() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let left_open = sign_in_form(&mut browser, MOBILE, PASSWORD).await;
        sign_in(&mut browser).await;
        let older = browser.clone();
        assert_eq!(browser.submit(left_open).await.url.path(), "/");
        let mut older = older;
        let answer = older.open(&page("/account/profile")).await;
        assert_eq!(answer.url.path(), "/sign-in", "the replaced session is over");
    })
    .await;
}

#[tokio::test]
async fn a_stale_form_comes_back_filled_and_works_the_second_time() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let stale = sign_in_form(&mut browser, EMAIL, PASSWORD).await.set("csrf", "old").set("province", "44");
        let answer = browser.submit(stale).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has(".notice.warn"));
        let again = form_of(&answer);
        assert_eq!((again.value("username"), again.value("province")), (Some(EMAIL), Some("44")));
        assert_eq!(browser.submit(again.set("password", PASSWORD)).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_refuses_cookies_is_told_so_with_one_button() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for path in ["/sign-in", "/register"] {
            let mut browser = passport.browser();
            browser.cookies.refuse();
            let form = form(&browser.open(&page(path)).await, path);
            let answer = browser.submit(form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text.contains("Cookie"));
            assert_eq!(answer.attributes("main a.button", "href"), [path]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_lost_its_cookies_gets_its_form_back() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        browser.cookies.clear();
        let again = form_of(&browser.submit(form).await);
        assert_eq!(again.value("username"), Some(EMAIL));
        assert_eq!(browser.submit(again.set("password", PASSWORD)).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_is_a_page_that_can_be_reloaded_in_either_language_and_left_behind() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, "wrong").await;
        let refused = browser.submit(form.set("province", "44")).await;
        let here = refused.url.to_string();
        assert!(!here.contains("lihua"), "{here}");
        let reloaded = browser.open(&here).await;
        assert_eq!(summary(&reloaded), summary(&refused));
        assert_eq!(form_of(&reloaded).value("province"), Some("44"));
        let english = browser.open(&format!("{here}&lang=en")).await;
        assert!(summary(&english)[0].contains("4 tries left"), "a reload is no try: {:?}", summary(&english));
        assert_eq!(browser.submit(form_of(&english).set("password", PASSWORD)).await.url.path(), "/");
        assert_eq!(browser.open(&here).await.url.path(), "/", "Back leads on");
    })
    .await;
}

#[tokio::test]
async fn without_script_the_language_changes_and_what_was_typed_stays() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let answer = browser.open(&page("/sign-in")).await;
        // Parsed as by a browser that has scripts, what it has for those without is text.
        let button = "<button class=\"as-link lang\" type=\"submit\" form=\"task\" name=\"lang\" value=\"en\"";
        assert!(answer.texts("footer noscript").concat().contains(button), "{}", answer.text);
        assert!(answer.has("main form#task"));
        let form = form_of(&answer).set("username", EMAIL).set("province", "44").set("password", PASSWORD);
        let english = browser.submit(form.with("lang", "en")).await;
        assert_eq!((english.status, english.texts("h1")), (StatusCode::OK, vec!["Candidate sign-in".to_owned()]));
        assert!(summary(&english).is_empty(), "nothing was tried");
        let form = form_of(&english);
        assert_eq!((form.value("username"), form.value("province")), (Some(EMAIL), Some("44")));
        assert_eq!(browser.submit(form.set("password", PASSWORD)).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_shown_to_its_own_browser_for_half_an_hour() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, "").await;
        let here = browser.submit(form).await.url.to_string();
        let name = async |browser: &mut Browser| {
            form_of(&browser.open(&here).await).value("username").unwrap_or_default().to_owned()
        };
        assert_eq!(name(&mut browser).await, EMAIL);
        assert_eq!(name(&mut passport.browser()).await, "");
        passport.clock.advance(Duration::from_secs(30 * 60));
        assert_eq!(name(&mut browser).await, "");
    })
    .await;
}

#[tokio::test]
async fn what_no_cookie_holds_is_shown_at_once() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let long = "x".repeat(5_000);
        let form = sign_in_form(&mut browser, &long, "").await;
        let answer = browser.submit(form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(form_of(&answer).value("username"), Some(long.as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_blocked_account_does_not_sign_in() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let id = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        assert!(passport.app.accounts.lock(id).await.expect("an answer"));
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        assert!(summary(&browser.submit(form).await)[0].contains("暂时停用"));
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_two_idle_hours_and_after_twelve_in_any_case() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        for _ in 0..7 {
            passport.clock.advance(Duration::from_secs(100 * 60));
            assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/account/profile");
        }
        passport.clock.advance(Duration::from_secs(20 * 60));
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/sign-in", "twelve hours are over");
        sign_in(&mut browser).await;
        passport.clock.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/sign-in", "two idle hours are over");
    })
    .await;
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_renewed_at_sign_in() {
    shared::testkit::on_both(&passport::MIGRATIONS, |db| async move {
        let older = Passport::start(db.clone(), PLAIN).await;
        candidate(&older).await;
        let dearer = PLAIN.replace("memory_kib = 64", "memory_kib = 128");
        let newer = Passport::start(db.clone(), &dearer).await;
        // Both draw the same randomness: their ids differ by time alone.
        newer.clock.advance(Duration::from_secs(1));
        sign_in(&mut newer.browser()).await;
        let hash: String = db
            .read::<_, shared::db::DbError, _>(|tx| {
                Box::pin(async move {
                    shared::db::sql("SELECT password_hash FROM accounts").fetch_one(tx).await?.get("password_hash")
                })
            })
            .await
            .expect("a hash");
        assert!(hash.contains("m=128,"), "{hash}");
        sign_in(&mut newer.browser()).await;
    })
    .await;
}

#[tokio::test]
async fn after_two_failures_a_captcha_is_asked_for_which_the_browser_answers_by_working() {
    let adaptive = PLAIN.replace("'off'", "'adaptive'\ncaptcha_work_bits = 8");
    on_both_with(&adaptive, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        for _ in 0..2 {
            let form = sign_in_form(&mut browser, EMAIL, "wrong").await;
            assert!(!form.has("captcha_id"));
            browser.submit(form).await;
        }
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        assert!(form.has("pow_solution"), "work comes first");
        let answer = browser.submit(form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "the right password does not do without it");
        let form = form_of(&answer);
        assert_eq!(form.value("username"), Some(EMAIL), "what was typed is kept");
        let worked = form.set("password", PASSWORD).set("pow_solution", &work(&answer));
        assert_eq!(browser.submit(worked).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn who_would_rather_see_a_picture_gets_one_and_may_go_back_to_the_work() {
    let always = PLAIN.replace("'off'", "'always'\ncaptcha_work_bits = 8");
    on_both_with(&always, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let answer = browser.open(&page("/sign-in")).await;
        assert!(answer.text.contains("<noscript>") && answer.text.contains("/captcha/image?c="), "both are there");
        let answer = browser.submit(form_of(&answer).set("username", EMAIL).with("captcha_action", "shrink")).await;
        assert!(answer.has("img.captcha-picture") && form_of(&answer).has("captcha"));
        let answer = browser.submit(form_of(&answer).with("captcha_action", "work")).await;
        let worked = form_of(&answer).set("password", PASSWORD).set("pow_solution", &work(&answer));
        assert_eq!(browser.submit(worked).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn enter_in_a_field_sends_the_form_and_presses_no_button_of_the_captcha() {
    let always = PLAIN.replace("'off'", "'always'\ncaptcha_work_bits = 8");
    on_both_with(&always, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
        let answer = browser.submit(form.clone().set("pow_solution", "wrong").by_enter()).await;
        assert_eq!(answer.attributes(".summary a", "href"), ["#captcha"], "the answer was taken up");
        let form = form_of(&answer).set("password", PASSWORD);
        assert_eq!(browser.submit(form.set("pow_solution", &work(&answer)).by_enter()).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn the_sign_in_page_is_complete_in_english() {
    on_both(|passport| async move {
        let mut browser = passport.browser().language("en");
        let answer = browser.open(&page("/sign-in")).await;
        assert_eq!(answer.texts("h1"), ["Candidate sign-in"]);
        let answer = browser.submit(form_of(&answer)).await;
        assert_eq!(
            summary(&answer),
            ["Account: Type the e-mail or mobile number you registered with", "Password: Type your password"]
        );
    })
    .await;
}
