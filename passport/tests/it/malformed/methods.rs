//! Every address answers its own methods, says so where it is asked by another, and is open to scripts of other origins
//! where a standard wants it and nowhere else.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request};
use shared::testkit::Answer;

use crate::support::site::{OURS, request};
use crate::support::{ISSUER, Passport, on_both_with};

/// The addresses of the protocol: their methods, and whether scripts of other origins may ask.
const ADDRESSES: [(&str, &[&str], bool); 29] = [
    ("/.well-known/openid-configuration", &["GET", "HEAD"], true),
    ("/.well-known/oauth-authorization-server", &["GET", "HEAD"], true),
    ("/.well-known/ssf-configuration", &["GET", "HEAD"], true),
    ("/jwks", &["GET", "HEAD"], true),
    ("/clients/cet/jwks.json", &["GET", "HEAD"], true),
    ("/clients/nobody/jwks.json", &["GET", "HEAD"], true),
    ("/token", &["POST", "OPTIONS"], true),
    ("/userinfo", &["GET", "HEAD", "POST", "OPTIONS"], true),
    ("/revoke", &["POST", "OPTIONS"], true),
    ("/introspect", &["POST"], false),
    ("/par", &["POST"], false),
    ("/openapi.json", &["GET", "HEAD"], true),
    ("/clients", &["POST"], false),
    ("/clients/somebody", &["GET", "HEAD", "PUT", "DELETE"], false),
    ("/clients/somebody/secrets", &["GET", "HEAD", "POST"], false),
    ("/clients/somebody/secrets/one", &["DELETE"], false),
    ("/clients/somebody/signals", &["GET", "HEAD", "PUT"], false),
    ("/clients/somebody/signals/verification", &["POST"], false),
    ("/clients/somebody/rehearsal", &["GET", "HEAD", "POST"], false),
    ("/clients/somebody/refusals", &["GET", "HEAD"], false),
    ("/clients/somebody/evidence", &["GET", "HEAD"], false),
    ("/clients/somebody/findings", &["GET", "HEAD"], false),
    ("/authorize", &["GET", "HEAD", "POST"], false),
    ("/authorize/resume", &["GET", "HEAD"], false),
    ("/authorize/cancel", &["GET", "HEAD"], false),
    ("/logout", &["GET", "HEAD", "POST"], false),
    ("/logout/confirm", &["GET", "HEAD", "POST"], false),
    ("/signed-out", &["GET", "HEAD"], false),
    ("/check-session", &["GET", "HEAD"], false),
];

async fn ask(passport: &Passport, method: &str, path: &str) -> Answer {
    let request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).expect("a method"))
        .uri(format!("{ISSUER}{path}"))
        .header("origin", "https://app.test")
        .header("content-type", "application/x-www-form-urlencoded");
    passport.browser().send(request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn an_address_answers_its_own_methods_and_names_them_to_others() {
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        passport.register(&[OURS]).await;
        let before = passport.rows().await;
        for (path, methods, _) in ADDRESSES {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
                let answer = ask(&passport, method, path).await;
                let status = answer.status.as_u16();
                assert!(status < 500, "{method} {path}: {status}");
                assert_eq!(status != 405, methods.contains(&method), "{method} {path}: {status}");
                if status == 405 {
                    let allowed = answer.header("allow").unwrap_or_else(|| panic!("{method} {path} names no method"));
                    let mut allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
                    let mut methods = methods.to_vec();
                    allowed.sort_unstable();
                    methods.sort_unstable();
                    assert_eq!(allowed, methods, "{method} {path}");
                }
            }
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn scripts_of_other_origins_may_ask_where_a_standard_wants_it_and_nowhere_else() {
    on_both_with("[registration]\npolicy = 'open'\n", |passport| async move {
        passport.register(&[OURS]).await;
        for (path, methods, open) in ADDRESSES {
            for method in methods {
                let answer = ask(&passport, method, path).await;
                let allowed = answer.header("access-control-allow-origin");
                assert_eq!(allowed, open.then_some("*"), "{method} {path}");
                assert_eq!(answer.header("access-control-allow-credentials"), None, "{method} {path}");
            }
        }
        let query = crate::support::site::encoded(&request());
        let sent = ask(&passport, "GET", &format!("/authorize?{query}")).await;
        assert_eq!(sent.header("access-control-allow-origin"), None);
    })
    .await;
}

#[tokio::test]
async fn every_address_of_registration_is_described_with_its_methods() {
    on_both_with("", |passport| async move {
        let described = ask(&passport, "GET", "/openapi.json").await.json();
        assert!(described["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{described}");
        let mut told = BTreeSet::new();
        for (path, methods) in described["paths"].as_object().expect("addresses") {
            let path = path.replace("{client_id}", "somebody").replace("{secret}", "one");
            for method in methods.as_object().expect("methods").keys() {
                told.insert((path.clone(), method.to_uppercase()));
            }
        }
        let mut answered = BTreeSet::new();
        for (path, methods, _) in ADDRESSES {
            // The keys of an issuer, which others publish likewise.
            let is_of_registration = path.starts_with("/clients") && !path.ends_with("/jwks.json");
            for method in methods.iter().filter(|method| is_of_registration && **method != "HEAD") {
                answered.insert((path.to_owned(), (*method).to_owned()));
            }
        }
        assert_eq!(told, answered);
    })
    .await;
}

/// What nobody asks these addresses: they have no parameters, or one that we seal ourselves.
const QUERIES: [&str; 9] = [
    "x=%00",
    "x=%0d%0aset-cookie:%20a=b",
    "x=%ff",
    "x=%zz",
    "a=1&a=2",
    "told=x",
    "told=AAAA&told=%00",
    "callback=alert(1)",
    "client_id=nobody&post_logout_redirect_uri=https://evil.test/",
];

#[tokio::test]
async fn an_address_without_parameters_answers_alike_whatever_stands_in_the_query() {
    on_both_with("", |passport| async move {
        passport.register(&[OURS]).await;
        let before = passport.rows().await;
        let huge = format!("x={}", "y".repeat(9_000));
        let queries = QUERIES.into_iter().chain([huge.as_str()]);
        for query in queries {
            for (path, _, _) in ADDRESSES
                .into_iter()
                .filter(|(path, _, _)| path.starts_with("/.well-known/") || ["/jwks", "/check-session"].contains(path))
            {
                let plain = ask(&passport, "GET", path).await;
                let asked = ask(&passport, "GET", &format!("{path}?{query}")).await;
                assert_eq!((asked.status, asked.text), (plain.status, plain.text), "{path}?{query:.60}");
                for header in ["cache-control", "content-type", "access-control-allow-origin", "set-cookie"] {
                    assert_eq!(asked.headers.get(header), plain.headers.get(header), "{path}?{query:.60}: {header}");
                }
            }
            let page = ask(&passport, "GET", &format!("/signed-out?{query}")).await;
            assert_eq!((page.status.as_u16(), page.location()), (200, None), "{query:.60}");
            assert!(!page.has("iframe") && !page.has("#signed-out-back"), "{query:.60}: it leads nowhere");
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}
