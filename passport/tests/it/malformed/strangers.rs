//! Headers by which a stranger says where the passport lies, or where they come from themselves: nobody believes them.

use axum::body::Body;
use futures_util::FutureExt as _;
use http::Request;
use serde_json::json;
use shared::clock::Clock as _;
use shared::db::{DbError, sql};
use shared::testkit::{Answer, Browser};

use super::mutation::Outcome::Error;
use super::outcome;
use crate::accounts::{EMAIL, PASSWORD, PLAIN, candidate};
use crate::support::signer::Signer;
use crate::support::site::{OURS, SECRET, basic, encoded, request};
use crate::support::{ISSUER, Passport, on_both_with};

const OPEN: &str = "[registration]\npolicy = 'open'\n";

/// What proxies tell a server, told by somebody who is none.
const FORGED: [(&str, &str); 10] = [
    ("x-forwarded-host", "evil.test"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "8080"),
    ("x-forwarded-prefix", "/evil"),
    ("x-forwarded-server", "evil.test"),
    ("forwarded", "for=192.0.2.1;host=evil.test;proto=http"),
    ("x-original-url", "/evil"),
    ("x-rewrite-url", "/evil"),
    ("x-http-method-override", "DELETE"),
    ("client-cert", ":MIIB:"),
];

/// A request with all of them, or with none.
async fn ask(
    browser: &mut Browser,
    forged: bool,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("{ISSUER}{path}"));
    for (name, value) in more.iter().chain(FORGED.iter().filter(|_| forged)) {
        request = request.header(*name, *value);
    }
    browser.send(request.body(Body::from(body.to_owned())).expect("a request")).await
}

#[tokio::test]
async fn who_calls_the_passport_by_another_name_is_turned_away() {
    on_both_with(OPEN, |passport| async move {
        passport.register(&[OURS]).await;
        let before = passport.rows().await;
        let mut browser = passport.browser_calling("https://evil.test");
        let direct = ["/token", "/par", "/introspect", "/revoke", "/userinfo", "/clients", "/clients/somebody"];
        for path in direct {
            let request = Request::post(format!("https://evil.test{path}")).body(Body::empty()).expect("a request");
            assert_eq!(outcome(&browser.send(request).await), Error(421, "invalid_request"), "{path}");
        }
        let query = encoded(&request());
        for path in
            ["/authorize", "/logout", "/jwks", "/.well-known/openid-configuration", "/check-session", "/sign-in"]
        {
            let request = Request::get(format!("https://evil.test{path}?{query}")).header("accept", "text/html");
            let answer = browser.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (421, None), "{path}");
            assert!(!answer.text.contains("evil.test"), "{path} speaks of the name: {}", answer.text);
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        }
        assert_eq!(passport.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn where_the_passport_lies_is_nobodys_to_say() {
    on_both_with(OPEN, |passport| async move {
        passport.register(&[OURS]).await;
        let (mut person, _) = passport.signed_in(None).await;
        let mut proxied = passport.behind_a_proxy();
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"] {
            let plain = ask(&mut person, false, "GET", path, &[], "").await;
            assert_eq!(ask(&mut person, true, "GET", path, &[], "").await.text, plain.text, "{path}");
            // Not even the proxy that we trust says what we are called.
            assert_eq!(ask(&mut proxied, true, "GET", path, &[], "").await.text, plain.text, "{path}");
        }
        let query = format!("/authorize?{}", encoded(&request()));
        let back = ask(&mut person, true, "GET", &query, &[], "").await;
        assert!(back.location().expect("a way").as_str().starts_with("https://cet.test/cb?code="));
        assert_eq!(back.parameter("iss").as_deref(), Some(ISSUER));
        let away = ask(&mut passport.browser(), true, "GET", &query, &[], "").await;
        let way = away.header("location").expect("a way");
        assert!(way.starts_with("/sign-in?"), "{way}");
        let json = [("content-type", "application/json")];
        let body = json!({ "redirect_uris": ["https://new.test/cb"] }).to_string();
        let client = ask(&mut person, true, "POST", "/clients", &json, &body).await.json();
        let uri = client["registration_client_uri"].as_str().expect("an address");
        assert!(uri.starts_with(&format!("{ISSUER}/clients/")), "{uri}");
    })
    .await;
}

/// Fields of a form, and what is typed into each.
type Fields = &'static [(&'static str, &'static str)];

/// The forms by which anybody has us write to somebody: their addresses, what is typed, and the page that the mail's link
/// leads to.
const WRITING: [(&str, Fields, &str); 2] = [
    ("/recover", &[("username", EMAIL)], "/recover/link?t="),
    (
        "/register",
        &[
            ("email", "newcomer@example.com"),
            ("mobile", "13900139000"),
            ("password", PASSWORD),
            ("password_confirm", PASSWORD),
            ("age", "over"),
            ("agree", "on"),
        ],
        "/contact/confirm?t=",
    ),
];

/// All that waits to be sent to people.
async fn letters(passport: &Passport) -> Vec<String> {
    let rows = passport.db.read::<_, DbError, _>(|tx| {
        async move {
            let rows = sql("SELECT payload FROM outbox WHERE state = 'waiting'").fetch_all(tx).await?;
            rows.iter().map(|row| row.get::<String>("payload")).collect::<Result<Vec<_>, _>>()
        }
        .boxed()
    });
    rows.await.expect("letters")
}

/// The form of that page, filled, as it is sent.
async fn filled(browser: &mut Browser, path: &str, typed: &[(&str, &str)]) -> String {
    let answer = browser.open(&format!("{ISSUER}{path}")).await;
    let form = answer.form(&format!("main form[action='{path}']"));
    typed.iter().fold(form, |form, (name, value)| form.set(name, value)).encoded()
}

#[tokio::test]
async fn no_mail_is_written_for_who_calls_us_by_another_name() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        for (path, typed, _) in WRITING {
            let body = filled(&mut passport.browser(), path, typed).await;
            let request = Request::post(format!("https://evil.test{path}"))
                .header("accept", "text/html")
                .header("accept-language", "zh-CN")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", "https://evil.test")
                .body(Body::from(body))
                .expect("a request");
            let answer = passport.browser_calling("https://evil.test").send(request).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (421, None), "{path}");
            assert!(
                answer.text.contains("这里不是您要找的网站。请核对浏览器地址栏里的网址。"),
                "{path}: {}",
                answer.text
            );
            assert!(!answer.text.contains("evil.test"), "{path}: {}", answer.text);
            assert_eq!(letters(&passport).await, Vec::<String>::new(), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_links_of_mails_are_ours_whatever_a_stranger_says_that_we_are_called() {
    for proxied in [false, true] {
        on_both_with(PLAIN, |passport| async move {
            candidate(&passport).await;
            for (path, typed, link) in WRITING {
                let mut browser = if proxied { passport.behind_a_proxy() } else { passport.browser() };
                let body = filled(&mut browser, path, typed).await;
                let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", ISSUER)];
                let answer = ask(&mut browser, true, "POST", path, &headers, &body).await;
                assert_eq!(answer.status.as_u16(), 303, "{path}: {}", answer.text);
                let way = answer.header("location").expect("a way");
                assert!(way.starts_with('/') && !way.contains("evil"), "{way}");
                let letters = letters(&passport).await;
                assert!(
                    letters.iter().any(|letter| letter.contains(&format!("{ISSUER}{link}"))),
                    "{path}: {letters:?}"
                );
                assert!(!letters.iter().any(|letter| letter.contains("evil")), "{path}: {letters:?}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_proof_for_the_address_that_a_stranger_names_is_none_for_ours() {
    on_both_with(OPEN, |passport| async move {
        passport.register(&[OURS]).await;
        let signer = Signer::new();
        for address in ["https://evil.test/token", "http://passport.test/token", "https://passport.test:8080/token"] {
            let proof = signer.proof_to(("POST", address), passport.clock.now(), |_| ());
            let by = basic("cet", SECRET);
            let form = ("content-type", "application/x-www-form-urlencoded");
            let headers = [("authorization", by.as_str()), ("dpop", &proof), form];
            let body = encoded(&[("grant_type", "client_credentials")]);
            let answer = ask(&mut passport.browser(), true, "POST", "/token", &headers, &body).await;
            assert_eq!(outcome(&answer), Error(400, "invalid_dpop_proof"), "{address}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_names_another_address_each_time_is_counted_all_the_same() {
    on_both_with(OPEN, |passport| async move {
        let json = ("content-type", "application/json");
        let body = json!({ "redirect_uris": ["https://new.test/cb"] }).to_string();
        let mut statuses = Vec::new();
        for n in 0..61 {
            let forwarded = format!("203.0.{n}.1");
            let headers = [json, ("x-forwarded-for", forwarded.as_str()), ("x-real-ip", forwarded.as_str())];
            let answer = ask(&mut passport.browser(), false, "POST", "/clients", &headers, &body).await;
            statuses.push(answer.status.as_u16());
        }
        assert_eq!((statuses.iter().filter(|status| **status == 201).count(), statuses.last()), (60, Some(&429)));
    })
    .await;
}
