//! Every way a sign-in can fail ends at a page with one button, and the button works.

use std::time::Duration;

use http::StatusCode;
use shared::testkit::{Answer, Browser};

use crate::journey::begin;
use crate::support::{HOST, SITE, Twist, World, with_cet};

fn at(path: &str) -> String {
    format!("{SITE}{path}")
}

/// Signs in with the passport gone wrong, looks at the page, sets the passport right and presses the button.
async fn recovers(world: &World, twist: Twist, status: StatusCode, title: &str) {
    let mut browser = world.browser();
    world.passport.twist(twist);
    let page = browser.open(&at("/sign-in?return_to=/dates")).await;
    assert_eq!((page.status, page.texts("h1")), (status, vec![title.to_owned()]), "{twist:?}");
    assert!(browser.cookies.get(HOST, "__Host-cet_session").is_none(), "{twist:?}: nobody is signed in");
    world.passport.twist(Twist::None);
    let after = press(&mut browser, &page).await;
    assert_eq!((after.status, after.url.as_str()), (StatusCode::OK, at("/dates").as_str()), "{twist:?}");
}

async fn press(browser: &mut Browser, page: &Answer) -> Answer {
    let again = page.attributes("a.button.primary", "href");
    assert_eq!(again.len(), 1, "one primary button: {}", page.text);
    browser.click(page, &again[0]).await
}

#[tokio::test]
async fn the_page_of_a_fault_can_be_read_in_the_other_language_without_beginning_again() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        for (twist, title) in [
            (Twist::Cancel, "You cancelled signing in"),
            (Twist::TokenError("invalid_client"), "The Passport did not finish this sign-in"),
            (Twist::Error("server_error"), "The Passport cannot be reached just now"),
        ] {
            world.passport.twist(twist);
            let page = browser.open(&at("/sign-in?return_to=/dates&lang=zh-CN")).await;
            let link = page.attributes("footer a.lang", "href").remove(0);
            let english = browser.click(&page, &link).await;
            assert_eq!((english.status, english.texts("h1")), (page.status, vec![title.to_owned()]), "{twist:?}");
            assert_eq!(
                english.texts(".reference"),
                page.texts(".reference"),
                "{twist:?}: the reference of what happened"
            );
            let back = english.attributes("footer a.lang", "href").remove(0);
            assert_eq!(browser.click(&english, &back).await.texts("h1"), page.texts("h1"), "{twist:?}");
            world.passport.twist(Twist::None);
        }
        let english = browser.open(&at("/sign-in/failed?kind=lost&return_to=/dates&code=Call+us&reference=now")).await;
        assert!(!english.text.contains("Call us") && english.texts(".reference") != ["now"]);
        assert_eq!(press(&mut browser, &english).await.url.as_str(), at("/dates"));
        let unknown = browser.open(&at("/sign-in/failed?kind=no-such")).await;
        assert_eq!(unknown.status, StatusCode::OK, "an address that says nothing leads on");
    })
    .await;
}

#[tokio::test]
async fn cancelling_is_no_error() {
    with_cet(|world: World| async move {
        recovers(&world, Twist::Cancel, StatusCode::OK, "您取消了登录").await;
    })
    .await;
}

#[tokio::test]
async fn an_error_of_the_passport_is_told_with_its_name_for_developers() {
    with_cet(|world: World| async move {
        let title = "通行证没有完成这次登录";
        recovers(&world, Twist::Error("invalid_scope"), StatusCode::BAD_REQUEST, title).await;
        recovers(&world, Twist::TokenError("invalid_client"), StatusCode::BAD_REQUEST, title).await;
    })
    .await;
}

#[tokio::test]
async fn a_passport_that_is_away_is_a_503_and_nothing_else() {
    with_cet(|world: World| async move {
        let title = "暂时连不上通行证";
        for twist in [Twist::Broken, Twist::Error("temporarily_unavailable"), Twist::Error("server_error")] {
            recovers(&world, twist, StatusCode::SERVICE_UNAVAILABLE, title).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_that_is_refused_is_tried_once_more_without_asking() {
    with_cet(|world: World| async move {
        world.passport.twist(Twist::TokenErrorOnce);
        let mut browser = world.browser();
        let page = browser.open(&at("/sign-in?return_to=/dates")).await;
        assert_eq!((page.status, page.url.as_str()), (StatusCode::OK, at("/dates").as_str()));

        // And only once.
        let title = "通行证没有完成这次登录";
        recovers(&world, Twist::TokenError("invalid_grant"), StatusCode::BAD_REQUEST, title).await;
    })
    .await;
}

#[tokio::test]
async fn a_passport_that_was_never_reached_is_asked_again_after_a_while() {
    with_cet(|world: World| async move {
        world.passport.away(true);
        let mut browser = world.browser();
        let page = browser.open(&at("/registration")).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(page.header("retry-after"), Some("5"));
        browser.open(&at("/registration")).await;
        assert_eq!(world.passport.hits("discovery"), 1, "a crowd does not wait in line to learn the same");
        world.passport.away(false);
        world.wait(Duration::from_secs(2));
        assert_eq!(press(&mut browser, &page).await.texts("h1"), ["李雷，您好"]);
    })
    .await;
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_not_used() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        world.passport.twist(Twist::Discovery("https://evil.example"));
        let page = browser.open(&at("/registration")).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(page.texts("h1"), ["暂时连不上通行证"]);
        assert_eq!(world.passport.hits("jwks"), 0, "nothing that it names is asked for");
        world.passport.twist(Twist::None);
        world.wait(Duration::from_secs(2));
        assert_eq!(press(&mut browser, &page).await.texts("h1"), ["李雷，您好"]);
    })
    .await;
}

#[tokio::test]
async fn after_a_failure_to_reach_the_passport_loading_the_page_again_succeeds() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let callback = begin(&mut browser, "/sign-in?return_to=/dates").await;
        world.passport.away(true);
        assert_eq!(browser.open(&callback).await.status, StatusCode::SERVICE_UNAVAILABLE);
        world.passport.away(false);
        assert_eq!(browser.open(&callback).await.url.as_str(), at("/dates"));
    })
    .await;
}

#[tokio::test]
async fn known_metadata_outlives_a_passport_that_is_away() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        browser.open(&at("/registration")).await;
        world.passport.away(true);
        world.wait(Duration::from_secs(3 * 3600));
        let start = browser.send(crate::journey::get(&at("/sign-in"))).await;
        assert_eq!(start.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_took_too_long_begins_anew_by_itself() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let callback = begin(&mut browser, "/sign-in?return_to=/dates").await;
        world.wait(Duration::from_secs(3600));
        let page = browser.open(&callback).await;
        assert_eq!((page.status, page.url.as_str()), (StatusCode::OK, at("/dates").as_str()));
        assert_eq!(world.passport.hits("token"), 1, "the old code is not used");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_refuses_cookies_is_told_and_not_sent_in_circles() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let mut next = at("/sign-in");
        for _ in 0..10 {
            let answer = browser.send(crate::journey::get(&next)).await;
            browser.cookies.clear();
            if let Some(location) = answer.location() {
                next = location.into();
                continue;
            }
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            assert_eq!(answer.texts("h1"), ["浏览器没有保存登录信息"]);
            assert_eq!(world.passport.hits("token"), 0);
            return;
        }
        panic!("sent in circles");
    })
    .await;
}

#[tokio::test]
async fn the_state_of_another_browser_signs_nobody_in() {
    with_cet(|world: World| async move {
        world.passport.person("the-attacker", Some("11"));
        let mut attacker = world.browser();
        let callback = begin(&mut attacker, "/sign-in").await;

        // The victim follows the attacker's link: the code is not used, and the victim signs in as themself.
        world.passport.person("the-victim", Some("31"));
        let mut victim = world.browser();
        let desk = victim.open(&callback).await;
        assert_eq!(desk.texts(".facts dd")[1], "上海");
        assert_eq!(world.passport.hits("token"), 1, "one code was used, the victim's own");
        assert!(attacker.open(&callback).await.text.contains("北京") || world.passport.hits("token") == 2);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_or_none_is_not_used() {
    with_cet(|world: World| async move {
        for named in [Some("https://evil.example"), None] {
            let title = "这不是通行证发来的";
            recovers(&world, Twist::IssParameter(named), StatusCode::BAD_REQUEST, title).await;
        }
        assert_eq!(world.passport.hits("token"), 2, "only the sign-ins that went well");
    })
    .await;
}

#[tokio::test]
async fn a_broken_callback_is_a_page_with_a_button() {
    with_cet(|world: World| async move {
        let title = ["这个登录地址不完整".to_owned()];
        for path in [
            "/sign-in/callback",
            "/sign-in/callback?code=1",
            "/sign-in/callback?state=a&state=b&code=1",
            "/sign-in/callback?code=%FF%00&state=",
            "/sign-in/callback?error=Call+555+now&state=x",
        ] {
            let mut browser = world.browser();
            let page = browser.open(&at(path)).await;
            assert_eq!((page.status, page.texts("h1").as_slice()), (StatusCode::BAD_REQUEST, &title[..]), "{path}");
            assert!(!page.texts("main")[0].contains("555"), "nothing from the address is shown");
            assert_eq!(press(&mut browser, &page).await.texts("h1"), ["李雷，您好"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_away_is_a_503_and_public_pages_go_on() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        browser.open(&at("/registration")).await;
        world.db.close().await;
        let desk = browser.open(&at("/registration")).await;
        assert_eq!(desk.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(desk.header("retry-after").is_some());
        assert_eq!(browser.open(&at("/dates")).await.status, StatusCode::OK);
        let mut other = world.browser();
        let page = other.open(&at("/sign-in")).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    })
    .await;
}
