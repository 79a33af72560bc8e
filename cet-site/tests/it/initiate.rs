//! Sign-in begun at the passport (OpenID Connect Core §4).

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use crate::support::{SITE, World, with_cet};

fn initiate(world: &World, more: &str) -> String {
    format!("{SITE}/sign-in/initiate?iss={}{more}", world.passport.issuer)
}

#[tokio::test]
async fn a_tile_leads_in_with_the_hint_and_to_the_target() {
    with_cet(|world: World| async move {
        let mut browser = world.browser();
        let page = browser
            .open(&initiate(&world, "&login_hint=lilei%40example.com&target_link_uri=https://cet.localhost:8444/dates"))
            .await;
        assert_eq!(page.url.as_str(), format!("{SITE}/dates"));
        assert_eq!(world.passport.asked("login_hint").as_deref(), Some("lilei@example.com"));
    })
    .await;
}

#[tokio::test]
async fn a_tile_may_post() {
    with_cet(|world: World| async move {
        let body = format!("iss={}", world.passport.issuer);
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{SITE}/sign-in/initiate"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        let answer = world.browser().send(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.header("location").is_some_and(|to| to.starts_with(&world.passport.issuer)));
    })
    .await;
}

#[tokio::test]
async fn another_issuer_cannot_start_anything() {
    with_cet(|world: World| async move {
        for (query, title) in [
            ("?iss=https://evil.example", "这不是通行证发来的"),
            ("", "这个登录地址不完整"),
            ("?iss=a&iss=b", "这个登录地址不完整"),
        ] {
            let page = world.browser().open(&format!("{SITE}/sign-in/initiate{query}")).await;
            assert_eq!((page.status, page.texts("h1")), (StatusCode::BAD_REQUEST, vec![title.to_owned()]));
        }
        assert_eq!(world.passport.hits("discovery"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_target_elsewhere_leads_to_the_desk() {
    with_cet(|world: World| async move {
        for target in
            ["https://evil.example/", "//evil.example", "/%5Cevil.example", "https://cet.localhost:8444@evil.example"]
        {
            let page = world.browser().open(&initiate(&world, &format!("&target_link_uri={target}"))).await;
            assert!(page.url.as_str().starts_with(SITE), "{target} led to {}", page.url);
        }
    })
    .await;
}

#[tokio::test]
async fn a_post_that_is_no_form_starts_nothing() {
    with_cet(|world: World| async move {
        for kind in ["application/json", "text/plain", ""] {
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("{SITE}/sign-in/initiate"))
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(format!("iss={}", world.passport.issuer)))
                .expect("a request");
            let answer = world.browser().send(request).await;
            assert_eq!(
                (answer.status, answer.texts("h1").concat().as_str()),
                (StatusCode::BAD_REQUEST, "这个登录地址不完整")
            );
        }
        assert_eq!(world.passport.hits("discovery"), 0);
    })
    .await;
}
