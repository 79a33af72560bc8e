//! No session begins because another site wanted it: whom a page of somebody else's sends is asked first, once, and gets to
//! where they wanted to go.

use axum::Router;
use axum::body::Body;
use axum::response::Html;
use axum::routing::get;
use http::{Method, Request, StatusCode};
use shared::testkit::{Answer, Browser};

use crate::support::{HOST, SITE, World, with_cet};

const STRANGER: &str = "https://elsewhere.example";

/// Ways to begin a session here, with where each ends.
fn ways(world: &World) -> [(String, &'static str); 6] {
    let issuer = &world.passport.issuer;
    [
        ("/registration".to_owned(), "/registration"),
        ("/sign-in".to_owned(), "/registration"),
        ("/sign-in?return_to=/dates?x=%26".to_owned(), "/dates?x=&"),
        (format!("/sign-in/initiate?iss={issuer}"), "/registration"),
        (format!("/sign-in/initiate?iss={issuer}&target_link_uri={SITE}/faq&login_hint=lilei%40example.com"), "/faq"),
        (format!("/sign-in/callback?code=stolen&state=made-up&iss={issuer}"), "/registration"),
    ]
}

/// A browser that has a page of somebody else's open.
async fn led_astray(world: &World) -> (Browser, Answer) {
    const MARKS: &str = "<!doctype html><html lang='en'><title>Free marks</title>";
    let page = Router::new().route("/", get(|| async { Html(MARKS) }));
    let mut browser = world.browser().program(STRANGER, page);
    let page = browser.open(STRANGER).await;
    (browser, page)
}

fn has_session(browser: &Browser) -> bool {
    browser.cookies.get(HOST, "__Host-cet_session").is_some()
}

#[tokio::test]
async fn whom_another_site_sends_is_asked_once_and_then_arrives() {
    with_cet(|world: World| async move {
        for (way, end) in ways(&world) {
            let (mut browser, page) = led_astray(&world).await;
            let asked = browser.click(&page, &format!("{SITE}{way}")).await;
            assert_eq!((asked.status, asked.url.path()), (StatusCode::OK, "/sign-in/ask"), "{way}");
            assert_eq!(asked.texts("h1"), ["要登录吗？"], "{way}");
            assert_eq!(asked.texts("main form button"), ["登录"], "{way}");
            assert!(!has_session(&browser), "{way}");
            // Loaded again it asks again.
            let again = browser.open(asked.url.as_str()).await;
            assert_eq!(again.texts("h1"), ["要登录吗？"], "{way}");
            assert!(!has_session(&browser), "{way}");
            let arrived = browser.submit(asked.form("main form")).await;
            assert_eq!(arrived.url.as_str(), format!("{SITE}{end}"), "{way}");
            assert!(has_session(&browser), "{way}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_asked_of_the_passport_before_the_press() {
    with_cet(|world: World| async move {
        for (way, _) in ways(&world) {
            let (mut browser, page) = led_astray(&world).await;
            browser.click(&page, &format!("{SITE}{way}")).await;
            assert_eq!((world.passport.hits("discovery"), world.passport.hits("token")), (0, 0), "{way}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_hint_of_the_site_that_led_here_goes_along() {
    with_cet(|world: World| async move {
        let (mut browser, page) = led_astray(&world).await;
        let initiate = format!("{SITE}/sign-in/initiate?iss={}&login_hint=lilei%40example.com", world.passport.issuer);
        let asked = browser.click(&page, &initiate).await;
        browser.submit(asked.form("main form")).await;
        assert_eq!(world.passport.asked("login_hint").as_deref(), Some("lilei@example.com"));
    })
    .await;
}

#[tokio::test]
async fn what_a_person_began_goes_on_unasked() {
    with_cet(|world: World| async move {
        // Typed, or a bookmark.
        for (way, end) in ways(&world) {
            let mut browser = world.browser();
            assert_eq!(browser.open(&format!("{SITE}{way}")).await.url.as_str(), format!("{SITE}{end}"), "{way}");
        }
        let mut browser = world.browser();
        let home = browser.open(SITE).await;
        assert_eq!(browser.click(&home, "/registration").await.url.as_str(), format!("{SITE}/registration"));
        // A tile of the passport, or its form, whose answer nobody waits for any more: the passport's page names itself, and
        // nobody else can name it.
        for (way, _) in &ways(&world)[3..] {
            let mut led = navigation(Method::GET, &format!("{SITE}{way}"), "cross-site");
            led.headers_mut().insert("referer", format!("{}/", world.passport.issuer).parse().expect("a header"));
            let answer = world.browser().send(led).await;
            assert!(answer.header("location").is_some_and(|to| to.starts_with(&world.passport.issuer)), "{way}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_signed_in_is_not_asked_on_the_way_to_a_page() {
    with_cet(|world: World| async move {
        let (mut browser, page) = led_astray(&world).await;
        browser.open(&format!("{SITE}/registration")).await;
        for (way, end) in &ways(&world)[..3] {
            let arrived = browser.click(&page, &format!("{SITE}{way}")).await;
            assert_eq!(arrived.url.as_str(), format!("{SITE}{end}"), "{way}");
        }
        let initiated = browser.click(&page, &format!("{SITE}{}", ways(&world)[3].0)).await;
        assert_eq!(initiated.url.path(), "/sign-in/ask", "the session would become another one");
    })
    .await;
}

#[tokio::test]
async fn the_question_is_read_in_either_language_and_framed_by_nobody() {
    with_cet(|world: World| async move {
        let (mut browser, page) = led_astray(&world).await;
        let asked = browser.click(&page, &format!("{SITE}/sign-in?return_to=/faq")).await;
        let policy = asked.header("content-security-policy").expect("a policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(asked.header("cache-control"), Some("no-store"));
        assert!(!asked.has("main script"), "a plain form");
        let other = asked.attributes("a[hreflang=en]", "href");
        let english = browser.click(&asked, other.first().expect("the other language")).await;
        assert_eq!(english.texts("h1"), ["Do you want to sign in?"]);
        assert_eq!(browser.submit(english.form("main form")).await.url.as_str(), format!("{SITE}/faq"));
    })
    .await;
}

#[tokio::test]
async fn the_question_leads_nowhere_but_into_the_site() {
    with_cet(|world: World| async move {
        for target in ["https://evil.example/", "//evil.example", "/sign-in/ask", "%00"] {
            let mut browser = world.browser();
            let asked = browser.open(&format!("{SITE}/sign-in/ask?return_to={target}")).await;
            let arrived = browser.submit(asked.form("main form")).await;
            assert_eq!(arrived.url.as_str(), format!("{SITE}/registration"), "{target}");
        }
        let twice = world.browser().open(&format!("{SITE}/sign-in/ask?return_to=/a&return_to=/b")).await;
        assert_eq!(
            (twice.status, twice.texts("h1").concat().as_str()),
            (StatusCode::BAD_REQUEST, "这个登录地址不完整")
        );
    })
    .await;
}

/// A navigation as a browser of today sends it.
fn navigation(method: Method, url: &str, site: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(url)
        .header("sec-fetch-site", site)
        .header("user-agent", "Mozilla/5.0")
        .body(Body::empty())
        .expect("a request")
}

/// A press with that token, by that page.
async fn press(browser: &mut Browser, token: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(format!("{SITE}/sign-in/ask"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "Mozilla/5.0");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = format!("token={token}&return_to=%2Ffaq");
    browser.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn no_other_page_presses_the_button() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let asked = browser.open(&format!("{SITE}/sign-in/ask?return_to=/faq")).await;
        let token = asked.form("main form").value("token").expect("a token").to_owned();
        let asks_again = |answer: &Answer| answer.header("location") == Some("/sign-in/ask?return_to=%2Ffaq");
        // Browsers keep Lax cookies back from such a form; one that does not is not believed either.
        for site in [[("sec-fetch-site", "cross-site")], [("origin", "https://evil.example")], [("origin", "null")]] {
            for wrong in ["", "x", &token[1..]] {
                let answer = press(&mut browser, wrong, &site).await;
                assert!(asks_again(&answer), "{site:?}: {:?}", answer.location());
            }
        }
        let mut stranger = world.browser();
        stranger.open(&format!("{SITE}/sign-in/ask")).await;
        assert!(asks_again(&press(&mut stranger, &token, &[("origin", "null")]).await), "another browser's token");
        assert_eq!(world.passport.hits("discovery"), 0);

        // A browser that says nothing of where a form stood is known by its token alone.
        let answer = press(&mut browser, &token, &[("origin", "null")]).await;
        assert!(answer.header("location").is_some_and(|to| to.starts_with(&world.passport.issuer)));
        // And one that says it was our page needs none: it was closed meanwhile, and opened again with its pages.
        let answer = press(&mut browser, "old", &[("sec-fetch-site", "same-origin")]).await;
        assert!(answer.header("location").is_some_and(|to| to.starts_with(&world.passport.issuer)));
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_instead_of_asked_for_ever() {
    with_cet(|world: World| async move {
        for headers in [[("sec-fetch-site", "same-origin")], [("origin", "null")]] {
            let answer = press(&mut world.browser(), "x", &headers).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            assert_eq!(answer.texts("h1"), ["浏览器没有保存登录信息"]);
        }
        let request = Request::post(format!("{SITE}/sign-in/ask")).header("content-type", "text/plain");
        let answer = world.browser().send(request.body(Body::from("token=x")).expect("a request")).await;
        assert_eq!(answer.texts("h1"), ["这个登录地址不完整"]);
    })
    .await;
}

#[tokio::test]
async fn an_old_browser_is_asked_unless_it_names_a_page_of_ours_and_a_program_never() {
    with_cet(|world: World| async move {
        let start = |headers: &[(&str, &str)]| {
            let mut request = Request::get(format!("{SITE}/sign-in"));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(Body::empty()).expect("a request")
        };
        let old = ("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X)");
        let own = format!("{SITE}/news");
        for (headers, asked) in [
            (vec![old], true),
            (vec![old, ("referer", "https://evil.example/")], true),
            (vec![old, ("referer", &own)], false),
            (vec![("user-agent", "curl/8.5.0")], false),
            (vec![], false),
        ] {
            let answer = world.browser().send(start(&headers)).await;
            let to = answer.header("location").expect("a way");
            assert_eq!(to.starts_with("/sign-in/ask?"), asked, "{headers:?}: {to}");
        }
    })
    .await;
}
