//! Metadata and keys.

use crate::support::site::{get, post};
use crate::support::{ISSUER, on_both};

#[tokio::test]
async fn metadata_names_the_issuer_and_may_be_read_by_any_origin() {
    on_both(|passport| async move {
        let answer = get(&mut passport.browser(), "/.well-known/openid-configuration", &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["issuer"], ISSUER);
        let oauth = get(&mut passport.browser(), "/.well-known/oauth-authorization-server", &[]).await;
        assert_eq!(oauth.json(), answer.json(), "RFC 8414 3");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    })
    .await;
}

#[tokio::test]
async fn documents_are_cached_and_not_sent_twice() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        for (path, cache) in
            [("/.well-known/openid-configuration", "public, max-age=3600"), ("/jwks", "public, max-age=600")]
        {
            let first = get(&mut browser, path, &[]).await;
            assert_eq!(first.header("cache-control"), Some(cache), "{path}");
            let tag = first.header("etag").expect("a tag").to_owned();
            let second = get(&mut browser, path, &[("if-none-match", &tag)]).await;
            assert_eq!((second.status.as_u16(), second.text.as_str()), (304, ""), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_key_set_holds_public_keys_of_both_algorithms() {
    on_both(|passport| async move {
        let jwks = get(&mut passport.browser(), "/jwks", &[]).await.json();
        let keys = jwks["keys"].as_array().expect("keys").clone();
        for alg in ["ES256", "RS256"] {
            assert!(keys.iter().any(|key| key["alg"] == alg && key["kid"].is_string()), "{alg}");
        }
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            assert!(keys.iter().all(|key| key.get(private).is_none()), "{private}");
        }
    })
    .await;
}

#[tokio::test]
async fn scripts_of_other_origins_may_ask_for_tokens_but_not_for_pages() {
    on_both(|passport| async move {
        let mut browser = passport.browser();
        let preflight = http::Request::options(format!("{ISSUER}/token")).body(axum::body::Body::empty());
        let answer = browser.send(preflight.expect("a request")).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let refused = post(&mut browser, "/token", "", &[]).await;
        assert_eq!(refused.header("access-control-allow-origin"), Some("*"), "errors are readable too");
        let page = get(&mut browser, "/authorize", &[]).await;
        assert_eq!(page.header("access-control-allow-origin"), None);
    })
    .await;
}
