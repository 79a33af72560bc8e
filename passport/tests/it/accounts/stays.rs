//! How long a sign-in stays, and that a public computer keeps nothing of it.

use std::time::Duration;

use http::header;
use passport::accounts::sessions::cookie;

use super::factors::{Protected, halfway, protected, second};
use super::*;
use crate::support::on_both_with;
use crate::support::site::{OURS, encoded, get, post, redemption, request, token};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Signs in with that box ticked.
async fn sign_in_ticking(browser: &mut Browser, boxes: &[&str]) -> Answer {
    let mut form = sign_in_form(browser, EMAIL, PASSWORD).await;
    for name in boxes {
        form = form.with(name, "on");
    }
    browser.submit(form).await
}

/// A browser that is signed in at a public computer.
async fn at_a_public_computer(passport: &Passport) -> Browser {
    let mut browser = passport.browser();
    assert_eq!(sign_in_ticking(&mut browser, &["public"]).await.url.path(), "/");
    browser
}

/// Whether the browser's next request is that of somebody signed in.
async fn is_in(browser: &mut Browser) -> bool {
    get(browser, "/account/profile", &[]).await.status == 200
}

fn holds(browser: &Browser, name: &str) -> bool {
    browser.cookies.get("passport.test", name).is_some()
}

#[tokio::test]
async fn a_session_at_a_public_computer_ends_after_ten_idle_minutes_and_after_an_hour_in_any_case() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut idle = at_a_public_computer(&passport).await;
        let mut busy = at_a_public_computer(&passport).await;
        for _ in 0..6 {
            passport.clock.advance(9 * MINUTE);
            assert!(is_in(&mut busy).await);
        }
        assert!(!is_in(&mut idle).await, "ten idle minutes are over");
        passport.clock.advance(6 * MINUTE);
        assert!(!is_in(&mut busy).await, "an hour is over");
    })
    .await;
}

#[tokio::test]
async fn who_asks_for_it_stays_signed_in_for_a_week_without_use_and_the_cookie_outlasts_the_browser() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in_ticking(&mut browser, &["remember"]).await;
        passport.clock.advance(6 * DAY);
        assert!(is_in(&mut browser).await);
        let page = browser.open(&page("/account/sessions")).await;
        assert_eq!(page.texts(".device h2"), ["没有认出的设备 本机 保持登录"]);
        passport.clock.advance(7 * DAY);
        assert!(!is_in(&mut browser).await);
    })
    .await;
}

/// The `Set-Cookie` of the session, of a sign-in with those boxes ticked.
async fn given(passport: &Passport, boxes: &[&str]) -> String {
    let mut browser = passport.browser();
    let mut form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
    for name in boxes {
        form = form.with(name, "on");
    }
    let answer = post(&mut browser, "/sign-in", form.encoded(), &[]).await;
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let given: Vec<&str> = cookies.filter(|text| text.starts_with(cookie::NAME)).collect();
    given.concat()
}

#[tokio::test]
async fn the_cookie_ends_with_the_browser_unless_staying_was_asked_for() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        assert!(given(&passport, &["remember"]).await.contains("Max-Age=2592000"));
        for boxes in [&[][..], &["public"], &["remember", "public"]] {
            let cookie = given(&passport, boxes).await;
            assert!(!cookie.is_empty() && !cookie.contains("Max-Age"), "{boxes:?}: {cookie}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_page_at_a_public_computer_has_the_way_out_at_its_top_and_no_other_computer_has() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut public = at_a_public_computer(&passport).await;
        let mut own = passport.browser();
        sign_in(&mut own).await;
        for path in ["/", "/account/profile", "/account/sessions", "/help", "/agreement", "/no-such-page"] {
            let bar = public.open(&page(path)).await;
            assert_eq!(bar.texts("header .way-out-bar .button"), ["退出登录"], "{path}");
            assert!(own.open(&page(path)).await.texts(".way-out-bar").is_empty(), "{path}");
        }
        let help = public.open(&page("/help")).await;
        let left = public.submit(help.form(".way-out-bar form")).await;
        assert!(left.texts(".way-out-bar").is_empty() && !is_in(&mut public).await);
    })
    .await;
}

/// The cookie stays when a session ends by itself or from elsewhere.
#[tokio::test]
async fn a_page_that_finds_the_session_over_has_no_way_out_of_it() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut public = at_a_public_computer(&passport).await;
        passport.clock.advance(11 * MINUTE);
        assert!(holds(&public, cookie::NAME), "the browser still has its cookie");
        for path in ["/recover", "/alarm?t=x", "/sign-in"] {
            assert!(public.open(&page(path)).await.texts(".way-out-bar").is_empty(), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn signing_out_at_a_public_computer_has_the_browser_forget_what_it_kept() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let forgets = |answer: &Answer| answer.header("clear-site-data").map(str::to_owned);
        let mut public = at_a_public_computer(&passport).await;
        let sign_out = public.open(&page("/sign-out")).await;
        let sent = form(&sign_out, "/sign-out").encoded();
        let answer = post(&mut public, "/sign-out", sent, &[]).await;
        assert_eq!(forgets(&answer).as_deref(), Some("\"cache\", \"storage\""));

        let mut by_site = at_a_public_computer(&passport).await;
        let code = passport.code(&mut by_site, &request()).await;
        let tokens = token(&mut by_site, &redemption(&code)).await.json();
        let hint = tokens["id_token"].as_str().expect("an ID token").to_owned();
        let answer = get(&mut by_site, &format!("/logout?{}", encoded(&[("id_token_hint", &hint)])), &[]).await;
        assert_eq!((answer.status.as_u16(), forgets(&answer).is_some()), (303, true), "{}", answer.text);

        let mut own = passport.browser();
        sign_in(&mut own).await;
        let sign_out = own.open(&page("/sign-out")).await;
        let sent = form(&sign_out, "/sign-out").encoded();
        assert_eq!(forgets(&post(&mut own, "/sign-out", sent, &[]).await), None);
    })
    .await;
}

#[tokio::test]
async fn a_computer_that_is_public_is_not_made_known_and_forgets_what_it_knew() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let public = at_a_public_computer(&passport).await;
        assert!(!holds(&public, "__Host-pp_device"));

        let mut once_own = passport.browser();
        sign_in(&mut once_own).await;
        let known = async || {
            let count = shared::db::sql("SELECT COUNT(*) AS n FROM known_devices");
            passport.db.find(count).await.expect("a count").expect("a row").get::<i64>("n").expect("a number")
        };
        assert_eq!(known().await, 1);
        let again = once_own.open(&page("/sign-out")).await;
        once_own.submit(form(&again, "/sign-out")).await;
        sign_in_ticking(&mut once_own, &["public"]).await;
        assert_eq!(known().await, 0, "whoever says that a computer is public takes back that it was theirs");
    })
    .await;
}

#[tokio::test]
async fn the_next_person_at_a_public_computer_finds_the_box_ticked_until_somebody_takes_it_off() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = at_a_public_computer(&passport).await;
        let answer = browser.open(&page("/sign-out")).await;
        browser.submit(form(&answer, "/sign-out")).await;
        let ticked = |answer: &Answer| answer.attributes("#public[checked]", "name").len();
        assert_eq!(ticked(&browser.open(&page("/sign-in")).await), 1);
        let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await.without("public");
        browser.submit(form).await;
        let answer = browser.open(&page("/sign-out")).await;
        browser.submit(super::form(&answer, "/sign-out")).await;
        assert_eq!(ticked(&browser.open(&page("/sign-in")).await), 0);
    })
    .await;
}

#[tokio::test]
async fn the_choice_goes_along_to_the_second_step_where_nothing_is_left_out_for_another_time() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;
        passport.clock.advance(MINUTE);

        let mut elsewhere = passport.browser();
        assert_eq!(halfway(&mut elsewhere).await.texts("label[for='trust']").len(), 1);
        let mut public = passport.browser();
        let step = sign_in_ticking(&mut public, &["public"]).await;
        assert_eq!((step.url.path(), step.texts("label[for='trust']").len()), ("/sign-in/second-step", 0));
        // Sent all the same, by hand.
        let sent = second(&step).set("code", &app.code(&passport)).with("trust", "on");
        assert_eq!(public.submit(sent).await.url.path(), "/");
        let list = public.open(&page("/account/sessions")).await;
        assert!(list.texts(".device h2")[0].ends_with("本机 公共电脑"), "{:?}", list.texts(".device h2"));
        passport.clock.advance(10 * MINUTE);
        assert!(!is_in(&mut public).await);
        assert_eq!(sign_in_ticking(&mut public, &[]).await.url.path(), "/sign-in/second-step");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_is_trusted_is_not_once_it_is_said_to_be_public() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, .. } = protected(&passport).await;
        passport.clock.advance(MINUTE);
        let mut browser = passport.browser();
        let step = halfway(&mut browser).await;
        browser.submit(second(&step).set("code", &app.code(&passport)).with("trust", "on")).await;
        let out = browser.open(&page("/sign-out")).await;
        browser.submit(form(&out, "/sign-out")).await;
        assert_eq!(sign_in_ticking(&mut browser.clone(), &[]).await.url.path(), "/", "the step is left out");
        assert_eq!(sign_in_ticking(&mut browser, &["public"]).await.url.path(), "/sign-in/second-step");
    })
    .await;
}

#[tokio::test]
async fn sites_are_told_when_the_hour_at_a_public_computer_is_over_and_only_then() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let told = format!("{OURS}backchannel_logout_uri = 'https://cet.test/backchannel-logout'\n");
        passport.register(&[&told]).await;
        let (mut public, mut own) = (at_a_public_computer(&passport).await, passport.browser());
        sign_in(&mut own).await;
        for browser in [&mut public, &mut own] {
            let code = passport.code(browser, &request()).await;
            token(browser, &redemption(&code)).await;
        }
        passport.clock.advance(59 * MINUTE);
        assert_eq!(passport.app.accounts.end_timed_out().await.expect("an answer"), 0);
        passport.clock.advance(24 * 60 * MINUTE);
        assert_eq!(passport.app.accounts.end_timed_out().await.expect("an answer"), 1, "the other one tells nobody");
        assert_eq!(passport.waiting().await, ["logout:cet"]);
        assert_eq!(passport.app.accounts.end_timed_out().await.expect("an answer"), 0, "once");
    })
    .await;
}

#[tokio::test]
async fn a_page_says_until_when_it_holds_and_a_use_carries_that_on() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = at_a_public_computer(&passport).await;
        let said = |answer: &Answer| answer.texts("[data-until]").concat();
        let first = browser.open(&page("/account/profile")).await;
        assert!(said(&first).starts_with("不操作的话，登录到09:10为止（北京时间）"), "{}", said(&first));
        assert_eq!(first.attributes("[data-holds]", "data-holds"), ["600"]);
        passport.clock.advance(5 * MINUTE);
        let csrf = first.attributes("[data-more]", "data-csrf").concat();
        let sent = encoded(&[("csrf", &csrf)]);
        let more = post(&mut browser, "/account/sessions/more", sent.clone(), &[]).await;
        assert_eq!(more.json()["seconds"], 600, "{}", more.text);
        assert!(more.json()["text"].as_str().is_some_and(|text| text.contains("09:15")), "{}", more.text);
        // In the last minutes of its hour nothing carries it on.
        for _ in 0..5 {
            passport.clock.advance(9 * MINUTE);
            get(&mut browser, "/account/profile", &[]).await;
        }
        passport.clock.advance(4 * MINUTE);
        let last = browser.open(&page("/account/profile")).await;
        assert!(said(&last).starts_with("登录到10:00为止"), "{}", said(&last));
        assert!(last.attributes("[data-more]", "data-more").is_empty());
        passport.clock.advance(6 * MINUTE);
        let late = post(&mut browser, "/account/sessions/more", sent, &[]).await;
        assert_eq!(late.status, 401);
        assert!(browser.open(&page("/help")).await.texts("[data-holds]").is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_asks_for_more_time_has_all_that_is_told() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = at_a_public_computer(&passport).await;
        let first = browser.open(&page("/account/profile")).await;
        let csrf = first.attributes("[data-more]", "data-csrf").concat();
        // So soon after the last use no other request is written down.
        passport.clock.advance(MINUTE / 2);
        let more = post(&mut browser, "/account/sessions/more", encoded(&[("csrf", &csrf)]), &[]).await;
        assert_eq!(more.json()["seconds"], 600, "{}", more.text);
        passport.clock.advance(10 * MINUTE - Duration::from_secs(1));
        assert!(is_in(&mut browser).await);
    })
    .await;
}
