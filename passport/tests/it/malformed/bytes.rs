//! Bytes that are no text, where text belongs: bare in a form, in credentials, in any other header, in JSON. Percent-encoded
//! ones stand in the tables of [`mutation`](super::mutation), and those of signed tokens in [`hostile`](super::hostile).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use serde_json::json;
use shared::testkit::{Answer, Browser};

use super::mutation::Outcome::{self, Error, Good, Page};
use super::outcome;
use crate::support::site::{OURS, SECRET, basic, encoded, post, request};
use crate::support::{ISSUER, Passport, on_both, on_both_with};

/// What no UTF-8 decoder takes: a stray byte, half a character, an overlong slash, a surrogate, UTF-16.
const NO_TEXT: [&[u8]; 5] = [b"\xff", b"\xe4\xbd", b"\xc0\xaf", b"\xed\xa0\x80", b"\xff\xfeo\0k\0"];

/// A form with those bytes at the end of its last value, in a value of its own, and in a name.
fn spoilt(form: &str, bytes: &[u8]) -> [Vec<u8>; 3] {
    [b"".as_slice(), b"&x=", b"&"].map(|between| [form.as_bytes(), between, bytes].concat())
}

#[tokio::test]
async fn bare_bytes_in_a_form_are_the_error_of_its_endpoint() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let (person, _) = passport.signed_in(None).await;
        let by = basic("cet", SECRET);
        let (asks, credentials) = (encoded(&request()), "grant_type=client_credentials");
        let direct = Error(400, "invalid_request");
        let rows: [(&str, &str, &str, Outcome); 13] = [
            ("/token", credentials, &by, direct),
            ("/token", "grant_type=authorization_code&code_verifier=x&code=x", &by, direct),
            ("/token", "grant_type=refresh_token&refresh_token=x", &by, direct),
            ("/par", &asks, &by, direct),
            ("/introspect", "token=x", &by, direct),
            ("/revoke", "token=x", &by, direct),
            ("/userinfo", "access_token=x", "", direct),
            ("/authorize", &asks, "", Page(400)),
            ("/logout", "state=x", "", Page(400)),
            ("/logout/confirm", "decision=leave&logout=x", "", Page(400)),
            ("/consent", "decision=agree&request=x", "", Page(400)),
            ("/sign-in", "password=b&account=a", "", Page(400)),
            ("/register", "mobile=1&email=a", "", Page(400)),
        ];
        let before = passport.rows().await;
        for (path, form, authorization, expected) in rows {
            for body in NO_TEXT.iter().flat_map(|bytes| spoilt(form, bytes)) {
                let what = format!("{path}: {}", String::from_utf8_lossy(&body));
                let headers: &[(&str, &str)] =
                    if authorization.is_empty() { &[("origin", ISSUER)] } else { &[("authorization", authorization)] };
                // Who is signed in is not sent round by a GET: this is the endpoint's own answer.
                let answer = post(&mut person.clone(), path, body, headers).await;
                assert_eq!(outcome(&answer), expected, "{what}: {} {}", answer.status, answer.text);
            }
        }
        assert_eq!(passport.rows().await, before, "something was written");
    })
    .await;
}

#[tokio::test]
async fn credentials_of_a_client_are_text_once_they_are_decoded() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let before = passport.rows().await;
        let encode = |credentials: &[u8]| format!("Basic {}", STANDARD.encode(credentials));
        let mut sent: Vec<String> = Vec::new();
        for bytes in NO_TEXT.iter().copied().chain([b"\0".as_slice(), b"%ff", b"%zz", b"%", b"%00", b"%e4%bd"]) {
            sent.push(encode(&[b"cet:", SECRET.as_bytes(), bytes].concat()));
            sent.push(encode(&[b"cet", bytes, b":", SECRET.as_bytes()].concat()));
            sent.push(encode(&[bytes, b":"].concat()));
        }
        sent.extend([encode(b"cet"), encode(b":"), encode(b""), "Basic \u{0}".replace('\0', "%00")]);
        sent.extend(["Basic ====", "Basic Y2V0Og", "Basic Y2V0O-_"].map(str::to_owned));
        for path in ["/token", "/par", "/introspect", "/revoke"] {
            for header in &sent {
                let form = "grant_type=client_credentials&token=x";
                let answer = post(&mut passport.browser(), path, form, &[("authorization", header)]).await;
                assert_eq!(outcome(&answer), Error(401, "invalid_client"), "{path}, {header}: {}", answer.text);
            }
        }
        assert_eq!(passport.rows().await, before, "something was written");
    })
    .await;
}

/// Headers that people's browsers and proxies send, and that nobody has to read.
const HEADERS: [&str; 14] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cookie",
    "forwarded",
    "if-none-match",
    "origin",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "user-agent",
    "x-forwarded-for",
    "x-request-id",
    "client-cert",
];

async fn ask(browser: &mut Browser, (method, path): (&str, &str), header: Option<(&str, &[u8])>) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{ISSUER}{path}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", basic("cet", SECRET));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let body = if method == "POST" { "grant_type=client_credentials&token=x" } else { "" };
    browser.send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn bytes_in_a_header_that_nobody_has_to_read_change_no_answer() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let authorize = format!("/authorize?{}", encoded(&request()));
        for address in [
            ("GET", authorize.as_str()),
            ("POST", "/token"),
            ("POST", "/par"),
            ("POST", "/introspect"),
            ("POST", "/revoke"),
            ("GET", "/userinfo"),
            ("POST", "/userinfo"),
            ("GET", "/jwks"),
            ("GET", "/.well-known/openid-configuration"),
            ("GET", "/logout"),
            ("GET", "/check-session"),
            ("GET", "/sign-in"),
        ] {
            let plain = ask(&mut browser, address, None).await;
            for (name, bytes) in HEADERS.iter().flat_map(|name| NO_TEXT[..4].iter().map(move |bytes| (*name, *bytes))) {
                let answer = ask(&mut passport.browser(), address, Some((name, bytes))).await;
                assert_eq!(answer.status, plain.status, "{address:?}, {name}: {}", answer.text);
                let kind = |answer: &Answer| answer.header("content-type").map(str::to_owned);
                assert_eq!(kind(&answer), kind(&plain), "{address:?}, {name}");
            }
        }
    })
    .await;
}

async fn register(passport: &Passport, method: &str, uri: &str, token: Option<&str>, body: Vec<u8>) -> Answer {
    let mut request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    passport.browser().send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn bytes_in_metadata_register_nothing_and_change_nothing() {
    on_both_with("[registration]\npolicy = 'open'\n[limits]\nenabled = false\n", |passport| async move {
        let good = json!({ "redirect_uris": ["https://new.test/cb"], "client_name": "New" });
        let url = format!("{ISSUER}/clients");
        let answer = register(&passport, "POST", &url, None, good.to_string().into_bytes()).await;
        assert_eq!(outcome(&answer), Good);
        let known = answer.json();
        let text = |name: &str| known[name].as_str().expect("a text");
        let (uri, token) = (text("registration_client_uri"), Some(text("registration_access_token")));
        let before = passport.rows().await;
        // In a name that counts, in one that does not, in a name that nobody knows, and instead of all of it; and what JSON
        // itself calls a character and is none.
        let mut bodies: Vec<Vec<u8>> = vec![good.to_string().encode_utf16().flat_map(u16::to_le_bytes).collect()];
        for bytes in NO_TEXT.iter().copied().chain([b"\\ud800".as_slice(), b"\\ude00\\ud800", b"\\x", b"\0"]) {
            let id = text("client_id").as_bytes();
            let opened = [b"{\"client_id\":\"", id, b"\",\"redirect_uris\":[\"https://new.test/cb\"],"].concat();
            for (start, end) in [
                (b"\"client_name\":\"".as_slice(), b"\"}".as_slice()),
                (b"\"what_is_this\":\"", b"\"}"),
                (b"\"contacts\":[\"a\",\"", b"\"]}"),
                (b"\"", b"\":1}"),
            ] {
                bodies.push([&opened, start, bytes, end].concat());
            }
            bodies.push(bytes.to_vec());
        }
        for body in bodies {
            for (method, uri, token) in [("POST", url.as_str(), None), ("PUT", uri, token)] {
                let answer = register(&passport, method, uri, token, body.clone()).await;
                let what = format!("{method}: {}: {}", String::from_utf8_lossy(&body), answer.text);
                assert_eq!(outcome(&answer), Error(400, "invalid_client_metadata"), "{what}");
            }
        }
        assert_eq!(passport.rows().await, before, "something was written");
        assert_eq!(register(&passport, "GET", uri, token, Vec::new()).await.json()["client_name"], "New");
    })
    .await;
}
