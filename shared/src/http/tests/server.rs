//! The server and the client, against each other.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Version;
use axum::routing::get;
use futures_util::stream::repeat_with;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::http::client::{self, ClientBuilder};
use crate::http::*;

/// A server in the background, and how to stop it.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), ServeError>>,
}

async fn start(settings: &ServerSettings, router: Router) -> Running {
    let server = Server::bind(settings).await.expect("a free port");
    let address = server.address();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(router, async {
        let _ = stopped.await;
    }));
    Running { address, stop, ended }
}

/// A new certificate for the names, signed by itself.
fn certificate(dir: &Path, names: &[&str]) -> ServerSettings {
    let names = names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).expect("a file");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    ServerSettings { tls_cert: Some(cert), tls_key: Some(key), ..ServerSettings::loopback() }
}

fn trusting(settings: &ServerSettings) -> reqwest::Client {
    ClientBuilder::new().ca_file(settings.tls_cert.as_deref()).build().expect("a client")
}

#[tokio::test]
async fn tls_speaks_http2_to_a_client_that_trusts_the_certificate() {
    let dir = tempfile::tempdir().expect("a folder");
    let settings = certificate(dir.path(), &["passport.localhost"]);
    let router = Router::new().route("/", get(|client: ClientAddr| async move { client.0.to_string() }));
    let server = start(&settings, Kit::new(&settings).apply(router)).await;
    let url = format!("https://passport.localhost:{}/", server.address.port());

    let answer = trusting(&settings).get(&url).send().await.expect("an answer");
    assert_eq!(answer.version(), Version::HTTP_2);
    assert_eq!(client::body(answer, 100).await.expect("a body"), b"127.0.0.1");
    // A sealed way back makes the longest address: an authorization request of 4 KiB, twice in it, sealed twice.
    let long = trusting(&settings).get(format!("{url}?{}", "x".repeat(20_000))).send().await.expect("an answer");
    assert_eq!(long.status(), 200);

    let other = certificate(tempfile::tempdir().expect("a folder").path(), &["passport.localhost"]);
    let distrusting = ClientBuilder::new().build().expect("a client");
    assert!(distrusting.get(&url).send().await.is_err(), "an unknown certificate must not be trusted");
    assert!(ClientBuilder::new().ca_file(other.tls_cert.as_deref()).build().is_err(), "the file is gone");
}

#[tokio::test]
async fn a_request_in_flight_is_finished_before_the_end() {
    let (begun, mut begins) = mpsc::unbounded_channel();
    let slow = move || {
        let begun = begun.clone();
        async move {
            let _ = begun.send(());
            tokio::time::sleep(Duration::from_millis(200)).await;
            "whole"
        }
    };
    let server = start(&ServerSettings::loopback(), Router::new().route("/", get(slow))).await;
    let url = format!("http://{}/", server.address);
    let asking = tokio::spawn(async move { reqwest::get(url).await.expect("an answer").text().await });
    begins.recv().await.expect("the request arrives");
    server.stop.send(()).expect("it runs");
    assert_eq!(asking.await.expect("no panic").expect("a body"), "whole");
    server.ended.await.expect("no panic").expect("a clean end");
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err(), "it must not listen any more");
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_program() {
    let (begun, mut begins) = mpsc::unbounded_channel();
    let stuck = move || {
        let begun = begun.clone();
        async move {
            let _ = begun.send(());
            std::future::pending::<()>().await;
        }
    };
    let settings = ServerSettings { shutdown_grace: Duration::from_millis(50), ..ServerSettings::loopback() };
    let server = start(&settings, Router::new().route("/", get(stuck))).await;
    let asking = tokio::spawn(reqwest::get(format!("http://{}/", server.address)));
    begins.recv().await.expect("the request arrives");
    server.stop.send(()).expect("it runs");
    tokio::time::timeout(Duration::from_secs(5), server.ended)
        .await
        .expect("in time")
        .expect("no panic")
        .expect("an end");
    assert!(asking.await.expect("no panic").is_err());
}

#[tokio::test]
async fn a_taken_port_is_one_clear_sentence() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let listen = taken.local_addr().expect("an address");
    let settings = ServerSettings { listen, ..ServerSettings::loopback() };
    let error = Server::bind(&settings).await.expect_err("the port is taken");
    assert_eq!(error.to_string(), format!("cannot listen on {listen}: another program uses this port"));
}

#[tokio::test]
async fn tls_files_that_cannot_be_used_are_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let good = certificate(dir.path(), &["a.localhost"]);
    let missing = ServerSettings { tls_cert: Some(dir.path().join("none.pem")), ..good.clone() };
    let error = Server::bind(&missing).await.expect_err("no such file").to_string();
    assert!(error.starts_with("cannot use the TLS file") && error.contains("none.pem"), "{error}");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = certificate(elsewhere.path(), &["a.localhost"]);
    let mixed = ServerSettings { tls_key: other.tls_key, ..good };
    let error = Server::bind(&mixed).await.expect_err("the key of another certificate").to_string();
    assert!(error.contains("cert.pem"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_a_large_body_is_not_read() {
    let router = Router::new()
        .route("/away", get(|| async { axum::response::Redirect::to("/large") }))
        .route("/large", get(|| async { "x".repeat(1000) }))
        .route("/endless", get(|| async { Body::from_stream(repeat_with(|| Ok::<_, Infallible>("x".repeat(100)))) }));
    let server = start(&ServerSettings::loopback(), router).await;
    let client = ClientBuilder::new().build().expect("a client");
    let base = format!("http://cet.localhost:{}", server.address.port());
    assert_eq!(client.get(format!("{base}/away")).send().await.expect("an answer").status(), 303);
    let large = async || client.get(format!("{base}/large")).send().await.expect("an answer");
    assert!(matches!(client::body(large().await, 999).await, Err(client::BodyError::TooLarge(999))));
    assert_eq!(client::body(large().await, 1000).await.expect("it fits").len(), 1000);
    let endless = client.get(format!("{base}/endless")).send().await.expect("an answer");
    assert!(matches!(client::body(endless, 999).await, Err(client::BodyError::TooLarge(999))));
}

#[tokio::test]
async fn a_certificate_that_a_client_shows_reaches_the_handler_and_none_is_fine() {
    let dir = tempfile::tempdir().expect("a folder");
    let settings = certificate(dir.path(), &["passport.localhost"]);
    let shown = |shown: Shown| async move { shown.0.map(|c| c.own().to_vec()).unwrap_or_default() };
    let kit = |source| Kit::new(&settings).certificates(source).apply(Router::new().route("/", get(shown)));
    let server = Server::bind(&settings).await.expect("a free port").asking_for_certificates();
    let url = format!("https://passport.localhost:{}/", server.address().port());
    let (stop, stopped) = oneshot::channel::<()>();
    let routes = kit(CertificateSource::Handshake);
    let ended = tokio::spawn(server.run(routes, async { drop(stopped.await) }));

    let own = rcgen::generate_simple_self_signed(vec!["cet.localhost".to_owned()]).expect("a certificate");
    let identity = format!("{}{}", own.cert.pem(), own.signing_key.serialize_pem());
    let identity = reqwest::Identity::from_pem(identity.as_bytes()).expect("an identity");
    let server_certificate = std::fs::read(dir.path().join("cert.pem")).expect("a file");
    let server_certificate = reqwest::Certificate::from_pem(&server_certificate).expect("a certificate");
    // reqwest takes the library of the process to encrypt with; another test may have set it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = || reqwest::Client::builder().no_proxy().tls_certs_only([server_certificate.clone()]);
    let ask = async |client: reqwest::ClientBuilder| {
        let client = client.resolve("passport.localhost", SocketAddr::from(([127, 0, 0, 1], 0))).build();
        let answer = client.expect("a client").get(&url).send().await.expect("an answer");
        answer.bytes().await.expect("a body").to_vec()
    };
    assert_eq!(ask(client().identity(identity)).await, own.cert.der().to_vec());
    assert_eq!(ask(client()).await, b"");
    drop(stop);
    ended.await.expect("no panic").expect("a clean end");
}
