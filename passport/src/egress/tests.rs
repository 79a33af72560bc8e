//! Calls against servers on loopback, which stand for a stranger's or for our own network.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::HeaderValue;
use axum::response::Redirect;
use axum::routing::{get, post};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::http::{Server, ServerSettings};

use super::*;

/// A server with a certificate for `site.test`, and what there is to know of it.
struct Stranger {
    port: u16,
    ca: PathBuf,
    asked: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

async fn stranger() -> Stranger {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(["site.test".to_owned()]).expect("a certificate");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).expect("a file");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    let settings = ServerSettings { tls_cert: Some(cert.clone()), tls_key: Some(key), ..ServerSettings::loopback() };
    let server = Server::bind(&settings).await.expect("a free port");
    let port = server.address().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let routes = Router::new()
        .route("/keys", get(async || ([(header::CACHE_CONTROL, "public, max-age=60"), (header::AGE, "10")], "keys")))
        .route("/moved", get(async || Redirect::temporary("/keys")))
        .route("/large", get(async || "x".repeat(MOST + 1)))
        .route("/hangs", get(std::future::pending::<()>))
        .route("/form", post(async |form: String| if form == "a=b" { StatusCode::OK } else { StatusCode::BAD_REQUEST }))
        .layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
            counted.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }));
    tokio::spawn(server.run(routes, std::future::pending()));
    Stranger { port, ca: cert, asked, _folder: folder }
}

/// Answers each look-up with the next of some addresses, the last one for ever.
struct Names(Mutex<Vec<IpAddr>>);

impl Lookup for Names {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut left = self.0.lock().expect("a list");
        let address = if left.len() > 1 { left.remove(0) } else { left[0] };
        async move { Ok(vec![address]) }.boxed()
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn egress(stranger: &Stranger, allow: &[&str], names: &[IpAddr]) -> Egress {
    let settings = EgressSettings {
        allow: allow.iter().map(ToString::to_string).collect(),
        ca_file: Some(stranger.ca.clone()),
        timeout: Duration::from_secs(20),
    };
    Egress::with_lookup(settings, Arc::new(Names(Mutex::new(names.to_vec()))))
}

fn at(host: &str, stranger: &Stranger, path: &str) -> Url {
    Url::parse(&format!("https://{host}:{}{path}", stranger.port)).expect("a URL")
}

#[tokio::test]
async fn a_document_comes_with_the_time_that_it_may_be_kept() {
    let stranger = stranger().await;
    let egress = egress(&stranger, &["Site.Test"], &[LOOPBACK]);
    let fetched = egress.get(&at("site.test", &stranger, "/keys")).await.expect("a document");
    assert_eq!(fetched.body, b"keys");
    assert_eq!(fetched.fresh_for, Some(Duration::from_secs(50)));
    assert_eq!(fetched.content_type.as_deref(), Some("text/plain; charset=utf-8"));
    let form = at("site.test", &stranger, "/form");
    assert_eq!(egress.post_form(&form, "a=b".to_owned()).await.expect("an answer"), StatusCode::OK);
}

#[tokio::test]
async fn a_name_that_leads_into_our_own_network_is_not_called() {
    let stranger = stranger().await;
    for own in [LOOPBACK, "10.0.0.1".parse().expect("one"), "fd00::1".parse().expect("one")] {
        let egress = egress(&stranger, &["other.test"], &[own]);
        let refused = egress.get(&at("site.test", &stranger, "/keys")).await.expect_err("refused");
        assert!(matches!(refused, EgressError::NotPublic(_)), "{own}: {refused:?}");
    }
    let nobody = egress(&stranger, &[], &[LOOPBACK]);
    for host in ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost", "site.localhost", "169.254.169.254"] {
        let refused = nobody.post_form(&at(host, &stranger, "/form"), String::new()).await.expect_err("refused");
        assert!(matches!(refused, EgressError::NotPublic(_)), "{host}: {refused:?}");
    }
    assert_eq!(stranger.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_connected_to_is_what_was_checked() {
    let stranger = stranger().await;
    // Looked up a second time, the name would lead elsewhere, as it does for whoever outwits a check.
    let names = Arc::new(Names(Mutex::new(vec![LOOPBACK, "192.31.196.1".parse().expect("an address")])));
    let settings = egress(&stranger, &["site.test"], &[LOOPBACK]).0.settings.clone();
    let egress = Egress::with_lookup(settings, Arc::clone(&names) as _);
    assert_eq!(egress.get(&at("site.test", &stranger, "/keys")).await.expect("a document").body, b"keys");
    assert_eq!(names.0.lock().expect("a list").len(), 1, "one look-up was made");
}

#[tokio::test]
async fn only_https_is_spoken_and_no_redirect_is_followed() {
    let stranger = stranger().await;
    let egress = egress(&stranger, &["site.test"], &[LOOPBACK]);
    for text in ["http://site.test/keys", "https://user@site.test/keys", "https://:word@site.test/", "ftp://site.test/"]
    {
        let refused = egress.get(&Url::parse(text).expect("a URL")).await.expect_err("refused");
        assert!(matches!(refused, EgressError::Address), "{text}: {refused:?}");
    }
    let moved = egress.get(&at("site.test", &stranger, "/moved")).await.expect_err("refused");
    assert!(matches!(moved, EgressError::Status(StatusCode::TEMPORARY_REDIRECT)), "{moved:?}");
    assert_eq!(stranger.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_never_comes_is_given_up() {
    let stranger = stranger().await;
    let patient = egress(&stranger, &["site.test"], &[LOOPBACK]);
    let large = patient.get(&at("site.test", &stranger, "/large")).await.expect_err("refused");
    assert!(matches!(large, EgressError::Body(BodyError::TooLarge(_))), "{large:?}");
    let settings = EgressSettings { timeout: Duration::from_millis(50), ..patient.0.settings.clone() };
    let hasty = Egress::with_lookup(settings, Arc::clone(&patient.0.lookup));
    let late = hasty.get(&at("site.test", &stranger, "/hangs")).await.expect_err("refused");
    assert!(matches!(late, EgressError::Timeout), "{late:?}");
}

#[tokio::test]
async fn a_server_without_a_trusted_certificate_is_not_believed() {
    let (stranger, other) = (stranger().await, stranger().await);
    let egress = egress(&other, &["site.test"], &[LOOPBACK]);
    let refused = egress.get(&at("site.test", &stranger, "/keys")).await.expect_err("refused");
    assert!(matches!(refused, EgressError::Connection(_)), "{refused:?}");
}

#[test]
fn freshness_is_read_as_caches_read_it() {
    let of = |control: &'static str, age: Option<&'static str>| {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
        age.map(|age| headers.insert(header::AGE, HeaderValue::from_static(age)));
        freshness(&headers).map(|fresh| fresh.as_secs())
    };
    assert_eq!(of("max-age=300, public", None), Some(300));
    assert_eq!(of("public, MAX-AGE=300", Some("400")), Some(0));
    assert_eq!(of("max-age=300, no-store", None), Some(0));
    assert_eq!(of("private", None), None);
    assert_eq!(of("max-age=soon", None), None);
}
