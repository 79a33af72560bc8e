//! Keys that clients keep at an address of their own.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use serde_json::{Value, json};
use shared::http::{Server, ServerSettings};
use shared::testkit::{self, Browser};

use crate::support::Passport;
use crate::support::signer::{Signer, asserted};
use crate::support::site::{OURS, encoded, post};

/// A client's server, which shows its keys.
struct Site {
    keys: Arc<Mutex<Vec<Value>>>,
    status: Arc<AtomicU16>,
    asked: Arc<AtomicUsize>,
    url: String,
    settings: String,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed(["keys.localhost".to_owned()]).expect("a certificate");
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).expect("a file");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
        let settings =
            ServerSettings { tls_cert: Some(cert.clone()), tls_key: Some(key), ..ServerSettings::loopback() };
        let server = Server::bind(&settings).await.expect("a free port");
        let url = format!("https://keys.localhost:{}/jwks", server.address().port());
        let keys = Arc::new(Mutex::new(Vec::new()));
        let (status, asked) = (Arc::new(AtomicU16::new(200)), Arc::new(AtomicUsize::new(0)));
        let (shown, answer, counted) = (Arc::clone(&keys), Arc::clone(&status), Arc::clone(&asked));
        let jwks = get(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let status = StatusCode::from_u16(answer.load(Ordering::SeqCst)).expect("a status");
            let body = json!({ "keys": *shown.lock().expect("keys") }).to_string();
            async move { (status, body) }
        });
        tokio::spawn(server.run(Router::new().route("/jwks", jwks), std::future::pending()));
        let settings =
            format!("[egress]\nallow = ['keys.localhost']\nca_file = '{}'\ntimeout = '20s'\n", cert.display());
        Self { keys, status, asked, url, settings, _folder: folder }
    }

    fn show(&self, signer: &Signer, kid: &str) {
        let mut jwk = signer.jwk();
        jwk["kid"] = kid.into();
        self.keys.lock().expect("keys").push(jwk);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A passport with a client that keeps its keys at that site.
async fn on_both<F, Fut>(test: F)
where
    F: Fn(Passport, Arc<Site>) -> Fut,
    Fut: Future<Output = ()>,
{
    testkit::on_both(&passport::MIGRATIONS, |db| async {
        let site = Arc::new(Site::new().await);
        let passport = Passport::start(db, &site.settings).await;
        let metadata = format!("{OURS}token_endpoint_auth_method = 'private_key_jwt'\njwks_uri = '{}'\n", site.url);
        passport.register(&[&metadata]).await;
        test(passport, site).await;
    })
    .await;
}

async fn ask(passport: &Passport, browser: &mut Browser, signer: &Signer) -> u16 {
    let assertion = signer.assertion(passport, "cet", |_| ());
    let pairs = asserted(vec![("grant_type", "client_credentials")], &assertion);
    post(browser, "/token", encoded(&pairs), &[]).await.status.as_u16()
}

#[tokio::test]
async fn keys_at_an_address_are_fetched_once_and_again_for_a_new_key() {
    on_both(|passport, site| async move {
        let (old, mut browser) = (Signer::new(), passport.browser());
        site.show(&old, "k");
        for _ in 0..3 {
            assert_eq!(ask(&passport, &mut browser, &old).await, 200);
        }
        assert_eq!(site.asked(), 1);
        // The client changes its key. Every signer here names its key `k`, so the old one must go.
        let new = Signer::new();
        site.keys.lock().expect("keys").clear();
        site.show(&new, "other");
        passport.clock.advance(Duration::from_secs(10 * 60));
        assert_eq!(ask(&passport, &mut browser, &new).await, 401, "it names a key that is not there");
        assert_eq!(site.asked(), 2);
        site.show(&new, "k");
        assert_eq!(ask(&passport, &mut browser, &new).await, 401, "not asked again so soon");
        assert_eq!(site.asked(), 2);
        passport.clock.advance(Duration::from_secs(10));
        assert_eq!(ask(&passport, &mut browser, &new).await, 200);
        assert_eq!(site.asked(), 3);
    })
    .await;
}

#[tokio::test]
async fn while_the_keys_cannot_be_had_the_last_good_copy_serves() {
    on_both(|passport, site| async move {
        let (signer, mut browser) = (Signer::new(), passport.browser());
        site.status.store(503, Ordering::SeqCst);
        site.show(&signer, "k");
        assert_eq!(ask(&passport, &mut browser, &signer).await, 401, "there is no copy yet");
        site.status.store(200, Ordering::SeqCst);
        passport.clock.advance(Duration::from_secs(10));
        assert_eq!(ask(&passport, &mut browser, &signer).await, 200);
        site.status.store(503, Ordering::SeqCst);
        passport.clock.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(ask(&passport, &mut browser, &signer).await, 200);
    })
    .await;
}
