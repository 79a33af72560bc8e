//! Metadata and keys.

use std::time::Duration;

use passport::keys::{Alg, Request, store};
use shared::clock::Clock as _;
use shared::db::DbError;

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
async fn the_key_set_holds_the_keys_that_sign_next() {
    on_both(|passport| async move {
        let jwks = get(&mut passport.browser(), "/jwks", &[]).await.json();
        let published: Vec<_> = jwks["keys"].as_array().expect("keys").iter().map(|key| key["kid"].clone()).collect();
        let keys = passport.app.keys.stock().await.expect("keys").keys;
        for state in ["active", "staged"] {
            let of_state: Vec<_> = keys.iter().filter(|key| key.state.as_str() == state).collect();
            assert_eq!(of_state.len(), 4, "{state}");
            assert!(of_state.iter().all(|key| published.contains(&key.kid.as_str().into())), "{state}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_set_is_not_kept_beyond_a_planned_change() {
    on_both(|passport| async move {
        let (alg, at) = (Alg::ES256, Some(passport.clock.now() + Duration::from_secs(3_600)));
        passport.app.keys.change(Request::Rotate { alg, at, without_trial: false }).await.expect("planned");
        for (passed, cache) in [(0, "public, max-age=600"), (3_510, "public, max-age=90"), (90, "public, max-age=0")] {
            passport.clock.advance(Duration::from_secs(passed));
            let answer = get(&mut passport.browser(), "/jwks", &[]).await;
            assert_eq!(answer.header("cache-control"), Some(cache));
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_key_that_signs_there_is_no_key_set_and_sites_keep_theirs() {
    on_both(|passport| async move {
        let keys = passport.app.keys.stock().await.expect("keys").keys;
        let active = keys.iter().find(|key| key.state.as_str() == "active").expect("an active key").kid.clone();
        let now = passport.clock.now();
        let lose = passport.db.write::<_, DbError, _>(move |tx| {
            let kid = active.clone();
            Box::pin(async move {
                store::touch(tx).await?;
                store::destroy(tx, &kid, now, false).await.map(drop)
            })
        });
        lose.await.expect("gone");
        passport.app.keys.refresh().await.expect("read");
        let answer = get(&mut passport.browser(), "/jwks", &[]).await;
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.header("retry-after").is_some());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        passport.app.keys.watch().await.expect("moved on");
        assert_eq!(get(&mut passport.browser(), "/jwks", &[]).await.status, 200);
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
