//! What each request goes through.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::http::*;
use crate::telemetry::Metrics;

/// Remembers lines as text.
#[derive(Debug, Default)]
struct Lines(Mutex<Vec<String>>);

impl AccessLog for Lines {
    fn record(&self, line: &AccessLine<'_>) {
        let text = format!("{} {} {} {}", line.method, line.route.unwrap_or("-"), line.status, line.id);
        self.0.lock().expect("no panic").push(text);
    }
}

/// Pages that tell the failure and the language asked for.
struct Telling;

impl FailurePages for Telling {
    fn page(&self, failure: Failure, asked: &Asked) -> Response {
        let language = asked.accept_language.as_ref().map_or("", |value| value.to_str().unwrap_or_default());
        Html(format!("{failure:?} {language} {}", asked.id)).into_response()
    }
}

fn routes() -> Router {
    async fn boom() {
        panic!("on purpose");
    }
    Router::new()
        .route("/page/{name}", get(|| async { Html("page") }))
        .route("/within", get(|| async { Redirect::to("/page/a?x=1") }))
        .route("/away", get(|| async { Redirect::to("https://site.example/") }))
        .route("/disguised", get(|| async { Redirect::to("//site.example/") }))
        .route("/json", get(|| async { axum::Json(1) }))
        .route("/own", get(|| async { ([(CONTENT_SECURITY_POLICY, "own"), (CACHE_CONTROL, "max-age=60")], Html("")) }))
        .route("/read", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/who", get(|ClientAddr(client): ClientAddr, id: RequestId| async move { format!("{client} {id}") }))
        .route("/missing", get(|| async { (StatusCode::NOT_FOUND, Html("own page")) }))
        .route("/slow", get(std::future::pending::<()>))
        .route("/boom", get(boom))
}

fn kit() -> Kit {
    let settings = ServerSettings {
        request_timeout: Duration::from_millis(50),
        trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
        ..ServerSettings::loopback()
    };
    Kit::new(&settings).pages(Telling)
}

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

async fn ask(kit: Kit, request: Request<Body>) -> Seen {
    let response = kit.apply(routes()).oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Seen { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&body).into_owned() }
}

fn get_of(path: &str) -> Request<Body> {
    Request::get(path).header("accept-language", "en").body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn every_answer_carries_the_id_that_the_handler_sees() {
    let seen = ask(kit(), get_of("/who")).await;
    assert!(seen.text.ends_with(seen.header("x-request-id")), "{}", seen.text);
    assert_eq!(seen.header("x-request-id").len(), 16);
    let other = ask(kit(), get_of("/nowhere")).await;
    assert_ne!(other.header("x-request-id"), seen.header("x-request-id"));
}

#[tokio::test]
async fn a_page_gets_every_protective_header() {
    let seen = ask(kit(), get_of("/page/a")).await;
    assert_eq!(seen.header("content-security-policy"), super::super::headers::CONTENT_POLICY);
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert_eq!(seen.header("referrer-policy"), "no-referrer");
    assert_eq!(seen.header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(seen.header("cache-control"), "no-store");
    assert!(seen.header("permissions-policy").contains("camera=()"));
    assert_eq!(seen.header("strict-transport-security"), "");
}

#[tokio::test]
async fn a_redirect_within_the_host_keeps_the_origin_of_the_page_before_and_one_that_leads_away_does_not() {
    let policy = async |path| ask(kit(), get_of(path)).await.header("referrer-policy").to_owned();
    assert_eq!(policy("/within").await, NAMING_THE_ORIGIN);
    assert_eq!((policy("/away").await.as_str(), policy("/disguised").await.as_str()), ("no-referrer", "no-referrer"));
}

#[tokio::test]
async fn data_is_spared_the_headers_of_documents() {
    let seen = ask(kit(), get_of("/json")).await;
    assert_eq!(seen.header("content-security-policy"), "");
    assert_eq!((seen.header("x-content-type-options"), seen.header("cache-control")), ("nosniff", "no-store"));
}

#[tokio::test]
async fn what_the_handler_set_stays() {
    let seen = ask(kit(), get_of("/own")).await;
    assert_eq!((seen.header("content-security-policy"), seen.header("cache-control")), ("own", "max-age=60"));
}

#[tokio::test]
async fn https_is_insisted_on_where_the_settings_say_so() {
    let settings = ServerSettings { hsts: Some(Duration::from_secs(600)), ..ServerSettings::loopback() };
    let seen = ask(Kit::new(&settings), get_of("/json")).await;
    assert_eq!(seen.header("strict-transport-security"), "max-age=600; includeSubDomains");
}

#[tokio::test]
async fn failures_are_shown_by_the_program_s_pages() {
    for (path, status, page) in [
        ("/nowhere", StatusCode::NOT_FOUND, "NotFound en "),
        ("/read", StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed en "),
        ("/slow", StatusCode::SERVICE_UNAVAILABLE, "TimedOut en "),
        ("/boom", StatusCode::INTERNAL_SERVER_ERROR, "Panicked en "),
    ] {
        let seen = ask(kit(), get_of(path)).await;
        assert_eq!(seen.status, status, "{path}");
        assert_eq!(seen.text, format!("{page}{}", seen.header("x-request-id")), "{path}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(seen.headers.contains_key(RETRY_AFTER), path == "/slow", "{path}");
        assert_eq!(seen.headers.contains_key(ALLOW), path == "/read", "{path}");
    }
}

#[tokio::test]
async fn a_page_of_the_handler_s_own_is_left_alone() {
    let seen = ask(kit(), get_of("/missing")).await;
    assert_eq!((seen.status, seen.text.as_str()), (StatusCode::NOT_FOUND, "own page"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_it_tells_its_length_or_not() {
    let of = |body: Body, length: Option<usize>| {
        let mut request = Request::post("/read");
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        request.body(body).expect("a request")
    };
    const LIMIT: usize = 64 << 10;
    let whole = |size: usize| Body::from(vec![b'x'; size]);
    let streamed = |size: usize| {
        let chunks = vec![Ok::<_, std::io::Error>(vec![b'x'; size / 2]), Ok(vec![b'x'; size - size / 2])];
        Body::from_stream(futures_util::stream::iter(chunks))
    };
    assert_eq!(ask(kit(), of(whole(LIMIT), Some(LIMIT))).await.text, LIMIT.to_string());
    assert_eq!(ask(kit(), of(streamed(LIMIT), None)).await.text, LIMIT.to_string());

    let refused = ask(kit(), of(whole(LIMIT + 1), Some(LIMIT + 1))).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text.starts_with("TooLarge"), "{}", refused.text);
    assert_eq!(ask(kit(), of(streamed(LIMIT + 1), None)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn one_address_may_take_more_and_no_other_does() {
    let upload = Upload { path: "/read", body_limit: 100_000, request_timeout: Duration::from_secs(30) };
    let sent = |path: &str, size: usize| {
        let request = Request::post(path).header("content-length", size).header(HOST, "a.example");
        request.body(Body::from(vec![0; size])).expect("a request")
    };
    let roomy = || kit().uploads([upload]);
    assert_eq!(ask(roomy(), sent("/read", 100_000)).await.status, StatusCode::OK);
    assert_eq!(ask(roomy(), sent("/read", 100_001)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(ask(roomy(), sent("/page/x", 100_000)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(ask(kit(), sent("/read", 100_000)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn only_our_hosts_are_answered() {
    let hosted = || kit().hosts(["Passport.example", "127.0.0.1:8080"]);
    let with_hosts = |hosts: &[&str]| {
        let request = hosts.iter().fold(Request::get("/json"), |request, host| request.header(HOST, *host));
        request.body(Body::empty()).expect("a request")
    };
    for hosts in [&["passport.example"][..], &["PASSPORT.EXAMPLE"], &["127.0.0.1:8080"]] {
        assert_eq!(ask(hosted(), with_hosts(hosts)).await.status, StatusCode::OK, "{hosts:?}");
    }
    for hosts in [&["evil.example"][..], &["passport.example:81"], &[], &["passport.example", "evil.example"]] {
        assert_eq!(ask(hosted(), with_hosts(hosts)).await.status, StatusCode::MISDIRECTED_REQUEST, "{hosts:?}");
    }
    // HTTP/2, and absolute form: the URI names the host, and another `Host` is a trick.
    assert_eq!(ask(hosted(), get_of("https://passport.example/json")).await.status, StatusCode::OK);
    assert_eq!(ask(hosted(), get_of("https://evil.example/json")).await.status, StatusCode::MISDIRECTED_REQUEST);
    let mut two = get_of("https://passport.example/json");
    two.headers_mut().insert(HOST, "evil.example".parse().expect("a value"));
    assert_eq!(ask(hosted(), two).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn the_client_is_the_peer_or_whom_a_trusted_proxy_names() {
    let from = |peer: [u8; 4]| {
        let mut request = get_of("/who");
        request.headers_mut().insert("x-forwarded-for", "198.51.100.7".parse().expect("a value"));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 1))));
        request
    };
    assert!(ask(kit(), from([203, 0, 113, 9])).await.text.starts_with("203.0.113.9 "));
    assert!(ask(kit(), from([10, 0, 0, 1])).await.text.starts_with("198.51.100.7 "));
    assert!(ask(kit(), get_of("/who")).await.text.starts_with("0.0.0.0 "));
}

#[tokio::test]
async fn a_request_leaves_one_line_and_one_count_without_its_query() {
    let (lines, metrics) = (Arc::new(Lines::default()), Metrics::new("test"));
    let kit = || kit().metrics(metrics.requests()).access_log(Arc::clone(&lines) as Arc<dyn AccessLog>);
    let first = ask(kit(), get_of("/page/secret?token=secret")).await;
    let second = ask(kit(), get_of("/secret")).await;
    let expected = [
        format!("GET /page/{{name}} 200 {}", first.header("x-request-id")),
        format!("GET - 404 {}", second.header("x-request-id")),
    ];
    assert_eq!(*lines.0.lock().expect("no panic"), expected);
    let text = metrics.encode();
    assert!(text.contains("route=\"/page/{name}\",status=\"2xx\"} 1") && !text.contains("secret"), "{text}");
}
