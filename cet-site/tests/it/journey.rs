//! The way of a candidate: home, sign-in, desk, sign-out; and what people do on the way.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode};

use crate::support::{HOST, SITE, Twist, World, with_cet};

fn at(path: &str) -> String {
    format!("{SITE}{path}")
}

#[tokio::test]
async fn a_candidate_enters_is_greeted_and_signs_out_everywhere() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let home = browser.open(SITE).await;
        let desk = browser.click(&home, "/registration").await;
        assert_eq!(desk.status, StatusCode::OK);
        assert_eq!(desk.url.as_str(), at("/registration"));
        assert_eq!(desk.texts("h1"), ["李雷，您好"]);
        assert_eq!(desk.texts(".facts dd"), ["138****8000", "北京"]);
        assert_eq!(desk.texts(".strip [aria-current=step] .strip-word"), ["资格验证"]);
        assert_eq!(desk.texts(".strip li.done").len(), 2);
        assert!(desk.text.contains("北京正在报名") && desk.text.contains("3月18日–4月2日"));

        assert_eq!(world.passport.asked("scope").as_deref(), Some("openid profile email phone exam"));
        assert_eq!(world.passport.asked("ui_locales").as_deref(), Some("zh-CN"));

        let out = browser.submit(desk.form("main form")).await;
        assert_eq!(out.texts("h1"), ["您已退出"]);
        assert!(out.text.contains("本网站和通行证都已退出"), "{}", out.text);
        assert_eq!(world.passport.hits("logout"), 1);
        assert!(browser.cookies.get(HOST, "__Host-cet_session").is_none());
        let home = browser.open(SITE).await;
        assert!(!home.has("form[action='/sign-out']"));
    })
    .await;
}

#[tokio::test]
async fn no_token_ever_reaches_the_browser_while_signing_in() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let desk = browser.open(&at("/registration")).await;
        let session = browser.cookies.get(HOST, "__Host-cet_session").expect("a session");
        assert!(session.http_only && session.value.len() == 43);
        for place in [&desk.text, &session.value] {
            assert!(!place.contains("access-1") && !place.contains("eyJ"));
        }
        let attempts = |browser: &shared::testkit::Browser| format!("{:?}", browser.cookies).contains("_try_");
        assert!(!attempts(&browser), "the attempt is over");
    })
    .await;
}

#[tokio::test]
async fn every_sign_in_makes_a_new_session_and_ends_the_old_one() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        browser.open(&at("/registration")).await;
        let first = browser.cookies.get(HOST, "__Host-cet_session").expect("a session").clone();
        let initiate = format!("{SITE}/sign-in/initiate?iss={}", world.passport.issuer);
        world.passport.person("subject-2", Some("44"));
        let desk = browser.open(&initiate).await;
        assert!(desk.text.contains("广东3月22日 9:00开通报名"), "{}", desk.text);
        let second = browser.cookies.get(HOST, "__Host-cet_session").expect("a session").clone();
        assert_ne!(first.value, second.value);

        let mut thief = world.browser();
        thief.cookies.put(first);
        let home = thief.open(SITE).await;
        assert!(!home.has("form[action='/sign-out']"), "the first session is over");
    })
    .await;
}

#[tokio::test]
async fn a_second_tab_that_is_signed_in_already_goes_straight_on() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        browser.open(&at("/registration")).await;
        let page = browser.open(&at("/sign-in?return_to=/dates")).await;
        assert_eq!(page.url.as_str(), at("/dates"));
        assert_eq!(world.passport.hits("token"), 1);
    })
    .await;
}

#[tokio::test]
async fn two_tabs_sign_in_side_by_side() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let first = begin(&mut browser, "/sign-in?return_to=/dates").await;
        let second = begin(&mut browser, "/sign-in?return_to=/faq").await;
        let page = browser.open(&first).await;
        assert_eq!(page.url.as_str(), at("/dates"));
        let page = browser.open(&second).await;
        assert_eq!(page.url.as_str(), at("/faq"));
    })
    .await;
}

/// Begins a sign-in and stops where the passport is about to send the browser back: that address.
pub async fn begin(browser: &mut shared::testkit::Browser, path: &str) -> String {
    let start = browser.send(get(&at(path))).await;
    assert_eq!(start.status, StatusCode::SEE_OTHER, "{}", start.text);
    let authorize = start.location().expect("a redirect");
    let answer = browser.send(get(authorize.as_str())).await;
    answer.location().expect("a redirect").into()
}

pub fn get(url: &str) -> Request<Body> {
    Request::builder().method(Method::GET).uri(url).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn the_callback_opened_twice_or_from_a_bookmark_leads_to_the_desk() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let callback = begin(&mut browser, "/sign-in").await;
        assert_eq!(browser.open(&callback).await.url.as_str(), at("/registration"));
        let again = browser.open(&callback).await;
        assert_eq!((again.status, again.url.as_str()), (StatusCode::OK, at("/registration").as_str()));
        assert_eq!(world.passport.hits("token"), 1, "the used code is not sent again");

        // The bookmark, on another day: the passport is asked once more, and knows the person.
        browser.cookies.clear_host(HOST);
        let later = browser.open(&callback).await;
        assert_eq!((later.status, later.url.as_str()), (StatusCode::OK, at("/registration").as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_sign_in_is_not_noticed() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let callback = begin(&mut browser, "/sign-in?return_to=/dates").await;
        browser.restart(SITE, world.restarted());
        assert_eq!(browser.open(&callback).await.url.as_str(), at("/dates"));
        browser.restart(SITE, world.restarted());
        assert_eq!(browser.open(&at("/registration")).await.texts("h1"), ["李雷，您好"]);
        assert_eq!(world.passport.hits("token"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_idled_away_leads_through_the_passport_and_back() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        browser.open(&at("/registration")).await;
        world.wait(Duration::from_secs(2 * 3600 - 1));
        browser.open(&at("/registration")).await;
        assert_eq!(world.passport.hits("token"), 1, "seen in time");
        world.wait(Duration::from_secs(2 * 3600));
        let desk = browser.open(&at("/registration")).await;
        assert_eq!(desk.url.as_str(), at("/registration"));
        assert_eq!(world.passport.hits("token"), 2);
    })
    .await;
}

#[tokio::test]
async fn a_sign_out_form_from_another_session_asks_once_more_and_then_works() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let desk = browser.open(&at("/registration")).await;
        let old_form = desk.form("main form");
        browser.open(&format!("{SITE}/sign-in/initiate?iss={}", world.passport.issuer)).await;
        let confirm = browser.submit(old_form).await;
        assert_eq!((confirm.status, confirm.url.as_str()), (StatusCode::OK, at("/sign-out").as_str()));
        let confirm = browser.open(confirm.url.as_str()).await;
        let out = browser.submit(confirm.form("main form")).await;
        assert_eq!(out.texts("h1"), ["您已退出"]);
        let again = browser.submit(desk.form("main form")).await;
        assert_eq!((again.status, again.texts("h1")), (StatusCode::OK, vec!["您已退出".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn signing_out_while_the_passport_is_away_still_ends_the_session_here() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let desk = browser.open(&at("/registration")).await;
        world.passport.away(true);
        world.wait(Duration::from_secs(3600));
        browser.restart(SITE, world.restarted());
        let out = browser.submit(desk.form("main form")).await;
        assert_eq!(out.status, StatusCode::OK);
        assert!(out.text.contains("请退出通行证") || out.text.contains("也请退出通行证"), "{}", out.text);
        assert!(browser.cookies.get(HOST, "__Host-cet_session").is_none());
    })
    .await;
}

#[tokio::test]
async fn the_buttons_of_home_lead_where_they_say() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let register = format!("{}/register", world.passport.issuer);
        let home = browser.open(SITE).await;
        let buttons = home.attributes(".big-button", "href");
        assert_eq!(buttons, ["/registration", &register, "/find-account", "/certificate"]);
        browser.open(&at("/registration")).await;
        let home = browser.open(SITE).await;
        assert_eq!(home.attributes(".big-button", "href")[1], format!("{}/", world.passport.issuer));
    })
    .await;
}

#[tokio::test]
async fn the_language_chosen_half_way_stays() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let callback = begin(&mut browser, "/sign-in").await;
        browser.open(&at("/?lang=en")).await;
        let desk = browser.open(&callback).await;
        assert_eq!(desk.texts("h1"), ["Hello, 李雷"]);
        assert_eq!(desk.attributes("html", "lang"), ["en"]);
        world.passport.twist(Twist::None);
    })
    .await;
}
